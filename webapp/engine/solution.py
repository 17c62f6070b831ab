"""A timetable: one placement per meeting."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from webapp.engine.instance import UNPLACED, Instance, Placement


@dataclass(frozen=True)
class Solution:
    """Where every meeting stands, by the meeting's index.

    ``sectioning`` names, per ITC-2019 student, the meetings attended; empty elsewhere.
    """

    placements: tuple[Placement, ...]
    sectioning: tuple[tuple[int, ...], ...] = field(default=())

    @classmethod
    def empty(cls, instance: Instance) -> "Solution":
        """The timetable in which nothing is placed yet."""
        return cls((UNPLACED,) * len(instance.meetings))

    @property
    def unplaced(self) -> tuple[int, ...]:
        """Indices of the meetings without a time."""
        return tuple(i for i, placement in enumerate(self.placements) if placement.time is None)

    def moved(self, changes: Iterable[tuple[int, Placement]]) -> "Solution":
        """A copy in which the given meetings stand elsewhere."""
        placements = list(self.placements)
        for meeting, placement in changes:
            placements[meeting] = placement
        return Solution(tuple(placements), self.sectioning)
