"""The days of a grid as the compiled search sees them: busy masks where they are short, lists where long.

Days differ in which periods they have. Each day counts its own from 0, so that tables of its busy masks stay small. A
day of more periods than a table can have is told as what stands there: for each time the *pieces* of it that
are runs of their own (`webapp.engine.search.day_lists`).
"""

import numpy as np

from webapp.engine.periods import DayPeriods, bits
from webapp.engine.search.arrays import Ints
from webapp.engine.search.lists import flattened
from webapp.engine.timegrid import Time, TimeGrid

MOST_TABLE_PERIODS = 16
"""Days of more periods have no table of busy masks, but lists of what stands there."""


class SearchDays:
    """What a time marks on each day.

    Attributes
    ----------
    layouts
        The days that differ in their periods, each once.
    layout_of_day
        Index of each day's layout.
    most
        Periods of the day that has the most.
    have_tables
        Whether all days are short enough for tables of busy masks.
    """

    def __init__(self, grid: TimeGrid, table_periods: int = MOST_TABLE_PERIODS) -> None:
        self.grid = grid
        self.layouts = tuple(dict.fromkeys(grid.days_periods))
        self.layout_of_day = [self.layouts.index(day) for day in grid.days_periods]
        self.most = max(len(layout.indices) for layout in self.layouts)
        self.have_tables = self.most <= table_periods

    @property
    def are_disjoint(self) -> bool:
        """Whether no two periods of a day overlap."""
        return all(layout.is_disjoint for layout in self.layouts)

    def mask(self, time: Time, day: int) -> int:
        """The busy mask of a time on a day, 0 where it is not held then."""
        if not time.days >> day & 1:
            return 0
        return sum((time.busy >> index & 1) << bit for bit, index in enumerate(self.grid.days_periods[day].indices))

    def parts(self, time: Time) -> list[int]:
        """The days of all weeks (``week * days + day``) on which a time holds periods."""
        held = [day for day in time.day_list() if time.busy & self.grid.days_periods[day].held]
        return [week * self.grid.days + day for week in bits(time.weeks) for day in held]

    def marks(self, time: Time) -> list[int]:
        """The periods of all weeks in which a time is held: ``(week * days + day) * periods + period``."""
        return [
            (week * self.grid.days + day) * self.most + bit
            for week in bits(time.weeks)
            for day in time.day_list()
            for bit in bits(self.mask(time, day))
        ]

    def arrays(self, times: tuple[Time, ...]) -> dict[str, Ints]:
        """What the model holds of the times' periods: masks and marks, or pieces."""
        days, tables = self.grid.days, self.have_tables
        masks = [[self.mask(time, day) for day in range(days)] for time in times] if tables else []
        marks_at, marks = flattened([self.marks(time) for time in times] if tables else [])
        return {
            "marks_at": marks_at, "marks": marks,
            "period_mask": np.array(masks, np.int64).reshape(len(masks), days),
            "first_mask": np.array([next(filter(None, row), 0) for row in masks], np.int64),
            "layout_of_day": np.array(self.layout_of_day, np.int32),
        } | self._pieces(() if tables else times)  # fmt: skip

    def _pieces(self, times: tuple[Time, ...]) -> dict[str, Ints]:
        layouts = self.layouts if times else ()
        own = {layout: {index: bit for bit, index in enumerate(layout.indices)} for layout in layouts}
        known: dict[tuple[DayPeriods, int], list[tuple[int, ...]]] = {}
        pieces: list[list[tuple[int, ...]]] = []
        held: list[list[int]] = []
        for time in times:
            for layout in layouts:
                busy = time.busy & layout.held
                if (layout, busy) not in known:
                    known[layout, busy] = [_piece(layout, run, own[layout]) for run in layout.runs_of(busy)]
                pieces.append(known[layout, busy])
                held.append([own[layout][index] for index in bits(busy)])
        piece_at = flattened([range(len(row)) for row in pieces])[0]
        held_at, flat = flattened(held)
        reach = [(row[0][0], row[-1][1], sum(piece[2] for piece in row)) if row else (0, 0, 0) for row in pieces]
        return {
            "reach": np.array(reach, np.int32).reshape(-1, 3),
            "piece_at": piece_at, "piece": np.array([p for row in pieces for p in row], np.int32).reshape(-1, 5),
            "held_at": held_at, "held": flat,
            "span": self._spans(layouts), "follow": self._follow(layouts), "fit": self._fit(layouts),
        }  # fmt: skip

    def _spans(self, layouts: tuple[DayPeriods, ...]) -> Ints:
        found = np.zeros((len(layouts), self.most, 2), np.int32)
        for row, layout in zip(found, layouts, strict=True):
            row[: len(layout.indices)] = [layout.spans[index] for index in layout.indices]
        return found

    def _follow(self, layouts: tuple[DayPeriods, ...]) -> Ints:
        found = np.zeros((len(layouts), self.most, self.most), np.int8)
        for table, layout in zip(found, layouts, strict=True):
            for first, index in enumerate(layout.indices):
                for second, other in enumerate(layout.indices):
                    if layout.follows[index] >> other & 1:
                        table[first, second] = layout.follow(index, other)
        return found

    def _fit(self, layouts: tuple[DayPeriods, ...]) -> Ints:
        """The most periods that can be held from a slot up to another: always the one that ends first is taken."""
        slots = self.grid.slots_per_day
        found = np.zeros((len(layouts), slots + 1, slots + 1), np.int16)
        for table, layout in zip(found, layouts, strict=True):
            after = [slots + 1] * (slots + 2)  # the first end of a period that begins at a slot or later
            for index in layout.indices:
                begin, end = layout.spans[index]
                after[begin] = min(after[begin], end)
            for slot in range(slots, -1, -1):
                after[slot] = first = min(after[slot], after[slot + 1])
                if first <= slots:
                    table[slot, first:] = 1 + table[first, first:]
        return found


def _piece(layout: DayPeriods, run: list[int], own: dict[int, int]) -> tuple[int, ...]:
    """First slot and the one after the last, number of periods, first period and the one that ends last."""
    ends = [layout.spans[index][1] for index in run]
    last = max(position for position, end in enumerate(ends) if end == max(ends))
    return layout.spans[run[0]][0], ends[last], len(run), own[run[0]], own[run[last]]
