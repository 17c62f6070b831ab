"""Classes that hold so many students."""

from collections import Counter
from collections.abc import Iterator, Sequence

from webapp.engine.instance import Instance, Placement
from webapp.engine.rules.family import Attendance, FoundPart, SectioningRule


class ClassLimit(SectioningRule):
    """No class has more students than it may have."""

    name = "class_limit"
    title = "Places in a class"
    unit = "student too many"
    units = "students too many"
    finding = "{meeting}: {n}."

    def found(self, instance: Instance, placements: Sequence[Placement], attends: Attendance) -> Iterator[FoundPart]:
        """The students above the limit, for each class that has one."""
        loads = Counter(meeting for meetings in attends for meeting in meetings)
        for meeting, load in sorted(loads.items()):
            limit = instance.meetings[meeting].limit
            if limit is not None and load > limit:
                yield None, load - limit, (meeting,)
