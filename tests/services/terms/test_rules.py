"""The rules of a term, as they are shown and set."""

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import AuditEvent, TermRule
from webapp.services.reference.errors import RecordRefused
from webapp.services.schema.scope import Scope
from webapp.services.shared.rule_defaults import ALWAYS_HOLD, RULE_NAMES
from webapp.services.terms import rules
from webapp.services.terms.rules import RuleChange


@pytest.fixture
def scope(app):
    term = factories.term(days=2, slots=3)
    return Scope(term.organization, term, factories.user(term.organization))


def change(is_enabled=True, is_hard=False, weight="1", amount=""):
    return RuleChange(is_enabled, is_hard, weight, amount)


def test_every_rule_of_the_engine_is_shown_in_its_order_with_its_sentence(scope):
    factories.rule(scope.term, "room_stability", weight=7)
    shown = rules.rules_of(scope)
    assert [rule.code for rule in shown] == list(RULE_NAMES)
    stable = next(rule for rule in shown if rule.code == "room_stability")
    assert (stable.weight, stable.is_enabled) == (7, True)
    assert all(rule.sentence.endswith(".") for rule in shown)
    assert {rule.code for rule in shown if rule.is_enabled} == {"room_stability", *ALWAYS_HOLD}


def test_a_change_is_kept_with_its_audit_row_and_the_rest_is_left_alone(scope):
    factories.rule(scope.term, "room_stability", weight=7)
    factories.rule(scope.term, "group_gaps", weight=2)
    sent = {"room_stability": change(weight=" 9 "), "group_gaps": change(weight="2")}
    assert rules.save_rules(scope, sent) == 1
    (event,) = db.session.scalars(sa.select(AuditEvent))
    assert (event.action, event.before, event.after) == (
        "rule.edit",
        {"weight": 7},
        {"weight": 9, "code": "room_stability"},
    )


def test_a_rule_that_the_term_lacks_is_added_when_it_is_switched_on(scope):
    assert rules.save_rules(scope, {"group_gaps": change(weight="3"), "group_days": change(False, weight="1")}) == 1
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
        ("max_per_day", change(is_hard=True, amount="1000001")),
        ("no_such_rule", change()),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_stored(scope, code, sent):
    factories.rule(scope.term, "max_per_day", is_hard=True, amount=7)
    with pytest.raises(RecordRefused) as problem:
        rules.save_rules(scope, {"room_stability": change(weight="5"), code: sent})
    assert set(problem.value.errors) == {code}
    assert str(problem.value) == "1 rule needs a correction; nothing was stored."
    db.session.rollback()
    assert db.session.query(TermRule).filter_by(rule="room_stability").count() == 0


@pytest.mark.parametrize("code", ALWAYS_HOLD)
def test_what_always_holds_is_shown_so_whatever_its_row_says_and_never_stored_otherwise(scope, code):
    factories.rule(scope.term, code, is_enabled=False, weight=1)
    (shown,) = [rule for rule in rules.rules_of(scope) if rule.code == code]
    assert (shown.is_enabled, shown.is_hard, shown.always_holds) == (True, True, True)
    for sent in (change(is_enabled=False, is_hard=True), change(is_enabled=True, is_hard=False)):
        with pytest.raises(RecordRefused) as problem:
            rules.save_rules(scope, {code: sent})
        assert "always holds" in problem.value.errors[code]
