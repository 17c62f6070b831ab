"""Most slots without a break."""

from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import DayStatistic, DayStatisticRule


class MaxInRow(DayStatisticRule):
    """Nobody is busy for more slots in a row than the given number."""

    name = "max_in_row"
    title = "Most in a row"
    kinds = (ResourceKind.INSTRUCTOR, ResourceKind.GROUP)
    unit = "slot too many in a row"
    units = "slots too many in a row"
    finding = "{who}: {n} on {day}, at most {amount} allowed."
    statistic = DayStatistic.RUN

    def price(self, number: int, amount: int) -> int:
        """Busy slots beyond the amount, in each run of those that follow each other."""
        return max(0, number - amount)
