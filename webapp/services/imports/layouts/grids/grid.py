"""The grids of a sheet: days by periods or periods by days, a block for each class, teacher or room."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from webapp.services.imports.formats.cells import cell_text
from webapp.services.imports.formats.workbooks import RawRow, RawSheet, RawValue
from webapp.services.imports.layouts.cells import dates
from webapp.services.imports.layouts.grids.clock import ClockRange, range_of
from webapp.services.imports.layouts.grids.periods import BREAK_WORDS, ranges_of

LEAST_DAYS, LEAST_PERIODS = 2, 2
ROWS_OF_HEADING = 3
PERIOD = re.compile(
    r"(?:hour|period|slot|session|p|h|hr|lecture)?[\s.\-]*(\d{1,2}|[ivx]{1,4})(?:st|nd|rd|th)?(?:\s*(?:hour|period))?",
    re.I,
)
NUMERALS = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")


@dataclass(frozen=True)
class GridPeriod:
    """A period as the grid's heading calls it: its number and its times, as far as they stand there."""

    number: int | None
    hours: ClockRange | None


@dataclass(frozen=True)
class GridCell:
    """What stands at a day in one or several periods in a row: the row and position where it begins, its text."""

    day: int
    periods: tuple[GridPeriod, ...]
    row: int
    position: int
    text: str
    named: str = ""
    """What the row is of besides its day: a class, where the rows of a day are those of several."""


@dataclass
class GridBlock:
    """One grid, with the texts that stand above it."""

    row: int
    titles: tuple[str, ...]
    cells: list[GridCell] = field(default_factory=list)
    periods: tuple[GridPeriod, ...] = ()
    days: frozenset[int] = frozenset()


LONGEST_DAY = 40
"""Characters beyond which a text names no day, so that none is looked for in it."""


def day_of(cell: RawValue) -> int | None:
    """The day that a cell names, 0 being Monday; None where it names none."""
    if not isinstance(cell, str) or len(cell) > LONGEST_DAY:
        return None
    word = dates.plain(" ".join(cell.split()))
    return dates.day_names().get(word, dates.LETTERS_OF_DAYS.get(word) if len(word) > 1 else None)


def blocks_of(sheet: RawSheet) -> list[GridBlock]:
    """All grids of a sheet, from top to bottom."""
    rows = list(sheet.rows)
    blocks: list[GridBlock] = []
    at = above = 0
    while at < len(rows):
        found = _days_across(sheet, rows, at, above) or _days_down(sheet, rows, at, above)
        if found is None:
            at += 1
            continue
        block, at = found
        above = at
        blocks.append(block)
    return blocks


def _titles(rows: list[RawRow], above: int, at: int) -> tuple[str, ...]:
    texts = (" ".join(cell_text(cell).split()) for row in rows[above:at] for cell in row.cells)
    return tuple(dict.fromkeys(text for text in texts if text))


def _period(cells: list[RawValue], ranges: list[ClockRange | None]) -> GridPeriod | None:
    """The period that a column's or row's headings name; None where they name a break, or nothing."""
    texts = [cell_text(cell).strip() for cell in cells]
    if any(BREAK_WORDS.search(text) for text in texts):
        return None
    hours = next((found for found in ranges if found is not None), None)
    number = next((number for text in texts if (number := _number(text)) is not None), None)
    return GridPeriod(number, hours) if hours is not None or number is not None else None


def _number(text: str) -> int | None:
    match = PERIOD.fullmatch(text)
    if match is None:
        return None
    word = match[1].lower()
    return int(word) if word.isdecimal() else NUMERALS.index(word) if word in NUMERALS else None


# days below each other, periods side by side


def _days_down(sheet: RawSheet, rows: list[RawRow], at: int, above: int) -> tuple[GridBlock, int] | None:
    """The block whose first day is in a row, and the index behind its last row."""
    position = next((p for p in (0, 1) if day_of(rows[at].cell(p)) is not None), None)
    if position is None:
        return None
    last = at
    while last < len(rows) and (day_of(rows[last].cell(position)) is not None or _continues(rows, last, at, position)):
        last += 1
    days = frozenset(day for row in rows[at:last] if (day := day_of(row.cell(position))) is not None)
    first, periods = _heading(rows, at, above, position)
    if len(days) < LEAST_DAYS or len(periods) < LEAST_PERIODS:
        return None
    block = GridBlock(rows[first].number, _titles(rows, above, first), [], tuple(periods.values()), days)
    block.cells = list(_cells_down(sheet, rows[at:last], position, periods))
    return block, last


def _continues(rows: list[RawRow], last: int, first: int, position: int) -> bool:
    """Return whether a row belongs to the day above it: nothing stands where the day does, and no row is left out."""
    row, before = rows[last], rows[last - 1]
    return (
        last > first and row.cell(position) == "" and row.number == before.number + 1 and len(row.cells) > position + 1
    )


def _heading(rows: list[RawRow], at: int, above: int, position: int) -> tuple[int, dict[int, GridPeriod]]:
    """Where the rows with the periods' names begin above the first day, and the period at each position."""
    first = at
    heading: list[RawRow] = []
    for back in range(at - 1, max(above, at - ROWS_OF_HEADING) - 1, -1):
        row = rows[back]
        named = [cell for cell in row.cells[position + 1 :] if cell_text(cell).strip()]
        periods = [cell for cell in named if range_of(cell_text(cell)) or _number(cell_text(cell).strip()) is not None]
        if len(periods) < LEAST_PERIODS or len(periods) * 2 < len(named):
            break
        heading.insert(0, row)
        first = back
    ranges = [ranges_of(row.cells) for row in heading]
    found = {}
    for at_column in range(position + 1, max((len(row.cells) for row in heading), default=0)):
        period = _period([row.cell(at_column) for row in heading], [of_row.get(at_column) for of_row in ranges])
        if period is not None:
            found[at_column] = period
    return first, found


def _cells_down(
    sheet: RawSheet, rows: list[RawRow], position: int, periods: Mapping[int, GridPeriod]
) -> Iterator[GridCell]:
    by_day: dict[tuple[int, str], list[RawRow]] = {}
    day, named = 0, ""
    for row in rows:
        found = day_of(row.cell(position))
        day = found if found is not None else day
        aside = [cell_text(row.cell(p)).strip() for p in range(position + 1, min(periods))]
        named = next((text for text in aside if text), named if found is None else "")
        by_day.setdefault((day, named), []).append(row)
    for (day, named), of_day in by_day.items():
        texts = {p: _joined(cell_text(row.cell(p)) for row in of_day) for p in periods}
        yield from _runs(sheet, day, of_day[0].number, texts, periods, named)


def _joined(texts: Iterator[str]) -> str:
    """Texts below each other as the lines of one; the same text but once."""
    return "\n".join(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _runs(
    sheet: RawSheet, day: int, row: int, texts: Mapping[int, str], periods: Mapping[int, GridPeriod], named: str
) -> Iterator[GridCell]:
    """The cells of a day; the same text side by side is one."""
    run: list[int] = []
    for position in [*sorted(texts), -1]:
        text = texts.get(position, "")
        if run and (position < 0 or text != texts[run[0]] or position - run[-1] > 1):
            if texts[run[0]]:
                yield GridCell(day, tuple(periods[p] for p in run), row, run[0], texts[run[0]], named)
            run = []
        run.append(position)


# periods below each other, days side by side


def _days_across(sheet: RawSheet, rows: list[RawRow], at: int, above: int) -> tuple[GridBlock, int] | None:
    days = {p: day for p, cell in enumerate(rows[at].cells) if p and (day := day_of(cell)) is not None}
    if len(set(days.values())) < LEAST_DAYS:
        return None
    first_day = min(days)
    last, earliest = at + 1, None
    periods: list[tuple[RawRow, GridPeriod | None]] = []
    while last < len(rows):
        cells = list(rows[last].cells[:first_day])
        ranges = [range_of(cell_text(cell), earliest) for cell in cells]
        period = _period(cells, ranges)
        is_break = any(BREAK_WORDS.search(cell_text(cell)) for cell in rows[last].cells)
        if period is None and not is_break:
            break
        earliest = period.hours.end if period is not None and period.hours is not None else earliest
        periods.append((rows[last], period))
        last += 1
    named = [period for _, period in periods if period is not None]
    if len(named) < LEAST_PERIODS:
        return None
    block = GridBlock(rows[at].number, _titles(rows, above, at), [], tuple(named), frozenset(days.values()))
    for position, day in days.items():
        block.cells += _cells_across(day, position, periods)
    return block, last


def _cells_across(day: int, position: int, periods: list[tuple[RawRow, GridPeriod | None]]) -> Iterator[GridCell]:
    run: list[tuple[RawRow, GridPeriod]] = []
    for row, period in [*periods, (RawRow(0, ()), None)]:
        text = cell_text(row.cell(position)).strip()
        if run and (period is None or text != cell_text(run[0][0].cell(position)).strip()):
            first = run[0][0]
            if cell_text(first.cell(position)).strip():
                yield GridCell(
                    day, tuple(p for _, p in run), first.number, position, cell_text(first.cell(position)).strip()
                )
            run = []
        if period is not None:
            run.append((row, period))
