"""Meetings in the same weeks."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class SameWeeks(PairRule):
    """The classes are held in the same weeks, one in fewer weeks within those of the other."""

    name = "same_weeks"
    title = "Same weeks"
    unit = "pair in different weeks"
    units = "pairs in different weeks"
    finding = "{meeting} and {other} are in different weeks."
    op = PairOp.SAME_WEEKS

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 unless the weeks of one are among those of the other."""
        return int((first.at.weeks | second.at.weeks) not in (first.at.weeks, second.at.weeks))
