"""One room for a course."""

from collections.abc import Sequence

from webapp.engine.rules.family import SamePlaceRule


class RoomStability(SamePlaceRule):
    """The classes of a course are all held in the same room."""

    name = "room_stability"
    title = "Room stability"
    unit = "room beyond the first"
    units = "rooms beyond the first"
    finding = "{who}: {n}."

    def cost(self, rooms: Sequence[int], amount: int) -> int:
        """Rooms beyond the first."""
        return max(0, len(set(rooms)) - 1)
