"""Meetings in the same hours."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class SameTimeOfDay(PairRule):
    """The classes are held in the same hours of the day, a shorter one within a longer one."""

    name = "same_time_of_day"
    title = "Same time of day"
    unit = "pair in different hours"
    units = "pairs in different hours"
    finding = "{meeting} and {other} are held in different hours."
    op = PairOp.SAME_TIME_OF_DAY

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 unless the hours of one lie within those of the other."""
        one, two = first.at, second.at
        contains = (one.start <= two.start and two.end <= one.end) or (two.start <= one.start and one.end <= two.end)
        return int(not contains)
