"""How a form names a place: its slot, where it is held on several days those, and its room."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spot:
    """A slot, and all the days of a class that begins in it; no days where they go without saying."""

    time_slot_id: int | None = None
    days: tuple[int, ...] = ()

    def __str__(self) -> str:
        """As a form sends it: "12", or "12.024" for Monday, Wednesday and Friday."""
        days = "".join(map(str, self.days)) if len(self.days) > 1 else ""
        return f"{self.time_slot_id or ''}" + (f".{days}" if days else "")

    def in_room(self, room_id: int | None) -> str:
        """The spot with a room: "12:7"; "12:" without one."""
        return f"{self}:{room_id or ''}"

    @classmethod
    def of(cls, text: str) -> "Spot":
        """Read it again; what is no number names slot 0, which no term has."""
        slot, _dot, days = text.partition(".")
        return cls(
            int(slot) if slot.isascii() and slot.isdigit() and len(slot) < 10 else 0,
            tuple(sorted({int(day) for day in days if day in "0123456"})),
        )


ANYWHERE = Spot()
"""No slot is named."""
