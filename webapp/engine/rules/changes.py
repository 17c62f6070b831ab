"""Staying close to an earlier timetable."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import ChoiceRule


class Changes(ChoiceRule):
    """A class stays where the earlier timetable has it."""

    name = "changes"
    title = "Changes"
    unit = "changed class"
    units = "changed classes"
    finding = "{meeting} has moved to {time}, {room}."

    def cost(self, instance: Instance, constraint: Constraint, meeting: int, placement: Placement) -> int:
        """1 when the meeting stands elsewhere; 0 where the earlier timetable did not have it."""
        if not instance.reference or instance.reference[meeting].time is None:
            return 0
        return int(placement != instance.reference[meeting])

    def free(self, instance: Instance, constraint: Constraint, meeting: int) -> Placement | None:
        """Where the earlier timetable has it."""
        if not instance.reference or instance.reference[meeting].time is None:
            return None
        return instance.reference[meeting]
