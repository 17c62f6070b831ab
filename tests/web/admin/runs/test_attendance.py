"""The registrar's pages of who attends which section: days, preview, taking it, a move and its undoing."""

import pytest
import sqlalchemy as sa

from tests import factories
from tests.pages import Pages, sent_by, words
from webapp.extensions import db
from webapp.models import CourseEnrollment


@pytest.fixture
def made(client, sign_in):
    user = factories.user()
    sign_in(client, user)
    term = factories.term(user.organization)
    course = factories.course(factories.department(user.organization), "CS301", title="Operating Systems")
    return user, term, course, [factories.section(term, course, code, expected_size=1) for code in ("A", "B")]


def test_requests_become_enrolments_by_a_preview_and_one_is_moved_and_moved_back(pages: Pages, made):
    user, term, course, sections = made
    path = f"/admin/attendance?term={term.term_id}"
    page = pages.get(path)
    assert "Nobody asks for a course" in words(page)
    sent = sent_by(page, "/admin/attendance/window")
    refused = pages.post("/admin/attendance/window", sent | {"first": "2026-07-02", "last": "2026-07-01"}, 422)
    assert "comes before" in refused.get_data(as_text=True)
    pages.post("/admin/attendance/window", sent | {"first": "2020-07-01", "last": "2020-07-02"})
    assert "Students can't ask any more" in words(pages.get(path))
    students = [factories.student(user.organization, f"S{number}", name="Asha " * 20) for number in range(3)]
    for student in students:
        factories.course_request(term, student, course)
    db.session.commit()
    shown = pages.get(path + "&preview=1")
    assert "2 enrolments would be new" in words(shown)
    assert "A is full (1 of 1). B is full (1 of 1)." in words(shown)
    sent = sent_by(shown, "/admin/attendance/take")
    pages.post("/admin/attendance/take", sent)
    assert "2 enrolments are new; 0 are gone." in words(pages.get(path))
    assert "have changed since" in pages.post("/admin/attendance/take", sent | {"seen": "x"}, 409).get_data(
        as_text=True
    )
    served = set(db.session.scalars(sa.select(CourseEnrollment.student_id)))
    waiting = next(student for student in students if student.student_id not in served)
    own = f"/admin/attendance/students/{waiting.student_id}"
    page = pages.get(f"{own}?term={term.term_id}")
    assert "1 too many" in words(page)
    sent = sent_by(page, own + "/move") | {"seat": f"{sections[0].section_id}-0", "stays": "1"}
    answer = pages.post(own + "/move", sent)
    page = pages.get(answer.location)
    assert "Undo the move of CS301" in words(page)
    assert "2 of 1" in words(page)
    assert pages.post(own + "/move", sent, 409)
    undo = sent_by(page, own + "/move")
    assert undo["undo"] == "1"
    assert "has no section of CS301" in words(pages.get(pages.post(own + "/move", undo).location))
    for searched, link in ((waiting.code.lower(), own), ("nobody", "")):
        page = pages.get(f"{path}&student={searched}")
        links = [str(a.get("href")) for a in page.iter("a") if "/attendance/students/" in str(a.get("href"))]
        assert [one.partition("?")[0] for one in links] == ([link, link] if link else [own])
    assert "No student who asks for a course in this term is called so." in words(page)
    served_one = pages.get(f"{path}&student=asha")
    assert words(served_one).count("CS301 A") == 1
    pages.post("/admin/attendance/take-back", {"term": term.term_id})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CourseEnrollment)) == 0
