"""Rules about certain classes or people of a term, added beside those that every term has: read, stored, deleted."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Organization, Term, TermRule
from webapp.services.reference import last_change
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.schema.columns import CODE_LENGTH
from webapp.services.schema.scope import Scope
from webapp.services.schema.values import ValueRefused, expected_sentence, read
from webapp.services.schema.wishes import AMOUNT_MAX, RULES, WEIGHT_MAX
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.errors import NotFound
from webapp.services.shared.rule_defaults import (
    ADDED_RULES,
    RULE_NAMES,
    AddedRule,
    RuleSetting,
    is_in_order,
    people_of,
    title_of,
)
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _, ngettext
from webapp.services.terms.rule_links import FOUND, NO_LINKS, RuleLinks, kinds_of, links_of, named_rows, store_links
from webapp.services.terms.rule_words import about_in_words, rule_title, sentence_of_added, use_in_words
from webapp.services.terms.rules import number_typed, term_in


@dataclass(frozen=True, slots=True)
class OfferedRule:
    """A rule that may be added: its title, what it asks of classes, and of people."""

    name: str
    title: str
    classes: str
    people: str


@dataclass(frozen=True, slots=True)
class AddedRuleSent:
    """A rule about classes or people as a form sends it: numbers are text as typed, classes in the order chosen."""

    rule: str = ""
    code: str = ""
    is_enabled: bool = True
    is_hard: bool = True
    weight: str = ""
    amount: str = ""
    second: str = ""
    is_of_all: bool = False
    """Whether it is about everybody, whoever is ticked."""
    links: RuleLinks = NO_LINKS


@dataclass(frozen=True, slots=True)
class RuleFields:
    """What the form of one rule asks for."""

    title: str
    sentence: str
    takes: AddedRule
    kinds: tuple[str, ...]
    """Of the rows that it may name, slots aside."""
    looked_for: str
    """These kinds in words: "classes, teachers, groups"."""
    may_be_of_all: bool
    takes_order: bool


def fields_of(sent: AddedRuleSent) -> RuleFields:
    """What the form of a rule asks for; raises NotFound for a rule that is not added so."""
    rule, takes = sent.rule, ADDED_RULES.get(sent.rule)
    if takes is None:
        raise NotFound(_("There is no such rule to add."))
    called = {"classes": _("classes"), "faculty": _("teachers"), "groups": _("groups"), "rooms": _("rooms")}
    kinds = kinds_of(rule)
    return RuleFields(
        title_of(rule),
        sentence_of_added(rule, is_of_people=sent.links.is_about_people(is_of_all=sent.is_of_all)),
        takes,
        kinds,
        ", ".join(called[kind] for kind in kinds),
        may_be_of_all=bool(takes.people),
        takes_order=is_in_order(rule),
    )


def rules_offered(kinds: Collection[str] = ()) -> list[OfferedRule]:
    """The rules that may be added; with kinds only those that may be about rows of one of them."""
    return [
        OfferedRule(name, title_of(name), str(one.classes), str(one.people))
        for name, one in ADDED_RULES.items()
        if not kinds or set(kinds) & set(kinds_of(name))
    ]


def added_rule(scope: Scope, key: int) -> TermRule:
    """A rule that was added to the term; raises NotFound for others, which every term has."""
    row = load(scope.organization, TermRule, key, Term.term_id == term_in(scope).term_id, fresh=True)
    if row.code == row.rule:
        raise NotFound(_("Every term has this rule; it stands on the Rules page."))
    return row


def term_of_rule(organization: Organization, key: int) -> Term:
    """The organisation's term that a rule belongs to; raises NotFound."""
    return db.session.get_one(Term, load(organization, TermRule, key).term_id)


def sent_of(row: TermRule) -> AddedRuleSent:
    """What the form of a stored rule begins with."""
    weight, amount, second = (
        "" if number is None else str(number) for number in (row.weight, row.amount, row.second_amount)
    )
    links = links_of([row])[row.term_rule_id]
    is_of_all = row.is_of_all and bool(people_of(row.rule))
    return AddedRuleSent(row.rule, row.code, row.is_enabled, row.is_hard, weight, amount, second, is_of_all, links)


def mark_of(row: TermRule) -> str:
    """Mark what a rule's form was shown, for `save_added_rule` and `delete_added_rule`."""
    return optimistic_lock.mark({"rule": sent_of(row)})


def save_added_rule(scope: Scope, key: int | None, sent: AddedRuleSent, seen: str = "") -> TermRule:
    """Store a rule about classes, new where ``key`` is None.

    Raises RecordRefused with its errors by field, RecordChanged where the rule is no longer as ``seen``.
    """
    optimistic_lock.lock(scope.organization)
    row = added_rule(scope, key) if key is not None else None
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
    with last_change.watch(scope, RULES, [key] if key is not None else []) as watched:
        for name, value in values.items():
            setattr(stored, name, value)
        db.session.add(stored)
        db.session.flush()
        watched.add(stored.term_rule_id)
        store_links(stored, _links(sent))
    after = in_words(scope, stored)
    if before != after:
        action = "rule.edit" if before is not None else "rule.create"
        was = {"use": before} if before is not None else None
        told = {"code": stored.code, "use": after}
        audit.record(scope.organization, scope.actor, action, stored, before=was, after=told)
    return stored


def delete_added_rule(scope: Scope, key: int, seen: str) -> str:
    """Delete an added rule and return its title; raises RecordChanged where it is no longer as ``seen``."""
    optimistic_lock.lock(scope.organization)
    row = added_rule(scope, key)
    _refuse_changed(scope, row, seen)
    title, before = rule_title(row.rule, row.code), {"code": row.code, "use": in_words(scope, row)}
    audit.record(scope.organization, scope.actor, "rule.delete", row, before=before)
    with last_change.watch(scope, RULES, [key]):
        db.session.execute(sa.delete(TermRule).where(TermRule.term_rule_id == key))
    db.session.expire_all()
    return title


def in_words(scope: Scope, row: TermRule) -> str:
    """How a rule is used and for whom, in one line."""
    setting = RuleSetting(row.is_enabled, row.is_hard, row.weight, row.amount, row.second_amount)
    links = links_of([row])[row.term_rule_id]
    rows = named_rows(scope, links)
    about = [named.label for named in rows if named.kind in ("classes", "faculty", "groups")]
    places = [named.label for named in rows if named.kind in ("slots", "rooms")]
    about = about_in_words(row.rule, row.code, row.is_of_all, about)
    return f"{title_of(row.rule)}: {use_in_words(setting, about, places)}"


def _refuse_changed(scope: Scope, row: TermRule, seen: str) -> None:
    if optimistic_lock.changed_since(seen, {"rule": sent_of(row)}):
        raise RecordChanged({"rule": optimistic_lock.now(in_words(scope, row))})


def _links(sent: AddedRuleSent) -> RuleLinks:
    """What a rule is stored with: rows of the kinds that it may name, nobody by name where it is about all."""
    takes = ADDED_RULES[sent.rule] if sent.rule in ADDED_RULES else AddedRule()
    kinds = kinds_of(sent.rule) if sent.rule in ADDED_RULES else FOUND
    links = replace(sent.links, **{name: () for name in FOUND if name not in kinds})
    if sent.is_of_all:
        links = replace(links, classes=(), faculty=(), groups=())
    return links if takes.slots or sent.rule not in ADDED_RULES else replace(links, slots=())


def _read(scope: Scope, row: TermRule | None, sent: AddedRuleSent) -> tuple[dict[str, Any], dict[str, str]]:
    """The columns that a form stands for, and what is wrong with it by field."""
    errors: dict[str, str] = {}
    values: dict[str, Any] = {"is_enabled": sent.is_enabled, "is_hard": sent.is_hard, "rule": sent.rule}
    if sent.rule not in ADDED_RULES and (row is None or row.rule != sent.rule):
        errors["rule"] = _("Choose one of the rules.")
    for name, text, most, words in (
        ("weight", sent.weight, WEIGHT_MAX, _("weight")),
        ("amount", sent.amount, AMOUNT_MAX, _("number")),
        ("second_amount", sent.second, AMOUNT_MAX, _("second number")),
    ):
        try:
            values[name] = number_typed(text, most, words)
        except ValueError as error:
            errors[name] = str(error)
    if not sent.is_hard and not sent.weight.strip():
        errors["weight"] = _("A rule that is not hard needs a weight.")
    if sent.rule in ADDED_RULES:
        takes = ADDED_RULES[sent.rule]
        if takes.amount and not sent.amount.strip():
            errors["amount"] = _("This rule needs its number.")
        values |= {"amount": None} if not takes.amount else {}
        values |= {"second_amount": None} if not takes.second else {}
        values["is_of_all"] = sent.is_of_all and bool(takes.people)
        errors |= _wrong_links(scope, sent, takes)
    try:
        values["code"] = row.code if row is not None else _code(scope, sent)
    except ValueRefused as refused:
        errors["code"] = expected_sentence(refused.expected, sent.code)
    return values, errors


def _wrong_links(scope: Scope, sent: AddedRuleSent, takes: AddedRule) -> dict[str, str]:
    """What is wrong with the rows that a form names, by field."""
    errors, links = {}, _links(sent)
    rows = named_rows(scope, links)
    numbers = {kind: sum(row.kind == kind for row in rows) for kind in (*FOUND, "slots")}
    people = numbers["faculty"] + numbers["groups"]
    if any(numbers[kind] != len(set(getattr(links, kind))) for kind in numbers):
        errors["links"] = _("One of those chosen is no longer there; look at the rest and save again.")
    elif sent.is_of_all and takes.people:
        pass
    elif takes.people and not people and not numbers["classes"]:
        errors["links"] = (
            _("Choose classes, teachers or groups, or everybody.") if takes.classes else _("Choose whom it is about.")
        )
    elif not people and numbers["classes"] < takes.least:
        errors["links"] = ngettext("Choose at least %(num)d class.", "Choose at least %(num)d classes.", takes.least)
    if takes.needs_slots and not links.slots:
        errors["slots"] = _("Choose the slots.")
    if takes.rooms and not links.rooms:
        errors["rooms"] = _("Look for a room and choose it.")
    return errors


def _code(scope: Scope, sent: AddedRuleSent) -> str:
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
