"""What every report consists of: sentences, a chart, tables; and how a table is filtered, sorted and written down."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from webapp.services.imports.formats.writers import csv_text
from webapp.services.shared.numbers import whole_number

Cell = str | int | float


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A line of a table, and the department by which it can be found."""

    cells: tuple[Cell, ...]
    department: str = ""


@dataclass(frozen=True)
class ReportTable:
    """Lines in the report's own order, worst first; columns whose names stand in `numbers` hold numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[ReportRow, ...]
    numbers: frozenset[int] = frozenset()

    def of_department(self, code: str) -> "ReportTable":
        """Only the lines of a department; all where none is named or the lines belong to none."""
        if not code or not any(row.department for row in self.rows):
            return self
        return replace(self, rows=tuple(row for row in self.rows if row.department == code))

    def sorted_by(self, column: str, *, descending: bool = False) -> "ReportTable":
        """By the column with that number, as an address names it; unchanged where there is none such."""
        at = whole_number(column, len(self.columns) - 1)
        if at is None:
            return self
        ordered = sorted(self.rows, key=lambda row: _order(row.cells[at]), reverse=descending)
        return replace(self, rows=tuple(ordered))

    def as_csv(self) -> str:
        """The table as a file in which no cell is a formula."""
        return csv_text(self.columns, ([written(cell) for cell in row.cells] for row in self.rows))


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A cell of a heat-map: what is written in it, how dark it is (0 to 5), and what it says when pointed at."""

    text: str
    level: int
    says: str


@dataclass(frozen=True)
class Heat:
    """Lines over columns, with the legend of its scale."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[HeatCell, ...]], ...]
    legend: tuple[tuple[str, str], ...]

    def parts(self, size: int = 24) -> list["Heat"]:
        """Pieces that a page of paper holds."""
        return [replace(self, rows=self.rows[first : first + size]) for first in range(0, len(self.rows), size)]


@dataclass(frozen=True)
class Bars:
    """A bar for each label, with a norm that it may not pass or None."""

    title: str
    rows: tuple[tuple[str, Cell, Cell | None], ...]
    unit: str = ""


@dataclass(frozen=True)
class Report:
    """One question about a timetable, answered."""

    key: str
    title: str
    definitions: tuple[str, ...]
    findings: tuple[str, ...]
    tables: tuple[ReportTable, ...]
    bars: Bars | None = None
    heat: Heat | None = None
    departments: tuple[str, ...] = field(default=())


def written(cell: Cell) -> str:
    """A number without needless decimals; text as it is."""
    return f"{cell:.2f}".rstrip("0").rstrip(".") if isinstance(cell, float) else str(cell)


def percent(part: float, whole: float) -> float:
    """Part of a whole in per cent to one decimal; 0 of nothing."""
    return round(100 * part / whole, 1) if whole else 0.0


def departments_of(tables: Sequence[ReportTable]) -> tuple[str, ...]:
    """The departments that lines of these tables belong to."""
    return tuple(sorted({row.department for table in tables for row in table.rows if row.department}))


def _order(cell: Cell) -> tuple[bool, float, str]:
    return (True, 0.0, cell.casefold()) if isinstance(cell, str) else (False, float(cell), "")
