"""ITC-2007 `.ctt` files as tables.

One department; a teacher code is a faculty member; a curriculum a flat group; "students" the expected
size, no persons. Periods get invented hours without breaks, so that neighbours are adjacent as in the
file. Unavailability hangs on the section, and the term gets exactly that format's rules and weights.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from webapp.services.imports.faults import UploadRefused
from webapp.services.imports.formats.ctt_file import CttCourse, CttFile
from webapp.services.imports.formats.records import Cells, tables_of
from webapp.services.imports.sheets import Tables
from webapp.services.schema.values import DAY_NAMES
from webapp.services.schema.wishes import rule_records
from webapp.services.shared.rule_defaults import ITC_2007
from webapp.services.shared.words import _

DEPARTMENT = "ITC"
SECTION = "1"
LECTURE = "L"
FIRST = time(8)
LAST_MINUTE = 24 * 60 - 1
MOST_DAYS = 7


def is_ctt(filename: str) -> bool:
    """Return whether a file's name says that it is of this kind."""
    return filename.lower().endswith((".ctt", ".ectt"))


def read_tables(filename: str, content: bytes) -> Tables:
    """The tables that a `.ctt` file stands for; raises `UploadRefused` with what is wrong in it.

    What the format allows and no column here can hold is refused, as in any other file.
    """
    file = CttFile(filename, content)
    if file.days > MOST_DAYS:
        raise UploadRefused(
            _(
                "%(filename)s has %(days)s days, a week here has at most %(most_days)s.",
                filename=filename,
                days=file.days,
                most_days=MOST_DAYS,
            )
        )
    courses = file.courses.values()
    teachers = dict.fromkeys(course.teacher for course in courses)
    contents: dict[str, Iterable[Cells]] = {
        "departments": [{"code": DEPARTMENT, "name": file.name}],
        "rooms": [{"code": code, "name": code, "capacity": seats} for code, seats in file.rooms.items()],
        "time_slots": _slots(file),
        "faculty": [{"code": code, "name": code, "department": DEPARTMENT} for code in teachers],
        "groups": [{"code": code, "name": code, "programme": code} for code in file.curricula],
        "courses": [{"code": c.code, "title": c.code, "department": DEPARTMENT} for c in courses],
        "sections": [_section(course) for course in courses],
        "components": [_component(course) for course in courses],
        "availability": [cells for course in courses for cells in _unavailable(course)],
        "rules": rule_records(ITC_2007),
    }
    return tables_of(filename, contents)


def _section(course: CttCourse) -> Cells:
    return {
        "course": course.code,
        "section": SECTION,
        "faculty": (course.teacher,),
        "groups": tuple(course.curricula),
        "expected_size": course.students,
    }


def _component(course: CttCourse) -> Cells:
    return {
        "course": course.code,
        "section": SECTION,
        "component": LECTURE,
        "meetings_per_week": course.lectures,
        "different_days": False,
        "min_days": course.min_days,
    }


def slot_code(day: int, period: int) -> str:
    """The code of a day's period, both from 0 as in the file."""
    return f"D{day}P{period}"


def _slots(file: CttFile) -> Iterable[Cells]:
    """Periods of an hour from 08:00; of as many minutes as fit the day where there are many."""
    begin = FIRST.hour * 60 if file.periods * 60 <= LAST_MINUTE - FIRST.hour * 60 else 0
    minutes = min(60, (LAST_MINUTE - begin) // file.periods)
    midnight = datetime.combine(datetime.min.date(), time())
    for day in range(file.days):
        for period in range(file.periods):
            start = midnight + timedelta(minutes=begin + minutes * period)
            yield {
                "code": slot_code(day, period),
                "label": f"{DAY_NAMES[day][:3]} {period + 1}",
                "day": day,
                "start": start.time(),
                "end": (start + timedelta(minutes=minutes)).time(),
            }


def _unavailable(course: CttCourse) -> Iterable[Cells]:
    for day, period in sorted(course.unavailable):
        yield {
            "slot": slot_code(day, period),
            "course": course.code,
            "section": SECTION,
            "level": "unavailable",
        }
