"""Who can when: the weeks of teachers, rooms, groups and sections as the registrar paints them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Availability, Term, TimeSlot, WishLevel
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.reference.queries import find_row, labels_of
from webapp.services.schema.columns import Table
from webapp.services.schema.scope import Scope, TermMissing
from webapp.services.schema.tables import find_table
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.errors import NotFound
from webapp.services.shared.words import _
from webapp.services.views.grid import SlotView

OWNER_COLUMNS: Mapping[str, str] = {
    "faculty": "faculty_id",
    "rooms": "room_id",
    "groups": "student_group_id",
    "sections": "section_id",
}
"""Whose week can be painted: key of the reference table, and the column of `availability`."""


@dataclass(frozen=True, slots=True)
class AvailabilityWeek:
    """Somebody's week: how they are called, all slots of the term, and the levels that are set."""

    kind: str
    key: int
    label: str
    slots: list[SlotView]
    levels: Mapping[int, str]


def _owner_table(kind: str) -> Table:
    if kind not in OWNER_COLUMNS:
        raise NotFound(_("Availability is kept for teachers, rooms, groups and sections."))
    return find_table(kind)


def list_owners(scope: Scope, kind: str) -> list[tuple[int, str, int]]:
    """Everybody of a kind: key, label, and how many slots are marked in the term."""
    table = _owner_table(kind)
    column = getattr(Availability, OWNER_COLUMNS[kind])
    query = (
        sa.select(column, sa.func.count())
        .join(TimeSlot, TimeSlot.time_slot_id == Availability.time_slot_id)
        .where(TimeSlot.term_id == _term(scope).term_id, column.is_not(None))
        .group_by(column)
    )
    marked = {int(key): int(count) for key, count in db.session.execute(query)}
    return [(key, label, marked.get(key, 0)) for key, label in labels_of(scope, table).items()]


def read_week(scope: Scope, kind: str, key: int) -> AvailabilityWeek:
    """The week of one of the scope; raises NotFound or TermMissing."""
    table = _owner_table(kind)
    find_row(scope, table, key)
    slots = _slots(_term(scope))
    views = [SlotView(slot.time_slot_id, slot.day, slot.start_time, slot.end_time, slot.label) for slot in slots]
    return AvailabilityWeek(kind, key, labels_of(scope, table, [key])[key], views, _levels(kind, key, slots))


def _term(scope: Scope) -> Term:
    if scope.term is None:
        raise TermMissing(_("Create a term first: availability belongs to the slots of a term."))
    return scope.term


def _slots(term: Term) -> Sequence[TimeSlot]:
    query = sa.select(TimeSlot).where(TimeSlot.term_id == term.term_id)
    return db.session.scalars(query.order_by(TimeSlot.day, TimeSlot.start_time)).all()


def _levels(kind: str, key: int, slots: Sequence[TimeSlot]) -> dict[int, str]:
    query = sa.select(Availability).where(
        getattr(Availability, OWNER_COLUMNS[kind]) == key,
        Availability.time_slot_id.in_([slot.time_slot_id for slot in slots]),
    )
    return {wish.time_slot_id: wish.level.value for wish in db.session.scalars(query)}


def mark_of_week(week: AvailabilityWeek) -> str:
    """Mark what a week shows, for `paint_week` to tell whether it is still so."""
    return optimistic_lock.mark({slot.time_slot_id: week.levels.get(slot.time_slot_id, "") for slot in week.slots})


def paint_week(scope: Scope, kind: str, key: int, levels: Mapping[int, str], seen: str | None = None) -> int:
    """Store a week as it was painted, with its audit row; returns how many slots changed.

    ``levels`` names a level or "" by ``time_slot_id``; slots that it leaves out stay as they are. ``seen`` is the
    `mark_of_week` that was painted over. Raises RecordRefused for a slot of another term or a level that there is not,
    RecordChanged with the slots by their codes, NotFound.
    """
    optimistic_lock.lock(scope.organization)
    row = find_row(scope, _owner_table(kind), key)
    slots = {slot.time_slot_id: slot for slot in _slots(_term(scope))}
    before = _levels(kind, key, list(slots.values()))
    _refuse_strange(levels, slots)
    if seen is not None:
        _refuse_changed_week(seen, before, [slots[slot] for slot in levels])
    changed = {slot: level for slot, level in levels.items() if level != before.get(slot, "")}
    if not changed:
        return 0
    column = OWNER_COLUMNS[kind]
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
