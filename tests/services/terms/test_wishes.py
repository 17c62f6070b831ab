"""Availability as it is painted, the rules of a term, and how far a term has come."""

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import AuditEvent, Availability, TermRule, TimetableStatus, WishLevel
from webapp.services.dashboard.overview import overview_of
from webapp.services.reference import RecordRefused, Scope, TermMissing
from webapp.services.shared.errors import NotFound
from webapp.services.shared.rule_defaults import RULE_NAMES
from webapp.services.terms import wishes
from webapp.services.terms.selection import choose_term, list_terms
from webapp.services.terms.wishes import RuleChange


@pytest.fixture
def scope(app):
    term = factories.term(days=2, slots=3)
    return Scope(term.organization, term, factories.user(term.organization))


@pytest.fixture
def teacher(scope):
    return factories.faculty(factories.department(scope.organization), code="RAO")


def slots_of(term):
    return [factories.slot(term, day, number).time_slot_id for day in (0, 1) for number in (0, 1, 2)]


class TestAvailability:
    def test_what_is_painted_is_kept_as_rows_with_one_audit_row(self, scope, teacher):
        first, second, *_rest = slots_of(scope.term)
        key = teacher.faculty_id
        assert wishes.paint_week(scope, "faculty", key, {first: "unavailable", second: "prefer"}) == 2
        assert wishes.week_of(scope, "faculty", key).levels == {first: "unavailable", second: "prefer"}
        assert wishes.paint_week(scope, "faculty", key, {first: "", second: "prefer"}) == 1
        assert wishes.week_of(scope, "faculty", key).levels == {second: "prefer"}
        actions = list(db.session.scalars(sa.select(AuditEvent.before).order_by(AuditEvent.audit_event_id)))
        assert actions == [{"D1P1": "", "D1P2": ""}, {"D1P1": "unavailable"}]

    def test_painting_the_same_again_changes_nothing(self, scope, teacher):
        (first, *_rest) = slots_of(scope.term)
        wishes.paint_week(scope, "faculty", teacher.faculty_id, {first: "avoid"})
        assert wishes.paint_week(scope, "faculty", teacher.faculty_id, {first: "avoid"}) == 0

    @pytest.mark.parametrize("kind", list(wishes.SUBJECTS))
    def test_every_kind_has_a_week(self, scope, kind):
        component = factories.component(term=scope.term)
        keys = {
            "faculty": factories.faculty(factories.department(scope.organization)).faculty_id,
            "rooms": factories.room(scope.organization).room_id,
            "groups": factories.group(scope.term).student_group_id,
            "sections": component.section_id,
        }
        (first, *_rest) = slots_of(scope.term)
        wishes.paint_week(scope, kind, keys[kind], {first: "unavailable"})
        marked = {key: count for key, _label, count in wishes.subjects_of(scope, kind)}
        assert marked[keys[kind]] == 1

    def test_slots_of_another_term_and_levels_that_there_are_not_are_refused(self, scope, teacher):
        (first, *_rest) = slots_of(scope.term)
        other = factories.slot(factories.term()).time_slot_id
        for levels in ({other: "avoid"}, {first: "never"}, {first: "avoid", other: ""}):
            with pytest.raises(RecordRefused):
                wishes.paint_week(scope, "faculty", teacher.faculty_id, levels)
        assert db.session.query(Availability).count() == 0

    def test_somebody_elses_week_does_not_exist(self, scope):
        foreign = factories.faculty()
        with pytest.raises(NotFound):
            wishes.week_of(scope, "faculty", foreign.faculty_id)
        with pytest.raises(NotFound):
            wishes.paint_week(scope, "faculty", foreign.faculty_id, {})
        with pytest.raises(NotFound):
            wishes.subjects_of(scope, "students")

    def test_a_term_is_needed(self, scope):
        with pytest.raises(TermMissing):
            wishes.subjects_of(Scope(scope.organization, None, scope.actor), "faculty")

    def test_what_another_term_says_stays_as_it_is(self, scope, teacher):
        later = factories.term(scope.organization, semester=2)
        slot = factories.slot(later)
        factories.availability(slot, WishLevel.AVOID, faculty_id=teacher.faculty_id)
        (first, *_rest) = slots_of(scope.term)
        wishes.paint_week(scope, "faculty", teacher.faculty_id, {first: "prefer"})
        assert wishes.week_of(Scope(scope.organization, later, None), "faculty", teacher.faculty_id).levels == {
            slot.time_slot_id: "avoid"
        }


def change(is_enabled=True, is_hard=False, weight="1", amount=""):
    return RuleChange(is_enabled, is_hard, weight, amount)


class TestRules:
    def test_every_rule_of_the_engine_is_shown_in_its_order_with_its_sentence(self, scope):
        factories.rule(scope.term, "room_stability", weight=7)
        shown = wishes.rules_of(scope)
        assert [rule.code for rule in shown] == list(RULE_NAMES)
        stable = next(rule for rule in shown if rule.code == "room_stability")
        assert (stable.weight, stable.is_enabled) == (7, True)
        assert all(rule.sentence.endswith(".") for rule in shown)
        assert not any(rule.is_enabled for rule in shown if rule.code != "room_stability")

    def test_a_change_is_kept_with_its_audit_row_and_the_rest_is_left_alone(self, scope):
        factories.rule(scope.term, "room_stability", weight=7)
        factories.rule(scope.term, "group_gaps", weight=2)
        sent = {"room_stability": change(weight=" 9 "), "group_gaps": change(weight="2")}
        assert wishes.save_rules(scope, sent) == 1
        (event,) = db.session.scalars(sa.select(AuditEvent))
        assert (event.action, event.before, event.after) == (
            "rule.edit",
            {"weight": 7},
            {"weight": 9, "code": "room_stability"},
        )

    def test_a_rule_that_the_term_lacks_is_added_when_it_is_switched_on(self, scope):
        assert (
            wishes.save_rules(scope, {"group_gaps": change(weight="3"), "group_days": change(False, weight="1")}) == 1
        )
        (row,) = db.session.scalars(sa.select(TermRule).filter_by(term_id=scope.term.term_id))
        assert (row.rule, row.is_enabled, row.weight) == ("group_gaps", True, 3)

    @pytest.mark.parametrize(
        ("code", "sent"),
        [
            ("group_gaps", change(weight="")),
            ("group_gaps", change(weight="-1")),
            ("group_gaps", change(weight="1000001")),
            ("group_gaps", change(weight="1e3")),
            ("group_gaps", change(weight="9" * 5000)),
            ("group_gaps", change(weight="٣")),
            ("room_clash", change(is_enabled=False)),
            ("room_clash", change(is_hard=False)),
            ("max_per_day", change(is_hard=True, amount="")),
            ("max_per_day", change(is_hard=True, amount="1001")),
            ("no_such_rule", change()),
        ],
    )
    def test_what_makes_no_sense_is_refused_and_nothing_is_stored(self, scope, code, sent):
        factories.rule(scope.term, "max_per_day", is_hard=True, amount=7)
        with pytest.raises(RecordRefused) as problem:
            wishes.save_rules(scope, {"room_stability": change(weight="5"), code: sent})
        assert set(problem.value.errors) == {code}
        db.session.rollback()
        assert db.session.query(TermRule).filter_by(rule="room_stability").count() == 0


class TestOverview:
    def test_a_new_organisation_has_nothing_yet(self, app):
        org = factories.organization()
        found = overview_of(Scope(org, None, factories.user(org)))
        assert (found.is_new, found.done, found.last_run, found.missing) == (
            True,
            0,
            None,
            ["time-slots", "rooms", "components"],
        )

    def test_the_ladder_rises_with_data_check_timetable_approval_and_publication(self, scope):
        room = factories.room(scope.organization, capacity=60)
        component = factories.component(term=scope.term, meetings_per_week=7)
        blocked = overview_of(scope)
        assert blocked.done == 1
        assert "7" in blocked.blockers[0]
        component.meetings_per_week = 1
        db.session.flush()
        assert (overview_of(scope).blockers, overview_of(scope).done) == ([], 2), room.code
        timetable = factories.timetable(scope.term)
        assert overview_of(scope).done == 3
        timetable.status = TimetableStatus.APPROVED
        db.session.flush()
        assert overview_of(scope).done == 4
        timetable.status = TimetableStatus.PUBLISHED
        db.session.flush()
        assert (overview_of(scope).done, overview_of(scope).published) == (5, timetable)

    def test_what_others_have_is_not_counted(self, scope):
        factories.room()
        factories.timetable(factories.term())
        found = overview_of(scope)
        assert (found.counts["rooms"], found.timetables, found.users) == (0, 0, 1)


def test_the_term_asked_for_is_shown_else_the_one_to_come_else_the_latest(scope):
    org = scope.organization
    later = factories.term(org, semester=2)
    terms = list_terms(org)
    assert [term.semester for term in terms] == [2, 1]
    assert choose_term(org, terms, str(scope.term.term_id)) is scope.term
    assert choose_term(org, terms, None) is later, "both are past"
    future = factories.term(org, academic_year="2090-91")
    assert choose_term(org, list_terms(org), "nonsense") is future
    assert choose_term(org, [], None) is None
