"""Meetings in different weeks."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class DifferentWeeks(PairRule):
    """The classes have no week in common."""

    name = "different_weeks"
    title = "Different weeks"
    unit = "pair in the same week"
    units = "pairs in the same week"
    finding = "{meeting} and {other} have a week in common."
    op = PairOp.DIFFERENT_WEEKS

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 when both are held in some week."""
        return int(bool(first.at.weeks & second.at.weeks))
