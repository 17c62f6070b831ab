"""The weekly grid of periods that meetings are placed on.

A slot is whatever the data makes it: a teaching period of a university, five minutes in an
ITC-2019 file. Nothing in the engine assumes one or the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class TimeGrid:
    """Days by slots by weeks.

    Parameters
    ----------
    days
        Number of days in a week that may hold meetings.
    slots_per_day
        Number of slots in every day. Where days differ, the grid is the longest day and the
        missing slots are in no meeting's possible times.
    weeks
        Number of weeks, each a bit in the masks of weeks.
    breaks
        Slots after which the break is too long for the next slot to count as adjacent:
        no double period spans it, and a meeting on its other side is no neighbour.

    Raises
    ------
    ValueError
        When a number is not positive or a break lies outside the day.
    """

    days: int
    slots_per_day: int
    weeks: int = 1
    breaks: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        for name in ("days", "slots_per_day", "weeks"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"{name} must be a whole number of at least 1, found {value!r}")
        for slot in self.breaks:
            if not 0 <= slot < self.slots_per_day:
                raise ValueError(f"break after slot {slot} lies outside the day of {self.slots_per_day} slots")

    @cached_property
    def all_weeks(self) -> int:
        """Bit mask of all weeks."""
        return (1 << self.weeks) - 1

    @property
    def cells(self) -> int:
        """Number of (day, slot) cells of one week."""
        return self.days * self.slots_per_day

    def cell(self, day: int, slot: int) -> int:
        """Index of a (day, slot) pair: ``day * slots_per_day + slot``."""
        return day * self.slots_per_day + slot

    def adjacent(self, slot: int) -> bool:
        """Whether the slot and the one after it follow each other without a long break."""
        return slot + 1 < self.slots_per_day and slot not in self.breaks


@dataclass(frozen=True, slots=True, order=True)
class Time:
    """When a meeting may take place: the same slots on each of its days, in each of its weeks.

    ``days`` and ``weeks`` are bit masks; bit 0 is the first day or week.
    """

    start: int
    length: int
    days: int
    weeks: int = 1

    def overlaps(self, other: "Time") -> bool:
        """Whether both occupy at least one common slot in one common week."""
        return bool(
            self.days & other.days
            and self.weeks & other.weeks
            and self.start < other.start + other.length
            and other.start < self.start + self.length
        )

    @property
    def mask(self) -> int:
        """Bit mask of the slots of a day that the time occupies."""
        return ((1 << self.length) - 1) << self.start

    @property
    def end(self) -> int:
        """The slot after the last one."""
        return self.start + self.length

    def day_list(self) -> Iterator[int]:
        """Yield the days, earliest first."""
        days, day = self.days, 0
        while days:
            if days & 1:
                yield day
            days >>= 1
            day += 1

    def cells(self, grid: TimeGrid) -> Iterator[int]:
        """Yield the (day, slot) cells that the time occupies."""
        for day in self.day_list():
            base = day * grid.slots_per_day
            yield from range(base + self.start, base + self.end)

    def check(self, grid: TimeGrid) -> None:
        """Raise `ValueError` when the time does not lie on the grid."""
        if self.length < 1 or self.start < 0 or self.end > grid.slots_per_day:
            raise ValueError(f"slots {self.start} to {self.end} lie outside the day of {grid.slots_per_day} slots")
        if not 0 < self.days < (1 << grid.days):
            raise ValueError(f"day mask {self.days:#b} lies outside the week of {grid.days} days")
        if not 0 < self.weeks <= grid.all_weeks:
            raise ValueError(f"week mask {self.weeks:#b} lies outside the {grid.weeks} weeks of the grid")
