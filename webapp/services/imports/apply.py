"""Differences become rows: inserted and updated in bulk, in the order in which tables refer to each other.

The last step of the walk, in the transaction of whoever calls.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError

from webapp.extensions import db
from webapp.models import User
from webapp.services.imports.draft import store_entries
from webapp.services.imports.faults import ImportConflict, StillInUse
from webapp.services.imports.preview import Preview, RowDifference, RowState, TableDifference
from webapp.services.imports.stored import Store
from webapp.services.reference.timetable_cuts import release
from webapp.services.reference.uses import TimetableUses, data_uses, timetable_uses, use_words
from webapp.services.schema.calendar import TERM
from webapp.services.schema.columns import Column, Key, Reach, Record, Table, link_key
from webapp.services.schema.tables import constraint_in_words
from webapp.services.schema.wishes import ENTRIES, RULES
from webapp.services.shared import bulk, transaction
from webapp.services.shared.words import _, enumerated
from webapp.services.terms.usual_limits import follows_the_slots

Cells = dict[str, Any]
MOST_NAMED = 3

log = structlog.get_logger(__name__)


def apply(store: Store, preview: Preview, user: User | None = None, *, draft_name: str | None = None) -> int | None:
    """Write what a faultless preview promises; return the draft of the file's timetable, if it has one.

    All or nothing: raises `StillInUse` where a removed row is referred to, or `ImportConflict` where the database
    refuses a row, and nothing is changed then.
    """
    try:
        with db.session.begin_nested():
            transaction.defer_constraints()
            _write(store, preview, user)
            timetable_id = _draft(store, preview, user, draft_name)
            transaction.check_constraints()
    except IntegrityError as error:
        raise _conflict(error) from error
    return timetable_id


def _write(store: Store, preview: Preview, user: User | None) -> None:
    if store.term is None:
        _write_tables(store, preview, user)
        return
    said = {str(row.record["code"]) for table in preview.tables if table.table is RULES for row in table.rows}
    with follows_the_slots(store.term, user, set_otherwise=said):
        _write_tables(store, preview, user)


def _write_tables(store: Store, preview: Preview, user: User | None) -> None:
    for difference in preview.tables:
        write_difference(store, difference)
    for difference in reversed(preview.tables):
        if difference.table.model is not None:
            _remove(store, difference, user)
    db.session.expire_all()


def write_difference(store: Store, difference: TableDifference) -> None:
    """Write a table's new and changed rows; those that go are left."""
    if difference.table is TERM:
        _change_term(store, difference)
    elif difference.table.model is not None:
        _Writer(store, difference.table).write(difference)


def _draft(store: Store, preview: Preview, user: User | None, name: str | None) -> int | None:
    """Make a draft of the file's timetable, where it has one."""
    entries = next((table for table in preview.tables if table.table is ENTRIES and table.rows), None)
    return None if entries is None else store_entries(store, entries, user, preview.filename, name)


def _conflict(error: IntegrityError) -> ImportConflict:
    """The database's refusal in the words of the table it is about; the log has the rest."""
    constraint, said = constraint_in_words(error)
    log.warning("import refused by the database", constraint=constraint, error=str(error.orig))
    said = said or _("The rows of the file don't fit together with those that are there.")
    return ImportConflict(_("Nothing was imported. %(said)s", said=said))


def _change_term(store: Store, difference: TableDifference) -> None:
    for row in difference.of(RowState.CHANGED):
        for change in row.changes:
            setattr(store.term, TERM.by_name[change.column].field, row.record[change.column])
    db.session.flush()


def _remove(store: Store, difference: TableDifference, actor: User | None) -> None:
    removed = difference.of(RowState.REMOVED)
    if not removed:
        return
    model: Any = difference.table.model
    stored = store.table(difference.name)
    ids = {stored.ids[row.key]: row.label for row in removed}
    uses = timetable_uses(difference.table, list(ids))
    if uses.versions:
        raise _in_versions(difference.table, ids, uses)
    release(difference.table, ids, uses, actor)
    try:
        with db.session.begin_nested():
            db.session.execute(sa.delete(model).where(difference.table.primary_key.in_(ids)))
    except IntegrityError:
        raise _still_in_use(difference.table, ids) from None


def _in_versions(table: Table, ids: Mapping[int, str], uses: TimetableUses) -> StillInUse:
    """Say which rows stand in what was ever published."""
    named = sorted({ids[key] for version in uses.versions for key in uses.rows[version.timetable_id]})
    findings = [
        _("%(label)s of %(name)s stands in what was published.", label=label, name=table.title) for label in named
    ]
    words = _(
        "Nothing was imported: %(rows)s of %(name)s, which the file lacks, stands in %(versions)s, and what was "
        "published stays as it was seen.",
        rows=enumerated(named, MOST_NAMED),
        name=table.title,
        versions=uses.version_words,
    )
    return StillInUse(words, findings)


def _still_in_use(table: Table, ids: Mapping[int, str]) -> StillInUse:
    """Say which rows other data use, and how often."""
    findings = [
        _("%(label)s of %(name)s is used by %(uses)s.", label=ids[key], name=table.title, uses=use_words(other, count))
        for other, key, count in (
            (column.table.name, key, count)
            for column, key, count in data_uses(table, list(ids))
            if all(foreign.ondelete is None for foreign in column.foreign_keys)
        )
    ]
    used = ", ".join(findings[:MOST_NAMED]).rstrip(".")
    return StillInUse(_("Nothing was imported, for what the file lacks is still used: %(used)s.", used=used), findings)


class _Writer:
    """Writes the new and changed rows of one table."""

    def __init__(self, store: Store, table: Table) -> None:
        self.store, self.table = store, table
        self.model: Any = table.model
        self.stored = store.table(table.name)

    def write(self, difference: TableDifference) -> None:
        """Insert, then update, then the rows of the list columns."""
        new, changed = difference.of(RowState.NEW), difference.of(RowState.CHANGED)
        assumed = [row for row in changed if row.key not in self.stored.ids]  # from now on with a row of its own
        new, changed = [*new, *assumed], [row for row in changed if row not in assumed]
        if new:
            self._insert(new)
        self._point_to_itself(new)
        self._update(changed)
        for column in self.table.lists:
            touched = [row for row in changed if any(change.column == column.name for change in row.changes)]
            self._write_list(column, touched, [*new, *touched])

    def _insert(self, rows: Sequence[RowDifference]) -> None:
        query = sa.insert(self.model).returning(self.table.primary_key, sort_by_parameter_order=True)
        ids = db.session.scalars(query, [self._cells(row.record) for row in rows])
        for row, row_id in zip(rows, list(ids), strict=True):
            self.stored.add(row.key, row_id, row.record)

    def _cells(self, record: Record) -> Cells:
        """The cells of an inserted row; a link to its own table waits until all rows are there."""
        cells: Cells = {column.field: _column_value(record[column.name]) for column in self.table.plain}
        if self.table.reach is Reach.ORGANIZATION:
            cells["organization_id"] = self.store.organization_id
        elif self.table.reach is Reach.TERM:
            cells["term_id"] = self.store.term_id
        for link, columns in self.table.links.items():
            if link.table != self.table.name:
                cells[link.attribute] = self._id_of(link.table, link_key(record, columns))
        return cells

    def _id_of(self, table: str, key: Key | None) -> int | None:
        return None if key is None else self.store.table(table).ids[key]

    def _point_to_itself(self, rows: Sequence[RowDifference]) -> None:
        for link, columns in self.table.links.items():
            if link.table != self.table.name:
                continue
            pointing = [(row, link_key(row.record, columns)) for row in rows]
            updates = [
                {self._own_key: self.stored.ids[row.key], link.attribute: self.stored.ids[key]}
                for row, key in pointing
                if key is not None
            ]
            bulk.update_rows(self.model.__table__, self._own_key, updates)

    @property
    def _own_key(self) -> str:
        return str(self.table.primary_key.key)

    def _update(self, rows: Sequence[RowDifference]) -> None:
        """Update changed rows, those with the same columns together."""
        alike: dict[tuple[str, ...], list[Cells]] = defaultdict(list)
        for row in rows:
            cells: Cells = {}
            changed = {change.column for change in row.changes}
            for column in self.table.plain:
                if column.name in changed:
                    cells[column.field] = _column_value(row.record[column.name])
            for link, columns in self.table.links.items():
                if changed.intersection(columns):
                    cells[link.attribute] = self._id_of(link.table, link_key(row.record, columns))
            if cells:
                alike[tuple(sorted(cells))].append({self._own_key: self.stored.ids[row.key], **cells})
            self.stored.records[row.key] = row.record
        for updates in alike.values():
            bulk.update_rows(self.model.__table__, self._own_key, updates)

    def _write_list(self, column: Column, cleared: Sequence[RowDifference], rows: Sequence[RowDifference]) -> None:
        many = column.many
        assert many is not None  # noqa: S101 (only list columns come here)
        target = self.store.table(many.link.table)
        second = self.store.table(many.second.table) if many.second is not None else None
        if cleared:
            owner, listed = getattr(many.model, many.owner), getattr(many.model, many.link.attribute)
            ids = [self.stored.ids[row.key] for row in cleared]
            known = list(target.ids.values())
            db.session.execute(sa.delete(many.model).where(owner.in_(ids), listed.in_(known)))
        items: list[Cells] = []
        for row in rows:
            for position, item in enumerate(_items(row.record[column.name])):
                label, _, batch = item.partition("@") if second is not None else (item, "", "")
                cells: Cells = {
                    many.owner: self.stored.ids[row.key],
                    many.link.attribute: target.ids[target.keys_by_label[label]],
                }
                if many.position is not None:
                    cells[many.position] = position
                if many.second is not None and second is not None:
                    cells[many.second.attribute] = second.ids[second.keys_by_label[batch]] if batch else None
                items.append(cells)
        if items:
            db.session.execute(sa.insert(many.model), items)


def _items(value: Any) -> tuple[str, ...]:
    return value or ()


def _column_value(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
