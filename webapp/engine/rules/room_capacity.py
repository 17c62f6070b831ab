"""Seats for everybody."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import ChoiceRule


class RoomCapacity(ChoiceRule):
    """Every student has a seat."""

    name = "room_capacity"
    title = "Room capacity"
    unit = "student without a seat"
    units = "students without a seat"
    finding = "{meeting} in {room}: {n}."
    room_only = True

    def cost(self, instance: Instance, constraint: Constraint, meeting: int, placement: Placement) -> int:
        """Students for whom there is no seat."""
        if placement.room is None:
            return 0
        return max(0, instance.meetings[meeting].size - instance.rooms[placement.room].capacity)
