"""Days of instructors without idle time."""

from webapp.engine.periods import DayPeriods
from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import DayPatternRule


class InstructorGaps(DayPatternRule):
    """A teacher has no free slots between two classes of a day."""

    name = "instructor_gaps"
    title = "Teacher gaps"
    kinds = (ResourceKind.INSTRUCTOR,)
    unit = "free slot"
    finding = "{who}: {n} between classes on {day}."

    def cost(self, busy: int, day: DayPeriods, amount: int) -> int:
        """The most slots that could be held between meetings, one after the other."""
        return day.free_between(busy)
