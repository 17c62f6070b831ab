"""The own week of teachers and students: what has changed stands above it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests import factories
from tests.pages import Pages, words
from tests.services.views.test_changes import second_version
from tests.university import University, university
from webapp.models import Role, TermWeekKind
from webapp.services.timetables import publishing
from webapp.web import presentation


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


# Dates: semester 1 of 2024-25 is from Monday, 1 January 2024, sixteen weeks


@pytest.fixture
def teacher(uni: University, sign_in, client, monkeypatch) -> University:
    """Dr Rao is signed in on Friday, 12 January, in week 2; the lecture of section A is held in odd weeks."""
    uni.term.starts_on, uni.term.ends_on = date(2024, 1, 1), date(2024, 4, 21)
    uni.algorithms.components[0].week_set_id = factories.week_set(uni.term).week_set_id
    publishing.publish(uni.registrar, uni.timetable(), factories.EVERYTHING)
    at = datetime(2024, 1, 12, 12, 30, tzinfo=ZoneInfo("Asia/Kolkata"))
    monkeypatch.setattr(presentation, "now", lambda: at)
    sign_in(client, factories.user(uni.organization, Role.FACULTY, faculty_id=uni.rao.faculty_id))
    return uni


def test_a_week_shows_its_number_its_dates_and_classes_of_alternate_weeks_in_theirs(pages: Pages, teacher: University):
    this_week = words(pages.get("/faculty/timetable"))
    assert "Week 2, even" in this_week
    assert "8 Jan – 14 Jan 2024" in this_week
    assert "CSE301" not in this_week.partition("Week 2, even")[2]
    assert "Next, Monday, 15 Jan" in this_week, "over the weekend, in week 3"
    assert "CSE301" in words(pages.get("/faculty/timetable?week=3"))
    assert "Week 3, odd" in words(pages.get("/faculty/timetable?week=2024-01-17"))
    assert "without dates" in words(pages.get("/faculty/timetable?week=every"))


@pytest.mark.parametrize("asked", ["17", "0", "2025-01-01", "now", "-1", "99999999999999999999"])
def test_a_week_that_the_term_has_not_answers_404_and_says_which_it_has(
    pages: Pages, teacher: University, client, asked
):
    answer = client.get(f"/faculty/timetable?week={asked}")
    assert answer.status_code == 404
    assert "its weeks are 1 to 16" in answer.get_data(as_text=True)


def test_holidays_make_up_days_and_breaks_stand_in_their_week(pages: Pages, teacher: University):
    factories.holiday(teacher.term, date(2024, 1, 15), name="<b>Pongal</b>")
    factories.holiday(teacher.term, date(2024, 1, 16), name="Mathematics day", departments=[teacher.mat])
    factories.makeup_day(teacher.term, date(2024, 1, 20), 0, note="For Pongal")
    factories.term_week(teacher.term, date(2024, 1, 22), TermWeekKind.BREAK, note="Half-term")
    week = words(pages.get("/faculty/timetable?week=3"))
    assert "<b>Pongal</b>" in week
    assert "Mathematics day" not in week, "a department that Dr Rao doesn't teach for"
    assert "As on Monday: For Pongal" in week
    assert "Next, Tuesday, 16 Jan" in week, "Monday is a holiday"
    assert "CSE301" in week
    half_term = words(pages.get("/faculty/timetable?week=2024-01-22"))
    assert "Break" in half_term
    assert "Half-term. No classes are held in this week." in half_term


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2023, 12, 31), "has not begun: it begins on Monday, 1 January 2024."),
        (date(2024, 4, 22), "is over: it ended on Sunday, 21 April 2024."),
    ],
)
def test_a_term_that_does_not_run_says_so_and_shows_every_week(
    pages: Pages, teacher: University, monkeypatch, on, said
):
    at = datetime(on.year, on.month, on.day, 9, tzinfo=ZoneInfo("Asia/Kolkata"))
    monkeypatch.setattr(presentation, "now", lambda: at)
    page = words(pages.get("/faculty/timetable"))
    assert said in page
    assert "CSE301" in page
    assert "Nothing at the moment" not in page
