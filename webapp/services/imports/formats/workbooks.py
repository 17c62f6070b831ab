"""What lies in a file of any kind: sheets of raw values, before anybody says what they mean.

Read by python-calamine (XLSX, XLS, ODS), or as text whose code page is found out (CSV, TSV, and ZIPs of them).
"""

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from typing import NamedTuple

RawValue = str | int | float | bool | date | time | timedelta
"""A cell as the file holds it (a `datetime` is a `date`); an empty one is ""."""


class BookKind(StrEnum):
    """The kinds of file that hold sheets."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    CSV = "csv"
    ZIP = "zip"


class UncachedFormula(str):
    """A cell whose formula was never calculated: the text of the formula, which is no value."""

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

    ``merged`` holds the merged areas as (first row, first position, last row, last position), rows from 1 and positions
    from 0; the cells of a merged area all hold its value.
    """

    name: str
    rows: tuple[RawRow, ...]
    file: str = ""
    merged: tuple[tuple[int, int, int, int], ...] = ()

    @property
    def width(self) -> int:
        """Number of columns."""
        return max((len(row.cells) for row in self.rows), default=0)

    def row(self, number: int) -> RawRow:
        """The row of a number; an empty one where nothing stands there."""
        return next((row for row in self.rows if row.number == number), RawRow(number, ()))


@dataclass(frozen=True)
class RawBook:
    """A file once it is opened: its kind, the code page of its texts ("" for workbooks), its sheets.

    ``notes`` are codes of what a reader should know of how it was read, with how often or which: "code_page" (its
    name), "formulas", "hidden_sheet", "macros".
    """

    filename: str
    kind: BookKind
    sheets: tuple[RawSheet, ...]
    encoding: str = ""
    notes: tuple[tuple[str, str], ...] = ()

    def sheet(self, name: str) -> RawSheet:
        """The sheet of a name; `KeyError` where there is none."""
        return {sheet.name: sheet for sheet in self.sheets}[name]
