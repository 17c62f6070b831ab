"""A book and what its sheets are become tables."""

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.services.imports.faults import TooManyFaults
from webapp.services.imports.formats.workbooks import RawBook
from webapp.services.imports.mapping.conversion import Conversion, DraftRow
from webapp.services.imports.mapping.known import Known
from webapp.services.imports.mapping.plan import BookMapping
from webapp.services.imports.mapping.questions import Question, ReadAs
from webapp.services.imports.mapping.shapes import SHAPES
from webapp.services.imports.sheets import FileRow, FileSheet, Tables
from webapp.services.schema.columns import Key, Record, Table
from webapp.services.schema.tables import TABLES
from webapp.services.schema.values import empty


@dataclass(frozen=True)
class Converted:
    """A book as tables, with what was changed while reading; it is complete once nothing is asked any more."""

    tables: Tables
    changes: tuple[ReadAs, ...] = ()
    questions: tuple[Question, ...] = ()


def convert(book: RawBook, mapping: BookMapping, known: Known) -> Converted:
    """Read a book as its mapping says: one reading is taken and counted, two are asked about, none is a fault."""
    conversion = Conversion(book, mapping, known)
    said = [(sheet, mapping.of(sheet.name)) for sheet in book.sheets]
    try:
        for sheet, what in sorted(said, key=lambda pair: SHAPES[pair[1].shape].order if pair[1].shape in SHAPES else 0):
            if what.shape in SHAPES:
                SHAPES[what.shape].convert(sheet, what, conversion)
    except TooManyFaults:
        pass
    sheets = {table.name: _sheet(table, conversion) for table in TABLES if table.name in conversion.rows}
    tables = Tables(book.filename, sheets, tuple(conversion.faults.list))
    return Converted(tables, conversion.changes, conversion.questions)


def _sheet(table: Table, conversion: Conversion) -> FileSheet:
    columns = tuple(conversion.columns[table.name])
    known = conversion.known.records(table.name)
    rows = tuple(_row(table, row, columns, known) for row in conversion.rows[table.name])
    return FileSheet(table, conversion.rows[table.name][0].sheet.file, columns, rows)


def _row(table: Table, row: DraftRow, columns: tuple[str, ...], known: Mapping[Key, Record]) -> FileRow:
    record = {**dict.fromkeys(table.key), **row.record}
    before = known.get(table.key_of(record), {})
    for name in columns:
        if name not in record or name not in row.record:
            record[name] = before.get(name, empty(table.by_name[name]))
    return FileRow(row.number, record, frozenset(row.refused), row.sheet.name, row.headings)
