"""Days that begin late."""

from collections.abc import Sequence

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rule import ResourceKind
from webapp.engine.rules.dates import slots_counted
from webapp.engine.rules.family import WeekSetRule
from webapp.engine.rules.operations import SetOp


class BeginsBy(WeekSetRule):
    """The first class of a day is held within the given number of slots.

    As many days a week as the second number says may begin later. Slots that are named, such as those at which somebody
    is away, are not counted.
    """

    name = "begins_by"
    title = "Begins by"
    kinds = (ResourceKind.INSTRUCTOR, ResourceKind.GROUP)
    unit = "late day"
    finding = "{who}: {n} on which the first class comes after slot {amount}, at most {second} allowed."
    further = "later days allowed a week: {second}"
    op = SetOp.BEGINS_BY

    def of_day(self, instance: Instance, constraint: Constraint, day: int, held: Sequence[Placement]) -> int:
        """1 when more slots of the day than the amount allows fit before its first meeting."""
        return int(
            slots_counted(instance.grid, constraint.cells, day, 0, held[0].at.start) >= max(1, constraint.amount)
        )

    def allowed(self, constraint: Constraint) -> int:
        """So many days may begin later."""
        return constraint.second_amount
