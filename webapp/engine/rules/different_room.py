"""Meetings in different rooms."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class DifferentRoom(PairRule):
    """The classes are held in different rooms."""

    name = "different_room"
    title = "Different rooms"
    time_only = False
    unit = "pair in the same room"
    units = "pairs in the same room"
    finding = "{meeting} and {other} are both in {room}."
    op = PairOp.DIFFERENT_ROOM

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 when the rooms are the same; that both have none is the same too."""
        return int(first.room == second.room)
