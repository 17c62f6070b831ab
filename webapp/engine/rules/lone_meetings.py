"""Days with a single slot."""

from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import DayStatistic, DayStatisticRule


class LoneMeetings(DayStatisticRule):
    """Nobody comes for a single slot on a day."""

    name = "lone_meetings"
    title = "Lone classes"
    kinds = (ResourceKind.STUDENTS,)
    unit = "day with a single slot"
    units = "days with a single slot"
    finding = "{who}: a single slot on {day}."
    statistic = DayStatistic.LOAD

    def price(self, number: int, amount: int) -> int:
        """1 when exactly one slot is busy."""
        return int(number == 1)
