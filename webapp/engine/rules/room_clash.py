"""One meeting at a time in a room."""

from webapp.engine.rules.family import ClashRule


class RoomClash(ClashRule):
    """A room holds at most one class at a time."""

    name = "room_clash"
    title = "Room clashes"
    rooms = True
    unit = "double booking of a room"
    units = "double booking of a room"
    finding = "{who} is booked twice: {meeting} and {other} overlap at {time}."
