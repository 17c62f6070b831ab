"""A term's time slots as the engine's grid, and back.

Slots that never overlap become the grid's slots one to one, days may differ. Where they do overlap (shifts with other
hours, slots of irregular length), the day is cut at every time at which a slot starts or ends, and the pieces are the
grid's slots. Weeks that no week set tells apart are one week of the grid.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from functools import cached_property
from itertools import pairwise

from webapp.engine.instance import TimeOption
from webapp.engine.timegrid import Time, TimeGrid
from webapp.services.shared.errors import Problem


class NoTimeSlots(Problem):
    """The term has no time slots yet, so nothing can be placed."""


class EmptyWeekSet(Problem):
    """A component is held in a week set without any week of its term."""


def minutes(moment: time) -> int:
    """Minutes since midnight."""
    return moment.hour * 60 + moment.minute


def clock(minute: int) -> time:
    """The time of day, from minutes since midnight."""
    return time(minute // 60, minute % 60)


@dataclass(frozen=True, slots=True)
class Slot:
    """A row of ``time_slots``: its start and end in minutes since midnight."""

    time_slot_id: int
    shift: str
    day: int
    start: int
    end: int


@dataclass(frozen=True)
class Chain:
    """The slots that a placed meeting fills: first to last, all of one shift and day."""

    slots: tuple[Slot, ...]

    @property
    def first(self) -> Slot:
        """The slot that the entry names."""
        return self.slots[0]

    @property
    def end(self) -> int:
        """When the last slot ends, in minutes since midnight."""
        return self.slots[-1].end


@dataclass(frozen=True)
class Calendar:
    """The grid of a term, and how its cells and rows of ``time_slots`` translate.

    Parameters
    ----------
    pieces
        Start and end (minutes since midnight) of each slot of the grid.
    week_classes
        The term's week numbers, those that no week set tells apart together; a grid's week each.
    """

    slots: tuple[Slot, ...]
    break_minutes: int
    pieces: tuple[tuple[int, int], ...]
    week_classes: tuple[frozenset[int], ...]
    reach: Mapping[int, tuple[int, int]] = field(repr=False)
    """First piece of a slot, and the one after its last, by ``time_slot_id``."""

    @cached_property
    def grid(self) -> TimeGrid:
        """The engine's grid."""
        gaps = enumerate(later[0] - earlier[1] for earlier, later in pairwise(self.pieces))
        return TimeGrid(
            days=max(slot.day for slot in self.slots) + 1,
            slots_per_day=len(self.pieces),
            weeks=len(self.week_classes),
            breaks=frozenset(piece for piece, gap in gaps if gap > self.break_minutes),
        )

    @cached_property
    def by_id(self) -> dict[int, Slot]:
        """The slots by their key."""
        return {slot.time_slot_id: slot for slot in self.slots}

    @cached_property
    def pieces_per_slot(self) -> int:
        """Into how many pieces the most finely cut slot falls; 1 where the grid is the slots."""
        return max(last - first for first, last in self.reach.values())

    def cells_of(self, time_slot_id: int) -> frozenset[int]:
        """The grid's cells that a slot covers."""
        first, last = self.reach[time_slot_id]
        return frozenset(self.grid.cell(self.by_id[time_slot_id].day, piece) for piece in range(first, last))

    def weeks_mask(self, weeks: Iterable[int]) -> int:
        """Bit mask of the grid's weeks that consist of the given week numbers alone."""
        chosen = frozenset(weeks)
        return sum(1 << index for index, numbers in enumerate(self.week_classes) if numbers <= chosen)

    def time_of(self, chain: Chain, weeks: int) -> Time:
        """The engine's time of a chain of slots, in a mask of weeks."""
        first, last = self.reach[chain.first.time_slot_id][0], self.reach[chain.slots[-1].time_slot_id][1]
        return Time(first, last - first, 1 << chain.first.day, weeks)

    @cached_property
    def _chains(self) -> dict[int, dict[tuple[int, int, int], Chain]]:
        """Per number of slots: the chains by day, first piece and number of pieces."""
        return {}

    def chains(self, length: int) -> dict[tuple[int, int, int], Chain]:
        """Every way to have that many adjacent slots, by day, first piece and number of pieces."""
        if length not in self._chains:
            self._chains[length] = {}
            for chain in self._find_chains(length):
                moment = self.time_of(chain, 1)
                self._chains[length].setdefault((chain.first.day, moment.start, moment.length), chain)
        return self._chains[length]

    def _find_chains(self, length: int) -> Iterable[Chain]:
        rows: dict[tuple[str, int], list[Slot]] = defaultdict(list)
        for slot in self.slots:
            rows[slot.shift, slot.day].append(slot)
        for _, row in sorted(rows.items()):
            for first in range(len(row) - length + 1):
                slots = row[first : first + length]
                if all(0 <= later.start - earlier.end <= self.break_minutes for earlier, later in pairwise(slots)):
                    yield Chain(tuple(slots))

    def options(self, length: int, weeks: int) -> tuple[TimeOption, ...]:
        """All times at which a meeting of that many slots can be held, in a mask of weeks; earliest first."""
        times = (self.time_of(chain, weeks) for chain in self.chains(length).values())
        return tuple(TimeOption(moment) for moment in sorted(times, key=lambda t: (t.days, t.start)))

    def chain_of(self, moment: Time, length: int) -> Chain:
        """The slots of a meeting of ``length`` slots that the engine has placed."""
        return self.chains(length)[moment.days.bit_length() - 1, moment.start, moment.length]

    def time_from(self, time_slot_id: int, length: int, weeks: int, end: int | None = None) -> Time:
        """The engine's time of a meeting that starts in a slot.

        Where no chain of ``length`` slots starts there (the data has changed since), it is the time up to ``end``
        (minutes since midnight), or of the slot alone.
        """
        slot = self.by_id[time_slot_id]
        first, last = self.reach[time_slot_id]
        ends = [piece + 1 for piece, (_, until) in enumerate(self.pieces) if piece >= first and until == end]
        chains = [c for c in self.chains(length).values() if c.first.time_slot_id == time_slot_id]
        chains = [c for c in chains if end is None or c.end == end]
        if chains:
            return self.time_of(chains[0], weeks)
        return Time(first, (ends[0] if ends else last) - first, 1 << slot.day, weeks)


def build_calendar(
    slots: Sequence[Slot], break_minutes: int, term_weeks: int, week_sets: Iterable[frozenset[int]]
) -> Calendar:
    """Lay a term's slots out as a grid; raises `NoTimeSlots` when there are none."""
    if not slots:
        raise NoTimeSlots("The term has no time slots. Add or import them before a timetable can be made.")
    ordered = tuple(sorted(slots, key=lambda slot: (slot.day, slot.start, slot.end, slot.shift, slot.time_slot_id)))
    spans = sorted({(slot.start, slot.end) for slot in ordered})
    if all(earlier[1] <= later[0] for earlier, later in pairwise(spans)):
        pieces, taken = spans, {slot.time_slot_id: (slot.start, slot.end) for slot in ordered}
    else:
        taken = _with_short_breaks(ordered, break_minutes)
        pieces = _cut(taken.values())
    first = {start: index for index, (start, _) in enumerate(pieces)}
    last = {end: index + 1 for index, (_, end) in enumerate(pieces)}
    reach = {key: (first[start], last[end]) for key, (start, end) in taken.items()}
    classes = _week_classes(term_weeks, week_sets)
    return Calendar(ordered, break_minutes, tuple(pieces), classes, reach)


def _cut(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Cut the day at every boundary; keep the pieces that some slot covers."""
    kept = set(spans)
    boundaries = sorted({moment for span in kept for moment in span})
    return [
        (start, end)
        for start, end in pairwise(boundaries)
        if any(begins <= start and end <= ends for begins, ends in kept)
    ]


def _with_short_breaks(slots: Sequence[Slot], break_minutes: int) -> dict[int, tuple[int, int]]:
    """Start and end of each slot, where the short break after it is counted in.

    Otherwise the break of one shift, cut out of another shift's slot, would look like an idle hour between two
    classes that follow each other. A break in which another slot begins stays free.
    """
    rows: dict[tuple[str, int], list[Slot]] = defaultdict(list)
    for slot in slots:
        rows[slot.shift, slot.day].append(slot)
    starts = {slot.start for slot in slots}
    taken = {slot.time_slot_id: (slot.start, slot.end) for slot in slots}
    for row in rows.values():
        for earlier, later in pairwise(row):
            short = 0 < later.start - earlier.end <= break_minutes
            if short and not any(earlier.end <= start < later.start for start in starts):
                taken[earlier.time_slot_id] = (earlier.start, later.start)
    return taken


def _week_classes(term_weeks: int, week_sets: Iterable[frozenset[int]]) -> tuple[frozenset[int], ...]:
    sets = list(week_sets)
    classes: dict[tuple[bool, ...], set[int]] = defaultdict(set)
    for week in range(1, term_weeks + 1):
        classes[tuple(week in weeks for weeks in sets)].add(week)
    return tuple(frozenset(numbers) for numbers in classes.values())
