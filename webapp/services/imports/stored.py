"""What the database holds, as records of the same tables that a file brings: for comparing and for writing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Term, Timetable, TimetableEntry, TimetableStatus
from webapp.services.schema.calendar import TERM
from webapp.services.schema.columns import Column, Key, Link, Reach, Record, Table, Value
from webapp.services.schema.courses import COMPONENTS
from webapp.services.schema.row_checks import is_asked_for
from webapp.services.schema.tables import BY_NAME
from webapp.services.schema.values import empty
from webapp.services.schema.wishes import ENTRIES
from webapp.services.shared.day_patterns import joined


@dataclass
class Stored:
    """The rows of one table: record and id by key. A record without id is assumed: it has no row of its own yet."""

    table: Table
    records: dict[Key, Record] = field(default_factory=dict)
    ids: dict[Key, int] = field(default_factory=dict)

    @cached_property
    def keys_by_id(self) -> Mapping[int, Key]:
        """Key of each id."""
        return {row_id: key for key, row_id in self.ids.items()}

    @cached_property
    def keys_by_label(self) -> Mapping[str, Key]:
        """Key of each label, as lists of codes name rows."""
        return {self.table.label(key): key for key in self.ids}

    def add(self, key: Key, row_id: int, record: Record) -> None:
        """Take in a row that was just stored."""
        self.ids[key], self.records[key] = row_id, record
        self.__dict__.pop("keys_by_id", None)
        self.__dict__.pop("keys_by_label", None)


def plain_value(value: Any) -> Value:
    """A column's value as a record holds it."""
    match value:
        case Enum():
            return str(value.value)
        case list():
            return tuple(value)
        case _:
            plain: Value = value
            return plain


def ordered(column: Column, value: Value) -> Value:
    """A list whose order says nothing, in order."""
    if column.many is not None and column.many.position is None and isinstance(value, tuple):
        return tuple(sorted(value))
    return value


class Store:
    """The rows of an organisation, and of one of its terms, table by table, read when first asked for."""

    def __init__(self, organization_id: int, term: Term | None) -> None:
        self.organization_id = organization_id
        self.term = term
        self.term_id = term.term_id if term is not None else None
        self._tables: dict[str, Stored] = {}

    def enter(self, term: Term) -> None:
        """Go on in a term that was made after nothing of one was found: it has the rows that were assumed."""
        self.term, self.term_id = term, term.term_id
        for name in [name for name in self._tables if BY_NAME[name].assumed is not None]:
            del self._tables[name]

    def table(self, name: str) -> Stored:
        """The rows of a table; entries are those of the term's published or else newest timetable."""
        if name not in self._tables:
            table = BY_NAME[name]
            if table is TERM:
                self._tables[name] = self._term()
            elif table is ENTRIES:
                self._tables[name] = self._entries(self.reference_timetable_id)
            else:
                self._tables[name] = self._read(table)
        return self._tables[name]

    def scope(self, table: Table) -> Any:
        """The condition that keeps a query within the organisation and term."""
        model: Any = table.model
        if table.reach is Reach.ORGANIZATION:
            return model.organization_id == self.organization_id
        if table.reach is Reach.TERM:
            return model.term_id == self.term_id
        targets = ((link, BY_NAME[link.table]) for link in table.links)
        link, target = next(pair for pair in targets if pair[1].reach is not Reach.ORGANIZATION)
        inner = sa.select(target.primary_key).where(self.scope(target))
        return getattr(model, link.attribute).in_(inner)

    def _read(self, table: Table) -> Stored:
        model: Any = table.model
        stored = Stored(table)
        own = [getattr(model, column.field) for column in table.plain]
        links = list(table.links)
        query = (
            sa.select(table.primary_key, *own, *(getattr(model, link.attribute) for link in links))
            .where(self.scope(table))
            .order_by(table.primary_key)
        )
        rows = db.session.execute(query).all()
        lists = [(column, self._list(table, column)) for column in table.lists]
        itself = {row[0]: plain_value(row[1]) for row in rows} if any(x.table == table.name for x in links) else {}
        for row in rows:
            record: dict[str, Value] = {
                column.name: plain_value(value)
                for column, value in zip(table.plain, row[1 : 1 + len(own)], strict=True)
            }
            for link, value in zip(links, row[1 + len(own) :], strict=True):
                record |= self._link_cells(table, link, value, itself)
            for column, items in lists:
                record[column.name] = ordered(column, tuple(items.get(row[0], ())))
            key = table.key_of(record)
            stored.records[key], stored.ids[key] = record, row[0]
        for assumed in table.assumed(self.term_id) if table.assumed is not None else ():
            stored.records.setdefault(table.key_of(assumed), assumed)
        return stored

    def _link_cells(self, table: Table, link: Link, value: int | None, itself: Mapping[int, Value]) -> Record:
        columns = table.links[link]
        if value is None:
            return dict.fromkeys(columns, None)
        if link.table == table.name:
            return {columns[0]: itself.get(value)}
        return dict(zip(columns, self.table(link.table).keys_by_id[value], strict=True))

    def _list(self, table: Table, column: Column) -> Mapping[int, Sequence[str]]:
        """Items of a list column by the id of the row they belong to."""
        many = column.many
        assert many is not None  # noqa: S101 (only list columns come here)
        model, owner = many.model, getattr(many.model, many.owner)
        picked = [owner, getattr(model, many.link.attribute)]
        if many.second is not None:
            picked.append(getattr(model, many.second.attribute))
        inner = sa.select(table.primary_key).where(self.scope(table))
        query = sa.select(*picked).where(owner.in_(inner))
        if many.position is not None:
            query = query.order_by(owner, getattr(model, many.position))
        target = self.table(many.link.table)
        second = self.table(many.second.table) if many.second is not None else None
        items: dict[int, list[str]] = {}
        for row in db.session.execute(query):
            key = target.keys_by_id.get(row[1])
            if key is None:  # of another term
                continue
            label = target.table.label(key)
            if second is not None and row[2] is not None:
                label += "@" + second.table.label(second.keys_by_id[row[2]])
            items.setdefault(row[0], []).append(label)
        return items

    def _term(self) -> Stored:
        stored = Stored(TERM)
        if self.term is not None:
            record = {column.name: plain_value(getattr(self.term, column.field)) for column in TERM.file_columns}
            key = TERM.key_of(record)
            stored.records[key], stored.ids[key] = record, self.term.term_id
        return stored

    @cached_property
    def reference_timetable_id(self) -> int | None:
        """The timetable that entries are compared with and written from: the published, else the newest."""
        published = sa.case((Timetable.status == TimetableStatus.PUBLISHED, 0), else_=1)
        query = (
            sa.select(Timetable.timetable_id)
            .where(Timetable.organization_id == self.organization_id, Timetable.term_id == self.term_id)
            .order_by(published, Timetable.timetable_id.desc())
            .limit(1)
        )
        return db.session.scalar(query)

    def _entries(self, timetable_id: int | None) -> Stored:
        """A timetable's meetings, without those that their components no longer ask for: no import could take them."""
        stored = Stored(ENTRIES)
        components, slots = self.table(COMPONENTS.name), self.table("time_slots")
        rooms, groups = self.table("rooms"), self.table("groups")
        query = (
            sa.select(TimetableEntry)
            .where(TimetableEntry.timetable_id == timetable_id)
            .order_by(TimetableEntry.entry_id)
        )
        for entry in db.session.scalars(query):
            course, section, component = component_key = components.keys_by_id[entry.component_id]
            record: dict[str, Value] = {
                "course": course,
                "section": section,
                "component": component,
                "batch": _code(groups, entry.student_group_id),
                "number": entry.ordinal,
                "slot": _code(slots, entry.time_slot_id),
                "days": joined(entry.days),
                "room": _code(rooms, entry.room_id),
                "locked_time": entry.locked_time,
                "locked_room": entry.locked_room,
            }
            if is_asked_for(components.records[component_key], record):
                key = ENTRIES.key_of(record)
                stored.records[key], stored.ids[key] = record, entry.entry_id
        return stored


def _code(stored: Stored, row_id: int | None) -> Value:
    return None if row_id is None else stored.keys_by_id[row_id][0]


def complete(table: Table, record: Record) -> Record:
    """A record with every column, missing ones as an empty cell means them."""
    full = {column.name: record.get(column.name, empty(column)) for column in table.file_columns}
    full = {name: ordered(table.by_name[name], value) for name, value in full.items()}
    return full if table.settled is None else table.settled(full, record)
