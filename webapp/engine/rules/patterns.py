"""What the patterns of a day and a week have in common: days used, and weeks that differ."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from webapp.engine.timegrid import Time, TimeGrid

DayPattern: TypeAlias = tuple[int, int]
"""A bit mask of weeks, and the bit mask of the teaching periods that are busy on a day in each of them."""


def first_bit(mask: int) -> int:
    """Index of the lowest bit that is set."""
    return (mask & -mask).bit_length() - 1


def days_used(loads: Sequence[int]) -> int:
    """Number of days with at least one busy slot."""
    return sum(load > 0 for load in loads)


def day_patterns(times: Iterable[Time], day: int, all_weeks: int) -> list[DayPattern]:
    """Busy periods of a day, weeks with the same ones taken together; the masks of weeks add up to all."""
    found = [(all_weeks, 0)]
    for time in times:
        if not time.days >> day & 1:
            continue
        if time.weeks == all_weeks:
            found = [(weeks, busy | time.busy) for weeks, busy in found]
            continue
        split = []
        for weeks, busy in found:
            if weeks & time.weeks:
                split.append((weeks & time.weeks, busy | time.busy))
            if weeks & ~time.weeks:
                split.append((weeks & ~time.weeks, busy))
        found = split
    return found


def week_loads(days: Sequence[Sequence[DayPattern]], all_weeks: int) -> list[tuple[int, tuple[int, ...]]]:
    """Number of busy periods per day, weeks in which nothing differs taken together."""
    found: list[tuple[int, tuple[int, ...]]] = [(all_weeks, ())]
    for patterns in days:
        found = [
            (weeks & common, (*loads, busy.bit_count()))
            for weeks, loads in found
            for common, busy in patterns
            if weeks & common
        ]
    return found


def averaged(counts: Iterable[tuple[int, int]], grid: TimeGrid) -> int:
    """Average count of a week of the calendar, rounded up, from (mask of weeks, count in each of them) pairs."""
    return -(-sum(grid.calendar_weeks_in(mask) * count for mask, count in counts if count) // grid.calendar_weeks)
