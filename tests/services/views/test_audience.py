"""Each sees exactly their own part of the published timetable."""

from collections.abc import Iterable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.queries import counted_queries
from tests.university import University, university
from webapp.extensions import db
from webapp.models import Role, Section, StudentGroup, Timetable, User
from webapp.services.shared.errors import NotFound
from webapp.services.terms.selection import shown_term
from webapp.services.timetables.publishing import publish
from webapp.services.views.audience import (
    Lens,
    NotYours,
    SubjectUnknown,
    department_entries,
    own_entries,
    sheets_for,
    subjects,
)
from webapp.services.views.grid import EntryView

Db = scoped_session[Session]


@pytest.fixture
def uni(session: Db) -> University:
    return university()


@pytest.fixture
def published(uni: University) -> Timetable:
    return publish(uni.registrar, uni.timetable(), factories.EVERYTHING)


def named(entries: Iterable[EntryView]) -> set[str]:
    return {f"{entry.course_code} {entry.section}" for entry in entries}


def student_of(uni: University, *groups: StudentGroup) -> User:
    student = factories.student(groups=groups) if groups else factories.student(uni.organization)
    return factories.user(uni.organization, Role.STUDENT, student_id=student.student_id)


def test_a_student_sees_the_classes_of_own_section_and_batch_only(uni: University, published: Timetable) -> None:
    seen = own_entries(student_of(uni, uni.a1), Lens.GROUP, uni.term)
    assert named(seen) == {"CSE301 A", "CSE391 A (A1)", "MAT101 A"}
    assert named(own_entries(student_of(uni, uni.section_b), Lens.GROUP, uni.term)) == {"CSE301 B"}


def test_a_student_without_a_batch_sees_no_batchs_lab(uni: University, published: Timetable) -> None:
    assert named(own_entries(student_of(uni, uni.section_a), Lens.GROUP, uni.term)) == {"CSE301 A", "MAT101 A"}


def test_a_student_sees_what_they_enrolled_in_with_the_batch_chosen(uni: University, published: Timetable) -> None:
    user = student_of(uni)
    assert user.student is not None
    factories.enrollment(user.student, uni.logic)
    factories.enrollment(user.student, uni.lab, batch=uni.a2)
    assert named(own_entries(user, Lens.GROUP, uni.term)) == {"MAT205 A", "CSE391 A (A2)"}


def test_a_student_with_nothing_sees_nothing(uni: University, published: Timetable) -> None:
    assert own_entries(student_of(uni), Lens.GROUP, uni.term) == []


def test_first_and_further_teachers_see_their_classes(uni: University, published: Timetable) -> None:
    iyer = factories.user(uni.organization, Role.FACULTY, faculty_id=uni.iyer.faculty_id)
    assert named(own_entries(iyer, Lens.FACULTY, uni.term)) == {"CSE301 B", "CSE391 A (A1)", "CSE391 A (A2)"}
    lab = next(entry for entry in own_entries(iyer, Lens.FACULTY, uni.term) if entry.kind == "practical")
    assert lab.faculty == ("Dr Rao", "Dr Iyer")


def test_a_head_gets_the_classes_of_the_own_departments_courses(uni: University, published: Timetable) -> None:
    head = factories.user(uni.organization, Role.HOD, department_id=uni.mat.department_id)
    assert named(department_entries(head, uni.mat.department_id, uni.term)) == {"MAT101 A", "MAT205 A"}


def test_only_the_registrar_and_the_own_head_may_read_a_department(uni: University, published: Timetable) -> None:
    owner = uni.organization
    assert department_entries(uni.registrar, uni.mat.department_id, uni.term)
    for user in (
        factories.user(owner, Role.HOD, department_id=uni.cse.department_id),
        factories.user(owner, Role.FACULTY, faculty_id=uni.sen.faculty_id),
        student_of(uni, uni.section_a),
    ):
        with pytest.raises(NotYours, match="head of Maths"):
            department_entries(user, uni.mat.department_id, uni.term)


def test_departments_of_other_organisations_do_not_exist(uni: University, published: Timetable) -> None:
    for role in (Role.REGISTRAR, Role.HOD, Role.STUDENT):
        with pytest.raises(NotFound):
            department_entries(factories.user(role=role), uni.mat.department_id, uni.term)


def test_lists_are_for_those_whose_they_are(uni: University, published: Timetable) -> None:
    with pytest.raises(NotYours):
        own_entries(uni.registrar, Lens.GROUP, uni.term)
    with pytest.raises(NotYours):
        own_entries(student_of(uni, uni.a1), Lens.FACULTY, uni.term)


def test_drafts_are_seen_by_nobody_else(uni: University) -> None:
    uni.timetable()
    assert own_entries(student_of(uni, uni.a1), Lens.GROUP, uni.term) == []
    head = factories.user(uni.organization, Role.HOD, department_id=uni.mat.department_id)
    assert department_entries(head, uni.mat.department_id, uni.term) == []
    assert shown_term(uni.organization) is None


def test_entries_of_another_term_are_not_mixed_in(uni: University, published: Timetable) -> None:
    other = factories.term(uni.organization, academic_year="2025-26", semester=1)
    assert own_entries(student_of(uni, uni.a1), Lens.GROUP, other) == []


def test_subjects_are_those_that_the_timetable_has(uni: University, published: Timetable) -> None:
    assert [s.code for s in subjects(published, Lens.FACULTY)] == ["IYER", "RAO", "SEN"]
    assert [s.code for s in subjects(published, Lens.GROUP)] == ["A", "A1", "A2", "B"]
    assert [s.code for s in subjects(published, Lens.ROOM)] == ["HALL"]
    assert [s.code for s in subjects(published, Lens.DEPARTMENT)] == ["CSE", "MAT"]
    assert [s.code for s in subjects(published, Lens.FACULTY, uni.mat.department_id)] == ["SEN"]


@pytest.mark.parametrize(
    ("lens", "who", "classes"),
    [
        (Lens.GROUP, "section_a", {"CSE301 A", "CSE391 A (A1)", "CSE391 A (A2)", "MAT101 A"}),
        (Lens.GROUP, "a1", {"CSE301 A", "CSE391 A (A1)", "MAT101 A"}),
        (Lens.FACULTY, "sen", {"MAT101 A", "MAT205 A"}),
        (Lens.DEPARTMENT, "mat", {"MAT101 A", "MAT205 A"}),
    ],
)
def test_a_sheet_holds_what_concerns_its_subject(
    uni: University, published: Timetable, lens: Lens, who: str, classes: set[str]
) -> None:
    key_of = {Lens.GROUP: "student_group_id", Lens.FACULTY: "faculty_id", Lens.DEPARTMENT: "department_id"}
    key = getattr(getattr(uni, who), key_of[lens])
    (sheet,) = sheets_for(published, lens, [key])
    assert named(sheet.entries) == classes
    assert sheet.grid.entry_count == len(classes)


def test_in_a_departments_view_foreign_classes_are_busy_hours_with_the_owners_name(
    uni: University, published: Timetable
) -> None:
    (sheet,) = sheets_for(published, Lens.GROUP, [uni.a1.student_group_id], uni.cse.department_id)
    foreign = [entry for entry in sheet.entries if entry.foreign]
    assert [(entry.note, entry.course_title, entry.faculty, entry.room_code) for entry in foreign] == [
        ("Maths", "", (), None)
    ]
    assert not any("Calculus" in title for _, title, _ in sheet.legend)
    with pytest.raises(SubjectUnknown):
        sheets_for(published, Lens.FACULTY, [uni.sen.faculty_id], uni.cse.department_id)


def test_queries_do_not_grow_with_sheets_or_classes(uni: University, published: Timetable) -> None:
    published.timetable_id  # noqa: B018 - read before counting
    counts = []
    for keys in ([uni.rao.faculty_id], [uni.rao.faculty_id, uni.iyer.faculty_id, uni.sen.faculty_id]):
        with counted_queries() as seen:
            sheets_for(published, Lens.FACULTY, keys)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 5
    user = student_of(uni, uni.a1)
    db.session.refresh(user)
    with counted_queries() as seen:
        own_entries(user, Lens.GROUP, uni.term)
    assert len(seen) <= 4


def test_a_student_who_chose_from_a_basket_sees_that_option_only_and_who_has_not_sees_all(
    uni: University, published: Timetable
) -> None:
    sections = db.session.scalars(sa.select(Section))
    options = [section for section in sections if section.course.code in ("CSE301", "MAT101") and section.code == "A"]
    factories.basket(uni.term, name="Elective 1", options=options, groups=[uni.section_a])
    undecided = student_of(uni, uni.section_a)
    assert named(own_entries(undecided, Lens.GROUP, uni.term)) == {"CSE301 A", "MAT101 A"}
    chooser = student_of(uni, uni.section_a)
    assert chooser.student is not None
    factories.enrollment(chooser.student, next(section for section in options if section.course.code == "MAT101"))
    (seen,) = own_entries(chooser, Lens.GROUP, uni.term)
    assert (seen.course_code, seen.basket) == ("MAT101", "Elective 1")
