"""Meetings spread over the week."""

from collections.abc import Sequence

from webapp.engine.rules.family import WeekPatternRule
from webapp.engine.rules.patterns import days_used
from webapp.engine.timegrid import TimeGrid


class MinWorkingDays(WeekPatternRule):
    """The classes of a course are spread over at least the given number of days.

    Where weeks differ, a week in which none of them is held asks for no days.
    """

    name = "min_working_days"
    title = "Working days"
    unit = "missing day"
    finding = "{who}: {n}, at least {amount} asked for."
    days_only = True

    def cost(self, loads: Sequence[int], grid: TimeGrid, amount: int) -> int:
        """Days short of the amount; nothing in one of several weeks in which the course is not held at all."""
        used = days_used(loads)
        return 0 if not used and grid.weeks > 1 else max(0, amount - used)
