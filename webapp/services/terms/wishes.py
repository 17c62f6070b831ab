"""What shall hold, as the registrar sets it: who can when, and which rules a term keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.engine.rules import RULES
from webapp.extensions import db
from webapp.models import Availability, Term, TermRule, TimeSlot, WishLevel
from webapp.services.reference import (
    RecordChanged,
    RecordRefused,
    Scope,
    Table,
    TermMissing,
    find_row,
    find_table,
    labels_of,
)
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.errors import NotFound
from webapp.services.shared.rule_defaults import OFF, OWN_TERM, default_rules
from webapp.services.shared.words import _
from webapp.services.views.grid import SlotView

WEIGHT_MAX = 1_000_000
AMOUNT_MAX = 1_000
ALWAYS = frozenset({"room_clash", "instructor_clash", "group_clash"})
"""Rules that PostgreSQL keeps too: a double booking can't be stored, so they can't be switched off."""

SUBJECTS: Mapping[str, str] = {
    "faculty": "faculty_id",
    "rooms": "room_id",
    "groups": "student_group_id",
    "sections": "section_id",
}
"""Whose week can be painted: key of the reference table, and the column of `availability`."""


@dataclass(frozen=True, slots=True)
class Week:
    """Somebody's week: how they are called, all slots of the term, and the levels that are set."""

    kind: str
    key: int
    label: str
    slots: list[SlotView]
    levels: Mapping[int, str]


def _subject_table(kind: str) -> Table:
    if kind not in SUBJECTS:
        raise NotFound(_("Availability is kept for teachers, rooms, groups and sections."))
    return find_table(kind)


def subjects_of(scope: Scope, kind: str) -> list[tuple[int, str, int]]:
    """Everybody of a kind: key, label, and how many slots are marked in the term."""
    table = _subject_table(kind)
    column = getattr(Availability, SUBJECTS[kind])
    query = (
        sa.select(column, sa.func.count())
        .join(TimeSlot, TimeSlot.time_slot_id == Availability.time_slot_id)
        .where(TimeSlot.term_id == _term(scope).term_id, column.is_not(None))
        .group_by(column)
    )
    marked = {int(key): int(count) for key, count in db.session.execute(query)}
    return [(key, label, marked.get(key, 0)) for key, label in labels_of(scope, table).items()]


def week_of(scope: Scope, kind: str, key: int) -> Week:
    """The week of one of the scope; raises NotFound or TermMissing."""
    table = _subject_table(kind)
    find_row(scope, table, key)
    slots = _slots(_term(scope))
    views = [SlotView(slot.time_slot_id, slot.day, slot.start_time, slot.end_time, slot.label) for slot in slots]
    return Week(kind, key, labels_of(scope, table, [key])[key], views, _levels(kind, key, slots))


def _term(scope: Scope) -> Term:
    if scope.term is None:
        raise TermMissing(_("Create a term first: availability belongs to the slots of a term."))
    return scope.term


def _slots(term: Term) -> Sequence[TimeSlot]:
    query = sa.select(TimeSlot).where(TimeSlot.term_id == term.term_id)
    return db.session.scalars(query.order_by(TimeSlot.day, TimeSlot.start_time)).all()


def _levels(kind: str, key: int, slots: Sequence[TimeSlot]) -> dict[int, str]:
    query = sa.select(Availability).where(
        getattr(Availability, SUBJECTS[kind]) == key,
        Availability.time_slot_id.in_([slot.time_slot_id for slot in slots]),
    )
    return {wish.time_slot_id: wish.level.value for wish in db.session.scalars(query)}


def mark_of_week(week: Week) -> str:
    """What a week shows, for `paint_week` to tell whether it is still so."""
    return optimistic_lock.mark({slot.time_slot_id: week.levels.get(slot.time_slot_id, "") for slot in week.slots})


def paint_week(scope: Scope, kind: str, key: int, levels: Mapping[int, str], seen: str | None = None) -> int:
    """Store a week as it was painted, with its audit row, and commit; returns how many slots changed.

    ``levels`` names a level or "" by ``time_slot_id``; slots that it leaves out stay as they are. ``seen`` is the
    `mark_of_week` that was painted over. Raises RecordRefused for a slot of another term or a level that there is not,
    RecordChanged with the slots by their codes, NotFound.
    """
    optimistic_lock.lock(scope.organization)
    row = find_row(scope, _subject_table(kind), key)
    slots = {slot.time_slot_id: slot for slot in _slots(_term(scope))}
    before = _levels(kind, key, list(slots.values()))
    _refuse_strange(levels, slots)
    if seen is not None:
        _refuse_changed_week(seen, before, [slots[slot] for slot in levels])
    changed = {slot: level for slot, level in levels.items() if level != before.get(slot, "")}
    if not changed:
        return 0
    column = SUBJECTS[kind]
    db.session.execute(
        sa.delete(Availability).where(getattr(Availability, column) == key, Availability.time_slot_id.in_(changed))
    )
    db.session.add_all(
        Availability(time_slot_id=slot, level=WishLevel(level), **{column: key})
        for slot, level in changed.items()
        if level
    )
    audit.record(
        scope.organization,
        scope.actor,
        "availability.paint",
        row,
        before={slots[slot].code: before.get(slot, "") for slot in changed},
        after={slots[slot].code: level for slot, level in changed.items()},
    )
    db.session.commit()
    return len(changed)


def _refuse_changed_week(seen: str, now: Mapping[int, str], slots: Sequence[TimeSlot]) -> None:
    changed = optimistic_lock.changed_since(seen, {slot.time_slot_id: now.get(slot.time_slot_id, "") for slot in slots})
    words = {"": _("No wish"), "prefer": _("Prefer"), "avoid": _("Avoid"), "unavailable": _("Unavailable")}
    errors = {
        slot.code: optimistic_lock.now(words[now.get(slot.time_slot_id, "")])
        for slot in slots
        if slot.time_slot_id in changed
    }
    if errors:
        raise RecordChanged(errors)


def _refuse_strange(levels: Mapping[int, str], slots: Mapping[int, TimeSlot]) -> None:
    known = {level.value for level in WishLevel} | {""}
    if any(slot not in slots for slot in levels):
        words = _("A time slot of the page is not in this term; reload the page.")
        raise RecordRefused(words, {"": words})
    strange = next((level for level in levels.values() if level not in known), None)
    if strange is not None:
        words = _("“%(level)s” is not a level of availability.", level=strange[:40])
        raise RecordRefused(words, {"": words})


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
    is_fixed: bool


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
    for rule in RULES:
        setting = OWN_TERM.get(rule.name, OFF)
        for row in (row for row in rows if row.rule == rule.name):
            title = rule.title if row.code == rule.name else f"{rule.title} ({row.code})"
            shown.append(
                RuleView(
                    code=row.code,
                    title=title,
                    sentence=rule.sentence,
                    unit=rule.unit,
                    is_enabled=row.is_enabled,
                    is_hard=row.is_hard,
                    weight=row.weight,
                    amount=row.amount,
                    takes_amount=setting.amount is not None or row.amount is not None,
                    is_fixed=rule.name in ALWAYS,
                )
            )
    return shown


def _rule_rows(term: Term) -> list[TermRule]:
    """The term's rules; those that the engine has learnt since the term was made are added, switched off."""
    query = sa.select(TermRule).where(TermRule.term_id == term.term_id).order_by(TermRule.term_rule_id)
    rows = list(db.session.scalars(query.execution_options(populate_existing=True)))
    known = {row.rule for row in rows}
    return rows + [row for row in default_rules(term.term_id, {}) if row.rule not in known]


def mark_of_rules(rules: Sequence[RuleView]) -> str:
    """What a list of rules shows, for `save_rules` to tell whether it is still so."""
    return optimistic_lock.mark(_state(rules))


def _state(rules: Sequence[RuleView]) -> dict[str, Any]:
    return {rule.code: (rule.is_enabled, rule.is_hard, rule.weight, rule.amount) for rule in rules}


def save_rules(scope: Scope, changes: Mapping[str, RuleChange], seen: str | None = None) -> int:
    """Store how the term uses its rules, all or nothing, and commit; returns how many changed.

    ``seen`` is the `mark_of_rules` that the changes were made on. Raises RecordRefused with its errors by the rule's
    code, RecordChanged where somebody else has changed some of these rules since.
    """
    optimistic_lock.lock(scope.organization)
    if seen is not None:
        _refuse_changed_rules(seen, [rule for rule in rules_of(scope) if rule.code in changes])
    rows = {row.code: row for row in _rule_rows(_term(scope))}
    values: dict[str, dict[str, Any]] = {}
    errors: dict[str, str] = {}
    for code, change in changes.items():
        try:
            values[code] = _settings(rows.get(code), change)
        except ValueError as error:
            errors[code] = str(error)
    if errors:
        raise RecordRefused(_("%(num)d rules need a correction; nothing was stored.", num=len(errors)), errors)
    changed = [code for code, setting in values.items() if _apply(scope, rows[code], setting)]
    db.session.commit()
    return len(changed)


def _refuse_changed_rules(seen: str, rules: Sequence[RuleView]) -> None:
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
    if row.rule in ALWAYS and not (change.is_enabled and change.is_hard):
        raise ValueError(_("A double booking can't be stored, so this rule always holds."))
    weight = _whole(change.weight, WEIGHT_MAX, _("weight"))
    amount = _whole(change.amount, AMOUNT_MAX, _("number"))
    if change.is_enabled and not change.is_hard and weight is None:
        raise ValueError(_("A rule that is not hard needs a weight."))
    if row.amount is not None and amount is None:
        raise ValueError(_("This rule needs its number."))
    return {"is_enabled": change.is_enabled, "is_hard": change.is_hard, "weight": weight, "amount": amount}


def _whole(text: str, most: int, what: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) > most:
        raise ValueError(
            _(
                "The %(what)s must be a whole number from 0 to %(most)d, not “%(text)s”.",
                what=what,
                most=most,
                text=text[:20],
            )
        )
    return int(text)


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
