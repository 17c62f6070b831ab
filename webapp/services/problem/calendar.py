"""A term's time slots as the engine's grid, and back.

Slots that never overlap become the grid's slots one to one. Where they do overlap (shifts with other hours, days whose
slots begin at other times), the day is cut at every time at which a slot starts or ends, and the pieces are the
grid's slots. What people count, loads and gaps and rows, is counted in the term's own slots all the same: they are the
engine's teaching periods, those with the same hours one. Weeks that no week set tells apart are one week of the grid,
which weighs as much as they are.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from functools import cached_property
from itertools import pairwise

from webapp.engine.instance import TimeOption
from webapp.engine.periods import Periods
from webapp.engine.rules.patterns import first_bit
from webapp.engine.timegrid import Time, TimeGrid
from webapp.services.problem.words.statements import told
from webapp.services.shared.day_patterns import ONE_DAY, DayPatterns
from webapp.services.shared.errors import Problem


class NoTimeSlots(Problem):
    """The term has no time slots yet, so nothing can be placed."""


class EmptyWeekSet(Problem):
    """A component is held in a week set without any week of its term."""


class UnreadableDays(Problem):
    """The days on which a component is held are stored in a form that nobody can read."""


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

    @property
    def minutes(self) -> tuple[int, int]:
        """When it starts and ends, in minutes since the week began."""
        midnight = self.first.day * 24 * 60
        return midnight + self.first.start, midnight + self.end


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
            days=self._days,
            slots_per_day=len(self.pieces),
            weeks=len(self.week_classes),
            breaks=frozenset(piece for piece, gap in gaps if gap > self.break_minutes),
            periods=None if self._is_plain else self._periods,
            week_sizes=tuple(map(len, self.week_classes)),
        )

    @property
    def _days(self) -> int:
        return max(slot.day for slot in self.slots) + 1

    @cached_property
    def _period_of(self) -> dict[tuple[int, int], int]:
        """The number of the period with a start and an end (minutes since midnight), in ascending order."""
        spans = sorted({(slot.start, slot.end) for slot in self.slots})
        return {span: index for index, span in enumerate(spans)}

    @cached_property
    def _is_plain(self) -> bool:
        """Whether the pieces are the term's slots, on each of its days."""
        held = [{(slot.start, slot.end) for slot in self.slots if slot.day == day} for day in range(self._days)]
        return all(spans == set(self.pieces) for spans in held)

    @cached_property
    def _periods(self) -> Periods:
        first = {start: index for index, (start, _) in enumerate(self.pieces)}
        last = {end: index + 1 for index, (_, end) in enumerate(self.pieces)}
        held = [0] * self._days
        for slot in self.slots:
            held[slot.day] |= self.period_mask((slot,))
        return Periods(
            spans=tuple((first[start], last[end]) for start, end in self._period_of),
            follows=tuple(
                sum(
                    1 << index
                    for (start, _), index in self._period_of.items()
                    if 0 <= start - end <= self.break_minutes
                )
                for _, end in self._period_of
            ),
            held=tuple(held),
        )

    def period_mask(self, slots: Iterable[Slot]) -> int:
        """The bit mask of the periods with the hours of some slots."""
        return sum({1 << self._period_of[slot.start, slot.end] for slot in slots})

    @cached_property
    def by_id(self) -> dict[int, Slot]:
        """The slots by their key."""
        return {slot.time_slot_id: slot for slot in self.slots}

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
        # Two shifts may have chains of as many slots with the same hours: to the engine they are one time.
        known = self.chains(len(chain.slots)).get((chain.first.day, first, last - first), chain)
        return Time(first, last - first, 1 << chain.first.day, weeks, self._named(known.slots))

    def _named(self, slots: Iterable[Slot]) -> int:
        return 0 if self._is_plain else self.period_mask(slots)

    @cached_property
    def _chains(self) -> dict[int, dict[tuple[int, int, int], Chain]]:
        """Per number of slots: the chains by day, first piece and number of pieces."""
        return {}

    def chains(self, length: int) -> dict[tuple[int, int, int], Chain]:
        """Every way to have that many adjacent slots, by day, first piece and number of pieces."""
        if length not in self._chains:
            self._chains[length] = {}
            for chain in self._find_chains(length):
                first, last = self.reach[chain.first.time_slot_id][0], self.reach[chain.slots[-1].time_slot_id][1]
                self._chains[length].setdefault((chain.first.day, first, last - first), chain)
        return self._chains[length]

    @cached_property
    def _by_first(self) -> dict[int, dict[int, list[Chain]]]:
        """Per number of slots: the chains by the key of their first slot."""
        return {}

    def _starting(self, length: int) -> dict[int, list[Chain]]:
        if length not in self._by_first:
            starting = self._by_first[length] = defaultdict(list)
            for chain in self._find_chains(length):
                starting[chain.first.time_slot_id].append(chain)
        return self._by_first[length]

    def _find_chains(self, length: int) -> Iterable[Chain]:
        rows: dict[tuple[str, int], list[Slot]] = defaultdict(list)
        for slot in self.slots:
            rows[slot.shift, slot.day].append(slot)
        for _, row in sorted(rows.items()):
            for first in range(len(row) - length + 1):
                slots = row[first : first + length]
                if all(0 <= later.start - earlier.end <= self.break_minutes for earlier, later in pairwise(slots)):
                    yield Chain(tuple(slots))

    def options(self, length: int, weeks: int, patterns: DayPatterns = ONE_DAY) -> tuple[TimeOption, ...]:
        """All times at which a meeting of that many slots can be held, in a mask of weeks; earliest first.

        A meeting of several days is held in slots with the same hours on each of them.
        """
        if patterns == ONE_DAY:
            times = [self.time_of(chain, weeks) for chain in self.chains(length).values()]
        else:
            days_of: dict[tuple[int, int], list[int]] = defaultdict(list)
            for day, first, pieces in self.chains(length):
                days_of[first, pieces].append(day)
            times = [
                replace(self.time_of(self.chains(length)[days[0], *hours], weeks), days=mask_of(days))
                for hours, held in days_of.items()
                for days in patterns.among(held)
            ]
        return tuple(TimeOption(moment) for moment in sorted(times, key=lambda t: (t.days, t.start)))

    def chain_of(self, moment: Time, length: int) -> Chain:
        """The slots of a meeting of ``length`` slots that the engine has placed, on the first of its days."""
        return self.chains(length)[first_bit(moment.days), moment.start, moment.length]

    def chains_of(self, moment: Time, length: int) -> Iterator[Chain]:
        """Yield the slots of such a meeting on each of its days."""
        chains = self.chains(length)
        yield from (chains[day, moment.start, moment.length] for day in moment.day_list())

    def time_from(
        self, time_slot_id: int, length: int, weeks: int, end: int | None = None, days: Iterable[int] = ()
    ) -> Time:
        """The engine's time of a meeting that starts in a slot, and with the same hours on further days.

        Where no chain of ``length`` slots starts there (the data has changed since), it is the time up to ``end``
        (minutes since midnight), or of the slot alone. Of the ``days`` only those count that have slots of these hours.
        """
        first = self._time_from(time_slot_id, length, weeks, end)
        chains = self.chains(length)
        also = [day for day in days if (day, first.start, first.length) in chains]
        return replace(first, days=first.days | mask_of(also)) if also else first

    def _time_from(self, time_slot_id: int, length: int, weeks: int, end: int | None) -> Time:
        slot = self.by_id[time_slot_id]
        chains = [c for c in self._starting(length).get(time_slot_id, ()) if end is None or c.end == end]
        if chains:
            return self.time_of(chains[0], weeks)
        first, last = self.reach[time_slot_id]
        ends = [piece + 1 for piece, (_, until) in enumerate(self.pieces) if piece >= first and until == end]
        last = ends[0] if ends else last
        until = self.pieces[last - 1][1]
        row = [s for s in self.slots if (s.shift, s.day) == (slot.shift, slot.day) and slot.start <= s.start < until]
        return Time(first, last - first, 1 << slot.day, weeks, self._named(row))


def mask_of(days: Iterable[int]) -> int:
    """The bit mask of some days."""
    return sum({1 << day for day in days})


def build_calendar(
    slots: Sequence[Slot], break_minutes: int, term_weeks: int, week_sets: Iterable[frozenset[int]]
) -> Calendar:
    """Lay a term's slots out as a grid; raises `NoTimeSlots` when there are none."""
    if not slots:
        raise NoTimeSlots(told("no_slots"))
    ordered = tuple(sorted(slots, key=lambda slot: (slot.day, slot.start, slot.end, slot.shift, slot.time_slot_id)))
    spans = sorted({(slot.start, slot.end) for slot in ordered})
    pieces = _cut(spans)
    first = {start: index for index, (start, _) in enumerate(pieces)}
    last = {end: index + 1 for index, (_, end) in enumerate(pieces)}
    reach = {slot.time_slot_id: (first[slot.start], last[slot.end]) for slot in ordered}
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


def _week_classes(term_weeks: int, week_sets: Iterable[frozenset[int]]) -> tuple[frozenset[int], ...]:
    sets = list(week_sets)
    classes: dict[tuple[bool, ...], set[int]] = defaultdict(set)
    for week in range(1, term_weeks + 1):
        classes[tuple(week in weeks for weeks in sets)].add(week)
    return tuple(frozenset(numbers) for numbers in classes.values())
