"""Days with meetings within some hours."""

from collections.abc import Sequence

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import WeekSetRule
from webapp.engine.rules.operations import SetOp


class IntervalDays(WeekSetRule):
    """Nobody has classes at the times named on more days of a week than the given number.

    Afternoons, for instance, or hours of the evening.
    """

    name = "interval_days"
    title = "Days within hours"
    kinds = (ResourceKind.INSTRUCTOR, ResourceKind.GROUP)
    unit = "day too many"
    units = "days too many"
    finding = "{who}: {n} with classes at the times named, at most {amount} allowed."
    op = SetOp.INTERVAL_DAYS

    def of_day(self, instance: Instance, constraint: Constraint, day: int, held: Sequence[Placement]) -> int:
        """1 when a meeting covers one of the cells named."""
        base = day * instance.grid.slots_per_day
        cells = (range(base + place.at.start, base + place.at.end) for place in held)
        return int(any(not constraint.cells.isdisjoint(each) for each in cells))
