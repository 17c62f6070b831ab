"""Meetings in the given order."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import Compared, PairRule
from webapp.engine.rules.operations import PairOp
from webapp.engine.rules.patterns import first_bit


class Precedence(PairRule):
    """Each class ends before the next one starts, in the given order."""

    name = "precedence"
    title = "Order"
    compared = Compared.NEIGHBOURS
    ordered = True
    unit = "pair out of order"
    units = "pairs out of order"
    finding = "{meeting} does not end before {other} starts."
    op = PairOp.PRECEDENCE

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 unless the first meeting's first occurrence ends before the second's first occurrence starts."""
        one, two = first.at, second.at
        ends = (first_bit(one.weeks), first_bit(one.days), one.end)
        return int(ends > (first_bit(two.weeks), first_bit(two.days), two.start))
