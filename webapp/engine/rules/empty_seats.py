"""Rooms no larger than needed."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import ChoiceRule


class EmptySeats(ChoiceRule):
    """A class is held in a room that is not larger than needed."""

    name = "empty_seats"
    title = "Empty seats"
    unit = "empty seat"
    finding = "{meeting} in {room}: {n}."
    room_only = True

    def cost(self, instance: Instance, constraint: Constraint, meeting: int, placement: Placement) -> int:
        """Seats that stay empty."""
        if placement.room is None:
            return 0
        return max(0, instance.rooms[placement.room].capacity - instance.meetings[meeting].size)
