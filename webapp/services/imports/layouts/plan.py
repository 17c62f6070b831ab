"""What somebody said of a book: which sheet is what, which column is what, and the answers to what was asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from webapp.services.schema.columns import Kind

NEW = "=new"
"""The answer that what was found is to be added as it is."""
LEAVE_OUT = "=leave-out"
"""The answer that the rows (or the cell, where it may be empty) are left out."""


class SheetShape(StrEnum):
    """How a sheet is laid out."""

    TABLE = "table"
    ALLOTMENT = "allotment"
    PERIODS = "periods"
    MASTER = "master"
    SKIP = "skip"


@dataclass(frozen=True)
class ColumnRole:
    """What a column of a sheet can be: for a table one of its columns, for an allotment class, subject, hours, ...

    ``kind`` says what its cells hold; ``required`` whether the sheet can't be read without it.
    """

    name: str
    label: str
    meaning: str = ""
    required: bool = False
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class SheetMapping:
    """What one sheet is.

    Parameters
    ----------
    sheet
        Its name in the file.
    table
        For a TABLE, the name of the table that it holds.
    heading_row
        Number of the row with the headings, 0 where there is none; what stands above is not read.
    heading_rows
        How many rows the headings take.
    columns
        The name of the role at each position from 0; "" where the column is not read.
    skipped_rows
        Numbers of rows that are not read.
    """

    sheet: str
    shape: SheetShape = SheetShape.TABLE
    table: str = ""
    heading_row: int = 1
    heading_rows: int = 1
    columns: tuple[str, ...] = ()
    skipped_rows: tuple[int, ...] = ()

    def position(self, role: str) -> int | None:
        """Where the column of a role stands, from 0; None where no column has it."""
        return self.columns.index(role) if role in self.columns else None


@dataclass(frozen=True)
class BookMapping:
    """What all sheets are, the answer to each question by its key, and corrected cells by `cell_key`."""

    sheets: tuple[SheetMapping, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    corrections: Mapping[str, str] = field(default_factory=dict)

    def of(self, sheet: str) -> SheetMapping:
        """What a sheet is; SKIP where nobody said."""
        return next((said for said in self.sheets if said.sheet == sheet), SheetMapping(sheet, SheetShape.SKIP))


def cell_key(sheet: str, row: int, role: str) -> str:
    """The key under which a corrected cell is kept."""
    return f"{sheet}!{row}!{role}"


def cell_of(key: str) -> tuple[str, int, str]:
    """Sheet, row and role of a corrected cell's key."""
    sheet, row, role = key.rsplit("!", 2)
    return sheet, int(row), role
