"""As few rooms as possible."""

from collections.abc import Sequence

from webapp.engine.rules.family import SamePlaceRule


class RoomsInUse(SamePlaceRule):
    """As few rooms as possible are used."""

    name = "rooms_in_use"
    title = "Rooms in use"
    unit = "room in use"
    units = "rooms in use"
    finding = "{who}: {n}."

    def cost(self, rooms: Sequence[int], amount: int) -> int:
        """Rooms that hold a meeting."""
        return len(set(rooms))
