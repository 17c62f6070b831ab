"""What a timetable's row keeps of how it was made, as one dataclass with one way to and from its JSON column."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from webapp.models import Timetable
from webapp.services.problem.words.sentences import RepairCause, WayOutWords
from webapp.services.shared.codec import from_json
from webapp.services.shared.words import _

WHAT_IF_REASON = "{what-if}"
"""Stands in the reason of a class that a what-if let break a rule, for the way out that was tried."""


@dataclass(frozen=True)
class FiguresBefore:
    """Cost, classes without a place, and quality (a decimal as text) of the timetable that was solved anew."""

    cost: int | None = None
    unplaced: int | None = None
    quality: str | None = None


@dataclass(frozen=True)
class TimetableResult:
    """How a timetable was made.

    Parameters
    ----------
    status, seed, seconds, limit, versions
        What the engine said of its search: its status, the seed, seconds, which limit ended it, versions of libraries.
    cost_in_profile, bound_in_profile
        Cost and proven bound by the variant's own weights.
    from_pool
        Whether it was found while another variant was searched for.
    relaxation
        The way out that was tried, where it is a what-if.
    file
        The file that it was imported from.
    made_by, before, changes
        Of a repair or re-solve: the kind of job, the figures of what it came from, what had happened.
    """

    status: str = ""
    seed: int | None = None
    seconds: float | None = None
    limit: str = ""
    cost_in_profile: int | None = None
    bound_in_profile: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    from_pool: bool = False
    relaxation: WayOutWords | None = None
    file: str = ""
    made_by: str = ""
    before: FiguresBefore | None = None
    changes: tuple[RepairCause, ...] = ()


def result_of(timetable: Timetable) -> TimetableResult:
    """Read how a timetable was made."""
    return from_json(TimetableResult, timetable.result)


def reason_in_words(timetable: Timetable, reason: str) -> str:
    """The reason by which a class of a timetable may break rules, with what a what-if tried put into words."""
    if WHAT_IF_REASON not in reason:
        return reason
    tried = result_of(timetable).relaxation
    way = _("What-if: %(way)s", way=tried) if tried is not None else _("Let be by a what-if.")
    return reason.replace(WHAT_IF_REASON, way)
