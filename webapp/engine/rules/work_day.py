"""Meetings within a working day."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.periods import bits
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class WorkDay(PairRule):
    """On a day, at most the given number of slots pass from the start of a class to the end of another."""

    name = "work_day"
    title = "Working day"
    unit = "pair too far apart"
    units = "pairs too far apart"
    finding = "{meeting} and {other} are more than {amount} slots from start to end."
    op = PairOp.WORK_DAY

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 when on a common day more slots fit from the earlier start to the later end."""
        one, two = first.at, second.at
        start, end = min(one.start, two.start), max(one.end, two.end)
        common = bits(one.days & two.days if one.weeks & two.weeks else 0)
        return int(any(instance.grid.periods_between(day, start, end) > constraint.amount for day in common))
