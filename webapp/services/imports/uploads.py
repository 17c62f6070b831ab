"""A file's way in: kept, previewed, confirmed. Read `readings` for how it is read in between.

The walk is straight: bytes -> `formats` (sheets) -> `layouts` (records) -> `preview` (compared once with what is
`stored`) -> `apply`. Nothing is committed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from datetime import UTC, datetime
from hashlib import sha256

from webapp.extensions import db
from webapp.models import Organization, Term, Upload, User
from webapp.services.imports.apply import apply
from webapp.services.imports.destination import make_term, term_named_in, term_of
from webapp.services.imports.faults import refused
from webapp.services.imports.journal import rows as journal
from webapp.services.imports.layouts.remembered import remember
from webapp.services.imports.preview import Preview, RowState, TableDifference, compare
from webapp.services.imports.readings import TERM_KEY, Step, UploadReading, mark_of, reading_of
from webapp.services.imports.sheets import Tables
from webapp.services.imports.slot_overlaps import slot_overlaps
from webapp.services.imports.stored import Store
from webapp.services.reference import vocabulary
from webapp.services.reference.uses import TimetableUses, timetable_uses
from webapp.services.shared import audit
from webapp.services.shared.errors import Conflict, NotFound
from webapp.services.shared.optimistic_lock import lock
from webapp.services.shared.words import _

ACTION = "import.confirm"


class PreviewOutdated(Conflict):
    """What would be changed is no longer what was previewed, because the data have changed meanwhile."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: rows by state, and the draft that its timetable became."""

    preview: Preview
    timetable_id: int | None = None

    @property
    def counts(self) -> Mapping[RowState, int]:
        """Number of rows in each state."""
        return self.preview.counts


@dataclass(frozen=True, slots=True)
class ImportedBefore:
    """What a kept file's import did, as its audit event tells: by table the rows in each state, and the draft."""

    tables: Mapping[str, Mapping[str, int]]
    timetable_id: int | None


def keep_upload(
    organization: Organization, term: Term | None, user: User | None, filename: str, content: bytes
) -> Upload:
    """Keep a file with its hash, so that what was previewed is what is confirmed."""
    upload = Upload(
        organization_id=organization.organization_id,
        term_id=term.term_id if term is not None else None,
        user_id=user.user_id if user is not None else None,
        filename=filename[-255:] or "upload",
        sha256=sha256(content).hexdigest(),
        content=content,
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def preview_reading(organization: Organization, reading: UploadReading) -> Preview:
    """Say what the import of a kept file would do as it is read at present, see `preview`."""
    return preview(organization, reading.term, reading.tables, replace=reading.plan.replaces)


def preview(organization: Organization, term: Term | None, tables: Tables, *, replace: bool = False) -> Preview:
    """Compare what an import would do; nothing is changed.

    With ``replace`` the tables that the file has lose the rows it lacks; a row that can't go because others refer to it
    raises `StillInUse`.
    """
    store = Store(organization.organization_id, term_of(organization, term, tables))
    changes = compare(store, tables, replace=replace)
    if changes.ok and not replace:
        changes = replace_fields(changes, overlaps=slot_overlaps(store, changes))
    if changes.ok and changes.counts[RowState.REMOVED]:
        outdated = _outdated_by(store, changes)
        _rehearse(organization, store, changes, tables)
        return replace_fields(changes, outdated=outdated)
    return changes


def _outdated_by(store: Store, changes: Preview) -> tuple[str, ...]:
    """Say which timetables lose rows that the file lacks, table by table."""
    sentences = []
    for difference in changes.tables:
        ids = store.table(difference.name).ids
        removed = [ids[row.key] for row in difference.of(RowState.REMOVED)]
        uses = timetable_uses(difference.table, removed) if removed else TimetableUses()
        if uses.others:
            words = _(
                "%(rows)s of %(table)s in %(where)s", rows=len(removed), table=difference.table.title, where=uses.words
            )
            sentences.append(words)
    return tuple(sentences)


def _rehearse(organization: Organization, store: Store, changes: Preview, tables: Tables) -> None:
    """Store and take it back, so that the database has its say before anybody confirms."""
    lock(organization)  # as whoever stores: two who change several terms wait for each other here, and nowhere else
    rehearsal = db.session.begin_nested()
    try:
        _store(organization, store, changes, tables, None)
    finally:
        rehearsal.rollback()
        db.session.expire_all()


def confirm_upload(
    organization: Organization,
    upload: Upload,
    user: User | None,
    *,
    seen: str | None = None,
    reading_seen: str | None = None,
) -> None:
    """Read a kept file again and store it, see `confirm`; one that was confirmed already is left as it is.

    ``reading_seen`` is the `readings.mark_of` the upload at the preview. How the file was read is remembered.
    """
    lock(organization)
    db.session.refresh(upload, ["confirmed_at", "mapping", "term_id"])
    if upload.confirmed_at is not None:
        return
    reading = reading_of(organization, upload)
    if reading.step is not Step.PREVIEW or reading_seen not in (None, mark_of(upload)):
        raise PreviewOutdated(
            _("How the file is read has changed since the preview: nothing was imported. Look at what would change.")
        )
    replace = reading.plan.replaces
    confirm(organization, reading.term, reading.tables, user=user, upload=upload, replace=replace, seen=seen)
    if reading.book is not None and reading.plan.book is not None:
        answers = {key: answer for key, answer in reading.plan.book.answers.items() if key != TERM_KEY}
        remember(organization, user, reading.book, replace_fields(reading.plan.book, answers=answers))


def confirm(
    organization: Organization,
    term: Term | None,
    tables: Tables,
    *,
    user: User | None = None,
    upload: Upload | None = None,
    replace: bool = False,
    seen: str | None = None,
) -> Imported:
    """Compare afresh and store everything with its audit row, or nothing.

    Without a term it is the one that the file's `term` table names, made if absent. ``seen`` is the `Preview.digest` of
    what somebody agreed to. Raises `UploadRefused` with every fault, `PreviewOutdated`, `TermMissing`, `StillInUse` or
    `ImportConflict`.
    """
    lock(organization)
    store = Store(organization.organization_id, term_of(organization, term, tables))
    changes = compare(store, tables, replace=replace)
    if not changes.ok:
        raise refused(changes.faults)
    if seen is not None and changes.digest != seen:
        raise PreviewOutdated(
            _("The data have changed since the preview: nothing was imported. Look at what would change now.")
        )
    with db.session.begin_nested():
        listed = vocabulary.all_words(organization)
        before = journal.snapshot(store, changes) if upload is not None else {}
        timetable_id = _store(organization, store, changes, tables, user)
        if upload is not None:
            upload.confirmed_at, upload.term_id = datetime.now(UTC), upload.term_id or store.term_id
            upload.kept_reading = None
            journal.keep(upload, before, journal.snapshot(Store(organization.organization_id, store.term), changes))
        added = vocabulary.words_beside(organization, listed)
        noted = {"replace": replace, "timetable_id": timetable_id} | ({"new_words": added} if added else {})
        _note(organization, upload or store.term or organization, user, changes, noted)
    return Imported(changes, timetable_id)


def _store(organization: Organization, store: Store, changes: Preview, tables: Tables, user: User | None) -> int | None:
    """Make the term that the file names and that is not there yet, and store all rows."""
    named = term_named_in(tables)
    if store.term is None and named is not None:
        store.enter(make_term(organization, *named, tables=tables))
    return apply(store, changes, user)


def _note(
    organization: Organization,
    subject: Upload | Term | Organization,
    user: User | None,
    changes: Preview,
    noted: Mapping[str, object],
) -> None:
    changed = {table.name: _tally(table) for table in changes.tables if not table.is_unchanged}
    after = {"file": changes.filename, "tables": changed, **noted}
    audit.record(organization, user, ACTION, subject, after=after)


def _tally(table: TableDifference) -> dict[str, int]:
    return {state.value: number for state, number in table.counts.items() if number}


def imported_before(upload: Upload) -> ImportedBefore:
    """Read what the import of a kept file did; raises `NotFound` where it was not confirmed."""
    after = next(iter(audit.noted(upload, ACTION)), None)
    if after is None:
        raise NotFound(_("%(file)s was not imported.", file=upload.filename))
    return ImportedBefore(after["tables"], after["timetable_id"])
