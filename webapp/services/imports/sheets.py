"""Rows of text become records: headings are matched to columns, cells read, keys held unique."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from webapp.services.imports.cells import unguard_formula
from webapp.services.imports.faults import Fault, Faults
from webapp.services.schema.columns import Key, Record, Table, Value, Words
from webapp.services.schema.tables import BY_NAME
from webapp.services.schema.values import ValueRefused, did_you_mean, read
from webapp.services.shared.words import _

MOST_ROWS = 200_000
MOST_COLUMNS = 100
MOST_CHARACTERS = 10_000
"""Characters in a cell."""
GUIDE = "guide"
"""The sheet of a workbook that explains the others; it is not read."""


@dataclass(frozen=True, slots=True)
class TextGrid:
    """A sheet as it lies in the file: rows of text, the first one the headings."""

    file: str
    name: str
    rows: Iterable[Sequence[str]]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row that could be told apart: its number, its record, the columns that were refused (None there).

    ``sheet`` and ``headings`` (heading by column) are those of the user's file, where they have other names there.
    """

    number: int
    record: Record
    refused: frozenset[str] = frozenset()
    sheet: str = ""
    headings: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class FileSheet:
    """A table as it was sent. ``columns`` are those present: what is missing is left as it is."""

    table: Table
    file: str
    columns: tuple[str, ...]
    rows: tuple[FileRow, ...]
    unreadable: int = 0

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


def read_sheet(grid: TextGrid, faults: Faults) -> FileSheet | None:
    """Read one sheet, noting every fault; None where it is none of the tables or has no usable heading."""
    table = BY_NAME.get(sheet_name(grid.name))
    if table is None:
        expected = _("one of ") + ", ".join(BY_NAME) + did_you_mean(sheet_name(grid.name), BY_NAME)
        faults.add(grid.file, grid.name, 0, "", grid.name, expected)
        return None
    return _Reader(grid, table, faults).sheet()


class _Reader:
    """Reads one sheet of a known table."""

    def __init__(self, grid: TextGrid, table: Table, faults: Faults) -> None:
        self.grid, self.table, self.faults = grid, table, faults
        self.first: dict[Key, int] = {}
        self.unreadable = 0

    def add(self, row: int, column: str, value: object, expected: str) -> None:
        self.faults.add(self.grid.file, self.table.name, row, column, value, expected)

    def sheet(self) -> FileSheet | None:
        numbered = enumerate(self.grid.rows, start=1)
        first = next(numbered, (1, ()))
        columns = self._headings(first[1])
        if columns is None:
            return None
        rows = tuple(self._rows(numbered, columns))
        present = tuple(name for name in columns if name)
        return FileSheet(self.table, self.grid.file, present, rows, self.unreadable)

    def _headings(self, cells: Sequence[str]) -> list[str] | None:
        """Column name by position, "" where there is none; None when rows can't be told apart."""
        if len(cells) > MOST_COLUMNS:
            most = _("at most %(most_columns)s", most_columns=MOST_COLUMNS)
            self.add(1, "", _("%(cells)s columns", cells=len(cells)), most)
            return None
        headings: list[str] = []
        for cell in cells:
            name = sheet_name(cell.rstrip(" *"))
            if name and name not in self.table.by_name:
                known, near = ", ".join(self.table.by_name), did_you_mean(name, self.table.by_name)
                self.add(1, cell, cell, _("one of the columns %(known)s%(by_name)s", known=known, by_name=near))
                name = ""
            elif name and name in headings:
                self.add(1, name, name, _("each column once"))
                name = ""
            headings.append(name)
        needed = [c.name for c in self.table.file_columns if c.required or c.name in self.table.key]
        missing = [name for name in needed if name not in headings]
        optional = {c.name for c in self.table.file_columns if not c.required}
        for name in missing:
            if name not in optional:
                self.add(1, name, "", _("the column %(name)s, which is required", name=name))
        usable = [name for name in self.table.key if name in headings]
        return headings if usable and not (set(missing) & set(self.table.key) - optional) else None

    def _rows(self, numbered: Iterator[tuple[int, Sequence[str]]], columns: list[str]) -> Iterator[FileRow]:
        for number, cells in numbered:
            if not any(cell.strip() for cell in cells):
                continue
            if number > MOST_ROWS:
                most = _("at most %(most_rows)s rows", most_rows=MOST_ROWS)
                self.add(number, "", _("row %(number)s", number=number), most)
                return
            row = self._row(number, cells, columns)
            if row is None:
                self.unreadable += 1
            else:
                yield row

    def _row(self, number: int, cells: Sequence[str], columns: list[str]) -> FileRow | None:
        record: dict[str, Value] = dict.fromkeys(self.table.key)
        refused: set[str] = set()
        for cell in cells[len(columns) :]:
            if cell.strip():
                self.add(number, "", cell, _("no cell beyond the %(columns)s headings", columns=len(columns)))
        for position, name in enumerate(columns):
            if not name:
                continue
            text = cells[position] if position < len(cells) else ""
            try:
                if len(text) > MOST_CHARACTERS:
                    most = _("at most %(most_characters)s characters", most_characters=MOST_CHARACTERS)
                    raise ValueRefused("length", most)
                record[name] = read(self.table.by_name[name], unguard_formula(text))
            except ValueRefused as error:
                record[name] = None
                refused.add(name)
                self.add(number, name, text.strip(), error.expected)
        for check in self.table.checks:
            wrong = None if refused else check(record)
            if wrong is not None:
                self.add(number, *wrong)
                refused.add(wrong[0])
        return self._once(FileRow(number, record, frozenset(refused)))

    def _once(self, row: FileRow) -> FileRow | None:
        """The row, unless its key is unreadable or was there before."""
        if row.refused & set(self.table.key):
            return None
        key = self.table.key_of(row.record)
        if key in self.first:
            column = ", ".join(name for name in self.table.key if row.record[name] is not None)
            once = _("each once; it is in row %(key)s already", key=self.first[key])
            self.add(row.number, column, self.table.label(key), once)
            return None
        self.first[key] = row.number
        return row
