"""The own week of teachers and students: what has changed stands above it."""

import pytest

from tests import factories
from tests.pages import Pages, words
from tests.services.views.test_changes import second_version
from tests.university import University, university
from webapp.models import Role
from webapp.services.timetables import publishing


@pytest.fixture
def uni(session, client) -> University:
    made = university()
    factories.room(made.organization, "LH-2")
    return made


def test_a_teacher_sees_what_has_changed_since_the_version_before(pages: Pages, uni: University, sign_in, client):
    second_version(uni)
    sign_in(client, factories.user(uni.organization, Role.FACULTY, faculty_id=uni.rao.faculty_id))
    page = words(pages.get("/faculty/timetable"))
    assert "1 change for you since version 1" in page
    assert "Algorithms, CSE301 A, L 1: from Monday 08:00, HALL to Friday 13:00, HALL." in page
    assert "Logic" not in page


def test_a_student_whom_nothing_concerns_reads_that(pages: Pages, uni: University, sign_in, client):
    second_version(uni)
    student = factories.student(uni.organization, groups=[uni.section_b])
    sign_in(client, factories.user(uni.organization, Role.STUDENT, student_id=student.student_id))
    page = words(pages.get("/student/timetable"))
    assert "Nothing changes for you since version 1" in page
    assert "Algorithms, CSE301 A" not in page


def test_the_first_version_changes_nothing(pages: Pages, uni: University, sign_in, client):
    publishing.publish(uni.registrar, uni.timetable(), factories.EVERYTHING)
    sign_in(client, factories.user(uni.organization, Role.FACULTY, faculty_id=uni.rao.faculty_id))
    assert "since version" not in words(pages.get("/faculty/timetable"))


def test_a_student_who_assists_has_two_weeks_each_called_by_its_role(pages: Pages, uni: University, sign_in, client):
    publishing.publish(uni.registrar, uni.timetable(), factories.EVERYTHING)
    student = factories.student(uni.organization, groups=[uni.section_b])
    links = {"student_id": student.student_id, "faculty_id": uni.rao.faculty_id}
    sign_in(client, factories.user(uni.organization, Role.STUDENT, Role.FACULTY, **links))
    teaching, studies = (words(pages.get(path)) for path in ("/faculty/timetable", "/student/timetable"))
    assert "My week as a teacher" in teaching
    assert "My week as a student" in studies
    assert "Iyer" not in teaching, "a teacher's own week names groups"
    assert "Iyer" in studies, "who teaches section B"


def test_the_sheet_of_each_of_two_weeks_names_whose_it_is(pages: Pages, uni: University, sign_in, client):
    publishing.publish(uni.registrar, uni.timetable(), factories.EVERYTHING)
    student = factories.student(uni.organization, code="S-77", groups=[uni.section_b])
    links = {"student_id": student.student_id, "faculty_id": uni.rao.faculty_id}
    sign_in(client, factories.user(uni.organization, Role.STUDENT, Role.FACULTY, **links))
    assert "S-77" in words(pages.get("/student/timetable/print"))
    assert uni.rao.code in words(pages.get("/faculty/timetable/print"))
