"""How far a term has come."""

import pytest

from tests import factories
from webapp.extensions import db
from webapp.models import TimetableApproval, TimetableStatus
from webapp.services.dashboard.overview import overview_of
from webapp.services.schema.scope import Scope


@pytest.fixture
def scope(app):
    term = factories.term(days=2, slots=3)
    return Scope(term.organization, term, factories.user(term.organization))


def test_a_new_organisation_has_nothing_yet(app):
    org = factories.organization()
    found = overview_of(Scope(org, None, factories.user(org)))
    assert (found.is_new, found.done, found.last_run, found.missing) == (
        True,
        0,
        None,
        ["time-slots", "rooms", "components"],
    )


def test_the_ladder_rises_with_data_check_timetable_approval_and_publication(scope):
    room = factories.room(scope.organization, capacity=60)
    component = factories.component(term=scope.term, meetings_per_week=7)
    blocked = overview_of(scope)
    assert blocked.done == 1
    assert "7" in blocked.blockers[0]
    component.meetings_per_week = 1
    db.session.flush()
    assert (overview_of(scope).blockers, overview_of(scope).done) == ([], 2), room.code
    timetable = factories.timetable(scope.term)
    factories.entry(timetable, component, factories.slot(scope.term), room)
    assert overview_of(scope).done == 3
    timetable.status = TimetableStatus.SUBMITTED
    db.session.flush()
    assert overview_of(scope).done == 3
    head = {"department_id": component.section.course.department_id, "revision": timetable.revision}
    db.session.add(TimetableApproval(timetable_id=timetable.timetable_id, **head))
    db.session.flush()
    assert overview_of(scope).done == 4
    timetable.status, timetable.number = TimetableStatus.PUBLISHED, 1
    db.session.flush()
    found = overview_of(scope)
    assert (found.done, found.published, found.skipped) == (5, timetable, ())
    timetable.revision += 1  # what was approved is not what is published
    db.session.flush()
    assert (overview_of(scope).done, overview_of(scope).skipped) == (5, (3,))


def test_what_others_have_is_not_counted(scope):
    factories.room()
    factories.timetable(factories.term())
    found = overview_of(scope)
    assert (found.counts["rooms"], found.timetables, found.users) == (0, 0, 1)
