"""A student's own requests: found, asked for, changed and taken off, and only while the window is open."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests import factories
from tests.edge import commit
from tests.services.terms.requests.conftest import College
from webapp.extensions import db
from webapp.models import AuditEvent, Role
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.shared.errors import Forbidden, NotFound
from webapp.services.terms.requests import own
from webapp.services.terms.requests.window import RequestWindow, mark_of, set_window, window_of
from webapp.services.terms.selection import today_in


def set_days(college: College, first: int, last: int) -> None:
    """Set the window to so many days from today."""
    today = today_in(college.user.organization)
    days = [(today + timedelta(days=days)).isoformat() for days in (first, last)]
    commit(set_window, college.scope, college.term, *days, mark_of(college.term))


def test_courses_are_asked_for_changed_and_taken_off_within_the_window_and_not_outside(college: College) -> None:
    user = factories.user(college.user.organization, Role.STUDENT)
    assert own.own_requests(user).term is None
    set_days(college, 0, 0)
    page = own.own_requests(user)
    assert (page.may_change, [course.code for course in page.found]) == (True, ["DB", "OS"])
    assert [course.code for course in own.own_requests(user, "the os").found] == ["OS"]
    term, os = college.term.term_id, college.os.course_id
    commit(own.ask, user, term, os, 1)
    commit(own.ask, user, term, os, 3, "db")
    (asked,) = own.own_requests(user).requests
    assert (asked.code, asked.priority, asked.alternative, asked.section) == ("OS", 3, "DB", "")
    factories.enrollment(user.student, college.only)
    (asked,) = own.own_requests(user).requests
    assert asked.section == "DB A"
    for wrong, words in (
        ({"priority": 0}, "from 1 to 9"),
        ({"alternative": "XX"}, "XX"),
        ({"alternative": "OS"}, "itself"),
    ):
        with pytest.raises(own.RequestsRefused, match=words):
            commit(own.ask, user, term, os, **({"priority": 1} | wrong))
    with pytest.raises(NotFound):
        commit(own.ask, user, term, 0, 1)
    set_days(college, -2, -1)
    assert own.own_requests(user).window is RequestWindow.CLOSED
    for change in (lambda: own.ask(user, term, os, 1), lambda: own.withdraw(user, term, os)):
        with pytest.raises(own.WindowClosed, match="nothing was changed"):
            commit(change)
    set_days(college, 1, 2)
    assert window_of(college.term) is RequestWindow.AHEAD
    set_days(college, -1, 1)
    commit(own.withdraw, user, term, os)
    commit(own.withdraw, user, term, os)
    assert own.own_requests(user).requests == ()
    query = sa.select(AuditEvent.action).where(AuditEvent.action.like("requests.%")).order_by(AuditEvent.audit_event_id)
    assert db.session.scalars(query).all() == ["requests.create", "requests.edit", "requests.delete"]
    with pytest.raises(Forbidden):
        own.own_requests(college.user)


def test_days_are_both_given_in_order_and_nobody_elses_change_is_overwritten(college: College) -> None:
    seen = mark_of(college.term)
    for first, last, words in (
        ("2026-07-01", "", "neither"),
        ("2026-07-02", "2026-07-01", "comes before"),
        ("1 July", "2026-07-02", "no date"),
    ):
        with pytest.raises(RecordRefused, match=words):
            commit(set_window, college.scope, college.term, first, last, seen)
    commit(set_window, college.scope, college.term, "2026-07-01", "2026-07-01", seen)
    with pytest.raises(RecordChanged):
        commit(set_window, college.scope, college.term, "", "", seen)
    commit(set_window, college.scope, college.term, "", "", mark_of(college.term))
    assert window_of(college.term) is RequestWindow.UNSET
