"""FET's days and hours as a grid of the engine."""

from collections.abc import Iterable
from functools import cached_property

from webapp.engine.periods import Periods
from webapp.engine.timegrid import Time, TimeGrid
from webapp.fet.file import FetFile, Moment


class FetGrid:
    """The week of a file: a day of the grid for each day, a slot for each hour; breaks are left out of what counts."""

    def __init__(self, file: FetFile) -> None:
        self.days, self.hours = len(file.days), len(file.hours)
        self.halves = 2 if file.mornings_and_afternoons else 1
        self.days_of_term = file.days_of_term
        self.breaks = frozenset(
            moment
            for constraint in file.constraints
            if constraint.name == "BreakTimes"
            for moment in file.moments(constraint)
        )
        self.moments = frozenset((day, hour) for day in range(self.days) for hour in range(self.hours)) - self.breaks

    @cached_property
    def grid(self) -> TimeGrid:
        """The grid; its periods are the hours that are no breaks."""
        if not self.breaks:
            return TimeGrid(self.days, self.hours, halves=self.halves)
        everything = (1 << self.hours) - 1
        held = [everything] * self.days
        for day, hour in self.breaks:
            held[day] &= ~(1 << hour)
        spans = tuple((hour, hour + 1) for hour in range(self.hours))
        follows = tuple(1 << hour + 1 if hour + 1 < self.hours else 0 for hour in range(self.hours))
        return TimeGrid(self.days, self.hours, periods=Periods(spans, follows, tuple(held)), halves=self.halves)

    @cached_property
    def terms(self) -> list[frozenset[int]]:
        """The cells of each term; none where the days of the file are no terms of one length."""
        days = self.days_of_term
        return [self.cells_of_days(range(day, day + days)) for day in range(0, self.days, days)] if days else []

    def time(self, moment: Moment, duration: int) -> Time:
        """The time of an activity that begins at a moment."""
        day, hour = moment
        time = Time(hour, duration, 1 << day)
        return Time(hour, duration, 1 << day, periods=time.mask) if self.breaks else time

    def starts(self, duration: int, free: frozenset[Moment]) -> frozenset[Moment]:
        """The moments at which an activity may begin that may take certain moments only."""
        return frozenset(
            (day, hour) for day, hour in free if all((day, hour + later) in free for later in range(duration))
        )

    def cells(self, moments: Iterable[Moment]) -> frozenset[int]:
        """Moments as cells of the grid, less those that are breaks."""
        return frozenset(day * self.hours + hour for day, hour in moments if (day, hour) not in self.breaks)

    def cells_of_days(self, days: Iterable[int], hours: Iterable[int] | None = None) -> frozenset[int]:
        """The cells of some days, or of some of their hours."""
        those = list(range(self.hours) if hours is None else hours)
        return self.cells((day, hour) for day in days for hour in those)
