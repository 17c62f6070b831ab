"""Days of instructors without idle time."""

from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import DayPatternRule
from webapp.engine.rules.patterns import free_between
from webapp.engine.timegrid import TimeGrid


class InstructorGaps(DayPatternRule):
    """An instructor has no free slots between two meetings of a day."""

    name = "instructor_gaps"
    title = "Instructor gaps"
    kinds = (ResourceKind.INSTRUCTOR,)
    unit = "free slot"
    finding = "{who}: {n} between meetings on {day}."

    def cost(self, busy: int, grid: TimeGrid, amount: int) -> int:
        """Free slots between the first and the last busy one."""
        return free_between(busy)
