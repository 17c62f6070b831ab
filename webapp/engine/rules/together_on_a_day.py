"""Meetings of a day directly after each other."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.periods import bits
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class TogetherOnADay(PairRule):
    """Classes on the same day follow each other directly."""

    name = "together_on_a_day"
    title = "Together on a day"
    unit = "pair apart on a day"
    units = "pairs apart on a day"
    finding = "{meeting} and {other} are on the same day, but do not follow each other directly."
    op = PairOp.TOGETHER_ON_A_DAY

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 when on a common day they overlap or a slot fits between them."""
        one, two = first.at, second.at
        common = one.days & two.days if one.weeks & two.weeks else 0
        earlier, later = (one, two) if one.start <= two.start else (two, one)
        if common and earlier.end > later.start:
            return 1
        return int(any(instance.grid.periods_between(day, earlier.end, later.start) for day in bits(common)))
