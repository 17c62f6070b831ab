"""What lies in a file of any kind: sheets of raw values, before anybody says what they mean."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from webapp.services.imports.faults import Fault

RawValue = str | int | float | bool | date | time | timedelta
"""A cell as the file holds it (a `datetime` is a `date`); an empty one is ""."""


class BookKind(StrEnum):
    """The kinds of file that hold sheets."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    CSV = "csv"
    ZIP = "zip"


class ValuelessCell(str):
    """A cell without a value: the text of a formula that was never calculated, or of an error such as #REF!."""

    __slots__ = ()


class RawRow(NamedTuple):
    """A row that is not empty: its number as a spreadsheet counts (from 1), its cells without empty ones at the end."""

    number: int
    cells: tuple[RawValue, ...]

    def cell(self, position: int) -> RawValue:
        """The cell at a position from 0, "" where the row ends before it."""
        return self.cells[position] if 0 <= position < len(self.cells) else ""


@dataclass(frozen=True)
class RawSheet:
    """A sheet, or a file of text: its name, its rows that are not empty, and the file that faults name.

    Names are unique within a book. ``merged`` holds the merged areas as (first row, first position, last row, last
    position), rows from 1 and positions from 0; the cells of a merged area all hold its value.
    """

    name: str
    rows: tuple[RawRow, ...]
    file: str = ""
    merged: tuple[tuple[int, int, int, int], ...] = ()

    @cached_property
    def width(self) -> int:
        """Number of columns."""
        return max((len(row.cells) for row in self.rows), default=0)

    @cached_property
    def by_number(self) -> dict[int, RawRow]:
        """Rows by their number."""
        return {row.number: row for row in self.rows}

    def row(self, number: int) -> RawRow:
        """The row of a number; an empty one where nothing stands there."""
        return self.by_number.get(number, RawRow(number, ()))


@dataclass(frozen=True)
class RawBook:
    """A file once it is opened: its kind, the code page of its texts ("" for workbooks), its sheets.

    ``notes`` say how it was read, each a code and what its sentence needs (see `note_in_words`); ``faults`` what could
    not be read at all, such as a file of a ZIP that is no table. ``from_1904`` says how its numbers count days.
    """

    filename: str
    kind: BookKind
    sheets: tuple[RawSheet, ...]
    encoding: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    faults: tuple[Fault, ...] = ()
    from_1904: bool = False

    def sheet(self, name: str) -> RawSheet:
        """The sheet of a name; `KeyError` where there is none."""
        return {sheet.name: sheet for sheet in self.sheets}[name]


def column_letter(position: int) -> str:
    """The letters by which spreadsheets call the column at a position from 0: A, Z, AA."""
    letters, number = "", position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
