"""A book and what its sheets are become tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from webapp.services.imports.faults import MOST_FAULTS, Fault, TooManyFaults
from webapp.services.imports.formats.workbooks import RawBook, RawSheet
from webapp.services.imports.layouts.conversion import Conversion, DraftRow
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.layouts.plan import BookMapping, SheetMapping, SheetShape
from webapp.services.imports.layouts.questions import Question, ReadAs
from webapp.services.imports.layouts.settlement import Settlement
from webapp.services.imports.layouts.shapes import SHAPES
from webapp.services.imports.sheets import GUIDE, FileRow, FileSheet, Tables, sheet_name
from webapp.services.schema.columns import Key, Record, Table
from webapp.services.schema.tables import BY_NAME, TABLES
from webapp.services.schema.values import did_you_mean, empty
from webapp.services.shared.words import _

PLACES = {table.name: place for place, table in enumerate(TABLES)}


@dataclass(frozen=True)
class Converted:
    """A book as tables, with what was changed while reading; it is complete once nothing is asked any more."""

    tables: Tables
    changes: tuple[ReadAs, ...] = ()
    questions: tuple[Question, ...] = ()
    answered: tuple[Question, ...] = ()
    """What was asked and has an answer, so that it can be changed."""

    @property
    def without_answers(self) -> Tables:
        """The tables for whoever has nobody to ask: what is open is a fault."""
        return replace(self.tables, faults=(*self.tables.faults, *map(self._fault, self.questions))[:MOST_FAULTS])

    def _fault(self, question: Question) -> Fault:
        possible = ", ".join(candidate.label for candidate in question.candidates) or _("something that is known")
        row = question.rows[0] if question.rows else 0
        expected = _("one of %(possible)s: say which", possible=possible)
        return Fault(self.tables.filename, question.sheet, row, question.column, question.found, expected)


def convert(book: RawBook, mapping: BookMapping, known: Known) -> Converted:
    """Read a book as its mapping says: one reading is taken and counted, two are asked about, none is a fault."""
    conversion = Conversion(book, mapping, known)
    try:
        for fault in book.faults:
            conversion.faults.note(fault)
        _run(book, conversion)
        if not conversion.rows and not conversion.faults.list:
            expected = _("at least one table, such as rooms or courses")
            conversion.faults.note(Fault(book.filename, "", 0, "", "", expected))
    except TooManyFaults:
        pass
    sheets = {table.name: _sheet(table, conversion) for table in TABLES if table.name in conversion.rows}
    tables = Tables(book.filename, sheets, _in_order(book, conversion.faults.list))
    return Converted(tables, conversion.changes, conversion.questions, conversion.answered)


def _in_order(book: RawBook, faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Faults as somebody meets them who goes through the file."""
    places = {(sheet.file, sheet.name): at for at, sheet in enumerate(book.sheets)}
    return tuple(sorted(faults, key=lambda fault: (places.get((fault.file, fault.sheet), -1), fault.row)))


def _run(book: RawBook, conversion: Conversion) -> None:
    """Convert every sheet: tables first, what is referred to before what refers, then the other shapes."""
    said = [(sheet, conversion.mapping.of(sheet.name)) for sheet in book.sheets]
    tables = [pair for pair in said if pair[1].shape is SheetShape.TABLE and pair[1].table in PLACES]
    others = [pair for pair in said if pair[1].shape in SHAPES and pair[1].shape is not SheetShape.TABLE]
    for sheet, what in sorted(tables, key=lambda pair: PLACES[pair[1].table]):
        _convert_once(sheet, what, conversion)
    for sheet, what in said:
        if what.shape is SheetShape.SKIP and sheet.rows and sheet_name(sheet.name) != GUIDE:
            _note_skipped(book, sheet, conversion)
    if others:
        defined = [table for table in TABLES if table.key == ("code",)]
        Settlement(conversion).run(defined, is_last=False)
        for sheet, what in sorted(others, key=lambda pair: SHAPES[pair[1].shape].order):
            SHAPES[what.shape].convert(sheet, what, conversion)
    Settlement(conversion).run(TABLES, is_last=True)
    _check_rows(conversion)


def _convert_once(sheet: RawSheet, what: SheetMapping, conversion: Conversion) -> None:
    """Convert a sheet of a table, unless another one holds that table already: then nobody knows which is meant."""
    if what.table in conversion.rows:
        expected = _("the table %(name)s once: leave one of the two sheets unread, or join them", name=what.table)
        conversion.fault(sheet, 0, "", sheet.name, expected)
    else:
        SHAPES[what.shape].convert(sheet, what, conversion)


def _note_skipped(book: RawBook, sheet: RawSheet, conversion: Conversion) -> None:
    """Say that a sheet is not read; where no sheet is, that is what is wrong with the file."""
    if any(said.shape is not SheetShape.SKIP for said in conversion.mapping.sheets):
        conversion.changed("sheet_not_read", sheet.name, "", sheet.name)
    else:
        expected = _("one of ") + ", ".join(BY_NAME) + did_you_mean(sheet_name(sheet.name), BY_NAME)
        conversion.fault(sheet, 0, "", sheet.name, expected)


def _check_rows(conversion: Conversion) -> None:
    """Note what is wrong within rows all of whose cells are right."""
    for name, rows in conversion.rows.items():
        for row in rows:
            for check in BY_NAME[name].checks if not row.refused else ():
                wrong = check({**dict.fromkeys(BY_NAME[name].key), **row.record})
                if wrong is not None:
                    column, found, expected = wrong
                    role = "" if row.made else column
                    conversion.fault(row.sheet, row.number, row.heading(column), found, expected, role)
                    row.refused.add(column)


def _sheet(table: Table, conversion: Conversion) -> FileSheet:
    columns = tuple(conversion.columns[table.name])
    known = conversion.known.records(table.name)
    rows = conversion.rows[table.name]
    told_apart = [row for row in rows if not row.refused & set(table.key)]
    files = [row.sheet.file for row in rows] or [conversion.file_of(table.name)]
    return FileSheet(
        table,
        files[0],
        columns,
        tuple(_row(table, row, columns, known) for row in told_apart),
        conversion.unreadable[table.name] + len(rows) - len(told_apart),
    )


def _row(table: Table, row: DraftRow, columns: tuple[str, ...], known: Mapping[Key, Record]) -> FileRow:
    record = {**dict.fromkeys(table.key), **row.record}
    before = known.get(table.key_of(record), {})
    for name in columns:
        if name not in row.record:
            record[name] = before.get(name, empty(table.by_name[name]))
    return FileRow(
        row.number, record, frozenset(row.refused), row.sheet.file, row.sheet.name, row.headings, is_made=row.made
    )
