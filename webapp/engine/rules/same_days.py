"""Meetings on the same days."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class SameDays(PairRule):
    """The classes are held on the same days, one on fewer days within those of the other."""

    name = "same_days"
    title = "Same days"
    unit = "pair on different days"
    units = "pairs on different days"
    finding = "{meeting} and {other} are on different days."
    op = PairOp.SAME_DAYS

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 unless the days of one are among those of the other."""
        return int((first.at.days | second.at.days) not in (first.at.days, second.at.days))
