"""Teacher load against the norm."""

from webapp.models import Faculty
from webapp.services.reports.shapes import Bars, Report, ReportRow, ReportTable, departments_of
from webapp.services.reports.source import Reading
from webapp.services.shared.words import _

ASSISTANT_HOURS, SENIOR_HOURS = 16, 14
"""What is asked of assistant professors in India, and of those above them, where no limit is set."""
SHOWN = 20


def norm_of(teacher: Faculty) -> int:
    """The teacher's own most hours a week, else what is usual for the rank."""
    if teacher.max_slots_week is not None:
        return teacher.max_slots_week
    rank = teacher.rank.casefold()
    senior = "professor" in rank and "assistant" not in rank
    return SENIOR_HOURS if senior else ASSISTANT_HOURS


def report(reading: Reading) -> Report:
    """Teachers, most above the norm first."""
    teachers = []
    for key, meetings in reading.of_teacher.items():
        teacher = reading.rows.faculty[key]
        hours = sum(meeting.row.slots * meeting.time.days.bit_count() * meeting.share for meeting in meetings)
        teachers.append((hours - norm_of(teacher), hours, teacher))
    teachers.sort(key=lambda item: (-item[0], item[2].name))
    rows = tuple(_row(reading, *item) for item in teachers)
    columns = (
        _("Teacher"),
        _("Department"),
        _("Rank"),
        _("Hours held"),
        _("Norm"),
        _("Norm from"),
        _("Difference"),
        _("In words"),
    )
    table = ReportTable(_("Teachers, most above the norm first"), columns, rows, frozenset({3, 4, 6}))
    above, below = sum(item[0] > 0 for item in teachers), sum(item[0] < 0 for item in teachers)
    unset = sum(teacher.max_slots_week is None for _by, _hours, teacher in teachers)
    return Report(
        "loads",
        _("Teacher load"),
        (
            _("Hours held: periods a teacher teaches in an average week; each of several teachers counts in full."),
            _("Norm: the teacher's most periods a week, else 14 for full and associate professors and 16 below."),
        ),
        (
            _(
                "%(above)d of %(all)d teachers hold more than their norm, %(below)d less.",
                above=above,
                all=len(teachers),
                below=below,
            ),
            _("%(unset)d have no limit of their own, so the usual norm is taken.", unset=unset),
        ),
        (table,),
        bars=Bars(
            _("Hours held and norm, the %(n)d highest above it", n=min(SHOWN, len(teachers))),
            tuple((teacher.name, round(hours, 1), norm_of(teacher)) for _by, hours, teacher in teachers[:SHOWN]),
        ),
        departments=departments_of([table]),
    )


def _row(reading: Reading, by: float, hours: float, teacher: Faculty) -> ReportRow:
    comparison = _("at the norm")
    if by:
        comparison = _("%(n)g over the norm", n=round(by, 2)) if by > 0 else _("%(n)g under the norm", n=round(-by, 2))
    source = _("own limit") if teacher.max_slots_week is not None else _("usual for the rank")
    home = reading.department_of(teacher.faculty_id)
    return ReportRow((teacher.name, home, teacher.rank, hours, norm_of(teacher), source, by, comparison), home)
