"""Why a step of editing was not taken, each reason by a name of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.services.shared.errors import Conflict, NotFound, Problem


class NotEditable(Conflict):
    """The timetable is a variant, or has gone further than draft: a copy of it can be edited."""


class StaleRevision(Conflict):
    """Somebody changed the draft after the page was drawn; the findings say who and what."""


class NothingInPart(Problem):
    """The part of the term that was named has no class with a place."""


class ClassGone(NotFound):
    """The class is not in the draft, or the term's data no longer ask for it."""


class NoSuchPlace(Problem):
    """The slot or room does not exist, or the class does not fit between the breaks there."""


class ClassLocked(Problem):
    """A lock holds the class where it is."""


class NothingToUndo(Conflict):
    """There is no step to take back, or to take again."""


class NameTaken(Problem):
    """The term has another timetable of that name."""


@dataclass(frozen=True)
class Offer:
    """A way out of a double booking, and what it would cost.

    ``kind`` is "swap" or "tray"; ``hard``, ``cost`` and ``unplaced`` are changes, negative is better.
    """

    kind: str
    sentence: str
    hard: int
    cost: int
    unplaced: int


class DoubleBooking(Conflict):
    """Somebody or something would be in two places at once; ``offers`` are the ways out."""

    def __init__(self, message: str, findings: Sequence[str] = (), offers: Sequence[Offer] = ()) -> None:
        super().__init__(message, findings)
        self.offers = tuple(offers)


class NeedsReason(Problem):
    """Rules that must hold would be broken: possible only with a reason that stays visible."""
