"""Which rules a term keeps: on or off, hard or with a weight, as the registrar sets them."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Term, TermRule
from webapp.services.reference import last_change
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.schema.scope import Scope, TermMissing
from webapp.services.schema.wishes import AMOUNT_MAX, RULES, WEIGHT_MAX
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.rule_defaults import (
    ALWAYS_HOLD,
    OFF,
    OWN_TERM,
    RuleSetting,
    default_rules,
    is_of_all,
    is_of_nobody,
    known_rules,
    needs_amount,
    refusal_of_use,
    settings_of,
)
from webapp.services.shared.words import _, ngettext
from webapp.services.terms.rule_links import NO_LINKS, RuleLinks, links_of, store_links
from webapp.services.terms.rule_words import rule_title, use_in_words


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule as a term uses it, with the words that explain it."""

    code: str
    rule: str
    title: str
    sentence: str
    unit: str
    is_enabled: bool
    is_hard: bool
    weight: int | None
    amount: int | None
    takes_amount: bool
    always_holds: bool
    key: int | None = None
    """Of a stored row."""
    is_added: bool = False
    """Whether it was added beside the rule that every term has."""
    links: RuleLinks = NO_LINKS
    """What it names."""
    second_amount: int | None = None
    is_of_all: bool = True
    """Whether it is about everybody, or about those who ask for it; else about the classes and people it names."""

    @property
    def is_of_nobody(self) -> bool:
        """Whether all that it was about is deleted, or it is about classes alone and names none."""
        return is_of_nobody(self.rule, self.code, self.is_of_all, self.links.is_about_some)

    @property
    def is_shown(self) -> bool:
        """Whether it stands among the rules of every term: one that needs to be told about what does once it has."""
        is_told = self.links != NO_LINKS or not self.is_of_all
        return self.is_enabled or self.always_holds or is_told or is_of_all(self.rule)

    @property
    def setting(self) -> RuleSetting:
        """How the term uses it."""
        return RuleSetting(self.is_enabled, self.is_hard, self.weight, self.amount, self.second_amount)


@dataclass(frozen=True, slots=True)
class RuleChange:
    """How a term shall use a rule: numbers are text, as they were typed."""

    is_enabled: bool
    is_hard: bool
    weight: str
    amount: str


def rules_of(scope: Scope) -> list[RuleView]:
    """The rules of the term in the engine's order; a rule used twice stands under both of its codes."""
    rows = _rule_rows(term_in(scope))
    named = links_of(rows)
    shown = []
    for rule in known_rules():
        setting, always = OWN_TERM.get(rule.name, OFF), rule.name in ALWAYS_HOLD
        for row in (row for row in rows if row.rule == rule.name):
            shown.append(
                RuleView(
                    code=row.code,
                    rule=rule.name,
                    title=rule_title(rule.name, row.code),
                    sentence=rule.sentence,
                    unit=rule.unit,
                    is_enabled=always or row.is_enabled,
                    is_hard=always or row.is_hard,
                    weight=row.weight,
                    amount=row.amount,
                    takes_amount=setting.amount is not None or row.amount is not None or needs_amount(rule.name),
                    always_holds=always,
                    key=row.term_rule_id,
                    is_added=row.code != rule.name,
                    links=named.get(row.term_rule_id, NO_LINKS),
                    second_amount=row.second_amount,
                    is_of_all=row.is_of_all,
                )
            )
    return shown


def term_in(scope: Scope) -> Term:
    """The term whose rules are meant; raises TermMissing where there is none yet."""
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
    rows = {row.code: row for row in _rule_rows(term_in(scope))}
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
    changed = {rows[code]: setting for code, setting in values.items() if _differs(rows[code], setting)}
    with _watch(scope, changed):
        for row, setting in changed.items():
            _apply(scope, row, setting)
    return len(changed)


def _watch(scope: Scope, rows: Iterable[TermRule]) -> AbstractContextManager[object]:
    """Keep what is done to rules as the last change; those that the term has had without a row get one before."""
    listed = list(rows)
    db.session.add_all(listed)
    db.session.flush()
    return last_change.watch(scope, RULES, [row.term_rule_id for row in listed])


def _refuse_changed(seen: str, rules: Sequence[RuleView]) -> None:
    changed = optimistic_lock.changed_since(seen, _state(rules))
    errors = {rule.code: optimistic_lock.now(use_in_words(rule.setting)) for rule in rules if rule.code in changed}
    if errors:
        raise RecordChanged(errors)


def _settings(row: TermRule | None, change: RuleChange) -> dict[str, Any]:
    if row is None:
        raise ValueError(_("The term has no such rule; reload the page."))
    if refusal := refusal_of_use(row.rule, change.is_enabled, change.is_hard):
        raise ValueError(refusal)
    weight = number_typed(change.weight, WEIGHT_MAX, _("weight"))
    amount = number_typed(change.amount, AMOUNT_MAX, _("number"))
    if change.is_enabled and not change.is_hard and weight is None:
        raise ValueError(_("A rule that is not hard needs a weight."))
    if (row.amount is not None or (change.is_enabled and needs_amount(row.rule))) and amount is None:
        raise ValueError(_("This rule needs its number."))
    return {"is_enabled": change.is_enabled, "is_hard": change.is_hard, "weight": weight, "amount": amount}


def number_typed(text: str, most: int, what: str) -> int | None:
    """The number that was typed, None where nothing was; raises ValueError with a sentence."""
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


def _differs(row: TermRule, setting: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a rule that a setting changes."""
    return {name: getattr(row, name) for name in setting if getattr(row, name) != setting[name]}


def _apply(scope: Scope, row: TermRule, setting: Mapping[str, Any]) -> None:
    before = _differs(row, setting)
    if not before:
        return
    for name in before:
        setattr(row, name, setting[name])
    db.session.flush()
    after = {name: setting[name] for name in before}
    audit.record(scope.organization, scope.actor, "rule.edit", row, before=before, after={"code": row.code, **after})


@dataclass(frozen=True, slots=True)
class RuleRestored:
    """A rule that the usual rules would change: before and after in words, and how many classes it no longer names."""

    title: str
    before: str
    after: str
    classes: int


def restorable_rules(scope: Scope) -> list[RuleRestored]:
    """What restoring the usual rules would change; rules that were added stay and are not among them."""
    usual = dict(settings_of(OWN_TERM))
    return [
        RuleRestored(rule.title, use_in_words(rule.setting), use_in_words(usual[rule.code]), len(rule.links.classes))
        for rule in rules_of(scope)
        if not rule.is_added and not rule.always_holds and not _is_usual(rule, usual[rule.code])
    ]


def restore_rules(scope: Scope, seen: str) -> int:
    """Use every rule that each term has as a new term does; returns how many changed.

    ``seen`` is the `mark_of_rules` of all rules. Raises RecordChanged where one of them is no longer so.
    """
    optimistic_lock.lock(scope.organization)
    shown = rules_of(scope)
    _refuse_changed(seen, shown)
    rows, usual = {row.code: row for row in _rule_rows(term_in(scope))}, dict(settings_of(OWN_TERM))
    others = [rule for rule in shown if not rule.is_added and not rule.always_holds]
    changed = [rule for rule in others if not _is_usual(rule, usual[rule.code])]
    with _watch(scope, [rows[rule.code] for rule in changed]):
        for rule in changed:
            setting = usual[rule.code]
            values = {"is_enabled": setting.enabled, "is_hard": setting.hard, "weight": setting.weight}
            values |= {"amount": setting.amount, "second_amount": None, "is_of_all": True}
            _apply(scope, rows[rule.code], values)
            if rule.links != NO_LINKS:
                store_links(rows[rule.code], NO_LINKS)
    return len(changed)


def _is_usual(rule: RuleView, setting: RuleSetting) -> bool:
    """Return whether a rule is used as in a new term, whatever weight it has while it is off or hard."""
    return rule.links == NO_LINKS and not rule.is_of_nobody and _effect(rule.setting) == _effect(setting)


def _effect(setting: RuleSetting) -> tuple[bool | int | None, ...]:
    if not setting.enabled:
        return (False,)
    return setting.hard, None if setting.hard else setting.weight, setting.amount, setting.second_amount
