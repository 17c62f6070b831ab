"""Least slots on a day that is used."""

from webapp.engine.periods import DayPeriods
from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import DayPatternRule


class MinPerDay(DayPatternRule):
    """Nobody comes for fewer slots on a day than the given number."""

    name = "min_per_day"
    title = "Least per day"
    kinds = (ResourceKind.INSTRUCTOR, ResourceKind.GROUP)
    unit = "missing slot"
    finding = "{who}: {n} on {day}, at least {amount} asked for."

    def cost(self, busy: int, day: DayPeriods, amount: int) -> int:
        """Slots short of the amount on a day that is used."""
        return max(0, amount - busy.bit_count()) if busy else 0
