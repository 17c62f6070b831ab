"""Meetings at the same time."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class Overlap(PairRule):
    """The classes overlap in time."""

    name = "overlap"
    title = "Overlap"
    unit = "pair that does not overlap"
    units = "pairs that do not overlap"
    finding = "{meeting} and {other} do not overlap."
    op = PairOp.OVERLAP

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 unless they overlap on some day of some week."""
        return int(not first.at.overlaps(second.at))
