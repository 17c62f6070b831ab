"""Most free slots between meetings on a day."""

from collections.abc import Sequence

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rule import ResourceKind
from webapp.engine.rules.dates import free_slots
from webapp.engine.rules.family import DaySetRule
from webapp.engine.rules.operations import SetOp


class GapsADay(DaySetRule):
    """Nobody has more free slots between classes on a day than the given number.

    Slots that are named, such as those at which somebody is away, are not counted.
    """

    name = "gaps_a_day"
    title = "Gaps a day"
    kinds = (ResourceKind.INSTRUCTOR, ResourceKind.GROUP)
    unit = "free slot too many"
    units = "free slots too many"
    finding = "{who}: {n} between classes on {day}, at most {amount} allowed."
    op = SetOp.GAPS_A_DAY

    def of_day(self, instance: Instance, constraint: Constraint, day: int, held: Sequence[Placement]) -> int:
        """Free slots between one meeting and the next beyond the amount."""
        return max(0, free_slots(instance.grid, constraint.cells, day, held) - constraint.amount)
