"""What has changed for a teacher or a student, and nothing that is not theirs."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.services.timetables.test_diff import entry_of, move
from tests.university import University, university
from webapp.extensions import db
from webapp.models import EntryFaculty, Role, Room, Timetable, User
from webapp.services.timetables import publishing
from webapp.services.views.audience import Lens, NotYours
from webapp.services.views.changes import news_for

Db = scoped_session[Session]


@pytest.fixture
def uni(session: Db) -> University:
    made = university()
    factories.room(made.organization, "LH-2")
    return made


def teacher(uni: University, faculty: factories.Faculty) -> User:
    return factories.user(uni.organization, Role.FACULTY, faculty_id=faculty.faculty_id)


def second_version(uni: University) -> Timetable:
    """The second one moves Dr Rao's lecture to section A, and gives Dr Sen's Logic to Dr Iyer."""
    first, second = uni.timetable("Balanced"), uni.timetable("Compact-Week")
    move(entry_of(second, "CSE301"), 4)
    logic = entry_of(second, "MAT205")
    db.session.execute(
        sa.update(EntryFaculty).filter_by(entry_id=logic.entry_id).values(faculty_id=uni.iyer.faculty_id)
    )
    logic.faculty_id = uni.iyer.faculty_id
    db.session.flush()
    for number, timetable in enumerate((first, second), start=1):
        timetable.number, timetable.published_at = number, sa.func.now()
    first.status = publishing.SUPERSEDED
    db.session.flush()
    second.status = publishing.PUBLISHED
    db.session.flush()
    return second


def test_before_a_second_version_there_are_no_news(uni: University) -> None:
    rao = teacher(uni, uni.rao)
    assert news_for(rao, Lens.FACULTY, None) is None
    assert news_for(rao, Lens.FACULTY, uni.term) is None
    publishing.publish(uni.registrar, uni.timetable(), factories.EVERYTHING)
    assert news_for(rao, Lens.FACULTY, uni.term) is None


def test_a_teacher_reads_what_was_moved_added_and_taken_away(uni: University) -> None:
    second_version(uni)
    told = [news_for(teacher(uni, who), Lens.FACULTY, uni.term) for who in (uni.rao, uni.iyer, uni.sen)]
    rao, iyer, sen = (news.sentences for news in told if news is not None)
    assert rao == ("Algorithms, CSE301 A, L 1: from Monday 08:00, HALL to Friday 13:00, HALL.",)
    (new,) = iyer
    assert new.startswith("Logic, MAT205 A, L 1: new, on ")
    (gone,) = sen
    assert gone.startswith("Logic, MAT205 A, L 1: no longer yours; it was on ")


def test_a_student_reads_of_own_groups_and_who_teaches_them(uni: University) -> None:
    second_version(uni)
    mine = factories.student(uni.organization, groups=[uni.section_a])
    theirs = factories.student(uni.organization, groups=[uni.section_b])
    chosen = factories.student(uni.organization)
    factories.enrollment(chosen, uni.logic)
    found = [
        news_for(factories.user(uni.organization, Role.STUDENT, student_id=student.student_id), Lens.GROUP, uni.term)
        for student in (mine, theirs, chosen)
    ]
    moved, none, taught = (news.sentences for news in found if news is not None)
    assert [sentence.partition(":")[0] for sentence in moved] == ["Algorithms, CSE301 A, L 1"]
    assert none == ()
    assert [s.partition(". ")[2] for s in taught] == ["It is taught by Dr Iyer, no longer by Dr Sen."]


def test_a_version_that_comes_back_tells_the_way_back(uni: University) -> None:
    second = second_version(uni)
    first = publishing.version_before(uni.term)
    assert first is not None
    publishing.publish(uni.registrar, first, factories.EVERYTHING)
    found = news_for(teacher(uni, uni.rao), Lens.FACULTY, uni.term)
    assert found is not None
    assert (found.number, found.sentences) == (
        second.number,
        ("Algorithms, CSE301 A, L 1: from Friday 13:00, HALL to Monday 08:00, HALL.",),
    )
    publishing.unpublish(uni.registrar, first)
    assert news_for(teacher(uni, uni.rao), Lens.FACULTY, uni.term) is None


def test_another_room_alone_is_said_as_that(uni: University) -> None:
    second = second_version(uni)
    hall_two = next(room for room in db.session.scalars(sa.select(Room)) if room.code == "LH-2")
    entry_of(second, "CSE301", "B").room_id = hall_two.room_id
    db.session.flush()
    found = news_for(teacher(uni, uni.iyer), Lens.FACULTY, uni.term)
    assert found is not None
    assert [one for one in found.sentences if one.endswith("LH-2, no longer in HALL.")]


def test_others_have_no_week_of_their_own(uni: University) -> None:
    second_version(uni)
    with pytest.raises(NotYours):
        news_for(uni.registrar, Lens.FACULTY, uni.term)
