"""What a timetable's quality score is worth: decided here, and read wherever a score stands or timetables rank."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from webapp.models import Timetable
from webapp.services.shared.rule_defaults import title_of
from webapp.services.shared.words import _, enumerated, ngettext

MOST_RULES = 4
"""So many rules that did not count are named; more of them are counted."""


@dataclass(frozen=True)
class ScoreStanding:
    """A quality score (0 to 100, None where nothing was counted) with what must be read before it, and beside it.

    ``unplaced`` counts the classes without a place, ``hard`` how often rules that must hold are broken. ``remarks`` are
    sentences about how the score was counted, for complete and incomplete timetables alike; ``is_outdated`` and
    ``is_partial`` say in short what they may: the data have changed since, and usual rules were off.
    """

    quality: Decimal | None
    unplaced: int = 0
    hard: int = 0
    remarks: tuple[str, ...] = ()
    is_outdated: bool = False
    is_partial: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether every class has a place and every rule that must hold does; only then the score comes first."""
        return not self.unplaced and not self.hard

    @property
    def title(self) -> str:
        """One word for what is not complete; empty for what is."""
        if self.unplaced:
            return _("Incomplete")
        return _("Breaks rules") if self.hard else ""

    @property
    def lacks(self) -> str:
        """What is missing, in numbers: "55 classes without a place"; empty where nothing is."""
        unplaced = ngettext("%(num)d class without a place", "%(num)d classes without a place", self.unplaced)
        broken = ngettext(
            "%(num)d breach of a rule that must hold", "%(num)d breaches of rules that must hold", self.hard
        )
        return ", ".join(words for words, number in ((unplaced, self.unplaced), (broken, self.hard)) if number)

    @property
    def sentence(self) -> str:
        """The standing in one line: "Incomplete: 55 classes without a place", or "98.20 of 100"."""
        return self.figure if self.is_complete else f"{self.title}: {self.lacks}"

    @property
    def figure(self) -> str:
        """The score as it is counted: "98.20 of 100", or that there is none.

        Of what is not complete it is secondary: it counts each class without a place as one breach of every wish.
        """
        return _("not counted") if self.quality is None else _("%(quality)s of 100", quality=self.quality)

    @property
    def aside(self) -> str:
        """What stands small beside `lacks`; empty where the score itself comes first, or there is none."""
        if self.is_complete or self.quality is None:
            return ""
        return _("%(quality)s of 100 with what is missing counted in", quality=self.quality)

    @property
    def doubt(self) -> str:
        """Why the score may say less than it seems, in a few words beside it; empty where nothing is known of it."""
        if self.is_outdated:
            return _("out of date")
        return _("not all rules counted") if self.is_partial else ""

    @property
    def rank(self) -> tuple[bool, int, int, bool, Decimal]:
        """What puts timetables in order, the greater the better.

        The incomplete stand below all that are complete, and what was counted with less than today's rules and data
        below what was counted with all of them.
        """
        quality = Decimal(-1) if self.quality is None else self.quality
        return self.is_complete, -self.unplaced, -self.hard, not self.remarks, quality


def standing_of(timetable: Timetable) -> ScoreStanding:
    """The standing of a stored timetable's score."""
    lacks = timetable.unplaced, timetable.hard_violations
    cut = (cut_words(timetable),) if timetable.cut_classes else ()
    if timetable.quality_score is None:
        return ScoreStanding(None, *lacks, cut, bool(cut) and bool(is_outdated(timetable)))
    remarks = (*cut, *_remarks(timetable))
    return ScoreStanding(
        timetable.quality_score, *lacks, remarks, bool(is_outdated(timetable)), bool(timetable.rules_off)
    )


def least_of(timetable: Timetable) -> str:
    """How far its cost is from the least there can be; empty where nothing is proven, or it is about something else.

    A bound is about complete timetables by the rules and data it was proven with: of an incomplete one, or of one that
    was counted with other data, it says nothing, and nothing either where it is 0 and the cost is not.
    """
    cost, bound = timetable.cost, timetable.bound
    if cost is None or bound is None or bound > cost or is_outdated(timetable) is not False:
        return ""
    if not standing_of(timetable).is_complete or timetable.cut_classes:
        return ""
    if cost == bound:
        return _("No timetable of these data can cost less: %(cost)s is the least possible.", cost=cost)
    if not bound:
        return ""
    return _(
        "No timetable of these data can cost less than %(bound)s; this one costs %(cost)s.", bound=bound, cost=cost
    )


def least_among(timetables: Iterable[Timetable]) -> str:
    """The same of the cheapest of several, with its name; empty where nothing can be said of it."""
    known = [timetable for timetable in timetables if least_of(timetable)]
    if not known:
        return ""
    cheapest = min(known, key=lambda timetable: (timetable.cost or 0, timetable.timetable_id))
    return f"{cheapest.variant_name}: {least_of(cheapest)}"


def is_outdated(timetable: Timetable) -> bool | None:
    """Return whether the term's data have changed since a timetable was counted; None where that is not known."""
    if timetable.data_revision is None:
        return None
    return timetable.data_revision != timetable.term.data_revision


def _remarks(timetable: Timetable) -> Iterator[str]:
    """What a score leaves out, and whether it is older than the data."""
    off = timetable.rules_off
    if off is None:
        yield _("It is not known which rules counted.")
    elif off:
        yield ngettext(
            "Counted without a usual rule, which was off: %(rules)s.",
            "Counted without %(num)d usual rules, which were off: %(rules)s.",
            len(off),
            rules=enumerated([title_of(rule) for rule in off], MOST_RULES),
        )
    outdated = is_outdated(timetable)
    if outdated is None:
        yield _("It is not known whether the data have changed since it was counted.")
    elif outdated:
        yield _("The data have changed since it was counted.")


def cut_words(timetable: Timetable) -> str:
    """How many classes of it have lost something since it was made."""
    return ngettext(
        "%(num)d class has lost a row that it used: it was deleted.",
        "%(num)d classes have lost a row that they used: it was deleted.",
        timetable.cut_classes,
    )
