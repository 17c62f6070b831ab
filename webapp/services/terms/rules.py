"""Which rules a term keeps: on or off, hard or with a weight, as the registrar sets them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Term, TermRule
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.schema.scope import Scope, TermMissing
from webapp.services.schema.wishes import AMOUNT_MAX, WEIGHT_MAX
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.rule_defaults import ALWAYS_HOLD, OFF, OWN_TERM, default_rules, known_rules, refusal_of_use
from webapp.services.shared.words import _, ngettext


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule as a term uses it, with the words that explain it."""

    code: str
    title: str
    sentence: str
    unit: str
    is_enabled: bool
    is_hard: bool
    weight: int | None
    amount: int | None
    takes_amount: bool
    always_holds: bool


@dataclass(frozen=True, slots=True)
class RuleChange:
    """How a term shall use a rule: numbers are text, as they were typed."""

    is_enabled: bool
    is_hard: bool
    weight: str
    amount: str


def rules_of(scope: Scope) -> list[RuleView]:
    """The rules of the term in the engine's order; a rule used twice stands under both of its codes."""
    rows = _rule_rows(_term(scope))
    shown = []
    for rule in known_rules():
        setting, always = OWN_TERM.get(rule.name, OFF), rule.name in ALWAYS_HOLD
        for row in (row for row in rows if row.rule == rule.name):
            shown.append(
                RuleView(
                    code=row.code,
                    title=rule.title if row.code == rule.name else f"{rule.title} ({row.code})",
                    sentence=rule.sentence,
                    unit=rule.unit,
                    is_enabled=always or row.is_enabled,
                    is_hard=always or row.is_hard,
                    weight=row.weight,
                    amount=row.amount,
                    takes_amount=setting.amount is not None or row.amount is not None,
                    always_holds=always,
                )
            )
    return shown


def _term(scope: Scope) -> Term:
    if scope.term is None:
        raise TermMissing(_("Create a term first: rules belong to a term."))
    return scope.term


def _rule_rows(term: Term) -> list[TermRule]:
    """The term's rules; those that the engine has learnt since the term was made are added, switched off."""
    query = sa.select(TermRule).where(TermRule.term_id == term.term_id).order_by(TermRule.term_rule_id)
    rows = list(db.session.scalars(query.execution_options(populate_existing=True)))
    known = {row.rule for row in rows}
    return rows + [row for row in default_rules(term.term_id, {}) if row.rule not in known]


def mark_of_rules(rules: Sequence[RuleView]) -> str:
    """Mark what a list of rules shows, for `save_rules` to tell whether it is still so."""
    return optimistic_lock.mark(_state(rules))


def _state(rules: Sequence[RuleView]) -> dict[str, Any]:
    return {rule.code: (rule.is_enabled, rule.is_hard, rule.weight, rule.amount) for rule in rules}


def save_rules(scope: Scope, changes: Mapping[str, RuleChange], seen: str | None = None) -> int:
    """Store how the term uses its rules, all or nothing; returns how many changed.

    ``seen`` is the `mark_of_rules` that the changes were made on. Raises RecordRefused with its errors by the rule's
    code, RecordChanged where somebody else has changed some of these rules since.
    """
    optimistic_lock.lock(scope.organization)
    if seen is not None:
        _refuse_changed(seen, [rule for rule in rules_of(scope) if rule.code in changes])
    rows = {row.code: row for row in _rule_rows(_term(scope))}
    values: dict[str, dict[str, Any]] = {}
    errors: dict[str, str] = {}
    for code, change in changes.items():
        try:
            values[code] = _settings(rows.get(code), change)
        except ValueError as error:
            errors[code] = str(error)
    if errors:
        words = ngettext(
            "%(num)d rule needs a correction; nothing was stored.",
            "%(num)d rules need a correction; nothing was stored.",
            len(errors),
        )
        raise RecordRefused(words, errors)
    changed = [code for code, setting in values.items() if _apply(scope, rows[code], setting)]
    return len(changed)


def _refuse_changed(seen: str, rules: Sequence[RuleView]) -> None:
    changed = optimistic_lock.changed_since(seen, _state(rules))
    errors = {rule.code: optimistic_lock.now(_in_words(rule)) for rule in rules if rule.code in changed}
    if errors:
        raise RecordChanged(errors)


def _in_words(rule: RuleView) -> str:
    words = [_("on") if rule.is_enabled else _("off"), _("hard") if rule.is_hard else _("soft")]
    if rule.weight is not None:
        words.append(_("weight %(weight)d", weight=rule.weight))
    if rule.amount is not None:
        words.append(_("number %(amount)d", amount=rule.amount))
    return ", ".join(words)


def _settings(row: TermRule | None, change: RuleChange) -> dict[str, Any]:
    if row is None:
        raise ValueError(_("The term has no such rule; reload the page."))
    if refusal := refusal_of_use(row.rule, change.is_enabled, change.is_hard):
        raise ValueError(refusal)
    weight = _number(change.weight, WEIGHT_MAX, _("weight"))
    amount = _number(change.amount, AMOUNT_MAX, _("number"))
    if change.is_enabled and not change.is_hard and weight is None:
        raise ValueError(_("A rule that is not hard needs a weight."))
    if row.amount is not None and amount is None:
        raise ValueError(_("This rule needs its number."))
    return {"is_enabled": change.is_enabled, "is_hard": change.is_hard, "weight": weight, "amount": amount}


def _number(text: str, most: int, what: str) -> int | None:
    text = text.strip()
    number = whole_number(text, most)
    if text and number is None:
        words = _(
            "The %(what)s must be a whole number from 0 to %(most)d, not “%(text)s”.",
            what=what,
            most=most,
            text=text[:20],
        )
        raise ValueError(words)
    return number


def _apply(scope: Scope, row: TermRule, setting: Mapping[str, Any]) -> bool:
    before = {name: getattr(row, name) for name in setting if getattr(row, name) != setting[name]}
    if not before:
        return False
    for name in before:
        setattr(row, name, setting[name])
    db.session.add(row)
    db.session.flush()
    after = {name: setting[name] for name in before}
    audit.record(scope.organization, scope.actor, "rule.edit", row, before=before, after={"code": row.code, **after})
    return True
