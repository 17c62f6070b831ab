"""Most slots on a day."""

from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import DayStatistic, DayStatisticRule


class MaxPerDay(DayStatisticRule):
    """Nobody is busy for more slots on a day than the given number."""

    name = "max_per_day"
    title = "Most per day"
    kinds = (ResourceKind.INSTRUCTOR, ResourceKind.GROUP)
    unit = "slot too many"
    units = "slots too many"
    finding = "{who}: {n} on {day}, at most {amount} allowed."
    statistic = DayStatistic.LOAD

    def price(self, number: int, amount: int) -> int:
        """Busy slots beyond the amount."""
        return max(0, number - amount)
