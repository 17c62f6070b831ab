"""What a file says, table by table: records with the places in the file where they stand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from webapp.services.imports.faults import Fault
from webapp.services.schema.columns import Key, Record, Table, Words

MOST_ROWS = 200_000
MOST_CHARACTERS = 10_000
"""Characters in a cell."""
GUIDE = "guide"
"""The sheet of a workbook that explains the others; it is not read."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row that could be told apart: its number, its record, the columns that were refused (None there).

    ``file``, ``sheet`` and ``headings`` (heading by column) are those of the user's file, where they are not the
    table's own; ``is_made`` says that the row was made out of a sheet of another form.
    """

    number: int
    record: Record
    refused: frozenset[str] = frozenset()
    file: str = ""
    sheet: str = ""
    headings: Mapping[str, str] = field(default_factory=dict, compare=False)
    is_made: bool = False


@dataclass(frozen=True)
class FileSheet:
    """A table as it was sent. ``columns`` are those present: what is missing is left as it is."""

    table: Table
    file: str
    columns: tuple[str, ...]
    rows: tuple[FileRow, ...]
    unreadable: int = 0

    def fault(self, row: FileRow, column: str, value: object, expected: str) -> Fault:
        """What is wrong with a column (or several, with commas between) of a row, in the file's own words."""
        where = ", ".join(row.headings.get(name) or name for name in column.split(", "))
        file, sheet = self.place(row)
        return Fault(file, sheet, row.number, where, str(value), expected, "" if row.is_made else column)

    def place(self, row: FileRow) -> tuple[str, str]:
        """The file and the sheet in which a row stands."""
        return row.file or self.file, row.sheet or self.table.name

    @property
    def keys(self) -> frozenset[Key]:
        """Keys of all rows, right and wrong ones."""
        return frozenset(self.table.key_of(row.record) for row in self.rows)


@dataclass(frozen=True, slots=True)
class NotCarried:
    """What a foreign file asks for and no table can say: how often, why, and whether a part of it is said."""

    what: str
    count: int
    why: Words
    in_part: bool = False


@dataclass(frozen=True)
class Tables:
    """Everything that was sent, and what was wrong with it before the database was asked.

    ``carried`` counts what a foreign file asks for and the tables say; ``not_carried`` lists the rest.
    """

    filename: str
    sheets: Mapping[str, FileSheet]
    faults: tuple[Fault, ...] = ()
    carried: int = 0
    not_carried: tuple[NotCarried, ...] = ()


def sheet_name(text: str) -> str:
    """A sheet's or file's name as the tables' names are written; copies ("rooms (1)") count as the original."""
    return re.sub(r"\s*\(\d+\)$", "", text.strip()).lower().replace(" ", "_").replace("-", "_")
