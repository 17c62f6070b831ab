"""How files of a shape were read before: kept by organisation when one is imported, used again for the next.

What is kept are sheets, columns and the answers to what was asked; rows and corrections are of one file only.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy.orm import joinedload

from webapp.extensions import db
from webapp.models import ImportMapping, Organization, User
from webapp.services.imports.formats.workbooks import RawBook
from webapp.services.imports.layouts.guess import fingerprint, guess
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.layouts.lists.exchange import is_exchange_format
from webapp.services.imports.layouts.plan import BookMapping, SheetMapping
from webapp.services.shared import audit
from webapp.services.shared.codec import from_json, to_json
from webapp.services.shared.errors import Conflict
from webapp.services.shared.optimistic_lock import mark
from webapp.services.shared.scoped import rows_of
from webapp.services.shared.words import _


def recall(organization: Organization, book: RawBook) -> ImportMapping | None:
    """How a file of this shape was read at last."""
    query = rows_of(organization, ImportMapping).where(ImportMapping.fingerprint == fingerprint(book))
    return db.session.scalar(query)


def mapping_of(row: ImportMapping, book: RawBook) -> BookMapping:
    """What is remembered, for the sheets of this book: their names may differ in years and numbers."""
    mapping, fresh = from_json(BookMapping, row.mapping), guess(book, Known())
    pairs = zip(book.sheets, mapping.sheets, strict=False)
    return replace(mapping, sheets=tuple(_placed(said, fresh.of(sheet.name)) for sheet, said in pairs))


def _placed(said: SheetMapping, found: SheetMapping) -> SheetMapping:
    """What was said of a sheet, with its headings where they stand now: there may be more titles above them."""
    alike = sum(ours == theirs != "" for ours, theirs in zip(said.columns, found.columns, strict=False))
    if (said.shape, said.table) == (found.shape, found.table) and 2 * alike >= sum(map(bool, found.columns)):
        return replace(said, sheet=found.sheet, heading_row=found.heading_row, heading_rows=found.heading_rows)
    return replace(said, sheet=found.sheet)


def remember(organization: Organization, user: User | None, book: RawBook, mapping: BookMapping) -> None:
    """Keep how a file was read, in place of what was remembered of its shape; nothing where the file says it itself."""
    if is_exchange_format(book) and not mapping.answers:
        return
    row = recall(organization, book)
    if row is None:
        row = ImportMapping(organization_id=organization.organization_id, fingerprint=fingerprint(book))
        db.session.add(row)
    row.filename = book.filename[-255:]
    row.mapping = to_json(_without_rows(mapping))
    row.user_id = user.user_id if user is not None else None
    row.saved_at = datetime.now(UTC)
    db.session.flush()


def _without_rows(mapping: BookMapping) -> BookMapping:
    sheets = tuple(replace(sheet, skipped_rows=()) for sheet in mapping.sheets)
    return replace(mapping, sheets=sheets, corrections={})


class RememberedAnew(Conflict):
    """What is remembered has been kept anew since it was shown."""


def mark_of(row: ImportMapping) -> str:
    """The mark of what is remembered, which a form sends back."""
    return mark({"saved": row.saved_at.isoformat()})


def forget(row: ImportMapping, user: User, seen: str) -> None:
    """Forget how files of a shape are read; what was imported stays. Raises `RememberedAnew`."""
    if seen != mark_of(row):
        raise RememberedAnew(_("A file of this shape was imported meanwhile: nothing was forgotten. Look at it again."))
    before = {"file": row.filename, "saved": f"{row.saved_at:%Y-%m-%d}"}
    audit.record(row.organization_id, user, "import_mapping.forget", row, before=before)
    db.session.delete(row)
    db.session.flush()


def all_remembered(organization: Organization) -> Sequence[ImportMapping]:
    """Everything that is remembered, the latest first."""
    query = rows_of(organization, ImportMapping).options(joinedload(ImportMapping.user))
    return db.session.scalars(query.order_by(ImportMapping.saved_at.desc())).all()
