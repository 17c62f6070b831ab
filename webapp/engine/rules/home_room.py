"""Meetings in their home room."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import ChoiceRule


class HomeRoom(ChoiceRule):
    """The classes are held in the room named for them, or in one of several."""

    name = "home_room"
    title = "Home room"
    unit = "class elsewhere"
    units = "classes elsewhere"
    finding = "{meeting} is held elsewhere, in {room}."
    room_only = True

    def cost(self, instance: Instance, constraint: Constraint, meeting: int, placement: Placement) -> int:
        """1 in a room that is not among those named; a meeting that needs no room may be without."""
        return int(placement.room is not None and placement.room not in constraint.rooms)
