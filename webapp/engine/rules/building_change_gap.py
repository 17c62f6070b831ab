"""Time for a change of building."""

from collections.abc import Sequence

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rule import ResourceKind
from webapp.engine.rules.dates import moves_between_buildings
from webapp.engine.rules.family import DaySetRule
from webapp.engine.rules.operations import SetOp


class BuildingChangeGap(DaySetRule):
    """Between two classes in a row in different buildings there are at least the given number of slots."""

    name = "building_change_gap"
    title = "Gap at building changes"
    kinds = (ResourceKind.INSTRUCTOR, ResourceKind.GROUP)
    time_only = False
    unit = "change without a gap"
    units = "changes without a gap"
    finding = "{who}: {n} on {day}, at least {amount} slots asked for."
    op = SetOp.BUILDING_CHANGE_GAP

    def of_day(self, instance: Instance, constraint: Constraint, day: int, held: Sequence[Placement]) -> int:
        """Changes between which fewer slots fit than the amount."""
        moves = moves_between_buildings(instance, held)
        fit = (instance.grid.periods_between(day, place.at.end, then.at.start) for place, then in moves)
        return sum(number < constraint.amount for number in fit)
