"""Meetings next to each other."""

from webapp.engine.periods import DayPeriods
from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import DayPatternRule


class IsolatedMeetings(DayPatternRule):
    """A class of a group has another one right before or after it."""

    name = "isolated_meetings"
    title = "Isolated classes"
    kinds = (ResourceKind.GROUP,)
    unit = "isolated slot"
    finding = "{who}: {n} on {day}."

    def cost(self, busy: int, day: DayPeriods, amount: int) -> int:
        """Busy slots with no busy neighbour; a slot across a long break is none."""
        return sum(length == 1 for length in day.runs(busy))
