"""ITC-2007 `.ctt` files as tables, and published timetables as solutions of theirs.

One department; a teacher code is a faculty member; a curriculum a flat group; "students" the expected
size, no persons. Periods get invented hours without breaks, so that neighbours are adjacent as in the
file. Unavailability hangs on the section, and the term gets exactly that format's rules and weights.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from webapp.engine.instance import Instance
from webapp.engine.readers import ReadError, read
from webapp.services.imports.faults import Fault, UploadRefused
from webapp.services.imports.sheets import FileRow, FileSheet, Tables
from webapp.services.schema.columns import Value
from webapp.services.schema.tables import BY_NAME
from webapp.services.schema.values import DAY_NAMES, empty
from webapp.services.shared.rule_defaults import ITC_2007, settings_of
from webapp.services.shared.words import _

DEPARTMENT = "ITC"
SECTION = "1"
LECTURE = "L"
FIRST = time(8)
LAST_MINUTE = 24 * 60 - 1
MOST_DAYS = 7
Cells = Mapping[str, Value]


def is_ctt(filename: str) -> bool:
    """Whether a file's name says that it is of this kind."""
    return filename.lower().endswith((".ctt", ".ectt"))


def read_tables(filename: str, content: bytes) -> Tables:
    """The tables that a `.ctt` file stands for; raises `UploadRefused` with the line that is wrong."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / filename
        path.write_bytes(content)
        try:
            instance = read(path)
        except ReadError as error:
            fault = Fault(filename, "", error.line, "", error.found, error.expected)
            raise UploadRefused(_("Nothing was imported: %(error)s", error=error), [fault]) from None
    if instance.grid.days > MOST_DAYS:
        raise UploadRefused(
            _(
                "%(filename)s has %(days)s days, a week here has at most %(most_days)s.",
                filename=filename,
                days=instance.grid.days,
                most_days=MOST_DAYS,
            )
        )
    return tables_of(filename, instance)


@dataclass(frozen=True)
class _Course:
    """A course of the file, put together from its lectures."""

    code: str
    teacher: str
    curricula: tuple[str, ...]
    meetings: tuple[int, ...]
    students: int
    min_days: int


def tables_of(filename: str, instance: Instance) -> Tables:
    """The tables of an instance that was read from a `.ctt` file."""
    courses = _courses(instance)
    curricula = [r.name for r in instance.resources if r.code.startswith("curriculum/")]
    teachers = dict.fromkeys(course.teacher for course in courses)
    contents: dict[str, Iterable[Cells]] = {
        "departments": [{"code": DEPARTMENT, "name": instance.name}],
        "rooms": [{"code": r.code, "name": r.code, "capacity": r.capacity} for r in instance.rooms],
        "time_slots": _slots(instance),
        "faculty": [{"code": code, "name": code, "department": DEPARTMENT} for code in teachers],
        "groups": [{"code": code, "name": code, "programme": code} for code in curricula],
        "courses": [{"code": c.code, "title": c.code, "department": DEPARTMENT} for c in courses],
        "sections": [
            {
                "course": c.code,
                "section": SECTION,
                "faculty": (c.teacher,),
                "groups": c.curricula,
                "expected_size": c.students,
            }
            for c in courses
        ],
        "components": [_component(c) for c in courses],
        "availability": _unavailable(instance, courses),
        "rules": _rules(),
    }
    return Tables(filename, {name: _sheet(filename, name, rows) for name, rows in contents.items()})


def _courses(instance: Instance) -> list[_Course]:
    of_course: dict[str, list[int]] = {}
    for index, meeting in enumerate(instance.meetings):
        of_course.setdefault(meeting.code.rpartition("#")[0], []).append(index)
    min_days = {c.label: c.amount for c in instance.constraints if c.rule.name == "min_working_days"}
    found = []
    for code, indices in of_course.items():
        first = instance.meetings[indices[0]]
        people = [instance.resources[index] for index in first.resources]
        found.append(
            _Course(
                code=code,
                teacher=next(r.name for r in people if r.code.startswith("teacher/")),
                curricula=tuple(r.name for r in people if r.code.startswith("curriculum/")),
                meetings=tuple(indices),
                students=first.size,
                min_days=min_days.get(code, 0),
            )
        )
    return found


def _component(course: _Course) -> Cells:
    return {
        "course": course.code,
        "section": SECTION,
        "component": LECTURE,
        "meetings_per_week": len(course.meetings),
        "different_days": False,
        "min_days": course.min_days,
    }


def slot_code(day: int, period: int) -> str:
    """The code of a day's period, both from 0 as in the file."""
    return f"D{day}P{period}"


def _slots(instance: Instance) -> Iterable[Cells]:
    """Periods of an hour from 08:00; of as many minutes as fit the day where there are many."""
    periods = instance.grid.slots_per_day
    begin = FIRST.hour * 60 if periods * 60 <= LAST_MINUTE - FIRST.hour * 60 else 0
    minutes = min(60, (LAST_MINUTE - begin) // periods)
    midnight = datetime.combine(datetime.min.date(), time())
    for day in range(instance.grid.days):
        for period in range(periods):
            start = midnight + timedelta(minutes=begin + minutes * period)
            yield {
                "code": slot_code(day, period),
                "label": f"{DAY_NAMES[day][:3]} {period + 1}",
                "day": day,
                "start": start.time(),
                "end": (start + timedelta(minutes=minutes)).time(),
            }


def _unavailable(instance: Instance, courses: list[_Course]) -> Iterable[Cells]:
    known = {course.code for course in courses}
    for constraint in instance.constraints:
        if constraint.rule.name != "unavailable" or constraint.label not in known:
            continue
        for cell in sorted(constraint.cells):
            day, period = divmod(cell, instance.grid.slots_per_day)
            yield {
                "slot": slot_code(day, period),
                "course": constraint.label,
                "section": SECTION,
                "level": "unavailable",
            }


def _rules() -> Iterable[Cells]:
    for name, setting in settings_of(ITC_2007):
        yield {
            "code": name,
            "rule": name,
            "enabled": setting.enabled,
            "hard": setting.hard,
            "weight": setting.weight,
            "amount": setting.amount,
        }


def _sheet(filename: str, name: str, rows: Iterable[Cells]) -> FileSheet:
    """A sheet with every column, what ``rows`` leaves out being empty."""
    table = BY_NAME[name]
    blank = {column.name: empty(column) for column in table.file_columns}
    records = tuple(FileRow(number, blank | dict(cells)) for number, cells in enumerate(rows, start=2))
    return FileSheet(table, filename, tuple(table.by_name), records)
