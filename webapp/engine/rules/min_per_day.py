"""Least slots on a day that is used."""

from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import DayStatistic, DayStatisticRule


class MinPerDay(DayStatisticRule):
    """Nobody comes for fewer slots on a day than the given number."""

    name = "min_per_day"
    title = "Least per day"
    kinds = (ResourceKind.INSTRUCTOR, ResourceKind.GROUP)
    unit = "missing slot"
    finding = "{who}: {n} on {day}, at least {amount} asked for."
    statistic = DayStatistic.LOAD

    def price(self, number: int, amount: int) -> int:
        """Slots short of the amount on a day that is used."""
        return max(0, amount - number)
