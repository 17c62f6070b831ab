"""Changes of building on a day."""

from collections.abc import Sequence

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rule import ResourceKind
from webapp.engine.rules.dates import moves_between_buildings
from webapp.engine.rules.family import DaySetRule
from webapp.engine.rules.operations import SetOp


class BuildingChangesADay(DaySetRule):
    """Nobody changes the building more often on a day than the given number."""

    name = "building_changes_a_day"
    title = "Building changes a day"
    kinds = (ResourceKind.INSTRUCTOR, ResourceKind.GROUP)
    time_only = False
    unit = "change too many"
    units = "changes too many"
    finding = "{who}: {n} on {day}, at most {amount} allowed."
    op = SetOp.BUILDING_CHANGES_A_DAY

    def of_day(self, instance: Instance, constraint: Constraint, day: int, held: Sequence[Placement]) -> int:
        """Changes beyond the amount, from one meeting to the next one of the day."""
        return max(0, len(moves_between_buildings(instance, held)) - constraint.amount)
