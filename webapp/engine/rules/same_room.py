"""Meetings in one room."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class SameRoom(PairRule):
    """The classes are held in the same room."""

    name = "same_room"
    title = "Same room"
    unit = "pair in different rooms"
    units = "pairs in different rooms"
    finding = "{meeting} and {other} are in different rooms."
    op = PairOp.SAME_ROOM
    time_only = False

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 when the rooms differ; a meeting without a room is in no other's."""
        return int(first.room != second.room)
