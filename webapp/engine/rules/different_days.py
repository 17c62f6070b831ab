"""Meetings on different days."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class DifferentDays(PairRule):
    """The classes are held on different days."""

    name = "different_days"
    title = "Different days"
    unit = "pair on the same day"
    units = "pairs on the same day"
    finding = "{meeting} and {other} are on the same day, at {time}."
    op = PairOp.DIFFERENT_DAYS

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 when both share a day of a common week."""
        return int(bool(first.at.days & second.at.days and first.at.weeks & second.at.weeks))
