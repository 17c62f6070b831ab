"""Most breaks on a day."""

from collections.abc import Sequence

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.dates import blocks
from webapp.engine.rules.family import DaySetRule
from webapp.engine.rules.operations import SetOp


class MaxBreaks(DaySetRule):
    """Between the classes of a day there are at most the given number of breaks.

    A break has more slots than the second number. The count is the sum over the weeks, the cost their average.
    """

    name = "max_breaks"
    title = "Most breaks a day"
    is_mean = True
    unit = "break too many"
    units = "breaks too many"
    finding = "{who}: {n} on {day}, at most {amount} allowed."
    further = "a break is longer than {second}"
    op = SetOp.MAX_BREAKS

    def of_day(self, instance: Instance, constraint: Constraint, day: int, held: Sequence[Placement]) -> int:
        """Breaks of more than the second amount of slots, beyond the amount."""
        there = blocks(instance.grid, day, held, constraint.second_amount)
        return max(0, len(there) - 1 - constraint.amount)
