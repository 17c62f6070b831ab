"""The days of a grid as the compiled search sees them: a bit for each period that a day has.

Days differ in which periods they have, and each day's busy masks count its own from 0, so that tables of them stay
small.
"""

from webapp.engine.periods import bits
from webapp.engine.timegrid import Time, TimeGrid

MOST_TABLE_PERIODS = 16
"""Days of more periods have no table of busy masks; their day patterns are left to the truth."""


class SearchDays:
    """What a time marks on each day.

    Attributes
    ----------
    layouts
        The days that differ in their periods, each once.
    layout_of_day
        Index of each day's layout.
    periods
        Periods of a day that busy masks tell apart; where there are too many for a table, whether it is used.
    """

    def __init__(self, grid: TimeGrid) -> None:
        self.grid = grid
        self.layouts = tuple(dict.fromkeys(grid.days_periods))
        self.layout_of_day = [self.layouts.index(day) for day in grid.days_periods]
        most = max(len(layout.indices) for layout in self.layouts)
        self.have_tables = most <= MOST_TABLE_PERIODS
        self.periods = most if self.have_tables else 1

    @property
    def are_disjoint(self) -> bool:
        """Whether no two periods of a day overlap."""
        return all(layout.is_disjoint for layout in self.layouts)

    def mask(self, time: Time, day: int) -> int:
        """The busy mask of a time on a day, 0 where it is not held then."""
        if not time.days >> day & 1:
            return 0
        if not self.have_tables:
            return 1
        return sum((time.busy >> index & 1) << bit for bit, index in enumerate(self.grid.days_periods[day].indices))

    def marks(self, time: Time) -> list[int]:
        """The periods of all weeks in which a time is held: ``(week * days + day) * periods + period``."""
        return [
            (week * self.grid.days + day) * self.periods + bit
            for week in bits(time.weeks)
            for day in time.day_list()
            for bit in bits(self.mask(time, day))
        ]
