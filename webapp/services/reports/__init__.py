"""Reports: six questions about one timetable, each answered with sentences, a chart and tables.

Everything is counted from the term's data of today and the places that the timetable gives its meetings.
"""

from collections.abc import Callable, Mapping

from webapp.models import Term, Timetable, TimetableStatus
from webapp.services.reports import fairness, gaps, groups, leaves, loads, rooms
from webapp.services.reports.shapes import Report, ReportTable, written
from webapp.services.reports.source import Reading, read
from webapp.services.shared.errors import NotFound
from webapp.services.shared.words import _
from webapp.services.timetables import scores

__all__ = ["MAKERS", "Report", "ReportTable", "ReportUnknown", "default_timetable", "make", "names", "written"]

MAKERS: Mapping[str, Callable[[Reading], Report]] = {
    "rooms": rooms.report,
    "loads": loads.report,
    "gaps": gaps.report,
    "fairness": fairness.report,
    "groups": groups.report,
    "leaves": leaves.report,
}


class ReportUnknown(NotFound):
    """There is no such report."""


def names() -> list[tuple[str, str, str]]:
    """Key, title and question of each report."""
    return [
        ("rooms", _("Room utilisation"), _("How much of what is open is used, how full, and which rooms stand empty?")),
        ("loads", _("Teacher load"), _("Who teaches more or less than the norm?")),
        ("gaps", _("Gaps, early and late"), _("Who waits between classes, begins first or leaves last?")),
        ("fairness", _("Fairness"), _("How evenly do the burdens fall on teachers?")),
        ("groups", _("Group load"), _("How long are the students' days, and how many are free?")),
        ("leaves", _("Leave-robustness"), _("If a teacher is on leave, who could take the classes?")),
    ]


def default_timetable(term: Term) -> Timetable | None:
    """The published timetable, else the best variant; None where there is none."""
    variants = scores.timetables_of(term)
    published = next((v for v in variants if v.timetable.status is TimetableStatus.PUBLISHED), None)
    chosen = published or scores.best_of(variants)
    return chosen.timetable if chosen else None


def make(timetable: Timetable, key: str) -> Report:
    """A report on a timetable; raises `ReportUnknown`."""
    if key not in MAKERS:
        raise ReportUnknown(_("There is no report %(key)s.", key=key[:40]))
    return MAKERS[key](read(timetable))
