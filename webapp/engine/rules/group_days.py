"""Days without meetings for groups."""

from collections.abc import Sequence

from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import WeekPatternRule
from webapp.engine.rules.patterns import days_used
from webapp.engine.timegrid import TimeGrid


class GroupDays(WeekPatternRule):
    """A group has classes on as few days as possible."""

    name = "group_days"
    title = "Group days"
    kinds = (ResourceKind.GROUP,)
    unit = "day"
    finding = "{who}: {n} with classes."
    days_only = True

    def cost(self, loads: Sequence[int], grid: TimeGrid, amount: int) -> int:
        """Days with a meeting."""
        return days_used(loads)
