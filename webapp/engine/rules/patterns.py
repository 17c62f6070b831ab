"""What the patterns of a day and a week have in common: runs, gaps, days used, and weeks that differ."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from webapp.engine.timegrid import Time, TimeGrid

DayPattern: TypeAlias = tuple[int, int]
"""A bit mask of weeks, and the bit mask of the slots that are busy on a day in each of them."""


def runs(busy: int, grid: TimeGrid) -> Iterator[int]:
    """Yield the lengths of the runs of busy slots that follow each other without a long break."""
    length = 0
    for slot in range(busy.bit_length()):
        if not busy >> slot & 1:
            continue
        length += 1
        if not (busy >> slot + 1 & 1 and grid.adjacent(slot)):
            yield length
            length = 0


def free_between(busy: int) -> int:
    """Number of free slots between the first and the last busy one."""
    if not busy:
        return 0
    return busy.bit_length() - first_bit(busy) - busy.bit_count()


def first_bit(mask: int) -> int:
    """Index of the lowest bit that is set."""
    return (mask & -mask).bit_length() - 1


def days_used(loads: Sequence[int]) -> int:
    """Number of days with at least one busy slot."""
    return sum(load > 0 for load in loads)


def day_patterns(times: Iterable[Time], day: int, all_weeks: int) -> list[DayPattern]:
    """Busy slots of a day, weeks with the same slots taken together; the masks of weeks add up to all."""
    found = [(all_weeks, 0)]
    for time in times:
        if not time.days >> day & 1:
            continue
        if time.weeks == all_weeks:
            found = [(weeks, busy | time.mask) for weeks, busy in found]
            continue
        split = []
        for weeks, busy in found:
            if weeks & time.weeks:
                split.append((weeks & time.weeks, busy | time.mask))
            if weeks & ~time.weeks:
                split.append((weeks & ~time.weeks, busy))
        found = split
    return found


def week_loads(days: Sequence[Sequence[DayPattern]], all_weeks: int) -> list[tuple[int, tuple[int, ...]]]:
    """Number of busy slots per day, weeks in which nothing differs taken together."""
    found: list[tuple[int, tuple[int, ...]]] = [(all_weeks, ())]
    for patterns in days:
        found = [
            (weeks & common, (*loads, busy.bit_count()))
            for weeks, loads in found
            for common, busy in patterns
            if weeks & common
        ]
    return found


def averaged(counts: Iterable[tuple[int, int]], weeks: int) -> int:
    """Average count of a week, rounded up, from (mask of weeks, count in each of them) pairs."""
    return -(-sum(mask.bit_count() * count for mask, count in counts) // weeks)
