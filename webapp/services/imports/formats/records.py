"""Tables made by a reader of a foreign format: records in, sheets out, each value held to its column's bounds."""

from collections.abc import Iterable, Iterator, Mapping

from webapp.services.imports.faults import MOST_FAULTS, Fault, refused
from webapp.services.imports.sheets import FileRow, FileSheet, Tables
from webapp.services.schema.columns import Value
from webapp.services.schema.tables import BY_NAME
from webapp.services.schema.values import ValueRefused, check, empty

Cells = Mapping[str, Value]
"""A row: value by column name; what is left out is empty."""


def tables_of(filename: str, contents: Mapping[str, Iterable[Cells]]) -> Tables:
    """The tables with these rows; raises `UploadRefused` with every value that lies outside its column's bounds."""
    sheets = {name: _sheet(filename, name, rows) for name, rows in contents.items()}
    if faults := [fault for sheet in sheets.values() for fault in _faults(sheet)]:
        raise refused(faults[:MOST_FAULTS])
    return Tables(filename, sheets)


def _sheet(filename: str, name: str, rows: Iterable[Cells]) -> FileSheet:
    """A sheet with every column, what ``rows`` leaves out being empty."""
    table = BY_NAME[name]
    blank = {column.name: empty(column) for column in table.file_columns}
    records = tuple(FileRow(number, blank | dict(cells)) for number, cells in enumerate(rows, start=2))
    return FileSheet(table, filename, tuple(table.by_name), records)


def _faults(sheet: FileSheet) -> Iterator[Fault]:
    """The values that lie outside the bounds of their columns, each with the code of its row."""
    table = sheet.table
    for row in sheet.rows:
        for column in table.file_columns:
            value = row.record[column.name]
            try:
                check(column, value)
            except ValueRefused as error:
                given = f"{table.label(table.key_of(row.record))}: {value}"
                yield Fault(sheet.file, table.name, 0, column.name, given, error.expected)
