"""Availability as it is painted: who can when."""

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import AuditEvent, Availability, WishLevel
from webapp.services.reference.errors import RecordRefused
from webapp.services.schema.scope import Scope, TermMissing
from webapp.services.shared.errors import NotFound
from webapp.services.terms import availability


@pytest.fixture
def scope(app):
    term = factories.term(days=2, slots=3)
    return Scope(term.organization, term, factories.user(term.organization))


@pytest.fixture
def teacher(scope):
    return factories.faculty(factories.department(scope.organization), code="RAO")


def slots_of(term):
    return [factories.slot(term, day, number).time_slot_id for day in (0, 1) for number in (0, 1, 2)]


def test_what_is_painted_is_kept_as_rows_with_one_audit_row(scope, teacher):
    first, second, *_rest = slots_of(scope.term)
    key = teacher.faculty_id
    assert availability.paint_week(scope, "faculty", key, {first: "unavailable", second: "prefer"}) == 2
    assert availability.read_week(scope, "faculty", key).levels == {first: "unavailable", second: "prefer"}
    assert availability.paint_week(scope, "faculty", key, {first: "", second: "prefer"}) == 1
    assert availability.read_week(scope, "faculty", key).levels == {second: "prefer"}
    actions = list(db.session.scalars(sa.select(AuditEvent.before).order_by(AuditEvent.audit_event_id)))
    assert actions == [{"D1P1": "", "D1P2": ""}, {"D1P1": "unavailable"}]


def test_painting_the_same_again_changes_nothing(scope, teacher):
    (first, *_rest) = slots_of(scope.term)
    availability.paint_week(scope, "faculty", teacher.faculty_id, {first: "avoid"})
    assert availability.paint_week(scope, "faculty", teacher.faculty_id, {first: "avoid"}) == 0


@pytest.mark.parametrize("kind", list(availability.OWNER_COLUMNS))
def test_every_kind_has_a_week(scope, kind):
    component = factories.component(term=scope.term)
    keys = {
        "faculty": factories.faculty(factories.department(scope.organization)).faculty_id,
        "rooms": factories.room(scope.organization).room_id,
        "groups": factories.group(scope.term).student_group_id,
        "sections": component.section_id,
    }
    (first, *_rest) = slots_of(scope.term)
    availability.paint_week(scope, kind, keys[kind], {first: "unavailable"})
    marked = {key: count for key, _label, count in availability.list_owners(scope, kind)}
    assert marked[keys[kind]] == 1


def test_slots_of_another_term_and_levels_that_there_are_not_are_refused(scope, teacher):
    (first, *_rest) = slots_of(scope.term)
    other = factories.slot(factories.term()).time_slot_id
    for levels in ({other: "avoid"}, {first: "never"}, {first: "avoid", other: ""}):
        with pytest.raises(RecordRefused):
            availability.paint_week(scope, "faculty", teacher.faculty_id, levels)
    assert db.session.query(Availability).count() == 0


def test_somebody_elses_week_does_not_exist(scope):
    foreign = factories.faculty()
    with pytest.raises(NotFound):
        availability.read_week(scope, "faculty", foreign.faculty_id)
    with pytest.raises(NotFound):
        availability.paint_week(scope, "faculty", foreign.faculty_id, {})
    with pytest.raises(NotFound):
        availability.list_owners(scope, "students")


def test_a_term_is_needed(scope):
    with pytest.raises(TermMissing):
        availability.list_owners(Scope(scope.organization, None, scope.actor), "faculty")


def test_what_another_term_says_stays_as_it_is(scope, teacher):
    later = factories.term(scope.organization, semester=2)
    slot = factories.slot(later)
    factories.availability(slot, WishLevel.AVOID, faculty_id=teacher.faculty_id)
    (first, *_rest) = slots_of(scope.term)
    availability.paint_week(scope, "faculty", teacher.faculty_id, {first: "prefer"})
    assert availability.read_week(Scope(scope.organization, later, None), "faculty", teacher.faculty_id).levels == {
        slot.time_slot_id: "avoid"
    }
