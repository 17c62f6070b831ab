"""Most free slots between meetings in a week."""

from collections.abc import Sequence

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rule import ResourceKind
from webapp.engine.rules.dates import free_slots
from webapp.engine.rules.family import WeekSetRule
from webapp.engine.rules.operations import SetOp


class GapsAWeek(WeekSetRule):
    """Nobody has more free slots between classes in a week than the given number.

    Slots that are named, such as those at which somebody is away, are not counted.
    """

    name = "gaps_a_week"
    title = "Gaps a week"
    kinds = (ResourceKind.INSTRUCTOR, ResourceKind.GROUP)
    unit = "free slot too many"
    units = "free slots too many"
    finding = "{who}: {n} between classes in a week, at most {amount} allowed."
    op = SetOp.GAPS_A_WEEK

    def of_day(self, instance: Instance, constraint: Constraint, day: int, held: Sequence[Placement]) -> int:
        """Free slots of the day between one meeting and the next."""
        return free_slots(instance.grid, constraint.cells, day, held)
