"""Meetings next to each other."""

from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import DayStatistic, DayStatisticRule


class IsolatedMeetings(DayStatisticRule):
    """A class of a group has another one right before or after it."""

    name = "isolated_meetings"
    title = "Isolated classes"
    kinds = (ResourceKind.GROUP,)
    unit = "isolated slot"
    finding = "{who}: {n} on {day}."
    statistic = DayStatistic.RUN

    def price(self, number: int, amount: int) -> int:
        """Busy slots with no busy neighbour; a slot across a long break is none."""
        return int(number == 1)
