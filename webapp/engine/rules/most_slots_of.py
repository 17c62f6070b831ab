"""Most slots out of some."""

from collections.abc import Sequence

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.periods import bits
from webapp.engine.rules.family import WeekSetRule
from webapp.engine.rules.operations import SetOp


class MostSlotsOf(WeekSetRule):
    """The classes use at most the given number of the slots named."""

    name = "most_slots_of"
    title = "Most slots out of some"
    unit = "slot too many"
    units = "slots too many"
    finding = "{who}: {n} of those named, at most {amount} allowed."
    op = SetOp.MOST_SLOTS_OF

    def of_day(self, instance: Instance, constraint: Constraint, day: int, held: Sequence[Placement]) -> int:
        """Busy teaching slots that lie within the cells named."""
        base, busy = day * instance.grid.slots_per_day, 0
        for place in held:
            busy |= place.at.busy
        spans = instance.grid.days_periods[day].spans
        return sum(all(base + slot in constraint.cells for slot in range(*spans[period])) for period in bits(busy))
