"""One timetable as a table: days down, times across, whatever the shifts, breaks and overlaps.

Pure view model: it reads no rows and writes no markup. Every screen and every sheet of paper is drawn from it.
A day is a number, 0 = Monday; the columns are the elementary intervals between all times at which anything starts or
ends on any day; a cell spans the columns it lasts and the lanes (sub-rows of its day) it may fill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from enum import StrEnum
from hashlib import blake2s
from itertools import groupby, pairwise
from math import ceil
from textwrap import wrap
from typing import Literal

from webapp.services.views.lanes import in_lanes, overlapping

TONES = 12
PATTERNS = 4

# What the print stylesheet does, in millimetres: the height left for the table, a legend line, and per setting its
# name, line height, least row height, and how the text runs: each part on a line of its own, or code and title only.
# A whole row holds LETTERS_BY_LINE / (line height) letters, shared out over its columns.
Flow = Literal["lines", "titled", "run-in"]
MOST_FULL_HEADINGS, MOST_LEVEL_HEADINGS = 12, 16
"""More columns than these are headed by when they begin alone, and upright in the editor."""

SHEET_MILLIMETRES = 148.0
LEGEND_LINE_MILLIMETRES = 3.8
LETTERS_BY_LINE = 505.0
SETTINGS: tuple[tuple[str, float, float, Flow], ...] = (
    ("airy", 3.4, 20.0, "lines"),
    ("roomy", 3.4, 14.0, "titled"),
    ("snug", 3.05, 11.0, "titled"),
    ("plain", 3.6, 16.0, "run-in"),
    ("dense", 3.05, 9.0, "run-in"),
)

PACKED: tuple[float, float, Flow] = (2.8, 8.0, "run-in")
NAME_EVERY_MILLIMETRES = 45.0

CellKind = Literal["entries", "free", "break", "off", "filler"]


@dataclass(frozen=True, slots=True)
class EntryView:
    """One meeting as its readers see it; a foreign one is shown as busy, with its owner's name in `note`.

    One of several days stands in a grid on each of its ``days``, there as if it were of that ``day`` alone.
    """

    entry_id: int
    course_code: str
    course_title: str
    section: str
    kind: str
    faculty: tuple[str, ...]
    groups: tuple[str, ...]
    room_code: str | None
    room_name: str | None
    day: int | None
    start: time | None
    end: time | None
    weeks: str
    department_code: str
    time_slot_id: int | None
    days: tuple[int, ...] = ()
    locked: bool = False
    foreign: bool = False
    note: str = ""
    reason: str = ""
    basket: str = ""
    """The elective basket in which it is an option."""
    week_numbers: frozenset[int] | None = None
    """In which weeks of the term it is held; None in every one."""
    building: str = ""
    """The name of the building that its room is in."""

    @property
    def placed(self) -> bool:
        """Says whether the meeting has a day and hours."""
        return self.day is not None and self.start is not None and self.end is not None

    @property
    def on_each_day(self) -> tuple[EntryView, ...]:
        """The meeting as it stands on each of its days."""
        return tuple(replace(self, day=day) for day in self.days) or (self,)

    @property
    def tone(self) -> int:
        """Colour class 0 to 11, the same for a course wherever it is shown."""
        return _digest(self.course_code)[0] % TONES

    @property
    def pattern(self) -> int:
        """Edge pattern 0 to 3, so that neighbours differ on black-and-white paper too."""
        return _digest(self.course_code)[1] % PATTERNS

    @property
    def kind_letter(self) -> str:
        """L for lecture, T for tutorial, P for a practical class in a lab; else the kind's first letter."""
        return "P" if self.kind == "lab" else self.kind[:1].upper()


@dataclass(frozen=True, slots=True)
class SlotView:
    """One period of the week grid."""

    time_slot_id: int
    day: int
    start: time
    end: time
    label: str


@dataclass(frozen=True, slots=True)
class GridColumn:
    """An elementary interval: time that can be taught in, or a break that every day has."""

    start: time
    end: time
    label: str = ""
    is_break: bool = False
    narrow: bool = False

    @property
    def minutes(self) -> int:
        """How long the interval lasts."""
        return _minutes(self.end) - _minutes(self.start)


@dataclass(frozen=True, slots=True)
class Cell:
    """A rectangle of the table: meetings with the same hours, a free slot, a break, or time outside the day's slots."""

    kind: CellKind
    column: int
    colspan: int
    rowspan: int
    start: time
    end: time
    entries: tuple[EntryView, ...] = ()
    slots: tuple[SlotView, ...] = ()

    @property
    def parts(self) -> list[tuple[str, tuple[EntryView, ...]]]:
        """The meetings, the options of one basket together under its name; "" for all others."""
        return options_together(self.entries)

    @property
    def time_slot_id(self) -> int | None:
        """The first slot that begins in the cell, if one does."""
        return self.slots[0].time_slot_id if self.slots else None


@dataclass(frozen=True, slots=True)
class DayRows:
    """One day: a tuple of cells for every lane, and the day's meetings in order of time for the list view."""

    day: int
    rows: tuple[tuple[Cell, ...], ...]
    entries: tuple[EntryView, ...] = ()

    @property
    def class_count(self) -> int:
        """How many classes the day has; the options of a basket are one."""
        return sum(1 if basket else len(own) for basket, own in options_together(self.entries))

    @property
    def lanes(self) -> int:
        """How many sub-rows the day has."""
        return len(self.rows)

    def items_at(self, now: time | None) -> list[tuple[str, list[tuple[EntryView, str]]]]:
        """Each meeting with its state, see `states_at`; the options of one basket together under its name."""
        states = dict(self.states_at(now))
        parts = options_together(self.entries)
        return [(basket, [(entry, states[entry]) for entry in entries]) for basket, entries in parts]

    def states_at(self, now: time | None) -> list[tuple[EntryView, str]]:
        """Each meeting with "past", "now", "next" (the first to come) or ""; the last for all without ``now``."""
        states = []
        coming = False
        for entry in self.entries:
            state = ""
            if now is not None and entry.start is not None and entry.end is not None:
                state = "past" if entry.end <= now else "now" if entry.start <= now else "" if coming else "next"
                coming = coming or state == "next"
            states.append((entry, state))
        return states


@dataclass(frozen=True, slots=True)
class Grid:
    """The whole table, and the meetings that have no place in it."""

    columns: tuple[GridColumn, ...]
    days: tuple[DayRows, ...]
    unplaced: tuple[EntryView, ...] = ()

    @property
    def empty(self) -> bool:
        """Says whether there is nothing to draw."""
        return not self.days

    @property
    def entry_count(self) -> int:
        """How many meetings stand in the table."""
        return sum(len(day.entries) for day in self.days)

    @property
    def slot_columns(self) -> int:
        """How many columns are time to teach in; the stylesheet has a width for up to 24."""
        return min(24, sum(not column.is_break for column in self.columns))

    @property
    def is_fine(self) -> bool:
        """Whether there are so many columns that a heading has room for the hour at which it begins, and no more."""
        return self.slot_columns > MOST_FULL_HEADINGS

    @property
    def is_finest(self) -> bool:
        """Whether a column is narrower than an hour in figures."""
        return self.slot_columns > MOST_LEVEL_HEADINGS

    @property
    def density(self) -> str:
        """How A4 paper sets it: the first of airy, roomy, snug, plain and dense that fits by estimate, or packed."""
        room = SHEET_MILLIMETRES - LEGEND_LINE_MILLIMETRES * ceil(len(self.legend) / 3)
        for name, line, least, flow in SETTINGS:
            if sum(self._day_height(day, line, least, flow) for day in self.days) <= room:
                return name
        return "packed"

    def names_on_paper(self, day: DayRows) -> int:
        """Count how often the day's name stands down its side: once, or more often if no sheet can hold the day."""
        height = self._day_height(day, *PACKED)
        return 1 if height <= SHEET_MILLIMETRES else int(height / NAME_EVERY_MILLIMETRES)

    def _day_height(self, day: DayRows, line: float, least: float, flow: Flow) -> float:
        """Millimetres that a day takes on paper when a line of text takes `line` and a row takes `least` or more."""
        letters = LETTERS_BY_LINE / line / max(1, self.slot_columns)
        return sum(
            max([least] + [_lines(cell, letters, flow) * line + 1.2 * len(cell.entries) for cell in row])
            for row in day.rows
        )

    @property
    def legend(self) -> list[tuple[str, str, str]]:
        """Course code, title and teachers of every course in the table, foreign ones left out."""
        courses: dict[str, tuple[str, set[str]]] = {}
        for entry in (*(entry for day in self.days for entry in day.entries), *self.unplaced):
            if not entry.foreign:
                courses.setdefault(entry.course_code, (entry.course_title, set()))[1].update(entry.faculty)
        return [(code, title, ", ".join(sorted(names))) for code, (title, names) in sorted(courses.items())]


class SheetKind(StrEnum):
    """Of whom or what a sheet can be."""

    GROUP = "group"
    FACULTY = "faculty"
    ROOM = "room"
    DEPARTMENT = "department"
    STUDENT = "student"


@dataclass(frozen=True, slots=True)
class SheetSubject:
    """Whose sheet it is: its key and code, and as which department's head it is seen, if any."""

    kind: SheetKind
    key: int
    code: str
    department_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One printed timetable: whose it is, the table, the legend (code, title, teachers), and facts for the header.

    ``shows`` names whose it is by keys, so that it can be looked up again.
    """

    title: str
    subtitle: str
    grid: Grid
    legend: list[tuple[str, str, str]] = field(default_factory=list)
    entries: tuple[EntryView, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    shows: SheetSubject | None = None


@dataclass(frozen=True, slots=True)
class _Block:
    """What takes columns `first` to `last` (exclusive) of one day: meetings with the same hours, or a slot."""

    first: int
    last: int
    entries: tuple[EntryView, ...] = ()
    slot: SlotView | None = None


def build_grid(slots: Sequence[SlotView], entries: Sequence[EntryView]) -> Grid:
    """Lay meetings and the slots they leave free into one table; no input at all gives an empty grid."""
    placed = [of_day for entry in entries if entry.placed for of_day in entry.on_each_day]
    axis = _Axis(_columns(slots, placed))
    days = []
    for day in sorted({slot.day for slot in slots} | {entry.day for entry in placed if entry.day is not None}):
        stacks = _stacks([entry for entry in placed if entry.day == day])
        blocks = [_Block(*axis.span(*hours), entries=entries) for hours, entries in stacks]
        todays = tuple(entry for _hours_of_stack, entries in stacks for entry in entries)
        days.append(DayRows(day, _Day(axis, _of_day(slots, day)).rows(blocks), todays))
    return Grid(axis.columns, tuple(days), tuple(entry for entry in entries if not entry.placed))


def _stacks(todays: Sequence[EntryView]) -> list[tuple[tuple[time, time], tuple[EntryView, ...]]]:
    """Meetings of the same hours; options of a basket that start together are one, a shorter one notes its hours."""
    ends: dict[tuple[str, time], time] = {}
    for entry in todays:
        start, end = _hours(entry)
        if entry.basket:
            ends[entry.basket, start] = max(end, ends.get((entry.basket, start), end))

    def hours(entry: EntryView) -> tuple[time, time]:
        start, end = _hours(entry)
        return start, ends.get((entry.basket, start), end)

    ordered = sorted(todays, key=lambda entry: (hours(entry), entry.basket, _reading_order(entry)))
    return [
        (span, tuple(_with_hours(entry, span) for entry in entries)) for span, entries in groupby(ordered, key=hours)
    ]


def _with_hours(entry: EntryView, span: tuple[time, time]) -> EntryView:
    start, end = _hours(entry)
    return entry if (start, end) == span else replace(entry, note=f"{start:%H:%M}–{end:%H:%M}")


def options_together(entries: Sequence[EntryView]) -> list[tuple[str, tuple[EntryView, ...]]]:
    """Meetings in order; several options of one basket that start together as one, under the basket's name."""
    parts: list[tuple[str, tuple[EntryView, ...]]] = []
    for (basket, _start), same in groupby(entries, key=lambda entry: (entry.basket, entry.start)):
        own = tuple(same)
        parts += [(basket, own)] if basket and len(own) > 1 else [("", (entry,)) for entry in own]
    return parts


def build_slot_grid(slots: Sequence[SlotView]) -> Grid:
    """Lay out every slot, overlapping ones in lanes of their own: the table in which availability is painted."""
    axis = _Axis(_columns(slots, []))
    days = []
    for day in sorted({slot.day for slot in slots}):
        todays = _of_day(slots, day)
        blocks = [_Block(*axis.span(slot.start, slot.end), slot=slot) for slot in todays]
        days.append(DayRows(day, _Day(axis, todays).rows(blocks)))
    return Grid(axis.columns, tuple(days))


def _of_day(slots: Sequence[SlotView], day: int) -> list[SlotView]:
    return sorted((slot for slot in slots if slot.day == day), key=lambda slot: (slot.start, slot.end))


def _lines(cell: Cell, letters: float, flow: Flow) -> int:
    """Lines of print that a cell's meetings take, `letters` fitting into one column."""
    total = sum(1 for basket, _options in cell.parts if basket)
    for entry in cell.entries:
        head = f"{entry.course_code} {entry.kind_letter} {entry.section}"
        rest = [", ".join(entry.groups), ", ".join(entry.faculty), entry.room_code or "", entry.weeks, entry.note]
        texts = {
            "lines": [head, entry.course_title, *rest],
            "titled": [head, entry.course_title, " ".join(rest)],
            "run-in": [" ".join([head, *rest])],
        }[flow]
        total += sum(len(wrap(text, max(1, int(letters * cell.colspan)))) for text in texts)
    return total


def _digest(code: str) -> bytes:
    """Two bytes that stay the same in every process, unlike Python's own hash."""
    return blake2s(code.encode(), digest_size=2).digest()


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _hours(entry: EntryView) -> tuple[time, time]:
    """Start and end of a placed entry; an unplaced one has none and is refused."""
    if entry.start is None or entry.end is None:
        raise ValueError(f"entry {entry.entry_id} has no hours")
    return entry.start, entry.end


def _reading_order(entry: EntryView) -> tuple[time, time, str, str, int]:
    return *_hours(entry), entry.course_code, entry.section, entry.entry_id


def _columns(slots: Sequence[SlotView], placed: Sequence[EntryView]) -> tuple[GridColumn, ...]:
    """Cut the day at every time at which a slot or meeting of any day starts or ends."""
    hours = [_hours(entry) for entry in placed]
    boundaries = sorted({t for s in slots for t in (s.start, s.end)} | {t for pair in hours for t in pair})
    taught = [(slot.start, slot.end) for slot in slots] or hours
    columns = []
    for start, end in pairwise(boundaries):
        labels = {slot.label for slot in slots if (slot.start, slot.end) == (start, end)}
        is_break = not any(first <= start and end <= last for first, last in taught)
        columns.append(GridColumn(start, end, labels.pop() if len(labels) == 1 else "", is_break))
    longest = max((column.minutes for column in columns if not column.is_break), default=0)
    return tuple(replace(c, narrow=not c.is_break and c.minutes < 0.6 * longest) for c in columns)


class _Axis:
    """The columns, and which of them a stretch of time covers."""

    def __init__(self, columns: tuple[GridColumn, ...]) -> None:
        self.columns = columns
        self._first = {column.start: index for index, column in enumerate(columns)}
        self._last = {column.end: index + 1 for index, column in enumerate(columns)}

    def span(self, start: time, end: time) -> tuple[int, int]:
        """First column, and the one after the last."""
        return self._first[start], self._last[end]


class _Day:
    """Fills the rows of one day, so that every column of every lane is covered exactly once."""

    def __init__(self, axis: _Axis, slots: Sequence[SlotView]) -> None:
        self._columns = axis.columns
        self._spans = [(*axis.span(slot.start, slot.end), slot) for slot in slots]
        self._covered = {column for first, last, _ in self._spans for column in range(first, last)}

    def rows(self, blocks: Sequence[_Block]) -> tuple[tuple[Cell, ...], ...]:
        """Put blocks that overlap into lanes; all else reaches over the whole height of the day."""
        clusters = [in_lanes(cluster) for cluster in overlapping(blocks)]
        height = max((len(lanes) for lanes in clusters), default=1)
        rows: list[list[Cell]] = [[] for _ in range(height)]
        reached = 0
        for lanes in clusters:
            first = min(lane[0].first for lane in lanes)
            last = max(lane[-1].last for lane in lanes)
            rows[0] += self._open(reached, first, height)
            for number, lane in enumerate(lanes):
                rowspan = height - number if number == len(lanes) - 1 else 1
                rows[number] += self._filled(lane, first, last, number, rowspan)
            reached = last
        rows[0] += self._open(reached, len(self._columns), height)
        return tuple(tuple(row) for row in rows)

    def _filled(self, lane: Sequence[_Block], first: int, last: int, number: int, rowspan: int) -> list[Cell]:
        """One lane of a cluster: its blocks, and fillers between them."""
        cells = []
        top = number == 0 and lane[0].slot is None
        for block in lane:
            if first < block.first:
                cells.append(self._cell("filler", first, block.first, rowspan, top))
            cell = self._cell("entries" if block.entries else "free", block.first, block.last, rowspan, top)
            cells.append(replace(cell, entries=block.entries, slots=(block.slot,) if block.slot else cell.slots))
            first = block.last
        if first < last:
            cells.append(self._cell("filler", first, last, rowspan, top))
        return cells

    def _open(self, first: int, last: int, rowspan: int) -> list[Cell]:
        """Time that nothing takes: free slots, breaks, and what lies outside the day's slots."""
        cells = []
        kind: CellKind
        while first < last:
            ends = [end for start, end, _ in self._spans if start == first and end <= last]
            if ends:
                kind, until = "free", ends[0]
            elif first in self._covered:
                kind, until = "filler", first + 1
            else:
                until = next((column for column in range(first, last) if column in self._covered), last)
                only_breaks = all(column.is_break for column in self._columns[first:until])
                kind, until = ("break", first + 1) if only_breaks else ("off", until)
            cells.append(self._cell(kind, first, until, rowspan, True))
            first = until
        return cells

    def _cell(self, kind: CellKind, first: int, last: int, rowspan: int, top: bool) -> Cell:
        """A cell; the top lane's cells name the slots that begin in them, so each slot is named once."""
        slots = tuple(slot for start, _, slot in self._spans if first <= start < last) if top else ()
        start, end = self._columns[first].start, self._columns[last - 1].end
        return Cell(kind, first, last - first, rowspan, start, end, (), slots)
