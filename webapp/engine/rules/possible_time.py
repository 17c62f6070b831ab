"""Meetings at one of their possible times."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import ChoiceRule


class PossibleTime(ChoiceRule):
    """A class is held at one of its possible times."""

    name = "possible_time"
    title = "Possible time"
    unit = "class at an impossible time"
    units = "classes at an impossible time"
    finding = "{meeting} can't be held at {time}."
    time_only = True

    def cost(self, instance: Instance, constraint: Constraint, meeting: int, placement: Placement) -> int:
        """1 when the time is not among the meeting's own."""
        return int(all(option.time != placement.time for option in instance.meetings[meeting].times))
