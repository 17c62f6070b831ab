"""Meetings on different days, in whatever weeks."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class DifferentWeekdays(PairRule):
    """The classes are held on different days, also where they have no week in common."""

    name = "different_weekdays"
    title = "Different weekdays"
    unit = "pair on the same weekday"
    units = "pairs on the same weekday"
    finding = "{meeting} and {other} are on the same weekday, at {time}."
    op = PairOp.DIFFERENT_WEEKDAYS

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 when both are held on some day, in whatever weeks."""
        return int(bool(first.at.days & second.at.days))
