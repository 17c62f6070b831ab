"""FET's files: what each part becomes, what is not carried, and that FET takes back what is written."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from datetime import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.fet.file import FetFile, StudentsSet
from webapp.models import Component, Section, Term, TimeSlot, TimetableStatus
from webapp.services.imports import exports, uploads
from webapp.services.imports.destination import make_organization, make_term
from webapp.services.imports.faults import UploadRefused
from webapp.services.imports.formats.fet import FetTables
from webapp.services.imports.formats.fet_students import StudentGroups
from webapp.services.imports.formats.fet_writer import NotForFet
from webapp.services.imports.formats.files import read_upload
from webapp.services.imports.sheets import Tables

BENCHMARKS = Path(os.environ.get("TIMELOOM_BENCHMARKS", Path(__file__).parents[5] / "shared" / "benchmarks"))
LIST = BENCHMARKS / "fet" / "files.txt"
EXAMPLES = Path("/usr/share/doc/fet-data/examples")
"""Where Debian's package fet-data puts the files of FET's users."""


def named(tag: str, item: str, names: Iterable[str]) -> str:
    listed = list(names)
    items = "".join(f"<{item}><Name>{name}</Name></{item}>" for name in listed)
    return f"<{tag}><Number_of_{item}s>{len(listed)}</Number_of_{item}s>{items}</{tag}>"


def activity(ident: int, subject: str, teacher: str, students: str, group: int = 0, duration: int = 1) -> str:
    return (
        f"<Activity><Teacher>{teacher}</Teacher><Subject>{subject}</Subject><Students>{students}</Students>"
        f"<Duration>{duration}</Duration><Total_Duration>{duration}</Total_Duration><Id>{ident}</Id>"
        f"<Activity_Group_Id>{group}</Activity_Group_Id><Active>true</Active></Activity>"
    )


def constraint(name: str, said: str, weight: str = "100") -> str:
    inner = f"<Weight_Percentage>{weight}</Weight_Percentage>{said}<Active>true</Active>"
    return f"<Constraint{name}>{inner}</Constraint{name}>"


def at(tag: str, day: str, hour: str) -> str:
    return f"<{tag}><Day>{day}</Day><Hour>{hour}</Hour></{tag}>"


YEARS = (
    "<Year><Name>9</Name><Number_of_Students>50</Number_of_Students>"
    "<Group><Name>9A</Name><Number_of_Students>26</Number_of_Students></Group>"
    "<Group><Name>9B</Name><Number_of_Students>24</Number_of_Students></Group></Year>"
)
ACTIVITIES = (
    activity(1, "Maths", "Ann", "9A", group=1),
    activity(2, "Maths", "Ann", "9A", group=1),
    activity(3, "Maths", "Bob", "9B"),
    activity(4, "Physics, lab", "Bob", "9A", duration=2),
    activity(5, "Choir", "Cid", "9"),
)


def fet(times: str = "", spaces: str = "", activities: Iterable[str] = ACTIVITIES, years: str = YEARS) -> bytes:
    rooms = "".join(
        f"<Room><Name>{name}</Name><Building></Building><Capacity>{seats}</Capacity></Room>"
        for name, seats in (("R1", 60), ("R2", 30), ("Lab", 30))
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><fet version="6.8.5"><Institution_Name>Small school</Institution_Name>'
        + named("Days_List", "Day", ("Mon", "Tue", "Wed"))
        + named("Hours_List", "Hour", ("08:00", "09:00", "10:15"))
        + named("Subjects_List", "Subject", ("Maths", "Physics, lab", "Choir", ""))
        + "<Activity_Tags_List></Activity_Tags_List>"
        + named("Teachers_List", "Teacher", ("Ann", "Bob", "Cid"))
        + f"<Students_List>{years}</Students_List><Activities_List>{''.join(activities)}</Activities_List>"
        + f"<Buildings_List></Buildings_List><Rooms_List>{rooms}</Rooms_List>"
        + f"<Time_Constraints_List>{constraint('BasicCompulsoryTime', '')}{times}</Time_Constraints_List>"
        + f"<Space_Constraints_List>{constraint('BasicCompulsorySpace', '')}{spaces}</Space_Constraints_List></fet>"
    ).encode()


def records(tables: Tables, name: str) -> list[dict[str, object]]:
    return [{key: value for key, value in row.record.items() if value} for row in tables.sheets[name].rows]


def read(content: bytes) -> Tables:
    return read_upload("school.fet", content)


def test_activities_of_one_split_are_one_component_of_the_class_that_attends() -> None:
    tables = read(fet())
    maths = [row for row in records(tables, "components") if row["course"] == "Maths"]
    assert [(row["section"], row["component"], row["meetings_per_week"], row["faculty"]) for row in maths] == [
        ("9A", "A1", 2, ("Ann",)),
        ("9B", "A3", 1, ("Bob",)),
    ]
    lab = next(row for row in records(tables, "components") if row["component"] == "A4")
    assert (lab["course"], lab["slots_per_meeting"], "needs_room" in lab) == ("Physics- lab", 2, False)
    assert [(row["start"], row["end"]) for row in records(tables, "time_slots")[:3]] == [
        (time(8), time(9)),
        (time(9), time(10, 15)),
        (time(10, 15), time(11, 30)),
    ]


def test_only_the_rules_that_the_file_asks_for_are_on() -> None:
    enabled = {row["rule"] for row in records(read(fet()), "rules") if row.get("enabled")}
    assert "group_gaps" not in enabled and "max_per_day" not in enabled  # noqa: PT018 (two absences)
    gaps = constraint("StudentsMaxGapsPerWeek", "<Max_Gaps>0</Max_Gaps>")
    limit = constraint("StudentsMaxHoursDaily", "<Maximum_Hours_Daily>2</Maximum_Hours_Daily>")
    tables = read(fet(gaps + limit))
    rules = {row["code"]: row for row in records(tables, "rules") if row.get("enabled")}
    assert rules["max_per_day"]["amount"] == 2
    assert rules["group_gaps"]["weight"]
    assert [row["max_slots_day"] for row in records(tables, "faculty")] == [24, 24, 24]
    assert [(each.what, each.in_part) for each in tables.not_carried] == [("ConstraintStudentsMaxGapsPerWeek", True)]


def test_times_and_rooms_that_a_file_names_are_carried_exactly() -> None:
    times = (
        constraint("BreakTimes", at("Break_Time", "Wed", "10:15"))
        + constraint("TeacherNotAvailableTimes", "<Teacher>Ann</Teacher>" + at("Not_Available_Time", "Mon", "08:00"))
        + constraint(
            "StudentsSetNotAvailableTimes", "<Students>9</Students>" + at("Not_Available_Time", "Tue", "08:00")
        )
        + constraint(
            "ActivityPreferredStartingTime",
            "<Activity_Id>2</Activity_Id><Preferred_Day>Tue</Preferred_Day><Preferred_Hour>09:00</Preferred_Hour>",
        )
        + constraint(
            "ActivityPreferredTimeSlots", "<Activity_Id>3</Activity_Id>" + at("Preferred_Time_Slot", "Mon", "08:00")
        )
        + constraint(
            "MinDaysBetweenActivities", "<Activity_Id>1</Activity_Id><Activity_Id>2</Activity_Id><MinDays>1</MinDays>"
        )
        + constraint("ActivitiesSameStartingTime", "<Activity_Id>1</Activity_Id><Activity_Id>3</Activity_Id>")
        + constraint(
            "TeacherMaxDaysPerWeek", "<Teacher_Name>Ann</Teacher_Name><Max_Days_Per_Week>2</Max_Days_Per_Week>"
        )
    )
    spaces = (
        constraint(
            "SubjectPreferredRooms",
            "<Subject>Maths</Subject><Preferred_Room>R1</Preferred_Room><Preferred_Room>R2</Preferred_Room>",
        )
        + constraint("ActivityPreferredRoom", "<Activity_Id>4</Activity_Id><Room>Lab</Room>")
        + constraint("StudentsSetHomeRoom", "<Students>9</Students><Room>R1</Room>")
        + constraint("ActivityPreferredRoom", "<Activity_Id>5</Activity_Id><Room>R2</Room>", weight="95")
    )
    tables = read(fet(times, spaces))
    assert "D3H3" not in {row["code"] for row in records(tables, "time_slots")}
    away = records(tables, "availability")
    assert {"slot": "D1H1", "faculty": "Ann", "level": "unavailable"} in away
    assert {"slot": "D2H1", "group": "9", "level": "unavailable"} in away
    assert sum(row.get("course") == "Maths" and row["section"] == "9B" for row in away) == 7  # all but one of eight
    components = {str(row["component"]): row for row in records(tables, "components")}
    assert set(components) == {"A1", "A2", "A3", "A4", "A5"}  # 1 is said something of alone, so 2 is alone too
    assert components["A1"]["room_features"] == components["A3"]["room_features"] == ("set-1",)
    assert [row["code"] for row in records(tables, "rooms") if "set-1" in row.get("features", ())] == ["R1", "R2"]
    assert records(tables, "pins") == [
        {"course": "Maths", "section": "9A", "component": "A2", "number": 1, "slot": "D2H2"},
        {"course": "Physics- lab", "section": "9A", "component": "A4", "number": 1, "room": "Lab"},
    ]
    between = [row for row in records(tables, "rules") if row.get("components")]
    assert [(row["rule"], row["hard"], row["components"]) for row in between] == [
        ("same_time", True, ("Maths/9A/A1", "Maths/9B/A3")),
        ("different_days", True, ("Maths/9A/A1", "Maths/9A/A2")),
    ]
    assert components["A5"]["room_features"] == ("set-2",)
    assert {(each.what, each.count) for each in tables.not_carried} == {
        ("ConstraintTeacherMaxDaysPerWeek", 1),
        ("ConstraintActivityPreferredRoom", 1),
    }
    assert tables.carried == 2 + 7 + 3


def test_a_subject_without_a_name_is_a_course_all_the_same() -> None:
    courses = records(read(fet(activities=[activity(1, "", "Ann", "9A")])), "courses")
    assert [(row["code"], row["title"]) for row in courses] == [("X", "–")]


def test_what_nobody_knows_is_named_and_counted() -> None:
    tables = read(fet(constraint("MoonIsFull", "<Moon>full</Moon>") * 2, constraint("RoomsSing", "")))
    assert [(each.what, each.count, str(each.why)) for each in tables.not_carried] == [
        ("ConstraintMoonIsFull", 2, "There is no such rule here yet."),
        ("ConstraintRoomsSing", 1, "There is no such rule here yet."),
    ]


def students(name: str, *parts: StudentsSet) -> StudentsSet:
    return StudentsSet(name, 10, parts)


@pytest.mark.parametrize(
    ("years", "rows"),
    [
        pytest.param([students("9", students("9A"), students("9B"))], {"9": None, "9A": "9", "9B": "9"}, id="a tree"),
        pytest.param(
            [
                students(
                    "9",
                    *(students(a, *(students(a + b) for b in "XY")) for a in "AB"),
                    *(students(b, *(students(a + b) for a in "AB")) for b in "XY"),
                )
            ],
            {"9": None, "A": "9", "B": "9", "X": "9", "Y": "9"},
            id="two splits that cross",
        ),
        pytest.param(
            [students("9", students("A", students("1"), students("2")), students("B", students("2"), students("3")))],
            {"9": None, "1": "9", "2": "9", "3": "9"},
            id="groups that overlap in part",
        ),
        pytest.param(
            [students("9", students("A"), students("B")), students("10", students("B"), students("C"))],
            {"A": None, "B": None, "C": None},
            id="a group of two years",
        ),
    ],
)
def test_groups_clash_exactly_where_the_sets_of_the_file_share_students(
    years: list[StudentsSet], rows: dict[str, str | None]
) -> None:
    everybody = {part.name for year in years for part in _flat(year)}
    used = frozenset(everybody - {a + b for a in "AB" for b in "XY"})
    file = FetFile("years.fet", fet(activities=(), years="".join(map(_xml, years))))
    groups = StudentGroups(file, used)
    assert {row.name: row.parent for row in groups.rows.values()} == rows
    leaves = {name: _leaves(groups, name) for name in used}
    for one in used:
        for other in used:
            assert bool(leaves[one] & leaves[other]) == bool(file.parts[one] & file.parts[other]), (one, other)


def _xml(students_set: StudentsSet, tags: tuple[str, ...] = ("Year", "Group", "Subgroup")) -> str:
    inner = "".join(_xml(part, tags[1:]) for part in students_set.parts)
    return f"<{tags[0]}><Name>{students_set.name}</Name>{inner}</{tags[0]}>"


def _flat(students_set: StudentsSet) -> Iterable[StudentsSet]:
    yield students_set
    for part in students_set.parts:
        yield from _flat(part)


def _leaves(groups: StudentGroups, name: str) -> set[str]:
    """Two groups of one parent clash when they are of different splits: each pair of such is a leaf of both."""
    leaves = set()
    for group in groups.stands_for(name):
        row = groups.rows[group]
        siblings = [
            other for other in groups.rows.values() if other.parent == (row.name if row.parent is None else row.parent)
        ]
        for one in siblings or [row]:
            if row.parent is None or one is row:
                crossing = [other for other in siblings if other.split != one.split]
                leaves |= {"/".join(sorted((one.name, other.name))) for other in crossing} or {one.name}
    return leaves


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "is empty", id="nothing"),
        pytest.param(b"<fet><Days_List>", "its XML can't be read", id="cut off"),
        pytest.param(b"<html></html>", "is not a FET file: it begins with <html>", id="another format"),
        pytest.param(b'<!DOCTYPE x [<!ENTITY a "b">]><fet>&a;</fet>', "defines entities of its own", id="entities"),
        pytest.param(
            fet(activities=[activity(1, "Greek", "Ann", "9A")]), "a subject of the file's", id="unknown subject"
        ),
        pytest.param(
            fet(activities=[activity(1, "Maths", "Ann", "8Z")]), "a year, group or subgroup", id="unknown class"
        ),
        pytest.param(fet(activities=[ACTIVITIES[0]] * 2), "an Id that no other activity has", id="the same Id twice"),
    ],
)
def test_a_file_that_cant_be_read_says_why(content: bytes, words: str) -> None:
    with pytest.raises(UploadRefused) as refused:
        read(content)
    assert words in " ".join([refused.value.message, *refused.value.findings])


def imported(content: bytes) -> Term:
    organization = make_organization("SCHOOL", "School", "UTC")
    term = make_term(organization, "2026-27", 1, tables=read(content))
    upload = uploads.keep_upload(organization, term, None, "school.fet", content)
    uploads.confirm_upload(organization, upload, None)
    return term


@pytest.mark.usefixtures("app")
def test_a_term_from_fet_goes_back_with_every_activity_where_the_timetable_has_it() -> None:
    """And FET, where it is installed, accepts it."""
    space = constraint("SubjectPreferredRoom", "<Subject>Maths</Subject><Room>R1</Room>")
    term = imported(
        fet(
            constraint(
                "TeacherMaxDaysPerWeek", "<Teacher_Name>Ann</Teacher_Name><Max_Days_Per_Week>2</Max_Days_Per_Week>"
            ),
            space,
        )
    )
    place_all(
        term,
        {
            ("Maths", "9A", 1): "D1H1",
            ("Maths", "9A", 2): "D2H1",
            ("Maths", "9B", 1): "D1H2",
            ("Physics- lab", "9A", 1): "D3H1",
            ("Choir", "9", 1): "D1H3",
        },
    )
    written = exports.fet_file(term.organization, term)
    file = FetFile("back.fet", written)
    locked = {
        c.text("Activity_Id"): (c.text("Preferred_Day"), c.text("Preferred_Hour"))
        for c in file.constraints
        if c.name == "ActivityPreferredStartingTime"
    }
    assert locked == {
        "1": ("Mon", "08:00"),
        "2": ("Tue", "08:00"),
        "3": ("Mon", "09:00"),
        "4": ("Wed", "08:00"),
        "5": ("Mon", "10:15"),
    }
    assert any(c.name == "TeacherMaxDaysPerWeek" for c in file.constraints)  # nothing that FET knew is lost
    assert_fet_accepts(written)


def place_all(term: Term, places: dict[tuple[str, str, int], str]) -> None:
    timetable = factories.timetable(term, status=TimetableStatus.DRAFT)
    slots = {slot.code: slot for slot in db.session.scalars(sa.select(TimeSlot).filter_by(term_id=term.term_id))}
    for component in db.session.scalars(sa.select(Component).join(Section).where(Section.term_id == term.term_id)):
        for number in range(1, component.meetings_per_week + 1):
            section = component.section
            slot = slots[places[section.course.code, section.code, number]]
            factories.entry(timetable, component, slot, ordinal=number)


def assert_fet_accepts(content: bytes) -> None:
    if shutil.which("fet-cl") is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "back.fet"
        path.write_bytes(content)
        command = ["fet-cl", f"--inputfile={path}", f"--outputdir={folder}/out", "--timelimitseconds=20"]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert "Simulation successful" in " ".join(ran.stdout.split()), ran.stdout[-400:]


@pytest.mark.usefixtures("app")
def test_any_other_term_is_written_as_a_file_that_fet_opens() -> None:
    """With a class of several groups, batches, a double period and a day that is shorter than the others."""
    term = factories.term(days=3, slots=4)
    db.session.delete(factories.slot(term, 2, 3))
    db.session.flush()
    section_a, section_b = (factories.group(term, code) for code in ("A", "B"))
    batches = [factories.group(term, f"A-{number}", parent=section_a, split="lab") for number in (1, 2)]
    teacher = factories.faculty(factories.department(term.organization), code="RAO")
    lectures = factories.component(
        factories.section(term, groups=[section_a, section_b], faculty=[teacher]), meetings_per_week=2
    )
    labs = factories.component(
        factories.section(term, groups=[section_a], faculty=[]),
        code="LAB",
        slots_per_meeting=2,
        meetings_per_week=1,
        batches=batches,
    )
    room = factories.room(term.organization, capacity=100)
    timetable = factories.timetable(term)
    for ordinal, day in ((1, 0), (2, 1)):
        factories.entry(timetable, lectures, factories.slot(term, day, 0), room, ordinal=ordinal)
    for batch in batches:
        slot = factories.slot(term, 2, 0)
        end = factories.slot(term, 2, 1).end_time
        factories.entry(timetable, labs, slot, groups=[batch], student_group_id=batch.student_group_id, end_time=end)
    written = exports.fet_file(term.organization, term)
    file = FetFile("term.fet", written)
    assert [(a.students, a.duration, a.teachers) for a in file.activities] == [
        (("A", "B"), 1, ("RAO",)),
        (("A", "B"), 1, ("RAO",)),
        (("A-1",), 2, ()),
        (("A-2",), 2, ()),
    ]
    assert_fet_accepts(written)
    lectures.week_set_id = factories.week_set(term).week_set_id
    db.session.flush()
    with pytest.raises(NotForFet, match="2 classes are not held every week"):
        exports.fet_file(term.organization, term)


@pytest.mark.skipif(not (LIST.exists() and EXAMPLES.exists()), reason="FET's example files are not installed")
@pytest.mark.slow
def test_every_file_of_fets_users_opens() -> None:
    known = [line.strip() for line in LIST.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(known) == 73
    for name in known:
        file = FetFile(Path(name).name, (EXAMPLES / name).read_bytes())
        tables = FetTables(file)
        read_tables = tables.tables()
        meetings = sum(int(str(row["meetings_per_week"])) for row in records(read_tables, "components"))
        assert meetings == len(file.activities), name
        told = read_tables.carried + sum(each.count for each in read_tables.not_carried)
        assert told == len(file.constraints), name
