"""Days of groups without idle time."""

from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import DayPatternRule
from webapp.engine.rules.patterns import free_between
from webapp.engine.timegrid import TimeGrid


class GroupGaps(DayPatternRule):
    """A group has no free slots between two meetings of a day."""

    name = "group_gaps"
    title = "Group gaps"
    kinds = (ResourceKind.GROUP,)
    unit = "free slot"
    finding = "{who}: {n} between meetings on {day}."

    def cost(self, busy: int, grid: TimeGrid, amount: int) -> int:
        """Free slots between the first and the last busy one."""
        return free_between(busy)
