"""Days between meetings."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class DaysBetween(PairRule):
    """At least the given number of days lie from one class to the other.

    Monday and Wednesday are two days from each other, two classes on one day none.
    """

    name = "days_between"
    title = "Days between"
    unit = "missing day between"
    units = "missing days between"
    finding = "{meeting} and {other}: {n}, {amount} asked for."
    op = PairOp.DAYS_BETWEEN

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """Days short of the amount from one to the nearest day of the other; nothing where they share no week."""
        one, two = first.at, second.at
        if not one.weeks & two.weeks:
            return 0
        halves = instance.grid.halves
        nearest = min(abs(day // halves - other // halves) for day in one.day_list() for other in two.day_list())
        return max(0, constraint.amount - nearest)
