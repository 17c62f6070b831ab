"""Most rooms of a set."""

from collections.abc import Sequence

from webapp.engine.rules.family import SamePlaceRule


class MaxRooms(SamePlaceRule):
    """The classes are held in at most the given number of rooms."""

    name = "max_rooms"
    title = "Most rooms"
    unit = "room too many"
    units = "rooms too many"
    finding = "{who}: {n}, at most {amount} allowed."

    def cost(self, rooms: Sequence[int], amount: int) -> int:
        """Rooms beyond the amount."""
        return max(0, len(set(rooms)) - amount)
