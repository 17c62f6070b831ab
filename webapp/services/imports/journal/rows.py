"""What an import did, row by row: kept beside the upload, so that the whole of it can be taken back.

A row is kept as a file would write it, by the codes that name it: what was inserted since under other keys of the
database is the same row all the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import defer, joinedload

from webapp.extensions import db
from webapp.models import ImportChange, Organization, Upload
from webapp.services.imports.preview import Preview, RowState
from webapp.services.imports.stored import Store
from webapp.services.schema.calendar import TERM
from webapp.services.schema.columns import Key, Record, Table
from webapp.services.schema.tables import TABLES
from webapp.services.schema.values import write
from webapp.services.schema.wishes import ENTRIES
from webapp.services.shared.codec import to_json

MOST_LISTED = 20
Texts = Mapping[str, str]
"""A row as a file writes it: text by column."""
Snapshot = Mapping[str, Mapping[Key, Texts]]
"""Rows by table and key."""


def texts_of(table: Table, record: Record) -> Texts:
    """A record as a file writes it."""
    return {column.name: write(column, record[column.name]) for column in table.file_columns}


def snapshot(store: Store, changes: Preview) -> Snapshot:
    """The stored rows of the tables that an import can change; rows that go may take those of any table with them."""
    concerned = {difference.name for difference in changes.tables}
    everything = bool(changes.counts[RowState.REMOVED])
    return {
        table.name: _rows_of(store, table)
        for table in TABLES
        if table is not ENTRIES and (everything or table.name in concerned)
    }


def _rows_of(store: Store, table: Table) -> Mapping[Key, Texts]:
    if table.of_term and store.term_id is None:
        return {}
    stored = store.table(table.name)
    return {key: texts_of(table, stored.records[key]) for key in stored.ids}


def keep(upload: Upload, before: Snapshot, after: Snapshot) -> None:
    """Store what differs from one snapshot to the other, in the order of the tables."""
    changes = list(_differences(before, after))
    rows = [
        {"upload_id": upload.upload_id, "position": position, "table_name": name, "before": old, "after": new}
        for position, (name, old, new) in enumerate(changes)
    ]
    if rows:
        db.session.execute(sa.insert(ImportChange), rows)


def _differences(before: Snapshot, after: Snapshot) -> Iterable[tuple[str, Texts | None, Texts | None]]:
    for table in TABLES:
        old, new = before.get(table.name, {}), after.get(table.name, {})
        for key in dict.fromkeys((*old, *new)):
            if old.get(key) != new.get(key):
                yield table.name, to_json(old.get(key)), to_json(new.get(key))


def changes_of(upload: Upload) -> Sequence[ImportChange]:
    """What the import of a kept file did, row by row in the order in which it was stored."""
    query = sa.select(ImportChange).filter_by(upload_id=upload.upload_id).order_by(ImportChange.position)
    return db.session.scalars(query).all()


def made_term(changes: Iterable[ImportChange]) -> bool:
    """Whether the import has made the term itself."""
    return any(change.table_name == TERM.name and change.before is None for change in changes)


@dataclass(frozen=True, slots=True)
class PastImport:
    """A file that was imported, and how many rows that changed."""

    upload: Upload
    rows: int


def past_imports(organization: Organization) -> list[PastImport]:
    """The organisation's imports that are kept, the latest first."""
    counted = (
        sa.select(ImportChange.upload_id, sa.func.count().label("rows")).group_by(ImportChange.upload_id).subquery()
    )
    query = (
        sa.select(Upload, counted.c.rows)
        .join(counted, counted.c.upload_id == Upload.upload_id)
        .where(Upload.organization_id == organization.organization_id, Upload.confirmed_at.is_not(None))
        .options(defer(Upload.content), joinedload(Upload.user), joinedload(Upload.taken_back_by))
        .order_by(Upload.confirmed_at.desc())
        .limit(MOST_LISTED)
    )
    return [PastImport(upload, rows) for upload, rows in db.session.execute(query)]
