"""Days of groups without idle time."""

from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import DayStatistic, DayStatisticRule


class GroupGaps(DayStatisticRule):
    """A group has no free slots between two classes of a day."""

    name = "group_gaps"
    title = "Group gaps"
    kinds = (ResourceKind.GROUP,)
    unit = "free slot"
    finding = "{who}: {n} between classes on {day}."
    statistic = DayStatistic.FREE

    def price(self, number: int, amount: int) -> int:
        """The most slots that could be held between meetings, one after the other."""
        return number
