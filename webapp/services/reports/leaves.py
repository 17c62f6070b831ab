"""Leave-robustness: whose classes somebody else could take."""

from collections import defaultdict
from dataclasses import dataclass

from webapp.models import WishLevel
from webapp.services.problem.words.labels import time_in_words
from webapp.services.reports.shapes import Bars, Report, ReportRow, ReportTable, departments_of, percent
from webapp.services.reports.source import PlacedMeeting, Reading
from webapp.services.schema.values import DAY_NAMES
from webapp.services.shared.words import _

LEAVES_UNLESS_SET = 1.0


@dataclass(frozen=True, slots=True)
class Cover:
    """One class of one absent teacher: who could take it, and why the others can't."""

    meeting: PlacedMeeting
    teacher: int
    able: tuple[int, ...]
    teaching: int
    away: int
    weight: float


def report(reading: Reading) -> Report:
    """Departments, least covered first; then the classes that nobody could cover."""
    covers = covers_of(reading)
    open_classes = [cover for cover in covers if not cover.able]
    share = _share(covers)
    departments: dict[str, list[Cover]] = defaultdict(list)
    for cover in covers:
        departments[reading.department_of(cover.teacher)].append(cover)
    ordered = sorted(departments.items(), key=lambda item: (_share(item[1]), item[0]))
    tables = (_of_departments(ordered), _of_teachers(reading, covers), _of_classes(reading, open_classes))
    return Report(
        "leaves",
        _("Leave-robustness"),
        (
            _("Qualified: of the absent teacher's department, or a teacher of that course in any section."),
            _("Covered: a qualified colleague is neither teaching then nor unavailable; each class by itself."),
            _("In the column of a day: classes covered of classes meeting."),
            _("Share covered: weighted by the teacher's leaves a month; 1 where none are set."),
        ),
        (
            _(
                "%(n)d of %(all)d classes could be covered; weighted by leaves %(share)g %%.",
                n=len(covers) - len(open_classes),
                all=len(covers),
                share=share,
            ),
        ),
        tables,
        bars=Bars(
            _("Share of classes covered by department, in per cent"),
            tuple((name, _share(own), None) for name, own in ordered[:40]),
            " %",
        ),
        departments=departments_of(tables),
    )


def covers_of(reading: Reading) -> list[Cover]:
    """For each teacher of each class, who could stand in."""
    busy: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for meeting in reading.placed:
        for key in meeting.row.faculty_ids:
            for cell in meeting.cells:
                busy[key][cell] |= meeting.row.weeks
    away, of_course, of_home = reading.wishes(WishLevel.UNAVAILABLE), _of_courses(reading), defaultdict(set)
    for key, teacher in reading.rows.faculty.items():
        of_home[teacher.department_id].add(key)
    covers = []
    for meeting in reading.placed:
        for key in meeting.row.faculty_ids:
            teacher = reading.rows.faculty[key]
            others = (of_home[teacher.department_id] | of_course[meeting.row.course_id]) - set(meeting.row.faculty_ids)
            teaching = {k for k in others if any(busy[k][cell] & meeting.row.weeks for cell in meeting.cells)}
            absent = {k for k in others - teaching if meeting.cells & away.get(k, frozenset())}
            leaves = teacher.leaves_per_month
            weight = meeting.share * (LEAVES_UNLESS_SET if leaves is None else float(leaves))
            able = tuple(sorted(others - teaching - absent))
            covers.append(Cover(meeting, key, able, len(teaching), len(absent), weight))
    return covers


def _of_courses(reading: Reading) -> dict[int, set[int]]:
    """By course: whoever teaches it in this term."""
    teachers: dict[int, set[int]] = defaultdict(set)
    for row in reading.problem.rows:
        teachers[row.course_id] |= set(row.faculty_ids)
    return teachers


def _share(covers: list[Cover]) -> float:
    return percent(sum(c.weight for c in covers if c.able), sum(c.weight for c in covers))


def _of_departments(ordered: list[tuple[str, list[Cover]]]) -> ReportTable:
    rows = tuple(
        ReportRow((name, len(own), sum(bool(c.able) for c in own), sum(not c.able for c in own), _share(own)), name)
        for name, own in ordered
    )
    columns = (_("Department"), _("Classes"), _("Covered"), _("Nobody"), _("Share covered %"))
    return ReportTable(_("Departments, least covered first"), columns, rows, frozenset(range(1, 5)))


def _of_teachers(reading: Reading, covers: list[Cover]) -> ReportTable:
    """A line a teacher; the column of a day says how many of the day's classes are covered."""
    taught: dict[int, dict[int, list[Cover]]] = defaultdict(lambda: defaultdict(list))
    for cover in covers:
        for day in cover.meeting.time.day_list():
            taught[cover.teacher][day].append(cover)
    days = sorted({day for own in taught.values() for day in own})
    rows = []
    for key, own in taught.items():
        name, home = reading.rows.faculty[key].name, reading.department_of(key)
        able = [bool(cover.able) for covers_of_day in own.values() for cover in covers_of_day]
        counts = (len(able), sum(able), len(able) - sum(able))
        rows.append(ReportRow((name, home, *counts, *(_of_day(own.get(day, [])) for day in days)), home))
    rows.sort(key=lambda row: (-int(row.cells[4]), row.cells[0]))
    kept = (_("Teacher"), _("Department"), _("Classes"), _("Covered"), _("Nobody"))
    columns = (*kept, *(DAY_NAMES[day][:3] for day in days))
    return ReportTable(_("Teachers and days, worst first"), columns, tuple(rows), frozenset(range(2, len(columns))))


def _of_day(covers: list[Cover]) -> str:
    return _("%(n)d of %(all)d", n=sum(bool(c.able) for c in covers), all=len(covers)) if covers else ""


def _of_classes(reading: Reading, covers: list[Cover]) -> ReportTable:
    ordered = sorted(covers, key=lambda c: (-c.weight, c.meeting.row.label))
    rows = tuple(
        ReportRow(
            (
                cover.meeting.row.label,
                reading.rows.faculty[cover.teacher].name,
                reading.department_of(cover.teacher),
                time_in_words(reading.problem.calendar, cover.meeting.time),
                _why(cover),
            ),
            reading.department_of(cover.teacher),
        )
        for cover in ordered
    )
    columns = (_("Class"), _("Teacher"), _("Department"), _("When"), _("Why nobody"))
    return ReportTable(_("Classes that nobody could cover"), columns, rows)


def _why(cover: Cover) -> str:
    if not cover.teaching + cover.away:
        return _("No other teacher is qualified.")
    return _(
        "Of %(n)d qualified, %(teaching)d teach then and %(away)d are unavailable.",
        n=cover.teaching + cover.away,
        teaching=cover.teaching,
        away=cover.away,
    )
