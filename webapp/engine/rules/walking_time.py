"""Time to walk from one meeting to the next."""

from collections.abc import Sequence
from itertools import pairwise

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rule import ResourceKind
from webapp.engine.rules.family import DaySetRule
from webapp.engine.rules.operations import SetOp


class WalkingTime(DaySetRule):
    """Between two classes in a row everybody has the time to walk from room to room."""

    name = "walking_time"
    title = "Walking time"
    kinds = (ResourceKind.INSTRUCTOR, ResourceKind.GROUP)
    time_only = False
    unit = "way too short of time"
    units = "ways too short of time"
    finding = "{who}: {n} on {day}."
    op = SetOp.WALKING_TIME

    def of_day(self, instance: Instance, constraint: Constraint, day: int, held: Sequence[Placement]) -> int:
        """Meetings in a row with less time between them than the way takes."""
        ways = ((instance.travel(one.room, two.room), one.at.end, two.at.start) for one, two in pairwise(held))
        return sum(bool(way) and instance.grid.time_between(end, start) < way for way, end, start in ways)
