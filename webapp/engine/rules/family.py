"""The families of rules: what a rule of each must say, and nothing about how it is searched.

A rule of a family is one small pure function and one sentence. The family fixes the shape of that
function, and three pieces of machinery work on the shape alone: `webapp.engine.evaluate` (the
truth), `webapp.engine.cpsat` (variables and constraints) and `webapp.engine.search` (what one move
changes, compiled). A new rule of a known family therefore is one new file.

How a constraint names what it is about (its *subjects*):

- rules over resources: each index in ``constraint.resources`` is a subject of its own;
- rules over meetings: the whole of ``constraint.meetings`` is the one subject.

A constraint that names neither is about every resource of the rule's ``kinds``, or about all
meetings.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import ClassVar

from webapp.engine.instance import Constraint, Instance, Placement, ResourceKind
from webapp.engine.timegrid import TimeGrid


class Rule(ABC):
    """One rule: its name, its sentence, and whom it is about by default."""

    name: ClassVar[str]
    title: ClassVar[str]
    """A few words for a table's heading."""
    sentence: ClassVar[str]
    """What the rule asks for, in one sentence that a registrar can read."""
    kinds: ClassVar[tuple[ResourceKind, ...]] = ()
    """Kinds of resources that it is about when a constraint names no subject."""
    unit: ClassVar[str] = "violation"
    """What one unit of its count is, in the singular."""


class ChoiceRule(Rule):
    """A cost of one placement, whatever the others are."""

    @abstractmethod
    def cost(self, instance: Instance, constraint: Constraint, meeting: int, placement: Placement) -> int:
        """Count for one meeting where it stands. Never called for an unplaced meeting.

        Which meetings: ``constraint.meetings``, or those of ``constraint.resources``, or all.
        """

    time_only: ClassVar[bool] = False
    """True when the room makes no difference."""
    room_only: ClassVar[bool] = False
    """True when the time makes no difference."""


class ClashRule(Rule):
    """At most one meeting at a time, per subject; the count is the number of overlapping pairs.

    With ``weighted``, each pair counts the resource's weight (its students).
    """

    rooms: ClassVar[bool] = False
    """True for the rule about rooms: then the subjects are the rooms, not resources."""
    weighted: ClassVar[bool] = False


class DayPatternRule(Rule):
    """A function of the slots in which a subject is busy on one day."""

    @abstractmethod
    def cost(self, busy: int, grid: TimeGrid, amount: int) -> int:
        """Count for one day of one week.

        Parameters
        ----------
        busy
            Bit mask of the busy slots. Must cost 0 when it is 0.
        amount
            ``constraint.amount``.
        """


class WeekPatternRule(Rule):
    """A function of how many slots a subject is busy on each day of a week."""

    @abstractmethod
    def cost(self, loads: Sequence[int], grid: TimeGrid, amount: int) -> int:
        """Count for one week; ``loads`` has one number of busy slots per day."""

    days_only: ClassVar[bool] = False
    """True when only whether a day is used matters, not for how long."""


class SamePlaceRule(Rule):
    """A function of the rooms that a subject's meetings use."""

    @abstractmethod
    def cost(self, rooms: Sequence[int], amount: int) -> int:
        """Count for one subject; ``rooms`` lists the room of each placed meeting that has one.

        Depends only on how many distinct rooms there are.
        """


class PairRule(Rule):
    """A function of two placements, summed over the pairs of the constraint's meetings."""

    ordered: ClassVar[bool] = False
    """True when only consecutive meetings are compared, in the given order (precedence)."""

    @abstractmethod
    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """Count for one pair. Never called for an unplaced meeting."""

    time_only: ClassVar[bool] = True
    """True when the rooms make no difference."""

    def pairs(self, constraint: Constraint) -> Iterator[tuple[int, int]]:
        """Yield the pairs of meetings that are compared."""
        return pairwise(constraint.meetings) if self.ordered else combinations(constraint.meetings, 2)
