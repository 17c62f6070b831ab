"""Meetings with the same people."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import PairRule
from webapp.engine.rules.operations import PairOp


class SameAttendees(PairRule):
    """The same people can attend all the classes, and walk from one to the next."""

    name = "same_attendees"
    title = "Same people"
    time_only = False
    unit = "pair that nobody can attend"
    units = "pairs that nobody can attend"
    finding = "Nobody can attend both {meeting} and {other}, at {time}."
    op = PairOp.SAME_ATTENDEES

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 when on a day of a common week one does not end, with the way, before the other starts."""
        return int(cannot_attend(instance, first, second))


def cannot_attend(instance: Instance, first: Placement, second: Placement) -> bool:
    """Whether nobody can attend both: they overlap, or the way takes longer than what lies between."""
    one, two = first.at, second.at
    if not (one.days & two.days and one.weeks & two.weeks):
        return False
    earlier, later = (one, two) if one.start <= two.start else (two, one)
    way = instance.travel(first.room, second.room)
    return earlier.end > later.start or instance.grid.time_between(earlier.end, later.start) < way
