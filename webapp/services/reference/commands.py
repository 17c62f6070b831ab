"""Rows of reference tables added, changed and deleted: in scope only, with their audit row, or refused in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DataError, IntegrityError

from webapp.extensions import db
from webapp.services.reference.errors import (
    DeletionOutdated,
    RecordChanged,
    RecordInUse,
    RecordRefused,
    correction_words,
)
from webapp.services.reference.last_change import watch
from webapp.services.reference.queries import codes_of_many, find_row, form_values, labels_of, show
from webapp.services.reference.row_values import LinkedRow, RowValues, read_values
from webapp.services.reference.timetable_cuts import release
from webapp.services.reference.uses import (
    Reference,
    TimetableUses,
    detail_codes,
    timetable_uses,
    used_with_detail,
)
from webapp.services.schema.calendar import TERM
from webapp.services.schema.columns import Column, Kind, Table
from webapp.services.schema.scope import Errors, Scope, Values
from webapp.services.schema.tables import BY_NAME, detail_of
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.words import _

AUDIT_LENGTH_MAX = 2000

log = structlog.get_logger(__name__)


def mark_of(table: Table, row: Any) -> str:
    """Mark what a form of the row shows, for `save_row` to tell whether it is still so."""
    return optimistic_lock.mark(form_values(table, row))


def save_row(scope: Scope, table: Table, key: int | None, values: Values, seen: str | None = None) -> Any:
    """Add a row (no key) or change one, with its audit row; returns the row.

    ``seen`` is the `mark_of` the row that the values were typed over. Raises RecordRefused with every error by field,
    RecordChanged where the row has changed since, NotFound for a foreign row. The actor can undo it.
    """
    optimistic_lock.lock(scope.organization)
    with watch(scope, table, [key] if key is not None else []) as watched:
        row = write_row(scope, table, key, values, seen)
        watched.add(table.id_of(row))
    return row


def write_row(scope: Scope, table: Table, key: int | None, values: Values, seen: str | None = None) -> Any:
    """As `save_row`, as a part of a change that the caller watches, under the organisation's lock."""
    change = put_row(scope, table, key, values, seen)
    _note(scope, table, change)
    return change.row


@dataclass(frozen=True)
class RowChange:
    """A row as it was stored, with the texts of its fields: before, none of a new one; after, none of a gone one."""

    row: Any
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def fields(self) -> list[str]:
        """The fields that have changed; of a row that is new or gone, those that are not empty."""
        names = self.after or self.before
        return [name for name in names if self.before.get(name, "") != self.after.get(name, "")]


def put_row(scope: Scope, table: Table, key: int | None, values: Values, seen: str | None = None) -> RowChange:
    """As `write_row`, without an audit row of its own."""
    row = find_row(scope, table, key) if key is not None else None
    if row is not None and seen is not None:
        errors = changed_meanwhile(scope, table, row, seen)
        if errors:
            raise RecordChanged(errors)
    sent = read_values(scope, table, row, values)
    if sent.errors:
        raise _refused(sent.errors)
    before = _snapshot(scope, table, row) if row is not None else {}
    try:
        with db.session.begin_nested():
            row = _write(scope, table, row, sent)
    except (IntegrityError, DataError) as error:
        raise _refused_by_database(table, error) from error
    return RowChange(row, before, _snapshot(scope, table, row))


def changed_meanwhile(scope: Scope, table: Table, row: Any, seen: str) -> Errors:
    """What of a row is no longer as `mark_of` saw it, with what it is now, by field."""
    changed = optimistic_lock.changed_since(seen, form_values(table, row))
    texts = _snapshot(scope, table, row) if changed else {}
    return {name: optimistic_lock.now(texts[name]) for name in changed}


def _write(scope: Scope, table: Table, row: Any, sent: RowValues) -> Any:
    is_new = row is None
    if is_new:
        row = table.model()
        if table.of_term and hasattr(table.model, "term_id") and scope.term is not None:
            row.term_id = scope.term.term_id
        if not table.of_term:
            row.organization_id = scope.organization.organization_id
        db.session.add(row)
    for name, value in sent.values.items():
        setattr(row, name, value)
    db.session.flush()
    for name, linked in sent.lists.items():
        _replace_links(table.by_field[name], table.id_of(row), linked)
    db.session.flush()
    if is_new and table.after_create is not None:
        table.after_create(scope, row)
        db.session.flush()
    db.session.expire(row)
    return row


def _replace_links(column: Column, owner: int, linked: list[LinkedRow]) -> None:
    many = column.many
    if many is None:
        return
    db.session.execute(sa.delete(many.model).where(getattr(many.model, many.owner) == owner))
    rows = []
    for position, (other, second) in enumerate(linked):
        row = {many.owner: owner, many.link.attribute: other}
        if many.position is not None:
            row[many.position] = position
        if many.second is not None and second is not None:
            row[many.second.attribute] = second
        rows.append(many.model(**row))
    db.session.add_all(rows)


def _snapshot(scope: Scope, table: Table, row: Any) -> dict[str, str]:
    key = table.id_of(row)
    texts: dict[str, str] = {}
    for column in table.form_columns:
        if column.many is not None:
            texts[column.field] = ", ".join(codes_of_many(column, [key]).get(key, []))
        elif column.kind is Kind.LINK:
            value = getattr(row, column.field)
            named = labels_of(scope, BY_NAME[column.refers_to], [value]) if value is not None else {}
            texts[column.field] = named.get(value, "")
        else:
            texts[column.field] = show(column, getattr(row, column.field))
    return {name: text[:AUDIT_LENGTH_MAX] for name, text in texts.items()}


def _note(scope: Scope, table: Table, change: RowChange) -> None:
    if change.fields or not change.before:
        audit.record(
            scope.organization,
            scope.actor,
            f"{table.address}.{'edit' if change.before else 'create'}",
            change.row,
            before={name: change.before[name] for name in change.fields} if change.before else None,
            after={name: change.after[name] for name in change.fields},
        )


def _refused(errors: Mapping[str, str]) -> RecordRefused:
    return RecordRefused(correction_words(len(errors)), dict(errors))


def _refused_by_database(table: Table, error: IntegrityError | DataError) -> RecordRefused:
    if isinstance(error, DataError):
        return _refused({"": _("The database refused the row: a value does not fit.")})
    constraint = str(getattr(getattr(error.orig, "diag", None), "constraint_name", "") or "")
    if constraint in table.words:
        name, words = table.words[constraint]
        return _refused({name: str(words)})
    log.warning("row refused by the database", constraint=constraint, error=str(error.orig))
    return _refused({"": _("The row does not fit together with those that are there, so it was not stored.")})


@dataclass(frozen=True)
class RowDeletion:
    """What stands in the way of deleting a row, and which timetables would lose it.

    ``seen`` marks all of it, for `delete_row` to tell whether it is still so.
    """

    label: str
    uses: list[Reference]
    timetables: TimetableUses
    seen: str
    can_be_dropped: bool = False
    """Whether it can be marked as not held instead."""
    detail: tuple[str, ...] = ()
    """The codes of what goes with it: the weekly classes of a section."""
    can_be_undone: bool = True
    """Whether the last change can bring it back: a term has too much to it."""

    @property
    def refusal(self) -> str:
        """Why the row stays, as a sentence; empty where it may go."""
        words = ""
        if self.uses:
            listed = ", ".join(use.words for use in self.uses)
            words = _("%(label)s can't be deleted; it is used by %(uses)s.", label=self.label, uses=listed)
        elif self.timetables.versions:
            words = _(
                "%(label)s can't be deleted: it stands in %(versions)s, and what was published stays as it was seen.",
                label=self.label,
                versions=self.timetables.version_words,
            )
        if self.timetables.versions and self.can_be_dropped:
            words += " " + _("Is it not held any more? Untick “Held” in its form: new timetables are made without it.")
        return words


def deletion_of(scope: Scope, table: Table, key: int) -> RowDeletion:
    """What deleting a row would meet; raises NotFound for a foreign row."""
    row = find_row(scope, table, key)
    label = labels_of(scope, table, [key])[key]
    uses, timetables = used_with_detail(table, key), timetable_uses(table, [key])
    shown = {use.words: use.count for use in uses}
    classes = {f"timetable {number}": sorted(entries) for number, entries in timetables.entries.items()}
    codes = detail_codes(table, key)
    seen = optimistic_lock.mark(
        form_values(table, row) | shown | classes | {detail_name(codes[row]): row for row in codes}
    )
    return RowDeletion(
        label, uses, timetables, seen, "held" in table.by_field, tuple(codes.values()), table is not TERM
    )


def detail_name(code: str) -> str:
    """How events and marks of a row call a row that is edited with it."""
    return f"class {code}"


def delete_row(scope: Scope, table: Table, key: int, seen: str | None = None) -> str:
    """Delete a row that no data refer to, with its detail and its audit row; returns how it was called.

    Timetables that were never published lose it (see `release`). ``seen`` is the `RowDeletion.seen` of what was shown.
    Raises RecordInUse with what refers to it, DeletionOutdated where that has changed, NotFound for a foreign row.
    """
    optimistic_lock.lock(scope.organization)
    with db.session.begin_nested(), watch(scope, table, [key]):
        label, change = take_row(scope, table, key, seen)
        audit.record(scope.organization, scope.actor, f"{table.address}.delete", change.row, before=change.before)
    return label


def take_row(scope: Scope, table: Table, key: int, seen: str | None = None) -> tuple[str, RowChange]:
    """As `delete_row`, without an audit row of its own, as a part of a change that the caller watches."""
    row = find_row(scope, table, key)
    # Whoever refers to the row holds its key: what is being added is waited for and counted, and no more comes.
    db.session.execute(sa.select(table.primary_key).where(table.primary_key == key).with_for_update())
    detail = _hold_detail(table, key)
    deletion = deletion_of(scope, table, key)
    _refuse_used(deletion)
    if seen is not None and set(seen.split()) != set(deletion.seen.split()):
        raise DeletionOutdated(
            _("%(label)s, or what uses it, has changed since the page was shown; nothing was deleted. Look again.",
              label=deletion.label)
        )  # fmt: skip
    change = RowChange(row, {**_snapshot(scope, table, row), **_snapshots(scope, table, detail)}, {})
    db.session.expunge(row)  # whoever notes the change can still name it
    try:
        with db.session.begin_nested():
            release(table, {key: deletion.label}, deletion.timetables, scope.actor)
            db.session.execute(sa.delete(table.model).where(table.primary_key == key))
    except IntegrityError as error:  # somebody began to use it in this moment
        _refuse_used(deletion_of(scope, table, key))
        raise DeletionOutdated(
            _("%(label)s is being used in this moment; nothing was deleted.", label=deletion.label)
        ) from error
    return deletion.label, change


def _hold_detail(table: Table, key: int) -> list[Any]:
    found = detail_of(table)
    if found is None:
        return []
    query = sa.select(found[0].model).where(getattr(found[0].model, found[1].field) == key)
    return list(db.session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def _snapshots(scope: Scope, table: Table, detail: Sequence[Any]) -> dict[str, Any]:
    """The texts of the rows that a row is edited with, as an event of it keeps them."""
    return {detail_name(row.code): _snapshot(scope, BY_NAME[table.detail], row) for row in detail}


def _refuse_used(deletion: RowDeletion) -> None:
    if deletion.refusal:
        raise RecordInUse(deletion.refusal, findings=[use.words for use in deletion.uses])
