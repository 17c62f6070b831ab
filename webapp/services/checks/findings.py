"""What a look at a term's data finds: a statement with numbers, how grave it is, and the row to go to."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.services.problem.words.statements import Statement
from webapp.services.shared.target import Target


class Severity(StrEnum):
    """How grave a finding is."""

    BLOCKER = "blocker"
    """There can be no timetable as long as it stands: it is proved by counting."""
    WARNING = "warning"
    """A timetable may exist, and is probably not what is wanted."""
    NOTE = "note"
    """Worth a look."""


class FindingKind(StrEnum):
    """What a finding is about."""

    TEACHERS = "teachers"
    STUDENTS = "students"
    ROOMS = "rooms"
    TIMES = "times"
    PINS = "pins"
    BASKETS = "baskets"
    RULES = "rules"
    MISSING = "missing"
    UNUSED = "unused"


KIND_TITLES = {
    FindingKind.TEACHERS: _l("Load of teachers"),
    FindingKind.STUDENTS: _l("Groups and students"),
    FindingKind.ROOMS: _l("Rooms"),
    FindingKind.TIMES: _l("Times and days"),
    FindingKind.PINS: _l("Fixed classes"),
    FindingKind.BASKETS: _l("Elective baskets"),
    FindingKind.RULES: _l("Rules that are off"),
    FindingKind.MISSING: _l("Missing data"),
    FindingKind.UNUSED: _l("Not in use"),
}
SEVERITIES = tuple(Severity)
KINDS = tuple(FindingKind)


@dataclass(frozen=True)
class Finding:
    """One thing found.

    ``demand`` and ``supply`` are the numbers of the statement where it compares two.
    """

    severity: Severity
    kind: FindingKind
    words: Statement
    target: Target
    demand: int = 0
    supply: int = 0

    @property
    def sentence(self) -> str:
        """What was found, in words."""
        return self.words.sentence


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Blockers first, then warnings, then notes; each by kind, the largest want first."""
    return sorted(
        findings,
        key=lambda finding: (
            SEVERITIES.index(finding.severity),
            KINDS.index(finding.kind),
            finding.supply - finding.demand,
            finding.target.label,
            finding.sentence,
        ),
    )
