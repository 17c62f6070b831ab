"""Meetings that are not at the same time."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class NoOverlap(PairRule):
    """The classes do not overlap in time."""

    name = "no_overlap"
    title = "Not overlapping"
    unit = "overlapping pair"
    finding = "{meeting} and {other} overlap, at {time}."
    op = PairOp.NO_OVERLAP

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 when they overlap on some day of some week."""
        return int(first.at.overlaps(second.at))
