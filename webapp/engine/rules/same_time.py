"""Meetings that start together."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class SameTime(PairRule):
    """The classes start at the same time.

    Parallel batches of one group, for instance.
    """

    name = "same_time"
    title = "Same time"
    unit = "pair apart"
    units = "pairs apart"
    finding = "{meeting} does not start together with {other}."
    op = PairOp.SAME_ALL

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 unless both start in the same slot, on the same days, in the same weeks."""
        one, two = first.at, second.at
        return int((one.start, one.days, one.weeks) != (two.start, two.days, two.weeks))
