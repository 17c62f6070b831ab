"""Rules about certain classes: added, changed and deleted with their audit rows; and the usual rules restored."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.university import University, university
from webapp.extensions import db
from webapp.models import AuditEvent, Component, TermRule
from webapp.services.problem.term_problem import build_problem
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.schema.scope import Scope
from webapp.services.shared.errors import NotFound
from webapp.services.shared.rule_defaults import ABOUT_CLASSES, OWN_TERM, RULE_NAMES
from webapp.services.terms import class_rules, rules
from webapp.services.terms.class_rules import ClassRuleSent


@pytest.fixture
def uni(session: scoped_session[Session]) -> University:
    return university()


@pytest.fixture
def scope(uni: University) -> Scope:
    return Scope(uni.organization, uni.term, uni.registrar)


def keys(scope: Scope, text: str) -> tuple[int, ...]:
    return tuple(named.key for named in class_rules.find_classes(scope, text)[0])


def actions() -> list[tuple[str, object, object]]:
    events = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.audit_event_id))
    return [(event.action, event.before, event.after) for event in events]


def test_classes_are_found_by_every_word_of_their_names_within_the_term(scope: Scope, uni: University) -> None:
    other = factories.term(uni.organization, semester=1)
    factories.component(factories.section(other, uni.algorithms.course), "L")
    found, number = class_rules.find_classes(scope, "algorithms a")
    assert [(named.label, named.title) for named in found] == [
        ("CSE301 A, L", "Algorithms"),
        ("CSE301 B, L", "Algorithms"),
        ("CSE391 A, P", "Algorithms lab"),
    ]
    assert number == 3
    assert [named.label for named in class_rules.find_classes(scope, "practical 391")[0]] == ["CSE391 A, P"]
    assert class_rules.find_classes(scope, " ") == class_rules.find_classes(scope, "50%") == ([], 0)


def test_a_rule_about_classes_is_added_in_their_order_changed_and_deleted(scope: Scope, uni: University) -> None:
    theory, logic = keys(scope, "CSE301 A")[0], keys(scope, "MAT205")[0]
    row = class_rules.save_class_rule(scope, None, ClassRuleSent("precedence", classes=(logic, theory)))
    assert row.code == "precedence-1"
    (constraint,) = [c for c in build_problem(uni.term).instance.constraints if c.rule.name == "precedence"]
    labels = [build_problem(uni.term).rows[meeting].key.component_id for meeting in constraint.meetings]
    assert labels == [logic, theory]
    first = "Order: must hold; MAT205 A, L · CSE301 A, L"
    assert actions()[-1] == ("rule.create", None, {"code": "precedence-1", "use": first})
    seen = class_rules.mark_of(row)
    sent = ClassRuleSent("precedence", is_hard=False, weight="4", classes=(theory, logic))
    class_rules.save_class_rule(scope, row.term_rule_id, sent, seen)
    second = "Order: wish, weight 4; CSE301 A, L · MAT205 A, L"
    assert actions()[-1] == ("rule.edit", {"use": first}, {"code": "precedence-1", "use": second})
    with pytest.raises(RecordChanged, match="Somebody else"):
        class_rules.delete_class_rule(scope, row.term_rule_id, seen)
    assert class_rules.delete_class_rule(scope, row.term_rule_id, class_rules.mark_of(row)) == "Order (precedence-1)"
    assert actions()[-1] == ("rule.delete", {"code": "precedence-1", "use": second}, None)
    assert {rule.code for rule in db.session.scalars(sa.select(TermRule))} == set(RULE_NAMES)


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"rule": "precedence"}, {"classes"}),
        ({"rule": "group_gaps"}, {"rule"}),
        ({"rule": "room_clash"}, {"rule"}),
        ({"rule": "max_per_day", "amount": ""}, {"amount"}),
        ({"rule": "max_per_day", "amount": "1e3"}, {"amount"}),
        ({"is_hard": False}, {"weight"}),
        ({"is_hard": False, "weight": "-1"}, {"weight"}),
        ({"code": "unavailable"}, {"code"}),
        ({"code": "a,b"}, {"code"}),
    ],
)
def test_what_makes_no_sense_is_refused_by_field_and_nothing_is_stored(
    scope: Scope, sent: dict[str, object], fields: set[str]
) -> None:
    few = keys(scope, "CSE391")
    with pytest.raises(RecordRefused) as problem:
        class_rules.save_class_rule(scope, None, ClassRuleSent(**{"rule": "same_room", "classes": few, **sent}))  # type: ignore[arg-type]
    assert set(problem.value.errors) == fields
    assert db.session.query(TermRule).count() == len(RULE_NAMES)


def test_classes_of_other_terms_and_rules_that_every_term_has_are_not_there(scope: Scope, uni: University) -> None:
    foreign = factories.component(factories.section(factories.term()), "L")
    some = keys(scope, "CSE391")
    with pytest.raises(RecordRefused, match="nothing was stored"):
        class_rules.save_class_rule(scope, None, ClassRuleSent("same_room", classes=(*some, foreign.component_id)))
    own = db.session.scalars(sa.select(TermRule).filter_by(rule="pinned")).one()
    with pytest.raises(NotFound, match="Every term has this rule"):
        class_rules.class_rule(scope, own.term_rule_id)


def test_every_offered_rule_can_be_stored_for_two_classes_and_makes_a_constraint_of_them(
    scope: Scope, uni: University
) -> None:
    both = (*keys(scope, "CSE301 A"), *keys(scope, "MAT205"))[:2]
    for rule in ABOUT_CLASSES:
        class_rules.save_class_rule(scope, None, ClassRuleSent(rule, f"my-{rule}", amount="2", classes=both))
    labels = {constraint.label for constraint in build_problem(uni.term).instance.constraints}
    assert {f"my-{rule}" for rule in ABOUT_CLASSES} <= labels


def test_the_usual_rules_are_restored_after_saying_which_and_added_ones_stay(scope: Scope, uni: University) -> None:
    assert rules.restorable_rules(scope) == []
    class_rules.save_class_rule(scope, None, ClassRuleSent("same_room", classes=keys(scope, "CSE391")))
    rows = {row.code: row for row in db.session.scalars(sa.select(TermRule))}
    rows["unavailable"].is_enabled = False
    rows["max_per_day"].amount = 2
    rows["same_time"].components = list(db.session.scalars(sa.select(Component)))
    rows["pinned"].weight = 7
    db.session.delete(rows["group_gaps"])
    db.session.flush()
    told = {one.title: (one.before, one.after, one.classes) for one in rules.restorable_rules(scope)}
    assert told == {
        "Unavailable times": ("off", "must hold", 0),
        "Most per day": ("must hold, number 2", "must hold, number 7", 0),
        "Same time": ("must hold", "must hold", 5),
        "Group gaps": ("off", "wish, weight 2", 0),
    }
    seen = rules.mark_of_rules(rules.rules_of(scope))
    rows["pinned"].is_enabled = False
    db.session.flush()
    with pytest.raises(RecordChanged):
        rules.restore_rules(scope, seen)
    assert rules.restore_rules(scope, rules.mark_of_rules(rules.rules_of(scope))) == 5
    assert rules.restorable_rules(scope) == []
    after = {row.code: row for row in db.session.scalars(sa.select(TermRule))}
    assert (after["group_gaps"].weight, after["same_time"].components) == (OWN_TERM["group_gaps"].weight, [])
    assert [component.code for component in after["same_room-1"].components] == ["P"]
