"""Meetings that are pinned down."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import ChoiceRule


class Pinned(ChoiceRule):
    """A class that the data fix stands at its time and in its room."""

    name = "pinned"
    title = "Fixed classes"
    unit = "class away from its pin"
    units = "classes away from their pin"
    finding = "{meeting} is fixed elsewhere by the data, not at {time}, {room}."

    def cost(self, instance: Instance, constraint: Constraint, meeting: int, placement: Placement) -> int:
        """1 when the time or the room is not the pinned one."""
        pin = instance.meetings[meeting].pin
        if pin is None:
            return 0
        elsewhere = pin.room is not None and pin.room != placement.room
        return int(elsewhere or (pin.time is not None and pin.time != placement.time))
