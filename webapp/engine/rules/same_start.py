"""Meetings that start at the same time of day."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class SameStart(PairRule):
    """The classes start at the same time of day, on whatever days."""

    name = "same_start"
    title = "Same start"
    unit = "pair with different starts"
    units = "pairs with different starts"
    finding = "{meeting} and {other} start at different times of day."
    op = PairOp.SAME_START

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 when they start in different slots."""
        return int(first.at.start != second.at.start)
