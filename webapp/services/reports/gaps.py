"""Gaps, early and late: of teachers and of groups."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from webapp.services.reports.shapes import Bars, Report, ReportRow, ReportTable, departments_of
from webapp.services.reports.source import PlacedMeeting, Reading
from webapp.services.shared.words import _, ngettext


@dataclass(frozen=True, slots=True)
class AverageWeek:
    """What somebody's average week is like."""

    name: str
    department: str
    gaps: int
    days: int
    early: float
    late: float


def week_of(reading: Reading, name: str, department: str, meetings: list[PlacedMeeting]) -> AverageWeek:
    """Count one week."""
    busy = reading.busy(meetings)
    first, last = reading.ends_of_days
    return AverageWeek(
        name,
        department,
        reading.gaps(meetings),
        sum(hours > 0 for hours in reading.hours_by_day(meetings)),
        sum(share for cell, share in busy.items() if cell in first),
        sum(share for cell, share in busy.items() if cell in last),
    )


def weeks_of_teachers(reading: Reading) -> list[AverageWeek]:
    """Of every teacher that teaches."""
    faculty = reading.rows.faculty
    taught = ((key, meetings) for key, meetings in reading.of_teacher.items() if meetings)
    return [week_of(reading, faculty[key].name, reading.department_of(key), meetings) for key, meetings in taught]


def weeks_of_groups(reading: Reading) -> list[AverageWeek]:
    """Of every smallest group."""
    homes = reading.group_departments
    return [
        week_of(reading, reading.group_name(resource), homes[resource], meetings)
        for resource, meetings in reading.of_group.items()
        if meetings
    ]


def report(reading: Reading) -> Report:
    """Teachers and groups, most gaps first."""
    teachers, groups = weeks_of_teachers(reading), weeks_of_groups(reading)
    tables = (_table(_("Teachers, most gaps first"), teachers), _table(_("Groups, most gaps first"), groups))
    spread = Counter(week.gaps for week in teachers)
    return Report(
        "gaps",
        _("Gaps, early and late"),
        (
            _("Gap: a free period between two classes of a day, counted as the rules of gaps do."),
            _("Early and late: days of an average week with a class in the day's first or last period."),
        ),
        (
            _(
                "Teachers have %(teachers)s a week, groups %(groups)s.",
                teachers=_gaps(_sum(teachers)),
                groups=_gaps(_sum(groups)),
            ),
            _("%(n)d of %(all)d teachers have none.", n=spread[0], all=len(teachers)),
        ),
        tables,
        bars=Bars(
            _("How many teachers have how many gaps a week"),
            tuple((_gaps(n), spread[n], None) for n in sorted(spread)),
        ),
        departments=departments_of(tables),
    )


def _gaps(number: int) -> str:
    return ngettext("%(num)d gap", "%(num)d gaps", number)


def _sum(weeks: Iterable[AverageWeek]) -> int:
    return sum(week.gaps for week in weeks)


def _table(title: str, weeks: list[AverageWeek]) -> ReportTable:
    ordered = sorted(weeks, key=lambda week: (-week.gaps, -week.early - week.late, week.name))
    rows = tuple(ReportRow((w.name, w.department, w.gaps, w.days, w.early, w.late), w.department) for w in ordered)
    columns = (_("Name"), _("Department"), _("Gaps"), _("Days used"), _("First periods"), _("Last periods"))
    return ReportTable(title, columns, rows, frozenset(range(2, 6)))
