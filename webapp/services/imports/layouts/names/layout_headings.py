"""Which row of a sheet has the headings, and what each of them means, for shapes whose columns have many names."""

from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from webapp.services.imports.formats.cells import cell_text
from webapp.services.imports.formats.workbooks import RawRow, RawSheet, RawValue
from webapp.services.imports.layouts.lists.headings import LONGEST_HEADING
from webapp.services.imports.layouts.names.persons import fold

ROWS_LOOKED_AT = 20
"""Headings stand among the first rows that are not empty."""
SAME_HEADING = 90
LONG_HEADING = 6
"""From this many letters on, a heading is known although it is misspelled."""
MOST_TOLD = 4_096
"""Headings whose role is kept for the next time."""


@dataclass(frozen=True)
class Headings:
    """Where the headings are, how many rows they take, and the role of each column ("" where it has none)."""

    row: int
    rows: int
    columns: tuple[str, ...]

    @property
    def roles(self) -> frozenset[str]:
        """The roles that a column has."""
        return frozenset(role for role in self.columns if role)

    @property
    def worth(self) -> tuple[int, int]:
        """What is compared: more roles, else fewer rows."""
        return len(self.roles), -self.rows


class HeadingWords:
    """What headings mean.

    Parameters
    ----------
    synonyms
        By role, the headings that mean it, folded, with commas between.
    next_role
        By role, the one that a second column of the same heading has: "Faculty" twice is two teachers.
    """

    def __init__(self, synonyms: Mapping[str, str], next_role: Mapping[str, str] | None = None) -> None:
        self._roles = {heading: role for role, all_ in synonyms.items() for heading in all_.split(", ")}
        self._long = [heading for heading in self._roles if len(heading) >= LONG_HEADING]
        self._told: dict[str, str] = {}
        self._next = next_role or {}

    def means(self, text: str, role: str) -> bool:
        """Return whether a text is one of the headings of a role, to the letter."""
        return self._roles.get(fold(text)) == role

    def role(self, text: str) -> str:
        """The role that a heading means, "" where it means none of them."""
        if len(text) > LONGEST_HEADING:
            return ""
        if text not in self._told:
            if len(self._told) >= MOST_TOLD:
                self._told.clear()
            self._told[text] = self._role(fold(text))
        return self._told[text]

    def _role(self, word: str) -> str:
        if word in self._roles or len(word) < LONG_HEADING:
            return self._roles.get(word, "")
        near = process.extractOne(word, self._long, scorer=fuzz.ratio, score_cutoff=SAME_HEADING)
        return self._roles[near[0]] if near is not None else ""

    def find(self, sheet: RawSheet) -> Headings | None:
        """The row, or two rows, that mean most roles; None where no row means two."""
        best = None
        rows = sheet.rows[:ROWS_LOOKED_AT]
        for at, row in enumerate(rows):
            for size in (1, 2):
                below = rows[at + 1] if size == 2 and at + 1 < len(rows) else None
                if size == 2 and (below is None or not _can_be_headings(below) or below.number != row.number + 1):
                    continue
                found = Headings(row.number, size, self._columns(row, below))
                if len(found.roles) > 1 and (best is None or found.worth > best.worth):
                    best = found
        return best

    def _columns(self, row: RawRow, below: RawRow | None) -> tuple[str, ...]:
        columns: list[str] = []
        for position in range(max(len(row.cells), len(below.cells) if below is not None else 0)):
            upper = cell_text(row.cell(position))
            lower = cell_text(below.cell(position)) if below is not None else ""
            role = self.role(lower) or self.role(f"{upper} {lower}") or self.role(upper)
            while role and role in columns:
                role = self._next.get(role, "")
            columns.append(role)
        return tuple(columns)


def _can_be_headings(row: RawRow) -> bool:
    """Return whether a row has words only, as headings do."""
    return all(
        isinstance(cell, str) and len(cell) <= LONGEST_HEADING and not any(letter.isdigit() for letter in cell)
        for cell in row.cells
    )


def heading_of(sheet: RawSheet, first: int, rows: int, position: int | None) -> str:
    """The heading of a column as it stands in the file, the lowest of several rows that is not empty."""
    if position is None:
        return ""
    cells: list[RawValue] = [sheet.row(number).cell(position) for number in range(first + rows - 1, first - 1, -1)]
    return next((text for text in (cell_text(cell).strip() for cell in cells) if text), "")
