"""Meetings in hours that do not overlap."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class DifferentTime(PairRule):
    """The hours of the classes do not overlap, on whatever days they are."""

    name = "different_time"
    title = "Different hours"
    unit = "pair in the same hours"
    units = "pairs in the same hours"
    finding = "{meeting} and {other} are held in the same hours."
    op = PairOp.DIFFERENT_TIME

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 when their hours of the day overlap."""
        return int(first.at.start < second.at.end and second.at.start < first.at.end)
