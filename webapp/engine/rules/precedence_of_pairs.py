"""Each meeting before every later one."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp
from webapp.engine.rules.precedence import Precedence


class PrecedenceOfPairs(PairRule):
    """Each class ends before every later one starts, in the given order.

    Each pair that is out of order counts; `precedence` compares neighbours in the order alone.
    """

    name = "precedence_of_pairs"
    title = "Order of all pairs"
    ordered = True
    unit = "pair out of order"
    units = "pairs out of order"
    finding = "{meeting} does not end before {other} starts."
    op = PairOp.PRECEDENCE

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 unless the first meeting's first occurrence ends before the second's first occurrence starts."""
        return Precedence().cost(instance, constraint, first, second)
