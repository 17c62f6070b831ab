"""The first step of the path: a file is read, compared, and becomes rows, all or nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from webapp.extensions import db
from webapp.models import AuditEvent, Organization, Term, Upload, User
from webapp.services.imports.apply import StillInUse, store
from webapp.services.imports.draft import store_entries
from webapp.services.imports.faults import Fault, UploadRefused, refused
from webapp.services.imports.formats.files import read_path, read_upload
from webapp.services.imports.preview import CellChange, Preview, RowDifference, RowState, TableDifference, compare
from webapp.services.imports.sheets import Tables
from webapp.services.imports.stored import Store
from webapp.services.schema.columns import Reach
from webapp.services.shared import audit
from webapp.services.shared.errors import Conflict, NotFound, Problem
from webapp.services.shared.optimistic_lock import lock
from webapp.services.shared.rule_defaults import default_rules
from webapp.services.shared.words import _

__all__ = [
    "CellChange",
    "Fault",
    "ImportConflict",
    "Imported",
    "ImportedBefore",
    "OrganizationInvalid",
    "OrganizationTaken",
    "Preview",
    "PreviewOutdated",
    "RowDifference",
    "RowState",
    "StillInUse",
    "TableDifference",
    "Tables",
    "TermDatesMissing",
    "TermMissing",
    "UploadRefused",
    "confirm",
    "confirm_upload",
    "find_organization",
    "find_term",
    "imported_before",
    "keep_upload",
    "load_upload",
    "make_organization",
    "make_term",
    "preview",
    "read_path",
    "read_upload",
    "store_compared",
    "term_of_upload",
]


ACTION = "import.confirm"


class ImportConflict(Problem):
    """The rows of the file don't fit together with those that are there."""


class PreviewOutdated(Conflict):
    """What would be changed is no longer what was previewed, because the data have changed meanwhile."""


class TermMissing(Problem):
    """The file has rows of a term, and no term was chosen or named."""


class TermDatesMissing(Problem):
    """A term has to be made, and nothing says when it begins and ends."""


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


def preview(organization: Organization, term: Term | None, tables: Tables, *, replace: bool = False) -> Preview:
    """What an import would do; nothing is changed.

    With ``replace`` the tables that the file has lose the rows it lacks; a row that can't go because
    others refer to it raises `StillInUse`.
    """
    found = _compared(organization, term, tables, replace=replace)
    if replace and found.ok and found.counts[RowState.REMOVED]:
        _rehearse(Store(organization.organization_id, term or _term_in_file(organization, tables)), found)
    return found


def _compared(organization: Organization, term: Term | None, tables: Tables, *, replace: bool) -> Preview:
    """What is there against what is sent; a term that the file names and nobody has made yet is new."""
    term = term or _term_in_file(organization, tables)
    _refuse_without_term(term, tables)
    return compare(Store(organization.organization_id, term), tables, replace=replace)


def _rehearse(rows: Store, found: Preview) -> None:
    """Store and take it back, so that the database has its say before anybody confirms."""
    rehearsal = db.session.begin_nested()
    try:
        store_compared(rows, found)
    finally:
        rehearsal.rollback()
        db.session.expire_all()


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
    """Compare afresh and store everything in one transaction with its audit row, or nothing.

    Without a term it is the one that the file's `term` table names, made if absent. ``seen`` is the `Preview.digest` of
    what somebody agreed to. Raises `UploadRefused` with every fault, `PreviewOutdated`, `TermMissing`, `StillInUse` or
    `ImportConflict`.
    """
    try:
        imported = _confirm(organization, term, tables, user=user, upload=upload, replace=replace, seen=seen)
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    return imported


def _confirm(
    organization: Organization,
    term: Term | None,
    tables: Tables,
    *,
    user: User | None,
    upload: Upload | None,
    replace: bool,
    seen: str | None,
) -> Imported:
    lock(organization)
    if seen is not None:
        now = _compared(organization, term, tables, replace=replace)
        if now.ok and now.digest != seen:
            raise PreviewOutdated(
                _("The data have changed since the preview: nothing was imported. Look at what would change now.")
            )
    term = term or _term_in_file(organization, tables, make=True)
    _refuse_without_term(term, tables)
    rows = Store(organization.organization_id, term)
    found = compare(rows, tables, replace=replace)
    if not found.ok:
        raise refused(found.faults)
    timetable_id = store_compared(rows, found, user)
    if upload is not None:
        upload.confirmed_at = datetime.now(UTC)
    changed = {table.name: _tally(table) for table in found.tables if not _unchanged(table)}
    audit.record(
        organization,
        user,
        ACTION,
        upload if upload is not None else term if term is not None else organization,
        after={"file": tables.filename, "replace": replace, "tables": changed, "timetable_id": timetable_id},
    )
    db.session.flush()
    return Imported(found, timetable_id)


def _term_in_file(organization: Organization, tables: Tables, *, make: bool = False) -> Term | None:
    """The term that the file's own `term` table names."""
    sheet = tables.sheets.get("term")
    if sheet is None or len(sheet.rows) != 1 or sheet.rows[0].refused:
        return None
    year, semester = str(sheet.rows[0].record["academic_year"]), int(str(sheet.rows[0].record["semester"]))
    if make and not tables.faults:
        return make_term(organization, year, semester, tables=tables)
    return find_term(organization, year, semester)


def _refuse_without_term(term: Term | None, tables: Tables) -> None:
    """Rows of a term need one; the organisation's own rows do not."""
    if term is not None or "term" in tables.sheets:
        return
    needing = [name for name, sheet in tables.sheets.items() if sheet.table.reach is not Reach.ORGANIZATION]
    if needing:
        raise TermMissing(
            _("%(needing)s belong to a term: choose one, or add the sheet term.", needing=", ".join(needing))
        )


def store_compared(rows: Store, found: Preview, user: User | None = None, *, name: str | None = None) -> int | None:
    """Write what was compared, without commit; return the draft of its timetable, called ``name``, if it has one.

    Raises `StillInUse` or `ImportConflict`.
    """
    try:
        store(rows, found)
        timetable_id = _store_entries(rows, found, user, name)
        db.session.flush()
    except IntegrityError as error:
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or "a constraint"
        detail = getattr(getattr(error.orig, "diag", None), "message_detail", None) or ""
        message = _(
            "Nothing was imported: the rows don't fit together with those that are there (%(constraint)s).",
            constraint=constraint,
        )
        raise ImportConflict(message, [detail] if detail else []) from error
    return timetable_id


def _store_entries(rows: Store, found: Preview, user: User | None, name: str | None) -> int | None:
    """Make a draft of the file's timetable, where it has one."""
    entries = next((table for table in found.tables if table.name == "entries" and table.rows), None)
    if entries is None:
        return None
    return store_entries(rows, entries, user, found.filename, name)


def _tally(table: TableDifference) -> dict[str, int]:
    return {state.value: number for state, number in table.counts.items() if number}


def _unchanged(table: TableDifference) -> bool:
    return not any(table.counts[state] for state in (RowState.NEW, RowState.CHANGED, RowState.REMOVED))


def keep_upload(
    organization: Organization, term: Term | None, user: User | None, filename: str, content: bytes
) -> Upload:
    """Keep a file with its hash and commit, so that what was previewed is what is confirmed."""
    upload = Upload(
        organization_id=organization.organization_id,
        term_id=term.term_id if term is not None else None,
        user_id=user.user_id if user is not None else None,
        filename=filename[-255:] or "upload",
        sha256=sha256(content).hexdigest(),
        content=content,
    )
    db.session.add(upload)
    db.session.commit()
    return upload


def load_upload(organization: Organization, upload_id: int) -> Upload:
    """A kept file of the organisation; raises `NotFound`."""
    query = sa.select(Upload).where(
        Upload.organization_id == organization.organization_id, Upload.upload_id == upload_id
    )
    upload = db.session.scalars(query).one_or_none()
    if upload is None:
        raise NotFound(_("There is no such upload."))
    return upload


def term_of_upload(upload: Upload) -> Term | None:
    """The term that a kept file is for, if one was chosen."""
    return db.session.get(Term, upload.term_id) if upload.term_id is not None else None


def confirm_upload(
    organization: Organization, upload: Upload, user: User | None, *, replace: bool = False, seen: str | None = None
) -> None:
    """Read a kept file again and store it, see `confirm`; one that was confirmed already is left as it is."""
    tables = read_upload(upload.filename, upload.content)
    lock(organization)
    db.session.refresh(upload, ["confirmed_at"])
    if upload.confirmed_at is None:
        confirm(organization, term_of_upload(upload), tables, user=user, upload=upload, replace=replace, seen=seen)


def imported_before(upload: Upload) -> ImportedBefore:
    """What the import of a kept file did; raises `NotFound` where it was not confirmed."""
    query = sa.select(AuditEvent.after).where(
        AuditEvent.organization_id == upload.organization_id,
        AuditEvent.action == ACTION,
        AuditEvent.subject == Upload.__tablename__,
        AuditEvent.subject_key == str(upload.upload_id),
    )
    told = db.session.scalar(query)
    if told is None:
        raise NotFound(_("%(file)s was not imported.", file=upload.filename))
    return ImportedBefore(told["tables"], told["timetable_id"])


class OrganizationTaken(Problem):
    """Another organisation has this code."""


class OrganizationInvalid(Problem):
    """The code or the name of an organisation can't be used."""


def find_organization(code: str) -> Organization | None:
    """The organisation of that code."""
    return db.session.scalars(sa.select(Organization).filter_by(code=code)).one_or_none()


def make_organization(code: str, name: str, timezone: str) -> Organization:
    """Add an organisation without commit; raises `OrganizationTaken` or `OrganizationInvalid`."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", code):
        raise OrganizationInvalid(_("%(code)r is no code: letters, digits, . _ and -, at most 64.", code=code))
    if not 0 < len(name.strip()) <= 200:
        raise OrganizationInvalid(
            _("An organisation's name has 1 to 200 characters, found %(name)s.", name=len(name.strip()))
        )
    if find_organization(code) is not None:
        raise OrganizationTaken(_("There is an organisation %(code)s already.", code=code))
    organization = Organization(code=code, name=name.strip(), timezone=timezone)
    db.session.add(organization)
    db.session.flush()
    return organization


def make_term(
    organization: Organization,
    academic_year: str,
    semester: int,
    *,
    tables: Tables | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Term:
    """Find the organisation's term, or add it without commit.

    Its dates are those given, else those of the file's `term` table, else the usual ones of semesters
    1 to 3. A file with rules of its own brings them; any other term begins with the default rules.
    Raises `TermDatesMissing` or `ImportConflict` (its dates overlap another term's).
    """
    term = find_term(organization, academic_year, semester)
    if term is not None:
        return term
    given = _given_term(tables, academic_year, semester)
    usual = USUAL_DATES.get(semester)
    year = int(academic_year[:4])
    starts = starts_on or given.get("starts_on") or (usual and date(year + usual[0], *usual[1]))
    ends = ends_on or given.get("ends_on") or (usual and date(year + usual[0], *usual[2]))
    if starts is None or ends is None:
        raise TermDatesMissing(
            _(
                "Semester %(semester)s of %(academic_year)s needs dates: give its first and its last day.",
                semester=semester,
                academic_year=academic_year,
            )
        )
    if ends <= starts:
        raise TermDatesMissing(_("The term must end after %(starts)s, when it starts.", starts=starts.isoformat()))
    term = Term(
        organization_id=organization.organization_id,
        academic_year=academic_year,
        semester=semester,
        name=given.get("name") or f"Semester {semester}, {academic_year}",
        starts_on=starts,
        ends_on=ends,
        weeks=given.get("weeks") or max(1, min(60, ((ends - starts).days + 1) // 7)),
        break_minutes=given.get("break_minutes", 15),
    )
    _refuse_overlap(organization, term)
    db.session.add(term)
    db.session.flush()
    if tables is None or "rules" not in tables.sheets or not tables.sheets["rules"].rows:
        db.session.add_all(default_rules(term.term_id))
        db.session.flush()
    return term


USUAL_DATES: Mapping[int, tuple[int, tuple[int, int], tuple[int, int]]] = {
    1: (0, (8, 1), (12, 31)),
    2: (1, (1, 1), (5, 31)),
    3: (1, (6, 1), (7, 31)),
}
"""Per semester: years after the academic year's first, first day, last day."""


def find_term(organization: Organization, academic_year: str, semester: int) -> Term | None:
    """The organisation's term of that year and number."""
    query = sa.select(Term).where(
        Term.organization_id == organization.organization_id,
        Term.academic_year == academic_year,
        Term.semester == semester,
    )
    return db.session.scalars(query).one_or_none()


def _given_term(tables: Tables | None, academic_year: str, semester: int) -> Mapping[str, Any]:
    """The file's own words about the term, where it is the one that is asked for."""
    sheet = tables.sheets.get("term") if tables is not None else None
    for row in sheet.rows if sheet is not None else ():
        if (row.record["academic_year"], row.record["semester"]) == (academic_year, semester):
            return {name: value for name, value in row.record.items() if value is not None}
    return {}


def _refuse_overlap(organization: Organization, term: Term) -> None:
    query = sa.select(Term).where(
        Term.organization_id == organization.organization_id,
        Term.starts_on <= term.ends_on,
        Term.ends_on >= term.starts_on,
    )
    other = db.session.scalars(query).first()
    if other is not None:
        raise ImportConflict(
            _(
                "%(term)s (%(starts)s to %(ends)s) overlaps %(other)s (%(begins)s to %(until)s). Give other dates.",
                term=term.name,
                starts=term.starts_on,
                ends=term.ends_on,
                other=other.name,
                begins=other.starts_on,
                until=other.ends_on,
            )
        )
