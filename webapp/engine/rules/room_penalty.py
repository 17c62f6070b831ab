"""Penalties of rooms, as given by the data."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import ChoiceRule


class RoomPenalty(ChoiceRule):
    """A class takes the best of its suitable rooms."""

    name = "room_penalty"
    title = "Room penalty"
    unit = "point"
    finding = "{meeting} in {room}: {n}."
    room_only = True

    def cost(self, instance: Instance, constraint: Constraint, meeting: int, placement: Placement) -> int:
        """The penalty of the chosen room; 0 where it is none of the meeting's own."""
        options = instance.meetings[meeting].rooms
        return next((option.penalty for option in options if option.room == placement.room), 0)
