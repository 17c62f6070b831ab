"""Times at which rooms are closed."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import ChoiceRule


class RoomClosed(ChoiceRule):
    """No class is held in a room while it is closed."""

    name = "room_closed"
    title = "Closed rooms"
    unit = "class in a closed room"
    units = "classes in a closed room"
    finding = "{meeting}: {room} is closed at {time}."

    def cost(self, instance: Instance, constraint: Constraint, meeting: int, placement: Placement) -> int:
        """1 when the room is closed during some of the meeting."""
        if placement.room is None:
            return 0
        return int(any(placement.at.overlaps(closed) for closed in instance.rooms[placement.room].closed))
