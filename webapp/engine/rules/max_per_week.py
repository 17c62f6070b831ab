"""Most slots in a week."""

from collections.abc import Sequence

from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import WeekPatternRule
from webapp.engine.timegrid import TimeGrid


class MaxPerWeek(WeekPatternRule):
    """Nobody is busy for more slots in a week than the given number."""

    name = "max_per_week"
    title = "Most per week"
    kinds = (ResourceKind.INSTRUCTOR,)
    unit = "slot too many"
    units = "slots too many"
    finding = "{who}: {n} in a week, at most {amount} allowed."
    total_only = True

    def cost(self, loads: Sequence[int], grid: TimeGrid, amount: int) -> int:
        """Busy slots beyond the amount."""
        return max(0, sum(loads) - amount)
