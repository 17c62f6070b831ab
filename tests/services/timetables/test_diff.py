"""What differs between two timetables, how, and whom it concerns."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.queries import counted_queries
from tests.university import University, university
from webapp.extensions import db
from webapp.models import EntryFaculty, Timetable, TimetableEntry
from webapp.services.timetables.diff import How, NotOfOneTerm, differences, in_brief, where

Db = scoped_session[Session]


@pytest.fixture
def uni(session: Db) -> University:
    made = university()
    factories.room(made.organization, "LH-2")
    return made


def entry_of(timetable: Timetable, course: str, section: str = "A", ordinal: int = 1) -> TimetableEntry:
    """The first class of a course's section."""
    found = [
        entry
        for entry in timetable.entries
        if (entry.course.code, entry.section.code, entry.ordinal) == (course, section, ordinal)
    ]
    return found[0]


def move(entry: TimetableEntry, day: int) -> None:
    """Put a class at the day's last hour, as it stands in no timetable of these tests."""
    slot = factories.slot(entry.timetable.term, day, 5)
    entry.time_slot_id, entry.day, entry.start_time, entry.end_time = (
        slot.time_slot_id,
        day,
        slot.start_time,
        slot.end_time,
    )


def unplace(entry: TimetableEntry) -> None:
    entry.time_slot_id = entry.day = entry.start_time = entry.end_time = entry.room_id = None


def test_equal_timetables_differ_in_nothing(uni: University) -> None:
    found = differences(uni.timetable("Balanced"), uni.timetable("Compact-Week"))
    assert (found.moved, found.same, found.by_how) == ((), 6, {})
    assert (found.teachers, found.groups, found.electives, found.students) == ((), (), (), 0)


def test_every_way_of_differing_has_a_name(uni: University) -> None:
    a, b = uni.timetable("Balanced"), uni.timetable("Compact-Week")
    other_room = next(room for room in db.session.scalars(sa.select(factories.Room)) if room.code == "LH-2")
    move(entry_of(b, "CSE301"), 4)
    entry_of(b, "CSE301", "B").room_id = other_room.room_id
    move(entry_of(b, "MAT101"), 3)
    entry_of(b, "MAT101").room_id = other_room.room_id
    unplace(entry_of(a, "MAT205"))
    first, second = (entry for entry in b.entries if entry.course.code == "CSE391")
    db.session.execute(sa.delete(EntryFaculty).filter_by(entry_id=first.entry_id, faculty_id=uni.iyer.faculty_id))
    unplace(second)
    db.session.flush()
    found = differences(a, b)
    assert {(one.label.partition(",")[0], one.how) for one in found.moved} == {
        ("CSE301 A", How.TIME),
        ("CSE301 B", How.ROOM),
        ("MAT101 A", How.BOTH),
        ("MAT205 A", How.PLACED),
        ("CSE391 A", How.TEACHERS),
        ("CSE391 A", How.UNPLACED),
    }
    back = {one.label: one.how for one in differences(b, a).moved}
    assert (back["MAT205 A, L 1"], found.same) == (How.UNPLACED, 0)
    moved = {one.label: one for one in found.moved}
    assert where(moved["CSE301 A, L 1"].now) == "Friday 13:00, HALL"
    assert where(moved["MAT205 A, L 1"].before) == "without a place"


def test_in_brief_says_the_same_places_and_counts(uni: University) -> None:
    a, b = uni.timetable("Balanced"), uni.timetable("Compact-Week")
    move(entry_of(b, "CSE301"), 4)
    unplace(entry_of(b, "MAT101"))
    db.session.execute(sa.delete(TimetableEntry).filter_by(entry_id=entry_of(b, "MAT205").entry_id))
    db.session.flush()
    found, brief = differences(a, b), in_brief(a, b)
    assert [(one.label, one.before, one.now) for one in brief] == [
        (one.label, where(one.before), where(one.now)) for one in found.moved
    ]
    assert len(brief) == 3
    assert [one.entry_id is None for one in brief] == [False, False, True]
    assert in_brief(a, a) == []
    assert differences(a, a).same == 6


def test_whom_it_concerns_is_counted_with_their_students(uni: University) -> None:
    a, b = uni.timetable("Balanced"), uni.timetable("Compact-Week")
    uni.section_a.size = 40
    member, chooser = factories.student(uni.organization), factories.student(uni.organization)
    factories.member(member, uni.a1)
    factories.enrollment(chooser, uni.logic)
    for course in ("CSE301", "MAT101", "MAT205"):
        move(entry_of(b, course), 4)
    db.session.flush()
    found = differences(a, b)
    assert [(one.code, one.classes) for one in found.teachers] == [("SEN", 2), ("RAO", 1)]
    assert [(one.code, one.classes, one.students) for one in found.groups] == [("A", 2, 40)]
    assert [(one.code, one.students) for one in found.electives] == [("MAT205 A", 1)]
    assert found.students == 2, "the member of a part of the group, and who has chosen the section"


def test_meetings_that_change_places_with_their_like_are_no_difference(session: Db) -> None:
    uni = university()
    section = factories.section(uni.term, factories.course(uni.mat, "MAT300"), "A", faculty=[uni.sen])
    factories.component(section, "L", meetings_per_week=2)
    db.session.commit()
    a, b = uni.timetable("Balanced"), uni.timetable("Compact-Week")
    first, second = entry_of(b, "MAT300", ordinal=1), entry_of(b, "MAT300", ordinal=2)
    for name in ("time_slot_id", "day", "start_time", "end_time"):
        one, other = getattr(first, name), getattr(second, name)
        setattr(first, name, other)
        setattr(second, name, one)
    db.session.flush()
    assert differences(a, b).moved == ()
    move(first, 4)
    db.session.flush()
    assert [one.how for one in differences(a, b).moved] == [How.TIME]
    assert len(in_brief(a, b)) == 1


def test_a_class_that_only_one_has_is_added_or_gone(uni: University) -> None:
    a, b = uni.timetable("Balanced"), uni.timetable("Compact-Week")
    db.session.delete(entry_of(a, "MAT101"))
    db.session.flush()
    (added,), (gone,) = differences(a, b).moved, differences(b, a).moved
    assert (added.how, added.before, gone.how, gone.now) == (How.ADDED, None, How.GONE, None)
    assert where(added.before) == "not there"


def test_timetables_of_two_terms_are_not_compared(uni: University) -> None:
    other = university()
    with pytest.raises(NotOfOneTerm):
        differences(uni.timetable(), other.timetable())


def test_queries_do_not_grow_with_the_classes_that_differ(uni: University) -> None:
    a, b = uni.timetable("Balanced"), uni.timetable("Compact-Week")
    used = []
    for courses in (["MAT101"], ["CSE301", "MAT205"]):
        for course in courses:
            move(entry_of(b, course), 4)
        db.session.flush()
        assert a.term_id == b.term_id  # read before counting
        with counted_queries() as seen:
            differences(a, b)
        used.append(len(seen))
    assert used[0] == used[1] <= 13
