"""The last change that somebody made in forms and lists, kept so that it can be undone, row for row as it was.

Rows are kept as the database holds them, not by their codes as an import does: a form may rename a code, and has
columns that no file has. What comes back has the key it had.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError

from webapp.extensions import Model, db
from webapp.models import LastChange, User
from webapp.services.reference.queries import labels_of
from webapp.services.reference.uses import columns_to, data_uses, is_of_timetables, timetable_uses, use_words
from webapp.services.schema.calendar import TERM
from webapp.services.schema.columns import Table
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import BY_NAME, TABLES, detail_of
from webapp.services.schema.wishes import RULES
from webapp.services.shared import audit, optimistic_lock, transaction
from webapp.services.shared.errors import Conflict, NotFound
from webapp.services.shared.words import _, enumerated, ngettext
from webapp.services.terms.rule_words import rule_title

MOST_NAMED = 3
VOLATILE = frozenset({"data_revision"})
"""Columns that PostgreSQL raises by itself whenever something else changes."""
RawRow = dict[str, Any]
Image = dict[str, list[RawRow]]
"""Rows of the database as JSON objects, by table."""


class NotUndone(Conflict):
    """What was changed has changed since, or is used by now, so that the change stays."""


@dataclass
class Watched:
    """The rows that a change is about; what it adds is named by whoever adds it."""

    table: Table
    keys: set[int]
    labels: dict[int, str] = field(default_factory=dict)

    def add(self, key: int) -> None:
        """Take in a row that is new."""
        self.keys.add(key)


@contextmanager
def watch(scope: Scope, table: Table, keys: Collection[int]) -> Iterator[Watched]:
    """Keep what is done to rows of a table as the last change of whoever is asking; a refusal keeps nothing.

    Nobody can undo what no user did, nor a term that was added or deleted: too much goes with it.
    """
    watched = Watched(table, set(keys), labels_of(scope, table, keys))
    before = _image(table, watched.keys, with_detail=True)
    yield watched
    after = _image(table, watched.keys, with_detail=True)
    before, after = _without_same_detail(table, before, after)
    if scope.actor is None or before == after:
        return
    _forget(scope.actor)
    name = table.model.__tablename__
    if table is TERM and len(before.get(name, [])) != len(after.get(name, [])):
        return
    labels = {**watched.labels, **labels_of(scope, table, watched.keys)}
    change = LastChange(
        user_id=scope.actor.user_id,
        organization_id=scope.organization.organization_id,
        table_name=table.address,
        keys=sorted(watched.keys),
        labels=[labels.get(key, "") for key in sorted(watched.keys)],
        before=before,
        after=after,
        created_at=datetime.now(UTC),
    )
    db.session.add(change)
    db.session.flush()


def _without_same_detail(table: Table, before: Image, after: Image) -> tuple[Image, Image]:
    """The images without the table's detail where that has not changed, so that others may change it before an undo."""
    detail = {part.name for part in _parts(table, with_detail=True)} - {part.name for part in _parts(table)}
    if any(before.get(name) != after.get(name) for name in detail):
        return before, after
    own = ({name: rows for name, rows in image.items() if name not in detail} for image in (before, after))
    return next(own), next(own)


def _forget(actor: User) -> None:
    db.session.execute(sa.delete(LastChange).where(LastChange.user_id == actor.user_id))
    db.session.expire_all()


@dataclass(frozen=True)
class Undoable:
    """The last change as pages offer to undo it; ``mark`` tells it from a later one."""

    words: str
    at: datetime
    mark: str


def last_change_of(user: User) -> Undoable | None:
    """What somebody changed last and may undo."""
    change = db.session.get(LastChange, user.user_id, populate_existing=True)
    return None if change is None else Undoable(_words(change), change.created_at, _mark(change))


def _mark(change: LastChange) -> str:
    return optimistic_lock.mark({"change": change.created_at.isoformat()})


def _table_of(change: LastChange) -> Table:
    return next(table for table in TABLES if table.address == change.table_name)


def _labels(change: LastChange) -> list[str]:
    """How the rows are called: rules by their titles, which a code does not say."""
    if _table_of(change) is not RULES:
        return change.labels
    rows = {row["term_rule_id"]: row for image in (change.before, change.after) for row in image.get("term_rules", [])}
    return [rule_title(rows[key]["rule"], rows[key]["code"]) for key in change.keys]


def _words(change: LastChange) -> str:
    table = _table_of(change)
    name = table.model.__tablename__
    named = enumerated(_labels(change), MOST_NAMED)
    values = {"table": table.title, "names": named}
    before, after = (len(image.get(name, [])) for image in (change.before, change.after))
    if after < before:
        return _("%(table)s: %(names)s deleted", **values)
    if after > before:
        return _("%(table)s: %(names)s added", **values)
    return _("%(table)s: %(names)s changed", **values)


def undo(scope: Scope, seen: str) -> str:
    """Put back what the asking user changed last, with its audit event; returns what that was.

    ``seen`` is the `Undoable.mark` of what was shown. Raises `NotUndone` where that was another change, or a row is no
    longer as it was left, or is used by now; NotFound where there is nothing to undo.
    """
    optimistic_lock.lock(scope.organization)
    user = scope.actor
    change = db.session.get(LastChange, user.user_id, populate_existing=True) if user is not None else None
    if change is None:
        raise NotFound(_("There is nothing to undo."))
    if _mark(change) != seen:
        raise NotUndone(_("You have changed something else since; nothing was undone. Look again."))
    table, words = _table_of(change), _words(change)
    _refuse_changed(table, change)
    rows = _rows(table, change.keys)
    try:
        with db.session.begin_nested():
            transaction.defer_constraints()
            _refuse_used(table, change)
            _restore(change.after, change.before)
            transaction.check_constraints()
    except IntegrityError as error:
        raise NotUndone(
            _("Other rows stand against it by now, so nothing was undone (%(what)s).", what=words)
        ) from error
    for row in {**rows, **_rows(table, change.keys)}.values():
        audit.record(scope.organization, user, f"{table.address}.undo", row, after={"undone": words})
    db.session.delete(change)
    db.session.flush()
    db.session.expire_all()
    return words


def _rows(table: Table, keys: Collection[int]) -> dict[int, Model]:
    """The rows of these keys that are there now."""
    query = sa.select(table.model).where(table.primary_key.in_(keys)).order_by(table.primary_key)
    return {table.id_of(row): row for row in db.session.scalars(query)}


def _refuse_changed(table: Table, change: LastChange) -> None:
    parts = list(_parts(table, with_detail=_has_detail(table, change)))
    now = _image(table, change.keys, with_detail=_has_detail(table, change))
    changed = [
        label
        for key, label in zip(change.keys, _labels(change), strict=True)
        if _of(table, key, parts, now) != _of(table, key, parts, change.after)
    ]
    if changed or now != change.after:
        raise NotUndone(
            ngettext(
                "%(names)s has changed since, so nothing was undone.",
                "%(names)s have changed since, so nothing was undone.",
                len(changed) or 1,
                names=enumerated(changed or _labels(change), MOST_NAMED),
            )
        )


def _has_detail(table: Table, change: LastChange) -> bool:
    """Whether the change was of the table's detail, too."""
    name = BY_NAME[table.detail].model.__tablename__ if table.detail else ""
    return name in change.before or name in change.after


def _refuse_used(table: Table, change: LastChange) -> None:
    """A row that was added goes only while nothing names it, but the rows that came with it."""
    tables = [table, BY_NAME[table.detail]] if _has_detail(table, change) else [table]
    names = {one.model.__tablename__ for one in tables}
    uses: list[str] = []
    for one in tables:
        name, key_name = one.model.__tablename__, one.primary_key.key
        there = {row[key_name] for row in change.before.get(name, [])}
        added = [row[key_name] for row in change.after.get(name, []) if row[key_name] not in there]
        if not added:
            continue
        found = data_uses(one, added)
        uses += [use_words(column.table.name, count) for column, _key, count in found if column.table.name not in names]
        in_timetables = timetable_uses(one, added)
        uses += [part for part in (in_timetables.version_words, in_timetables.words) if part]
    if uses:
        listed = enumerated(list(dict.fromkeys(uses)), MOST_NAMED)
        raise NotUndone(_("What was added is used by %(uses)s by now, so nothing was undone.", uses=listed))


@dataclass(frozen=True, slots=True)
class _Part:
    """A table whose rows belong to a row: the column that says to which, and the table whose key that is."""

    name: str
    owner: str
    of: str


def _of(table: Table, key: int, parts: Collection[_Part], image: Mapping[str, list[RawRow]]) -> list[list[RawRow]]:
    """What an image holds about one row, by table in an order of its own: JSON does not keep that of its keys."""
    keys: dict[str, set[int]] = {table.model.__tablename__: {key}}
    found: list[list[RawRow]] = []
    for part in parts:
        rows = [row for row in image.get(part.name, []) if row[part.owner] in keys[part.of]]
        keys.setdefault(part.name, _keys_of(part.name, rows))
        found.append(rows)
    return found


def _keys_of(name: str, rows: Collection[RawRow]) -> set[int]:
    first = next(iter(Model.metadata.tables[name].primary_key)).name
    return {row[first] for row in rows}


def _parts(table: Table, *, with_detail: bool = False) -> Iterator[_Part]:
    """The tables whose rows belong to a row of this one: its own first, those of its detail last."""
    own = table.model.__tablename__
    yield _Part(own, table.primary_key.key, own)
    for column in table.kept_columns:
        if column.many is not None:
            yield _Part(column.many.model.__tablename__, column.many.owner, own)
    for other in columns_to(table):
        if other.table.name in table.owned and table is not TERM and not is_of_timetables(other.table):
            yield _Part(other.table.name, other.name, own)
    found = detail_of(table) if with_detail else None
    if found is not None:
        detail, link = found
        yield _Part(detail.model.__tablename__, link.field, own)
        yield from (part for part in _parts(detail) if part.name != detail.model.__tablename__)


def _image(table: Table, keys: Collection[int], *, with_detail: bool) -> Image:
    """The rows of these keys and all that belongs to them, as the database holds them now."""
    db.session.flush()
    image: Image = {}
    found: dict[str, set[int]] = {table.model.__tablename__: set(keys)}
    for part in _parts(table, with_detail=with_detail):
        stored = Model.metadata.tables[part.name].alias("stored")
        query = (
            sa.select(sa.func.to_jsonb(sa.literal_column("stored"), type_=JSONB))
            .select_from(stored)
            .where(stored.c[part.owner].in_(found[part.of]))
            .order_by(*(stored.c[column.name] for column in Model.metadata.tables[part.name].primary_key))
        )
        rows = [
            {name: value for name, value in row.items() if name not in VOLATILE} for row in db.session.scalars(query)
        ]
        found.setdefault(part.name, _keys_of(part.name, rows))
        if rows:
            image[part.name] = rows
    return image


def _restore(now: Mapping[str, list[RawRow]], before: Mapping[str, list[RawRow]]) -> None:
    """Make the rows of one image those of another: gone ones first, then what was there, what is referred to first."""
    names = [table.name for table in Model.metadata.sorted_tables if table.name in now or table.name in before]
    kept: dict[str, dict[Any, RawRow]] = {}
    for name in reversed(names):
        table = Model.metadata.tables[name]
        old, new = _by_key(table, before.get(name, [])), _by_key(table, now.get(name, []))
        kept[name] = {key: row for key, row in new.items() if key in old}
        for key in new.keys() - old.keys():
            db.session.execute(sa.delete(table).where(_named(table, key)))
    for name in names:
        table = Model.metadata.tables[name]
        for key, row in _by_key(table, before.get(name, [])).items():
            if key not in kept[name]:
                _insert(table, row)
            elif kept[name][key] != row:
                _update(table, key, row)


def _by_key(table: sa.Table, rows: Collection[RawRow]) -> dict[Any, RawRow]:
    return {tuple(row[column.name] for column in table.primary_key): row for row in rows}


def _named(table: sa.Table, key: Collection[Any]) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))


def _insert(table: sa.Table, row: RawRow) -> None:
    columns = [column for column in table.columns if column.name in row and column.computed is None]
    source = _source(table, columns, row)
    db.session.execute(sa.insert(table).from_select(columns, source))


def _update(table: sa.Table, key: Collection[Any], row: RawRow) -> None:
    columns = [
        column for column in table.columns if column.name in row and column.computed is None and not column.primary_key
    ]
    if not columns:
        return
    source = _source(table, columns, row).subquery()
    values = {column: sa.select(source.c[column.name]).scalar_subquery() for column in columns}
    db.session.execute(sa.update(table).where(_named(table, key)).values(values))


def _source(table: sa.Table, columns: Collection[sa.Column[Any]], row: RawRow) -> sa.Select[Any]:
    """A row of JSON read by PostgreSQL as a row of the table, so that every type is its own."""
    quoted = table.name  # a name of the models, none of anybody's
    record = sa.func.jsonb_populate_record(sa.text(f"NULL::{quoted}"), sa.cast(row, JSONB))
    listed = record.table_valued(*(sa.column(column.name, column.type) for column in table.columns), name="was")
    return sa.select(*(listed.c[column.name] for column in columns)).select_from(listed)
