"""Books and what is known, written down as Python: what the tests of shapes and mappings read."""

from collections.abc import Mapping, Sequence
from typing import Any

from webapp.services.imports.formats.workbooks import BookKind, RawBook, RawRow, RawSheet
from webapp.services.imports.layouts.convert import Converted, convert
from webapp.services.imports.layouts.guess import guess
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.layouts.plan import BookMapping
from webapp.services.schema.tables import BY_NAME

Rows = Sequence[Sequence[Any]]


def sheet(name: str, rows: Rows, merged: Sequence[tuple[int, int, int, int]] = ()) -> RawSheet:
    """A sheet of rows from 1 on; merged areas are filled, as a reader does."""
    cells = [list(row) for row in rows]
    for first, left, last, right in merged:
        for number in range(first - 1, last):
            cells[number][left : right + 1] = [cells[first - 1][left]] * (right - left + 1)
    kept = (RawRow(number, _cut(row)) for number, row in enumerate(cells, 1))
    return RawSheet(name, tuple(row for row in kept if row.cells), "book.xlsx", tuple(merged))


def _cut(row: list[Any]) -> tuple[Any, ...]:
    while row and row[-1] in ("", None):
        row.pop()
    return tuple("" if cell is None else cell for cell in row)


def known(**tables: Rows) -> Known:
    """What is stored: by table, rows of values in the order of the heading that each begins with."""
    stored = {}
    for name, (headings, *rows) in tables.items():
        records = [dict(zip(headings, row, strict=True)) for row in rows]
        stored[name] = {tuple(record.get(part) for part in BY_NAME[name].key): record for record in records}
    return Known(lambda name: stored.get(name, {}))


def read(what: Known, *sheets: RawSheet, answers: Mapping[str, str] | None = None) -> Converted:
    """Guess what the sheets are, and convert them."""
    book = RawBook("book.xlsx", BookKind.XLSX, sheets)
    return convert(book, BookMapping(guess(book, what).sheets, answers or {}), what)


def table(converted: Converted, name: str, *columns: str) -> list[Any]:
    """The rows of a table: the values of some columns, or of one."""
    found = converted.tables.sheets[name].rows if name in converted.tables.sheets else ()
    rows = [tuple(row.record.get(column) for column in columns) for row in found]
    return [row[0] for row in rows] if len(columns) == 1 else rows
