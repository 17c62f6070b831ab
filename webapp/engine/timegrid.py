"""The weekly grid that meetings are placed on, and the teaching periods that people count.

A slot of the grid is whatever the data makes it: a teaching period of a university, a piece of one where periods
overlap, five minutes in an ITC-2019 file. Who can't be in two places at once is told in slots of the grid; what people
count (loads, limits, gaps, rows) is told in teaching periods (`webapp.engine.periods`). Where nothing else is said, the
slots of the grid are the periods.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from webapp.engine.periods import DayPeriods, Periods


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
    periods
        The teaching periods, where they are not the slots of the grid on each of its days; times then name theirs.
    week_sizes
        How many weeks of the calendar each week of the grid stands for, where it is not one each.
    halves
        How many days in a row are one of the calendar, where a day of the grid is a morning or an afternoon.
    minutes
        First minute of each slot of a day and the one after its last, where ways between rooms are told in minutes.

    Raises
    ------
    ValueError
        When a number is not positive, or a break or period lies outside the day.
    """

    days: int
    slots_per_day: int
    weeks: int = 1
    breaks: frozenset[int] = frozenset()
    periods: Periods | None = None
    week_sizes: tuple[int, ...] = ()
    minutes: tuple[tuple[int, int], ...] = ()
    halves: int = 1

    def __post_init__(self) -> None:
        sizes = [("a week's size", size) for size in self.week_sizes]
        for name, value in (*((n, getattr(self, n)) for n in ("days", "slots_per_day", "weeks", "halves")), *sizes):
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"{name} must be a whole number of at least 1, found {value!r}")
        for slot in self.breaks:
            if not 0 <= slot < self.slots_per_day:
                raise ValueError(f"break after slot {slot} lies outside the day of {self.slots_per_day} slots")
        if self.week_sizes and len(self.week_sizes) != self.weeks:
            raise ValueError(f"{len(self.week_sizes)} sizes are given for {self.weeks} weeks")
        if self.minutes and len(self.minutes) != self.slots_per_day:
            raise ValueError(f"minutes are given for {len(self.minutes)} of {self.slots_per_day} slots")
        if self.periods is not None:
            self.periods.check(self.days, self.slots_per_day)

    @cached_property
    def all_weeks(self) -> int:
        """Bit mask of all weeks."""
        return (1 << self.weeks) - 1

    @cached_property
    def calendar_weeks(self) -> int:
        """How many weeks of the calendar the grid's weeks stand for together."""
        return sum(self.week_sizes) or self.weeks

    @cached_property
    def size_of_week(self) -> tuple[int, ...]:
        """How many weeks of the calendar each of the grid's weeks stands for."""
        return self.week_sizes or (1,) * self.weeks

    def calendar_weeks_in(self, weeks: int) -> int:
        """How many weeks of the calendar a mask of the grid's weeks stands for."""
        if not self.week_sizes:
            return weeks.bit_count()
        return sum(size for week, size in enumerate(self.week_sizes) if weeks >> week & 1)

    @cached_property
    def days_periods(self) -> tuple[DayPeriods, ...]:
        """The teaching periods of each day; days with the same ones share the object."""
        follows = (self.slots_per_day - 1 > slot and slot not in self.breaks for slot in range(self.slots_per_day))
        spans = tuple((slot, slot + 1) for slot in range(self.slots_per_day))
        own = Periods(
            spans,
            tuple(int(is_followed) << slot + 1 for slot, is_followed in enumerate(follows)),
            ((1 << self.slots_per_day) - 1,) * self.days,
        )
        return (self.periods or own).by_day

    def periods_between(self, day: int, start: int, end: int) -> int:
        """The most teaching periods of a day that could be held from a slot up to another, one after the other."""
        return max(0, end - start) if self.periods is None else self.days_periods[day].fit(start, end)

    def time_between(self, end: int, start: int) -> int:
        """Slots from the end of a meeting (the slot after its last) to the start of another; minutes where known."""
        return self.minutes[start][0] - self.minutes[end - 1][1] if self.minutes else start - end

    @property
    def cells(self) -> int:
        """Number of (day, slot) cells of one week."""
        return self.days * self.slots_per_day

    def cell(self, day: int, slot: int) -> int:
        """Index of a (day, slot) pair: ``day * slots_per_day + slot``."""
        return day * self.slots_per_day + slot


@dataclass(frozen=True, slots=True, order=True)
class Time:
    """When a meeting may take place: the same slots on each of its days, in each of its weeks.

    ``days`` and ``weeks`` are bit masks; bit 0 is the first day or week. ``periods`` is the bit mask of the teaching
    periods that are held, 0 where the slots of the grid are the periods.
    """

    start: int
    length: int
    days: int
    weeks: int = 1
    periods: int = 0

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
    def busy(self) -> int:
        """Bit mask of the teaching periods of a day that are held."""
        return self.periods or self.mask

    @property
    def load(self) -> int:
        """How many teaching periods of a day are held."""
        return self.busy.bit_count()

    @property
    def week_load(self) -> int:
        """How many teaching periods of a week are held, on all days together."""
        return self.load * self.days.bit_count()

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
        if any(self.periods & ~grid.days_periods[day].held for day in self.day_list() if self.periods):
            raise ValueError(f"period mask {self.periods:#b} names periods that its day does not have")
