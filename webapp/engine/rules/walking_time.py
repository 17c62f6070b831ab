"""Time to walk from one meeting to the next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rule import ResourceKind
from webapp.engine.rules.dates import by_day, same_weeks
from webapp.engine.rules.family import DaySetRule
from webapp.engine.rules.operations import SetOp


@dataclass(frozen=True, slots=True)
class ShortWay:
    """Two meetings in a row, what the way between them takes, and the time there is: slots, or minutes where known."""

    meetings: tuple[int, int]
    takes: int
    there: int


class WalkingTime(DaySetRule):
    """Between two classes in a row everybody has the time to walk from room to room."""

    name = "walking_time"
    title = "Walking time"
    kinds = (ResourceKind.INSTRUCTOR, ResourceKind.GROUP)
    time_only = False
    unit = "way too short of time"
    units = "ways too short of time"
    finding = "{who}: {n} on {day}, {worst}from {room} to {to}: {takes} on foot, {there} between {meeting} and {other}."
    op = SetOp.WALKING_TIME

    def of_day(self, instance: Instance, constraint: Constraint, day: int, held: Sequence[Placement]) -> int:
        """Meetings in a row with less time between them than the way takes."""
        ways = ((instance.travel(one.room, two.room), one.at.end, two.at.start) for one, two in pairwise(held))
        return sum(bool(way) and instance.grid.time_between(end, start) < way for way, end, start in ways)

    def short_ways(self, instance: Instance, held: Mapping[int, Placement], day: int) -> Iterator[ShortWay]:
        """Yield the ways of a day that are too short of time, by the meetings that they lie between."""
        meeting_at = {id(place): meeting for meeting, place in held.items()}
        for _weeks, there in same_weeks(held, instance.grid.all_weeks):
            for one, two in pairwise(by_day(there).get(day, ())):
                takes, time = instance.travel(one.room, two.room), instance.grid.time_between(one.at.end, two.at.start)
                if takes and time < takes:
                    yield ShortWay((meeting_at[id(one)], meeting_at[id(two)]), takes, max(0, time))
