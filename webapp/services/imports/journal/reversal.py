"""An import taken back as a whole: every row as it was before, or nothing, with what stands against it.

It stands against it where a row that the import touched is no longer as the import left it, and where something else
refers to a row that it made.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from webapp.extensions import db
from webapp.models import ImportChange, Organization, Term, Timetable, Upload, User
from webapp.services.imports.apply import write_difference
from webapp.services.imports.journal.rows import Texts, changes_of, made_term, texts_of
from webapp.services.imports.preview import CellChange, RowDifference, RowState, TableDifference
from webapp.services.imports.stored import Store, complete
from webapp.services.reference.uses import columns_to, is_of_timetables, timetable_uses, use_words
from webapp.services.reference.vocabulary import drop_unused
from webapp.services.schema.calendar import TERM
from webapp.services.schema.columns import Key, Table
from webapp.services.schema.tables import BY_NAME, TABLES
from webapp.services.schema.values import read
from webapp.services.shared import audit, optimistic_lock, transaction
from webapp.services.shared.errors import Conflict, NotFound, Problem
from webapp.services.shared.scoped import find
from webapp.services.shared.words import _, first_of, ngettext
from webapp.services.terms.selection import find_term
from webapp.services.timetables.deletion import why_kept

MOST_NAMED = 10
ACTION = "import.take_back"


class NotTakenBack(Problem):
    """Something stands against taking an import back; the findings name the first of it."""


class TakenBackAlready(Conflict):
    """The import was taken back meanwhile, or is not what the page has shown."""


@dataclass(frozen=True)
class Reversal:
    """What taking an import back would do: rows that go, rows as they were, rows that come back, by table.

    ``against`` are sentences on what stands against it; ``seen`` marks what was shown.
    """

    tables: Mapping[str, Mapping[RowState, int]]
    against: tuple[str, ...]
    draft: Timetable | None
    seen: str


def reversal_of(organization: Organization, upload: Upload) -> Reversal:
    """What taking back would do, tried out and undone, so that what stands against it is known before anybody asks."""
    changes = changes_of(upload)
    tables: dict[str, dict[RowState, int]] = defaultdict(lambda: dict.fromkeys(RowState, 0))
    for change in changes:
        tables[change.table_name][_state(change)] += 1
    against: tuple[str, ...] = ()
    trial = db.session.begin_nested()
    try:
        _undo(organization, upload, None)
    except NotTakenBack as refused:
        against = refused.findings
    finally:
        trial.rollback()
        db.session.expire_all()
    return Reversal(tables, against, _draft(upload), _mark(upload, len(changes)))


def _state(change: ImportChange) -> RowState:
    """What becomes of the row when it is taken back."""
    if change.before is None:
        return RowState.REMOVED
    return RowState.NEW if change.after is None else RowState.CHANGED


def _mark(upload: Upload, number: int) -> str:
    return optimistic_lock.mark({"upload": (upload.upload_id, upload.taken_back_at, number)})


def _draft(upload: Upload) -> Timetable | None:
    return find_draft(upload, next((event.get("timetable_id") for event in _confirmations(upload)), None))


def _confirmations(upload: Upload) -> Sequence[Mapping[str, Any]]:
    """What the import has noted of itself."""
    return audit.noted(upload, "import.confirm")


def find_import(upload_id: int) -> tuple[Organization, Upload]:
    """An upload by its key, whosesoever it is, for a command; raises `NotFound`."""
    upload = db.session.get(Upload, upload_id)
    organization = db.session.get(Organization, upload.organization_id) if upload is not None else None
    if upload is None or organization is None:
        raise NotFound(_("There is no import %(number)s.", number=upload_id))
    return organization, upload


def find_draft(upload: Upload, key: int | None) -> Timetable | None:
    """The draft that the import has made, where it is still there."""
    own = Timetable.organization_id == upload.organization_id
    return None if key is None else db.session.scalar(sa.select(Timetable).where(Timetable.timetable_id == key, own))


def take_back(organization: Organization, upload: Upload, user: User | None, seen: str) -> None:
    """Put every row back as it was before the import, in one transaction with its audit event.

    Raises `TakenBackAlready`, or `NotTakenBack` with what stands against it; nothing is changed then.
    """
    optimistic_lock.lock(organization)
    db.session.refresh(upload, ["confirmed_at", "taken_back_at"])
    number = len(changes_of(upload))
    if upload.taken_back_at is not None or set(seen.split()) != set(_mark(upload, number).split()):
        raise TakenBackAlready(_("%(file)s has been taken back meanwhile.", file=upload.filename))
    with db.session.begin_nested():
        _undo(organization, upload, user)
        drop_unused(organization, next((event.get("new_words", {}) for event in _confirmations(upload)), {}))
        upload.taken_back_at = datetime.now(UTC)
        upload.taken_back_by_id = user.user_id if user is not None else None
        audit.record(organization, user, ACTION, upload, after={"file": upload.filename, "rows": number})
        db.session.flush()


def _undo(organization: Organization, upload: Upload, user: User | None) -> None:
    changes = changes_of(upload)
    if upload.confirmed_at is None or not changes:
        raise _refused([_("What this import did was not kept, so it can't be taken back.")])
    store = Store(organization.organization_id, _term(organization, upload, changes))
    _refuse_changed(store, changes)
    _delete_draft(upload, user)
    inverse = [_inverse(store, table, changes) for table in TABLES if any(c.table_name == table.name for c in changes)]
    removed = {
        difference.name: {
            store.table(difference.name).ids[row.key]: row.label for row in difference.of(RowState.REMOVED)
        }
        for difference in inverse
    }
    try:
        for difference in inverse:
            write_difference(store, difference)
        _refuse_used(removed)
        for table in reversed(TABLES):
            if removed.get(table.name):
                db.session.execute(sa.delete(table.model).where(table.primary_key.in_(removed[table.name])))
        transaction.check_constraints()
    except IntegrityError as error:
        raise _refused([_("The database refuses it: other rows have come to depend on it.")]) from error
    db.session.expire_all()


def _term(organization: Organization, upload: Upload, changes: Sequence[ImportChange]) -> Term | None:
    """The term that the rows belong to; the one that the import has made is found by its year and number."""
    if made_term(changes):
        own = next(change.after for change in changes if change.table_name == TERM.name)
        if own is not None:
            return find_term(organization, own["academic_year"], int(own["semester"]))
    return find(organization, Term, upload.term_id)


def _refuse_changed(store: Store, changes: Sequence[ImportChange]) -> None:
    """Refuse where a row is no longer as the import left it."""
    against = [sentence for change in changes if (sentence := _changed(store, change)) is not None]
    if against:
        raise _refused(against)


def _changed(store: Store, change: ImportChange) -> str | None:
    table = BY_NAME[change.table_name]
    texts: Texts = change.after or change.before or {}
    now, label = _now(store, table, texts), table.label(_key(table, texts))
    named = {"label": label, "table": table.title}
    if change.after is None:
        return _("%(label)s of %(table)s is there again.", **named) if now is not None else None
    if now is None:
        return _("%(label)s of %(table)s has been deleted or renamed since.", **named)
    before = change.before or {}
    own = [name for name, text in change.after.items() if before.get(name) != text]
    other = [name for name in own if now.get(name) != change.after[name]]
    if other:
        return _("%(label)s of %(table)s has been changed since: %(columns)s.", columns=", ".join(other), **named)
    return None


def _key(table: Table, texts: Texts) -> Key:
    return tuple(read(table.by_name[name], texts[name]) for name in table.key)


def _now(store: Store, table: Table, texts: Texts) -> Texts | None:
    if table.of_term and store.term_id is None:
        return None
    stored, key = store.table(table.name), _key(table, texts)
    return texts_of(table, stored.records[key]) if key in stored.ids else None


def _delete_draft(upload: Upload, user: User | None) -> None:
    """The draft of the file's timetable goes, too, unless somebody has worked on it since."""
    draft = _draft(upload)
    if draft is None:
        return
    why = why_kept(draft)
    if why is None and draft.revision != 1:
        why = _("%(name)s has been changed since.", name=draft.variant_name)
    if why is not None:
        raise _refused([why])
    before = {"name": draft.variant_name, "term": draft.term.name}
    audit.record(draft.organization_id, user, "timetable.delete", draft, before=before)
    db.session.flush()
    db.session.execute(sa.delete(Timetable).where(Timetable.timetable_id == draft.timetable_id))


def _inverse(store: Store, table: Table, changes: Sequence[ImportChange]) -> TableDifference:
    """A table's rows with what becomes of each when the import is taken back."""
    rows = [_row(store, table, change) for change in changes if change.table_name == table.name]
    return TableDifference(table, tuple(rows))


def _row(store: Store, table: Table, change: ImportChange) -> RowDifference:
    texts: Texts = change.after or change.before or {}
    key, stored = _key(table, texts), store.table(table.name)
    label, state = table.label(key), _state(change)
    if change.before is None:
        return RowDifference(0, key, label, state, stored.records[key])
    kept = {name: read(column, change.before[name]) for name, column in table.by_name.items() if name in change.before}
    before = complete(table, kept)  # a column that is younger than the import was not kept
    if change.after is None:
        return RowDifference(0, key, label, state, before)
    cells = tuple(
        CellChange(name, text, change.before[name])
        for name, text in change.after.items()
        if name in change.before and change.before[name] != text
    )
    record = {**stored.records[key], **{cell.column: before[cell.column] for cell in cells}}
    return RowDifference(0, key, label, state, record, cells)


def _refuse_used(removed: Mapping[str, Mapping[int, str]]) -> None:
    """Refuse where something that stays refers to a row that goes."""
    against = [sentence for table in TABLES if removed.get(table.name) for sentence in _uses(table, removed)]
    if against:
        raise _refused(against)


def _uses(table: Table, removed: Mapping[str, Mapping[int, str]]) -> Iterator[str]:
    ids = removed[table.name]
    for column in columns_to(table):
        if is_of_timetables(column.table):
            continue
        query = sa.select(column, sa.func.count()).where(column.in_(ids), *_staying(column.table, removed))
        for key, count in db.session.execute(query.group_by(column).order_by(column)):
            if not _goes_with(table, column.table):
                uses = use_words(column.table.name, count)
                yield _("%(label)s of %(table)s is used by %(uses)s.", label=ids[key], table=table.title, uses=uses)
    uses_by = timetable_uses(table, list(ids))
    where = " ".join(part for part in (uses_by.version_words, uses_by.words) if part)
    if where:
        named = {key for own in uses_by.rows.values() for key in own}
        label = ids[min(named)]
        yield ngettext(
            "%(label)s of %(table)s is used in %(where)s.",
            "%(num)d rows of %(table)s are used in %(where)s; the first is %(label)s.",
            len(named), label=label, table=table.title, where=where,
        )  # fmt: skip


def _goes_with(table: Table, other: sa.Table) -> bool:
    """Whether the rows of another table are made with a row of this one, and say nothing of their own."""
    made_with = {"term_rules", "uploads", "generation_job_departments", "generation_job_groups", "user_tokens"}
    return other.name in made_with & table.owned


def _staying(other: sa.Table, removed: Mapping[str, Mapping[int, str]]) -> list[sa.ColumnElement[bool]]:
    """The conditions of rows that do not go: they are none of the import's, nor in a list of such a row."""
    conditions = []
    for table in TABLES:
        gone = list(removed.get(table.name, ()))
        if not gone or table.model is None:
            continue
        if table.model.__table__ is other:
            conditions.append(table.primary_key.not_in(gone))
        owners = [column.many for column in table.form_columns if column.many is not None]
        conditions += [other.c[many.owner].not_in(gone) for many in owners if many.model.__table__ is other]
    return conditions


def _refused(against: Sequence[str]) -> NotTakenBack:
    words = ngettext(
        "%(num)d thing stands against taking the import back; nothing was changed.",
        "%(num)d things stand against taking the import back; nothing was changed.",
        len(against),
    )
    return NotTakenBack(words, first_of(list(against), MOST_NAMED))
