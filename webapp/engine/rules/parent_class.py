"""Students of a class attend the class above it."""

from collections.abc import Iterator, Sequence

from webapp.engine.instance import Instance, Placement
from webapp.engine.rules.family import Attendance, FoundPart, SectioningRule


class ParentClass(SectioningRule):
    """Who attends a class attends the class that it belongs to: the lab of a lecture, for instance."""

    name = "parent_class"
    title = "Class above"
    unit = "student without the class above"
    units = "students without the class above"
    finding = "{who} attends {meeting} without the class that it belongs to."

    def found(self, instance: Instance, placements: Sequence[Placement], attends: Attendance) -> Iterator[FoundPart]:
        """1 for each class of a student whose parent the student does not attend."""
        for student, meetings in enumerate(attends):
            for meeting in meetings:
                parent = instance.meetings[meeting].parent
                if parent is not None and parent not in meetings:
                    yield student, 1, (meeting,)
