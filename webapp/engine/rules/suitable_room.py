"""Rooms that fit what is taught."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import ChoiceRule


class SuitableRoom(ChoiceRule):
    """A class is held in a room that suits it."""

    name = "suitable_room"
    title = "Suitable room"
    unit = "class without a suitable room"
    units = "classes without a suitable room"
    finding = "{meeting} is held in {room}, which does not suit it."
    room_only = True

    def cost(self, instance: Instance, constraint: Constraint, meeting: int, placement: Placement) -> int:
        """1 when the room does not suit, or is missing although one is needed."""
        wanted = instance.meetings[meeting]
        if placement.room is None:
            return int(wanted.needs_room)
        return int(all(option.room != placement.room for option in wanted.rooms))
