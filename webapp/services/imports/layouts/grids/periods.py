"""The periods of the day ("Hour | Timing", or side by side), which become the time slots of every teaching day."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from flask_babel import lazy_gettext as _l

from webapp.services.imports.formats.cells import cell_text
from webapp.services.imports.formats.workbooks import RawRow, RawSheet, RawValue
from webapp.services.imports.layouts.cells import dates
from webapp.services.imports.layouts.conversion import Conversion
from webapp.services.imports.layouts.grids.clock import ClockRange, range_between, range_of
from webapp.services.imports.layouts.grids.slots import DayPeriod, add_slots
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.layouts.names.layout_headings import HeadingWords, heading_of
from webapp.services.imports.layouts.names.persons import fold
from webapp.services.imports.layouts.plan import ColumnRole, SheetMapping, SheetShape
from webapp.services.imports.layouts.shape import Recognised, Shape
from webapp.services.schema.values import DAY_NAMES
from webapp.services.shared.words import _

BREAK_WORDS = re.compile(r"\b(break|lunch|recess|tea|interval|assembly|prayer|pause|mittag|dinner)\b", re.I)
DAYS_BETWEEN = re.compile(r"\s*(?:[-–—]+|\bto\b|\bthrough\b|\btill\b)\s*", re.I)
EVERY_DAY = frozenset(("daily", "all days", "all", "every day", "everyday", "all working days"))
LEAST_PERIODS = 3
MOST_OTHER_COLUMNS = 4
"""A sheet with more columns that say nothing of the day is about something else that has a time."""
SYNONYMS = {
    "period": (
        "hour, hours, period, periods, slot, session, hour no, period no, slot no, lecture no, sl no, s no, no, "
        "hour number, period number, lecture, pd, block, stunde, zeitblock"
    ),
    "timing": (
        "timing, timings, time, times, duration, hours timing, period timing, time slot, from to, start end, "
        "clock time, time slots, slot timing, class timing, class timings, zeit, uhrzeit, zeiten"
    ),
    "start": (
        "beginn, von, anfang, start, from, begin, begins, starts, start time, starting time, from time, begin time"
    ),
    "end": "ende, bis, end, to, ends, end time, ending time, to time, finish, till",
    "day": "tag, tage, wochentag, day, days, working days, applicable days, week days, weekday, weekdays",
    "note": "remarks, remark, note, notes, type, description, activity, particulars",
} | {name.lower(): f"{name.lower()}, {name.lower()[:3]}, {name.lower()}s" for name in DAY_NAMES}
WORDS = HeadingWords(SYNONYMS)
DAY_ROLES = tuple(name.lower() for name in DAY_NAMES)

ROLES = (
    ColumnRole("period", _l("Period"), _l("Its number or name")),
    ColumnRole("timing", _l("From and to"), _l("Such as 9:00 AM - 10:00 AM")),
    ColumnRole("start", _l("Begins"), _l("Where it stands in a column of its own")),
    ColumnRole("end", _l("Ends"), _l("Where it stands in a column of its own")),
    ColumnRole("day", _l("Days"), _l("Such as Mon-Fri; without it Monday to Saturday")),
    ColumnRole("note", _l("Remarks"), _l("Says which rows are breaks")),
    *(ColumnRole(role, name, _l("From and to on this day")) for role, name in zip(DAY_ROLES, DAY_NAMES, strict=True)),
)


def roles(table: str) -> tuple[ColumnRole, ...]:
    """What the columns of a sheet of periods can be."""
    return ROLES


def recognise(sheet: RawSheet, known: Known) -> Recognised | None:
    """Say how sure it is that a sheet has the periods of the day: times in a column or a row, and little else."""
    found = WORDS.find(sheet)
    if found is not None and (found.roles & {"timing", *DAY_ROLES} or {"start", "end"} <= found.roles):
        said = SheetMapping(sheet.name, SheetShape.PERIODS, "", found.row, found.rows, found.columns)
        rows = [row for row in sheet.rows if row.number > found.row]
        titled = sum(1 for cell in sheet.row(found.row).cells if cell != "") - sum(map(bool, found.columns))
        if titled > MOST_OTHER_COLUMNS:
            return None
        of_days = [position for position, role in enumerate(found.columns) if role in DAY_ROLES]
        if any(_is_class(row.cell(position)) for row in rows for position in of_days):
            return None
        timed = sum(1 for row in rows if any(_is_range(cell) for cell in row.cells) or _is_pair(row, said))
        if timed >= LEAST_PERIODS and timed * 2 >= len(rows):
            return Recognised(90 if "period" in found.roles or found.roles & set(DAY_ROLES) else 75, said)
    across = _row_of_ranges(sheet)
    if across is not None and _says_nothing_else(sheet, across):
        return Recognised(80, SheetMapping(sheet.name, SheetShape.PERIODS, "", across.number, 1, ()))
    bare = [row for row in sheet.rows if any(_is_range(cell) for cell in row.cells)]
    if len(bare) >= LEAST_PERIODS and len(bare) * 2 >= len(sheet.rows) and sheet.width <= LEAST_PERIODS:
        position = next(at for at, cell in enumerate(bare[0].cells) if _is_range(cell))
        columns = tuple("timing" if at == position else "period" if at == 0 else "" for at in range(sheet.width))
        above = next((row.number for row in sheet.rows if row.number >= bare[0].number), 1) - 1
        return Recognised(70, SheetMapping(sheet.name, SheetShape.PERIODS, "", above, 1, columns))
    return None


def _is_range(cell: RawValue) -> bool:
    return isinstance(cell, str) and range_of(cell) is not None


def _is_pair(row: RawRow, said: SheetMapping) -> bool:
    first, last = said.position("start"), said.position("end")
    return first is not None and last is not None and range_between(row.cell(first), row.cell(last)) is not None


def _row_of_ranges(sheet: RawSheet) -> RawRow | None:
    """The first row in which at least three times stand side by side."""
    rows = (row for row in sheet.rows[:20] if sum(map(_is_range, row.cells)) >= LEAST_PERIODS)
    return next(rows, None)


def _says_nothing_else(sheet: RawSheet, across: RawRow) -> bool:
    """Return whether no class stands under the times: else the sheet is a timetable."""
    return not any(_is_class(cell) for row in sheet.rows if row.number > across.number for cell in row.cells[1:])


def _is_class(cell: RawValue) -> bool:
    """Return whether a cell has something else than times and breaks in it: the sheet is then a timetable."""
    return cell != "" and not _is_range(cell) and not BREAK_WORDS.search(str(cell))


def days_of(text: str) -> tuple[int, ...] | None:
    """The days that a text names ("Mon-Fri", "MON, WED", "Saturday"), 0 being Monday; None where it names none."""
    if fold(text) in EVERY_DAY:
        return tuple(range(6))
    named: list[int] = []
    for part in re.split(r"\s*(?:[,;&/+|\n]|\band\b)\s*", text.strip(), flags=re.I):
        ends = [dates.day_names().get(dates.plain(end)) for end in DAYS_BETWEEN.split(part)]
        if not 1 <= len(ends) <= 2 or None in ends:
            return None
        first, last = int(str(ends[0])), int(str(ends[-1]))
        named += [day % 7 for day in range(first, (last if last >= first else last + 7) + 1)]
    return tuple(dict.fromkeys(named))


def convert(sheet: RawSheet, said: SheetMapping, conversion: Conversion) -> None:
    """Add the time slots that the periods of a sheet are on each teaching day."""
    reader = _PeriodReader(sheet, said, conversion)
    periods = list(reader.down() if any(said.columns) else reader.across())
    if not any(not period.is_break for period in periods):
        conversion.fault(sheet, 0, "", sheet.name, _("periods with times such as 9:00 AM - 10:00 AM"))
        return
    _note_overlaps(sheet, periods, reader.headings["start"], conversion)
    add_slots(conversion, sheet, periods, reader.headings)


def _note_overlaps(sheet: RawSheet, periods: list[DayPeriod], heading: str, conversion: Conversion) -> None:
    """Note each period that begins within the one above it; one that begins before that is of another shift."""
    above: dict[tuple[int, ...] | None, DayPeriod] = {}
    for period in (each for each in periods if not each.is_break):
        before = above.get(period.days)
        if before is not None and before.hours.start < period.hours.start < before.hours.end:
            expected = _("a period that begins when %(label)s has ended", label=before.label or before.row)
            conversion.fault(sheet, period.row, heading, period.label, expected)
        above[period.days] = period


@dataclass
class _PeriodReader:
    """Reads the periods of a sheet, one below the other or side by side."""

    sheet: RawSheet
    said: SheetMapping
    conversion: Conversion

    @property
    def headings(self) -> dict[str, str]:
        """The file's own words for the columns of time slots."""
        timing = self._heading("timing") or self._heading("start")
        return {"start": timing, "end": self._heading("end") or timing, "label": self._heading("period")}

    def _heading(self, role: str) -> str:
        return heading_of(self.sheet, self.said.heading_row, self.said.heading_rows, self.said.position(role))

    def down(self) -> Iterator[DayPeriod]:
        """Periods one below the other."""
        first = self.said.heading_row + self.said.heading_rows
        ends: dict[tuple[int, ...] | None, int] = {}
        for row in self.sheet.rows:
            if row.number < first or row.number in self.said.skipped_rows:
                continue
            label, note = self._text(row, "period"), self._text(row, "note")
            of_day = [role for role in DAY_ROLES if self.said.position(role) is not None]
            for role in of_day:
                days: tuple[int, ...] | None = (DAY_ROLES.index(role),)
                yield from self._period(row, role, label, note, days, ends)
            if not of_day:
                text = self._text(row, "day")
                days = days_of(text) if text else None
                if text and days is None:
                    expected = _("days such as Mon-Fri")
                    self.conversion.fault(self.sheet, row.number, self._heading("day"), text, expected, "day")
                    continue
                yield from self._period(row, "timing", label, note, days, ends)

    def _period(
        self,
        row: RawRow,
        role: str,
        label: str,
        note: str,
        days: tuple[int, ...] | None,
        ends: dict[tuple[int, ...] | None, int],
    ) -> Iterator[DayPeriod]:
        raw = self.conversion.cell(self.sheet, self.said, row, role)
        text = cell_text(raw)
        start, end = (self.conversion.cell(self.sheet, self.said, row, part) for part in ("start", "end"))
        is_break = bool(BREAK_WORDS.search(f"{label} {note} {text} {_words(start)}"))
        found = None
        if role != "timing" or self.said.position("timing") is not None:
            found = range_of(text, ends.get(days)) if not isinstance(raw, date | time | timedelta) else None
            shown, at = text, role
        else:
            found = range_between(start, end, ends.get(days))
            shown, at = f"{cell_text(start)} {cell_text(end)}".strip(), "start"
        if found is None:
            if shown and not is_break:
                expected = _("a time such as 9:00 AM - 10:00 AM, or the word break")
                self.conversion.fault(self.sheet, row.number, self._heading(at), shown, expected, at)
            return
        ends[days] = found.end
        name = label or (note if is_break else "") or _("Break")
        yield DayPeriod(row.number, name if is_break else label, found, days, is_break)

    def _text(self, row: RawRow, role: str) -> str:
        return " ".join(cell_text(self.conversion.cell(self.sheet, self.said, row, role)).split())

    def across(self) -> Iterator[DayPeriod]:
        """Periods side by side, their names in the row above the times or below it."""
        times = _row_of_ranges(self.sheet)
        if times is None:
            return
        named = [row for row in self.sheet.rows if row is not times and abs(row.number - times.number) <= 1]
        named.sort(key=lambda row: row.number)
        earliest: int | None = None
        for position, cell in enumerate(times.cells):
            names = [cell_text(row.cell(position)).strip() for row in named]
            label = next((name for name in names if name), "")
            found = range_of(cell_text(cell), earliest) if isinstance(cell, str) else None
            if found is not None:
                earliest = found.end
                is_break = bool(BREAK_WORDS.search(f"{label} {cell}"))
                yield DayPeriod(times.number, label, found, None, is_break)


def _words(cell: RawValue) -> str:
    return cell if isinstance(cell, str) else ""


def ranges_of(cells: tuple[RawValue, ...]) -> dict[int, ClockRange]:
    """The times that stand side by side in a row, by position."""
    found: dict[int, ClockRange] = {}
    earliest: int | None = None
    for position, cell in enumerate(cells):
        period = range_of(cell, earliest) if isinstance(cell, str) else None
        if period is not None:
            found[position], earliest = period, period.end
    return found


PERIODS = Shape(SheetShape.PERIODS, recognise, roles, convert, order=10)
