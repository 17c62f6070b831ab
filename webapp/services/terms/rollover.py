"""From term to term: a new term with what is ticked of an earlier one, in one transaction, all or nothing.

The rows travel as records of the exchange format, so that a copy is checked and stored like an import. The earlier term
is read and never written.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from webapp.extensions import db
from webapp.models import AuditEvent, Organization, Term, Timetable, User
from webapp.services.imports.apply import apply
from webapp.services.imports.destination import make_term
from webapp.services.imports.preview import Preview, compare
from webapp.services.imports.sheets import FileRow, FileSheet, Tables
from webapp.services.imports.stored import Store
from webapp.services.reference.errors import RecordRefused
from webapp.services.reference.row_values import read_values
from webapp.services.schema.calendar import TERM
from webapp.services.schema.columns import Record
from webapp.services.schema.row_checks import is_asked_for
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import BY_NAME, find_table
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.errors import NotFound, Problem
from webapp.services.shared.words import _, first_of
from webapp.services.terms.calendar.dates import monday_of
from webapp.services.terms.selection import find_term
from webapp.services.timetables.lifecycle import published_timetable

ACTION = "term.copy"
MOST_FAULTS = 20
ONE_YEAR = timedelta(weeks=52)
"""Whole weeks, so that the copy begins on the same day of the week."""


class CopyRefused(Problem):
    """The term can't be copied in this way; nothing was made."""


@dataclass(frozen=True)
class CopyPart:
    """What can be ticked: the tables it brings, and the parts without which it makes no sense."""

    key: str
    title: Any
    about: Any
    tables: tuple[str, ...]
    needs: tuple[str, ...] = ()


PARTS = (
    CopyPart("slots", _l("Time slots and week sets"), _l("The week's grid."), ("time_slots", "week_sets")),
    CopyPart(
        "weeks",
        _l("Exam and reading weeks and breaks"),
        _l("At the same place in the term. Holidays and make-up days are of their dates, and do not come along."),
        ("term_weeks",),
    ),
    CopyPart(
        "sections",
        _l("Sections"),
        _l("With their weekly classes, teachers, groups and batches, and the elective baskets."),
        ("groups", "sections", "components", "baskets"),
        ("slots",),
    ),
    CopyPart(
        "enrollments",
        _l("Enrolments"),
        _l("Who belongs to which group, and single students' electives."),
        ("students", "enrollments"),
        ("sections",),
    ),
    CopyPart(
        "availability",
        _l("Availability and wishes"),
        _l("Of teachers and rooms; of groups and sections where these are copied."),
        ("availability",),
        ("slots",),
    ),
    CopyPart(
        "pins",
        _l("Fixed classes"),
        _l("Classes that must stand at a slot or in a room."),
        ("pins",),
        ("slots", "sections"),
    ),
    CopyPart(
        "rules",
        _l("Rules with their weights"),
        _l("Without them the new term begins with the usual rules."),
        ("rules",),
    ),
    CopyPart(
        "timetable",
        _l("The published timetable, as a draft"),
        _l("To start from, or to stay close to."),
        ("entries",),
        ("slots", "sections"),
    ),
)
PART_BY_KEY: Mapping[str, CopyPart] = {part.key: part for part in PARTS}


@dataclass(frozen=True)
class CopyReport:
    """What a copy brought, as its audit event tells: rows by table, and the draft where there is one."""

    source: str
    parts: tuple[CopyPart, ...]
    rows: tuple[tuple[str, int], ...]
    draft: Timetable | None


def suggested(source: Term) -> dict[str, Any]:
    """The new term as the registrar will most likely want it: a year later, on the same weekdays."""
    year = int(source.academic_year[:4])
    later = f"{year + 1}-{(year + 2) % 100:02d}"
    name = source.name.replace(source.academic_year, later)
    return {
        "name": name if name != source.name else f"{source.name}, {later}"[:200],
        "academic_year": later,
        "semester": source.semester,
        "starts_on": _later(source.starts_on),
        "ends_on": _later(source.ends_on),
        "weeks": source.weeks,
        "break_minutes": source.break_minutes,
    }


def _later(day: date) -> date | None:
    """The same weekday a year later; None after the last year that there is, which terms of old may have reached."""
    try:
        return day + ONE_YEAR
    except OverflowError:
        return None


def copy_term(source: Term, user: User, values: Mapping[str, Any], ticked: Collection[str], key: str) -> Term:
    """Make a term of the form's ``values`` with the ticked parts of another; return it.

    The same ``key`` again returns the term that it made. Raises RecordRefused with the errors by field, or CopyRefused
    or ImportConflict (its dates overlap those of another term); nothing is stored then.
    """
    optimistic_lock.lock(source.organization)
    with db.session.begin_nested():
        return _made_before(source.organization_id, key) or _copy(source, user, values, _chosen(source, ticked), key)


def _chosen(source: Term, ticked: Collection[str]) -> list[CopyPart]:
    """The ticked parts; raises CopyRefused with every one whose needs are not ticked."""
    parts = [part for part in PARTS if part.key in ticked]
    findings = [
        _("“%(part)s” needs “%(needed)s”.", part=part.title, needed=PART_BY_KEY[needed].title)
        for part in parts
        for needed in part.needs
        if needed not in ticked
    ]
    if "timetable" in ticked and published_timetable(source) is None:
        findings.append(_("%(term)s has no published timetable.", term=source.name))
    if findings:
        raise CopyRefused(_("Nothing was copied: what is ticked does not fit together."), findings)
    return parts


def _made_before(organization_id: int, key: str) -> Term | None:
    query = sa.select(AuditEvent.subject_key).where(
        AuditEvent.organization_id == organization_id,
        AuditEvent.action == ACTION,
        AuditEvent.after["key"].astext == key,
    )
    term_id = db.session.scalar(query) if key else None
    return None if term_id is None else db.session.get(Term, int(term_id))


def _copy(source: Term, user: User, values: Mapping[str, Any], parts: Sequence[CopyPart], key: str) -> Term:
    organization = source.organization
    record = _new_term(organization, user, values)
    tables = _tables(source, record, parts)
    term = make_term(organization, record["academic_year"], record["semester"], tables=tables)
    rows = Store(organization.organization_id, term)
    preview = compare(rows, tables)
    if not preview.ok:
        raise CopyRefused(_("Nothing was copied."), first_of([str(fault) for fault in preview.faults], MOST_FAULTS))
    timetable_id = apply(rows, preview, user, draft_name=_("%(term)s, as published", term=source.name)[:100])
    after = {
        "from": source.name,
        "parts": [part.key for part in parts],
        "rows": _counts(preview),
        "timetable_id": timetable_id,
        "key": key,
    }
    audit.record(organization, user, ACTION, term, after=after)
    return term


def _new_term(organization: Organization, user: User, values: Mapping[str, Any]) -> dict[str, Any]:
    """The form's term by the same rules as that of the table of terms; raises RecordRefused."""
    sent = read_values(Scope(organization, None, user), find_table("terms"), None, values)
    record, errors = sent.values, dict(sent.errors)
    if not errors and find_term(organization, record["academic_year"], record["semester"]) is not None:
        errors["semester"] = _("This academic year has a semester of that number already.")
    if errors:
        raise RecordRefused(_("Nothing was copied: the new term needs a correction."), errors)
    return record


def _counts(preview: Preview) -> dict[str, int]:
    return {table.name: len(table.rows) for table in preview.tables if table.table is not TERM}


def _tables(source: Term, term: Record, parts: Sequence[CopyPart]) -> Tables:
    """The tables to copy, as if a file had brought them."""
    store, ticked = Store(source.organization_id, source), {part.key for part in parts}
    sheets = {TERM.name: _sheet(source, TERM.name, [{name: term[name] for name in TERM.by_name}])}
    for part in parts:
        for name in part.tables:
            kept = [record for record in store.table(name).records.values() if _goes_along(name, record, ticked, store)]
            if name == "term_weeks":
                kept = _in_their_place(source, term, kept)
            sheets[name] = _sheet(source, name, kept)
    return Tables(source.name, sheets)


def _in_their_place(source: Term, term: Record, weeks: Sequence[Record]) -> list[Record]:
    """The weeks by their Mondays in the new term; those that it has no more are left out."""
    starts, ends = term["starts_on"], term["ends_on"]
    if not isinstance(starts, date) or not isinstance(ends, date):
        return []
    later = monday_of(starts) - monday_of(source.starts_on)
    moved = [(week, week["monday"] + later) for week in weeks if isinstance(week["monday"], date)]
    return [{**week, "monday": monday} for week, monday in moved if monday <= ends]


def _sheet(source: Term, name: str, records: Sequence[Record]) -> FileSheet:
    table = BY_NAME[name]
    columns = STUDENT_COLUMNS if name == "students" else tuple(table.by_name)
    rows = tuple(
        FileRow(number, {column: record[column] for column in columns})
        for number, record in enumerate(records, start=1)
    )
    return FileSheet(table, source.name, columns, rows)


STUDENT_COLUMNS = ("code", "groups")
"""Students belong to the organisation; of the term are only the groups they are in."""


def _goes_along(name: str, record: Record, ticked: Collection[str], store: Store) -> bool:
    """Leave out rows about sections that are not copied, and meetings that are no longer asked for."""
    condition = CONDITIONS.get(name)
    return condition is None or condition(record, ticked, store)


def _has_groups(record: Record, _ticked: Collection[str], _store: Store) -> bool:
    return bool(record["groups"])


def _is_about_what_is_copied(record: Record, ticked: Collection[str], _store: Store) -> bool:
    return "sections" in ticked or (record["group"] is None and record["section"] is None)


def _needs_no_component(record: Record, ticked: Collection[str], _store: Store) -> bool:
    return "sections" in ticked or not record["components"]


def _is_asked_for(record: Record, _ticked: Collection[str], store: Store) -> bool:
    key = (record["course"], record["section"], record["component"])
    return is_asked_for(store.table("components").records[key], record)


CONDITIONS: Mapping[str, Callable[[Record, Collection[str], Store], bool]] = {
    "students": _has_groups,
    "availability": _is_about_what_is_copied,
    "rules": _needs_no_component,
    "pins": _is_asked_for,
    "entries": _is_asked_for,
}


def copied(term: Term) -> CopyReport:
    """Report what the copy that made a term brought; raises NotFound where it was not copied."""
    facts = next(iter(audit.noted(term, ACTION)), None)
    if facts is None:
        raise NotFound(_("%(term)s was not copied from another term.", term=term.name))
    draft = sa.select(Timetable).filter_by(term_id=term.term_id, timetable_id=facts["timetable_id"])
    return CopyReport(
        source=facts["from"],
        parts=tuple(PART_BY_KEY[key] for key in facts["parts"]),
        rows=tuple((name, facts["rows"][name]) for name in BY_NAME if name in facts["rows"]),
        draft=db.session.scalars(draft).one_or_none() if facts["timetable_id"] is not None else None,
    )
