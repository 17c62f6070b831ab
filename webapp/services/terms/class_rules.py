"""Rules about certain classes of a term, added beside those that every term has: found, stored, deleted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Component, Course, Organization, Section, Term, TermRule, TermRuleComponent
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.schema.columns import CODE_LENGTH
from webapp.services.schema.scope import Scope
from webapp.services.schema.values import ValueRefused, expected_sentence, read
from webapp.services.schema.wishes import AMOUNT_MAX, RULES, WEIGHT_MAX
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.errors import NotFound
from webapp.services.shared.rule_defaults import ABOUT_CLASSES, RULE_NAMES, RuleSetting, title_of
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _, ngettext
from webapp.services.terms.rule_words import rule_title, sentence_about_classes, use_in_words
from webapp.services.terms.rules import number_typed, term_in

MOST_FOUND = 30
"""So many classes a search shows; more of them are told to be narrowed down."""
CAPTION = Course.code + sa.literal(" ") + Section.code + sa.literal(", ") + Component.code


@dataclass(frozen=True, slots=True)
class NamedClass:
    """A component as rules name it: its key, "CSE301 A, L", its course's title, and its meetings a week."""

    key: int
    label: str
    title: str
    meetings: int


@dataclass(frozen=True, slots=True)
class OfferedRule:
    """A rule that a form offers, and whether it needs its number."""

    name: str
    title: str
    sentence: str
    needs_amount: bool


@dataclass(frozen=True, slots=True)
class ClassRuleSent:
    """A rule about classes as a form sends it: numbers are text as typed, ``classes`` in the order chosen."""

    rule: str = ""
    code: str = ""
    is_enabled: bool = True
    is_hard: bool = True
    weight: str = ""
    amount: str = ""
    classes: tuple[int, ...] = ()


def named_classes(scope: Scope, keys: Iterable[int]) -> list[NamedClass]:
    """The classes of the term with these keys, in the order of the keys; what the term has not is left out."""
    wanted = list(dict.fromkeys(keys))
    found = {one.key: one for one in _classes(scope, Component.component_id.in_(wanted))}
    return [found[key] for key in wanted if key in found]


def find_classes(scope: Scope, text: str) -> tuple[list[NamedClass], int]:
    """The first classes of which every word stands in code, title, section, component or kind; and how many there are.

    Nothing is found without a word.
    """
    fields = (CAPTION, Course.title, Component.kind)
    conditions = [sa.or_(*(one.icontains(word, autoescape=True) for one in fields)) for word in text.split()]
    if not conditions:
        return [], 0
    found = _classes(scope, *conditions)
    return found[:MOST_FOUND], len(found)


def _classes(scope: Scope, *conditions: Any) -> list[NamedClass]:
    query = (
        sa.select(Component.component_id, CAPTION, Course.title, Component.meetings_per_week)
        .join(Section, Section.section_id == Component.section_id)
        .join(Course, Course.course_id == Section.course_id)
        .where(Section.term_id == term_in(scope).term_id, *conditions)
        .order_by(Course.code, Section.code, Component.code)
    )
    return [NamedClass(*row) for row in db.session.execute(query)]


def class_rule(scope: Scope, key: int) -> TermRule:
    """A rule that was added to the term; raises NotFound for others, which every term has."""
    row = load(scope.organization, TermRule, key, Term.term_id == term_in(scope).term_id, fresh=True)
    if row.code == row.rule:
        raise NotFound(_("Every term has this rule; it stands on the Rules page."))
    return row


def rules_offered(rule: str) -> list[OfferedRule]:
    """The rules that a form offers, and the one that a stored row has besides."""
    names = [*ABOUT_CLASSES, *([rule] if rule in RULE_NAMES and rule not in ABOUT_CLASSES else [])]
    needing = {name for name, about in ABOUT_CLASSES.items() if about.needs_amount}
    return [OfferedRule(name, title_of(name), sentence_about_classes(name), name in needing) for name in names]


def term_of_rule(organization: Organization, key: int) -> Term:
    """The organisation's term that a rule belongs to; raises NotFound."""
    return db.session.get_one(Term, load(organization, TermRule, key).term_id)


def sent_of(row: TermRule) -> ClassRuleSent:
    """What the form of a stored rule begins with."""
    weight, amount = ("" if number is None else str(number) for number in (row.weight, row.amount))
    keys = tuple(component.component_id for component in row.components)
    return ClassRuleSent(row.rule, row.code, row.is_enabled, row.is_hard, weight, amount, keys)


def mark_of(row: TermRule) -> str:
    """Mark what a rule's form was shown, for `save_class_rule` and `delete_class_rule`."""
    return optimistic_lock.mark({"rule": sent_of(row)})


def save_class_rule(scope: Scope, key: int | None, sent: ClassRuleSent, seen: str = "") -> TermRule:
    """Store a rule about classes, new where ``key`` is None.

    Raises RecordRefused with its errors by field, RecordChanged where the rule is no longer as ``seen``.
    """
    optimistic_lock.lock(scope.organization)
    row = class_rule(scope, key) if key is not None else None
    if row is not None:
        _refuse_changed(scope, row, seen)
    values, errors = _read(scope, row, sent)
    if errors:
        words = ngettext(
            "%(num)d field needs a correction; nothing was stored.",
            "%(num)d fields need a correction; nothing was stored.",
            len(errors),
        )
        raise RecordRefused(words, errors)
    before = in_words(scope, row) if row is not None else None
    stored = row if row is not None else TermRule(term_id=term_in(scope).term_id)
    for name, value in values.items():
        setattr(stored, name, value)
    db.session.add(stored)
    db.session.flush()
    _store_classes(stored, sent.classes)
    after = in_words(scope, stored)
    if before != after:
        action = "rule.edit" if before is not None else "rule.create"
        was = {"use": before} if before is not None else None
        told = {"code": stored.code, "use": after}
        audit.record(scope.organization, scope.actor, action, stored, before=was, after=told)
    return stored


def delete_class_rule(scope: Scope, key: int, seen: str) -> str:
    """Delete an added rule and return its title; raises RecordChanged where it is no longer as ``seen``."""
    optimistic_lock.lock(scope.organization)
    row = class_rule(scope, key)
    _refuse_changed(scope, row, seen)
    title, before = rule_title(row.rule, row.code), {"code": row.code, "use": in_words(scope, row)}
    audit.record(scope.organization, scope.actor, "rule.delete", row, before=before)
    db.session.execute(sa.delete(TermRule).where(TermRule.term_rule_id == row.term_rule_id))
    db.session.expire_all()
    return title


def in_words(scope: Scope, row: TermRule) -> str:
    """How a rule is used and for which classes, in one line."""
    setting = RuleSetting(enabled=row.is_enabled, hard=row.is_hard, weight=row.weight, amount=row.amount)
    keys = [component.component_id for component in row.components]
    words = use_in_words(setting, [named.label for named in named_classes(scope, keys)])
    return f"{title_of(row.rule)}: {words}"


def _refuse_changed(scope: Scope, row: TermRule, seen: str) -> None:
    if optimistic_lock.changed_since(seen, {"rule": sent_of(row)}):
        raise RecordChanged({"rule": optimistic_lock.now(in_words(scope, row))})


def _read(scope: Scope, row: TermRule | None, sent: ClassRuleSent) -> tuple[dict[str, Any], dict[str, str]]:
    """The columns that a form stands for, and what is wrong with it by field."""
    errors: dict[str, str] = {}
    values: dict[str, Any] = {"is_enabled": sent.is_enabled, "is_hard": sent.is_hard, "rule": sent.rule}
    if sent.rule not in ABOUT_CLASSES and (row is None or row.rule != sent.rule):
        errors["rule"] = _("Choose one of the rules.")
    for name, text, most, words in (
        ("weight", sent.weight, WEIGHT_MAX, _("weight")),
        ("amount", sent.amount, AMOUNT_MAX, _("number")),
    ):
        try:
            values[name] = number_typed(text, most, words)
        except ValueError as error:
            errors[name] = str(error)
    if not sent.is_hard and not sent.weight.strip():
        errors["weight"] = _("A rule that is not hard needs a weight.")
    about = ABOUT_CLASSES.get(sent.rule)
    if about is not None and about.needs_amount and not sent.amount.strip():
        errors["amount"] = _("This rule needs its number.")
    if about is not None and not about.needs_amount:
        values["amount"] = None
    there = named_classes(scope, sent.classes)
    if about is not None and len(there) < about.least:
        errors["classes"] = ngettext("Choose at least %(num)d class.", "Choose at least %(num)d classes.", about.least)
    elif len(there) != len(set(sent.classes)):
        errors["classes"] = _("One of the classes is no longer there; look at the rest and save again.")
    try:
        values["code"] = row.code if row is not None else _code(scope, sent)
    except ValueRefused as refused:
        errors["code"] = expected_sentence(refused.expected, sent.code)
    return values, errors


def _code(scope: Scope, sent: ClassRuleSent) -> str:
    """The code that was typed, else the rule's name with the next free number."""
    taken = set(db.session.scalars(sa.select(TermRule.code).filter_by(term_id=term_in(scope).term_id)))
    taken |= set(RULE_NAMES)
    text = sent.code.strip()
    if text:
        code = str(read(RULES.by_name["code"], text))
        if code in taken:
            raise ValueRefused("taken", _("a name that no other rule of the term has"))
        return code
    base = sent.rule[: CODE_LENGTH - 6]
    return next(f"{base}-{number}" for number in range(1, len(taken) + 2) if f"{base}-{number}" not in taken)


def _store_classes(row: TermRule, keys: Iterable[int]) -> None:
    wanted = list(dict.fromkeys(keys))
    own = sa.select(TermRuleComponent.component_id).filter_by(term_rule_id=row.term_rule_id)
    if list(db.session.scalars(own.order_by(TermRuleComponent.position))) == wanted:
        return
    db.session.execute(sa.delete(TermRuleComponent).filter_by(term_rule_id=row.term_rule_id))
    rows: list[Mapping[str, int]] = [
        {"term_rule_id": row.term_rule_id, "component_id": key, "position": position}
        for position, key in enumerate(wanted)
    ]
    if rows:
        db.session.execute(sa.insert(TermRuleComponent), rows)
    db.session.expire(row, ["components"])
