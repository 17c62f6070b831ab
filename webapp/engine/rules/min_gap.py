"""Free slots between meetings of a day."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.periods import bits
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class MinGap(PairRule):
    """On a day, at least the given number of slots lie between the classes."""

    name = "min_gap"
    title = "Least gap"
    unit = "pair too close"
    units = "pairs too close"
    finding = "{meeting} and {other} are less than {amount} slots apart, at {time}."
    op = PairOp.MIN_GAP

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 when on a common day they overlap or fewer slots fit between them."""
        one, two = first.at, second.at
        common = one.days & two.days if one.weeks & two.weeks else 0
        earlier, later = (one, two) if one.start <= two.start else (two, one)
        if common and earlier.end > later.start:
            return 1
        fit = (instance.grid.periods_between(day, earlier.end, later.start) for day in bits(common))
        return int(any(number < constraint.amount for number in fit))
