"""Days of groups without idle time."""

from webapp.engine.periods import DayPeriods
from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import DayPatternRule


class GroupGaps(DayPatternRule):
    """A group has no free slots between two classes of a day."""

    name = "group_gaps"
    title = "Group gaps"
    kinds = (ResourceKind.GROUP,)
    unit = "free slot"
    finding = "{who}: {n} between classes on {day}."

    def cost(self, busy: int, day: DayPeriods, amount: int) -> int:
        """The most slots that could be held between meetings, one after the other."""
        return day.free_between(busy)
