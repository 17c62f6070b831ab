"""The term that an import makes: suggested from what the file says, checked as it is typed, stored with the rows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import islice

from webapp.models import Organization
from webapp.services.imports.destination import refuse_overlap, usual_dates
from webapp.services.imports.faults import ImportConflict
from webapp.services.imports.formats.workbooks import RawBook
from webapp.services.imports.sheets import FileRow, FileSheet, Tables
from webapp.services.schema.calendar import TERM
from webapp.services.schema.columns import Key, Record, Value
from webapp.services.schema.row_checks import is_academic_year
from webapp.services.schema.values import ValueRefused, expected_sentence, read
from webapp.services.shared.words import _
from webapp.services.terms.selection import find_term, today_in

ROWS_LOOKED_AT = 8
"""The rows of each sheet in which titles stand."""
YEAR = re.compile(r"(?<!\d)(20\d\d)\s*[-–/]\s*(?:20)?(\d\d)(?!\d)")
NUMBERS = (
    (re.compile(r"\bodd\b|\bautumn\b|\bmonsoon\b|\bsem(?:ester)?\.?\s*(?:1|i)\b", re.I), 1),
    (re.compile(r"\beven\b|\bspring\b|\bsem(?:ester)?\.?\s*(?:2|ii)\b", re.I), 2),
    (re.compile(r"\bsummer\b|\bsem(?:ester)?\.?\s*(?:3|iii)\b", re.I), 3),
)
"""What a title says, and the number of the term in its year by the usual meaning of it."""
FIRST_MONTH = 5
"""The month from which on an office plans the academic year that begins in this year."""


@dataclass(frozen=True, slots=True)
class NewTerm:
    """A term as somebody typed it; its fields are columns of the table `term`."""

    name: str = ""
    academic_year: str = ""
    semester: str = ""
    starts_on: str = ""
    ends_on: str = ""


FIELDS = tuple(field.name for field in fields(NewTerm))


def suggested(organization: Organization, book: RawBook | None) -> NewTerm:
    """The term that titles and file name speak of, else the one that is planned at this time of the year."""
    texts = list(_titles(book)) if book is not None else []
    year = next((found for text in texts if (found := _academic_year(text))), _planned_year(today_in(organization)))
    number = next((number for text in texts for pattern, number in NUMBERS if pattern.search(text)), 1)
    starts, ends = usual_dates(year, number)
    return NewTerm(
        name=_("Semester %(number)s, %(year)s", number=number, year=year),
        academic_year=year,
        semester=str(number),
        starts_on=starts.isoformat() if starts else "",
        ends_on=ends.isoformat() if ends else "",
    )


def _titles(book: RawBook) -> Iterator[str]:
    yield book.filename.replace("_", " ")
    for sheet in book.sheets:
        yield sheet.name.replace("_", " ")
        for row in islice(sheet.rows, ROWS_LOOKED_AT):
            yield from (cell for cell in row.cells if isinstance(cell, str) and len(cell) < 200)


def _academic_year(text: str) -> str:
    match = YEAR.search(text)
    year = f"{match[1]}-{match[2]}" if match is not None else ""
    return year if is_academic_year(year) else ""


def _planned_year(today: date) -> str:
    first = today.year if today.month >= FIRST_MONTH else today.year - 1
    return f"{first}-{(first + 1) % 100:02}"


def errors_of(organization: Organization, term: NewTerm) -> Mapping[str, str]:
    """What is wrong with a term as it was typed, by field; nothing where it can be made."""
    record, errors = _read(term)
    if errors:
        return errors
    number = int(str(record["semester"]))
    if find_term(organization, str(record["academic_year"]), number) is not None:
        sentence = _("There is a term of that number in %(year)s already: choose it above.", year=term.academic_year)
        return {"semester": sentence}
    starts, ends = record["starts_on"], record["ends_on"]
    if isinstance(starts, date) and isinstance(ends, date):
        try:
            refuse_overlap(organization, term.name, starts, ends)
        except ImportConflict as conflict:
            return {"starts_on": conflict.message}
    return {}


def _read(term: NewTerm) -> tuple[dict[str, Value], dict[str, str]]:
    """The values of a term, and what is wrong with them, by field."""
    record: dict[str, Value] = {}
    errors: dict[str, str] = {}
    for name in FIELDS:
        try:
            record[name] = read(TERM.by_name[name], getattr(term, name))
        except ValueRefused as refused:
            record[name] = None
            errors[name] = refused.sentence
    for check in TERM.checks:
        wrong = None if errors else check(record)
        if wrong is not None:
            column, found, expected = wrong
            errors[column] = expected_sentence(expected, found)
    return record, errors


def record_of(term: NewTerm) -> Mapping[Key, Record]:
    """The term as a row of its table, by its key, for what is read for it; nothing while it can't be made."""
    record, errors = _read(term)
    return {} if errors else {TERM.key_of(record): record}


def add_to(tables: Tables, term: NewTerm) -> Tables:
    """The tables with the term that is made; what the file itself says of a term without naming it is kept."""
    record, errors = _read(term)
    if errors:
        return tables
    said = tables.sheets.get(TERM.name)
    known = dict(said.rows[0].record) if said is not None and said.rows else {}
    row = FileRow(0, known | record)
    columns = tuple(dict.fromkeys([*(said.columns if said is not None else ()), *FIELDS]))
    sheet = FileSheet(TERM, tables.filename, columns, (row,))
    return replace(tables, sheets={**tables.sheets, TERM.name: sheet})
