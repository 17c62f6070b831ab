"""Changes of building in a week."""

from collections.abc import Sequence

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rule import ResourceKind
from webapp.engine.rules.dates import moves_between_buildings
from webapp.engine.rules.family import WeekSetRule
from webapp.engine.rules.operations import SetOp


class BuildingChangesAWeek(WeekSetRule):
    """Nobody changes the building more often in a week than the given number."""

    name = "building_changes_a_week"
    title = "Building changes a week"
    kinds = (ResourceKind.INSTRUCTOR, ResourceKind.GROUP)
    time_only = False
    unit = "change too many"
    units = "changes too many"
    finding = "{who}: {n} in a week, at most {amount} allowed."
    op = SetOp.BUILDING_CHANGES_A_WEEK

    def of_day(self, instance: Instance, constraint: Constraint, day: int, held: Sequence[Placement]) -> int:
        """Changes from one meeting to the next one of the day."""
        return len(moves_between_buildings(instance, held))
