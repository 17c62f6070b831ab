"""Meetings next to each other."""

from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import DayPatternRule
from webapp.engine.rules.patterns import runs
from webapp.engine.timegrid import TimeGrid


class IsolatedMeetings(DayPatternRule):
    """A meeting of a group has another one right before or after it."""

    name = "isolated_meetings"
    title = "Isolated meetings"
    kinds = (ResourceKind.GROUP,)
    unit = "isolated slot"
    finding = "{who}: {n} on {day}."

    def cost(self, busy: int, grid: TimeGrid, amount: int) -> int:
        """Busy slots with no busy neighbour; a slot across a long break is none."""
        return sum(length == 1 for length in runs(busy, grid))
