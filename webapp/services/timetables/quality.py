"""What a timetable's quality score is worth: decided here, and read wherever a score stands or timetables rank."""

from dataclasses import dataclass
from decimal import Decimal

from webapp.models import Timetable
from webapp.services.shared.words import _, ngettext


@dataclass(frozen=True)
class ScoreStanding:
    """A quality score (0 to 100, None where nothing was counted) with what must be read before it, and beside it.

    ``unplaced`` counts the classes without a place, ``hard`` how often rules that must hold are broken. ``remarks`` are
    sentences about how the score was counted, for complete and incomplete timetables alike.
    """

    quality: Decimal | None
    unplaced: int = 0
    hard: int = 0
    remarks: tuple[str, ...] = ()

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
    def rank(self) -> tuple[bool, int, int, Decimal]:
        """What puts timetables in order, the greater the better: the incomplete below all that are complete."""
        return self.is_complete, -self.unplaced, -self.hard, Decimal(-1) if self.quality is None else self.quality


def standing_of(timetable: Timetable) -> ScoreStanding:
    """The standing of a stored timetable's score."""
    return ScoreStanding(timetable.quality_score, timetable.unplaced, timetable.hard_violations)
