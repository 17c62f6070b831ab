"""Most slots of a set on a day."""

from collections.abc import Sequence

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import DaySetRule
from webapp.engine.rules.operations import SetOp


class MaxDayLoad(DaySetRule):
    """The classes take at most the given number of slots of a day together.

    Two classes at the same time take the slots of both. The count is the sum over the weeks, the cost their average.
    """

    name = "max_day_load"
    title = "Most slots a day of a set"
    is_mean = True
    unit = "slot too many"
    units = "slots too many"
    finding = "{who}: {n} on {day}, at most {amount} allowed."
    op = SetOp.MAX_DAY_LOAD

    def of_day(self, instance: Instance, constraint: Constraint, day: int, held: Sequence[Placement]) -> int:
        """Slots of the meetings of the day beyond the amount."""
        return max(0, sum(place.at.load for place in held) - constraint.amount)
