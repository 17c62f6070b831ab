"""Days with a single slot."""

from webapp.engine.periods import DayPeriods
from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import DayPatternRule


class LoneMeetings(DayPatternRule):
    """Nobody comes for a single slot on a day."""

    name = "lone_meetings"
    title = "Lone classes"
    kinds = (ResourceKind.STUDENTS,)
    unit = "day with a single slot"
    units = "days with a single slot"
    finding = "{who}: a single slot on {day}."

    def cost(self, busy: int, day: DayPeriods, amount: int) -> int:
        """1 when exactly one slot is busy."""
        return int(busy.bit_count() == 1)
