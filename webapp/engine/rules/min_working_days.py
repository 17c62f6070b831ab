"""Meetings spread over the week."""

from collections.abc import Sequence

from webapp.engine.rules.family import WeekPatternRule
from webapp.engine.rules.patterns import days_used
from webapp.engine.timegrid import TimeGrid


class MinWorkingDays(WeekPatternRule):
    """The meetings of a course are spread over at least the given number of days."""

    name = "min_working_days"
    title = "Working days"
    unit = "missing day"
    finding = "{who}: {n}, at least {amount} asked for."
    days_only = True

    def cost(self, loads: Sequence[int], grid: TimeGrid, amount: int) -> int:
        """Days short of the amount."""
        return max(0, amount - days_used(loads))
