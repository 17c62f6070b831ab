"""Assigning everybody, taking it back, and moving one student: what is stored, kept, refused and said."""

import pytest
import sqlalchemy as sa

from tests import factories
from tests.edge import commit
from tests.services.terms.requests.conftest import College
from webapp.extensions import db
from webapp.models import AuditEvent, CourseEnrollment, Student
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.shared.errors import NotFound
from webapp.services.terms.requests.outcome import preview, standing
from webapp.services.terms.requests.seats import (
    WITHOUT,
    SeatMove,
    SeatsOutdated,
    chosen_timetable,
    move,
    student_seats,
    take,
    take_back,
)


def enrolled() -> dict[str, set[tuple[int, bool]]]:
    query = sa.select(Student.code, CourseEnrollment.section_id, CourseEnrollment.from_request)
    found: dict[str, set[tuple[int, bool]]] = {}
    for code, section, assigned in db.session.execute(query.join(Student)):
        found.setdefault(code, set()).add((section, assigned))
    return found


def test_students_are_assigned_within_sizes_and_hours_and_all_of_it_is_taken_back(college: College) -> None:
    for code in ("S1", "S2", "S3"):
        college.ask(code, college.os, college.db)
    college.ask("S4", college.os)
    by_hand = college.ask("S5", college.os)
    factories.enrollment(by_hand, college.a)
    db.session.commit()
    before = standing(college.term, college.timetable)
    assert (before.asked, before.got, before.without, before.students, before.students_served) == (8, 1, 7, 5, 1)
    assert before.waiting[0].reasons[1] == "B has a place."
    outcome, _given = preview(college.term, college.timetable)
    # B has two places and whoever takes DB must be there; one of S1 to S3 does without OS or DB, S4 goes to A.
    assert (outcome.got, outcome.without, outcome.added, outcome.removed, outcome.by_hand) == (7, 1, 6, 0, 1)
    assert enrolled() == {"S5": {(college.a.section_id, False)}}
    (waiting,) = outcome.waiting
    assert waiting.course == "OS"
    assert set(waiting.reasons) == {"A clashes with DB A.", "B is full (2 of 2)."}
    fills = {course.code: [(s.label, s.students, s.capacity, s.change) for s in course.sections]
             for course in outcome.courses}  # fmt: skip
    assert fills == {"OS": [("A", 2, 2, 1), ("B", 2, 2, 2)], "DB": [("A", 3, 9, 3)]}
    commit(take, college.scope, college.term, college.timetable, outcome.mark)
    assert enrolled()["S5"] == {(college.a.section_id, False)}
    assert enrolled()["S4"] == {(college.a.section_id, True)}
    after = standing(college.term, college.timetable)
    assert (after.got, after.without, after.assigned, after.waiting) == (7, 1, 6, outcome.waiting)
    again, _given = preview(college.term, college.timetable)
    assert (again.got, again.added, again.removed) == (7, 0, 0)
    assert commit(take_back, college.scope, college.term) == 6
    assert enrolled() == {"S5": {(college.a.section_id, False)}}
    actions = db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.audit_event_id)).all()
    assert actions == ["requests.assign", "requests.take-back"]


def test_what_was_shown_is_what_is_taken_or_nothing_is(college: College) -> None:
    college.ask("S1", college.os)
    outcome, _given = preview(college.term, college.timetable)
    college.ask("S2", college.os)
    with pytest.raises(SeatsOutdated, match="have changed since"):
        commit(take, college.scope, college.term, college.timetable, outcome.mark)
    assert enrolled() == {}


def test_groups_count_their_classes_block_and_batches_are_filled_alike(college: College) -> None:
    group = factories.group(college.term, "G", size=1)
    own = factories.section(college.term, college.db, "B", groups=[group])
    taught = factories.component(own, meetings_per_week=1)
    factories.entry(college.timetable, taught, factories.slot(college.term, 0, 1), groups=[group])
    member = college.ask("S1", college.os, college.db)
    factories.member(member, group)
    db.session.commit()
    outcome, given = preview(college.term, college.timetable)
    assert given == {(member.student_id, college.a.section_id): None}
    assert (outcome.got, outcome.without) == (2, 0)
    (page,) = (one for one in student_seats(college.term, member.student_id, college.timetable).courses if one.by_group)
    assert (page.code, page.seat, page.choices) == ("DB", "B", ())
    lab = factories.course(college.department, "LAB")
    batches = [factories.group(college.term, code, size=0) for code in ("X", "Y")]
    factories.component(factories.section(college.term, lab, expected_size=4), "P", batches=batches)
    for number in range(4):
        college.ask(f"L{number}", lab)
    _outcome, given = preview(college.term, None)
    seats = [batch for batch in given.values() if batch is not None]
    assert sorted(seats) == sorted([one.student_group_id for one in batches] * 2)


def test_a_course_without_a_section_and_an_alternative_are_told_apart(college: College) -> None:
    missing = factories.course(college.department, "NONE")
    college.ask("S1", missing)
    college.ask("S2", missing, alternative_id=college.db.course_id)
    outcome, _given = preview(college.term, college.timetable)
    assert (outcome.got, outcome.instead, outcome.without, outcome.must_waiting) == (0, 1, 1, 1)
    assert outcome.waiting[0].reasons == ("The course has no section in this term.",)
    assert chosen_timetable(college.term, "") is college.timetable
    assert chosen_timetable(college.term, WITHOUT) is None
    with pytest.raises(NotFound):
        chosen_timetable(college.term, "0")


def test_one_student_is_moved_with_the_cost_shown_stays_and_is_moved_back(college: College) -> None:
    student = college.ask("S1", college.os, college.db)
    outcome, _given = preview(college.term, college.timetable)
    commit(take, college.scope, college.term, college.timetable, outcome.mark)
    page = student_seats(college.term, student.student_id, college.timetable)
    os = next(course for course in page.courses if course.code == "OS")
    costs = [(c.label, c.taken, c.students, c.after, c.over, c.clashes) for c in os.choices]
    assert costs == [("A", False, 0, 1, 0, "DB A"), ("B", True, 1, 1, 0, "")]
    wanted = SeatMove(student.student_id, os.course_id, os.choices[0].value, True, os.seen)
    moved = commit(move, college.scope, college.term, wanted)
    assert moved.words == "S1 Student S1 has section A of OS."
    with pytest.raises(RecordChanged, match="Somebody else"):
        commit(move, college.scope, college.term, wanted)
    # Made by hand it stays, although it clashes; DB, which clashes with it, is not given.
    again, given = preview(college.term, college.timetable)
    assert (given, again.without, again.by_hand) == ({}, 1, 1)
    os = next(one for one in student_seats(college.term, student.student_id, None).courses if one.code == "OS")
    back = SeatMove(student.student_id, os.course_id, moved.before, moved.stayed, os.seen)
    commit(move, college.scope, college.term, back)
    assert enrolled()["S1"] == {(college.b.section_id, True), (college.only.section_id, True)}
    with pytest.raises(NotFound):
        commit(move, college.scope, college.term, SeatMove(student.student_id, 0, "", True, ""))


def test_who_attends_by_group_is_not_moved_by_hand(college: College) -> None:
    group = factories.group(college.term)
    factories.section(college.term, college.db, "C", groups=[group])
    student = college.ask("S1", college.db)
    factories.member(student, group)
    db.session.commit()
    (course,) = student_seats(college.term, student.student_id, None).courses
    with pytest.raises(RecordRefused, match="by group"):
        commit(move, college.scope, college.term, SeatMove(student.student_id, course.course_id, "", True, course.seen))
