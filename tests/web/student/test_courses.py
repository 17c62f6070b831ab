"""A student's page of requests, with the window open and closed."""

from datetime import timedelta

from tests import factories
from tests.pages import Pages, sent_by, words
from webapp.extensions import db
from webapp.models import Role
from webapp.services.terms.selection import today_in


def test_a_student_asks_for_a_course_and_reads_on_when_the_window_is_closed(client, sign_in, pages: Pages):
    user = factories.user(None, Role.STUDENT)
    sign_in(client, user)
    term = factories.term(user.organization)
    course = factories.course(factories.department(user.organization), "CS301", title="Operating Systems")
    factories.section(term, course)
    db.session.commit()
    assert "No courses to ask for yet" in words(pages.get("/student/courses"))
    today = today_in(user.organization)
    term.requests_from, term.requests_to = today, today + timedelta(days=3)
    db.session.commit()
    page = pages.get("/student/courses")
    assert "You ask for no course." in words(page)
    assert "CS301" not in words(pages.fragment("/student/courses?q=physics"))
    sent = sent_by(page, "/student/courses/ask") | {"priority": "2"}
    pages.post("/student/courses/ask", sent)
    page = pages.get("/student/courses")
    assert "You ask for CS301 Operating Systems." in words(page)
    refused = pages.post("/student/courses/ask", sent | {"alternative": "XX9"}, 409).get_data(as_text=True)
    assert "XX9" in refused
    term.requests_from = term.requests_to = today - timedelta(days=1)
    db.session.commit()
    page = pages.get("/student/courses")
    assert "The last day was" in words(page)
    assert not [form for form in page.iter("form") if "/courses/" in form.get("action", "")]
    assert pages.post("/student/courses/withdraw", sent, 409)
