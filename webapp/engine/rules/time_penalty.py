"""Penalties of times, as given by the data."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import ChoiceRule


class TimePenalty(ChoiceRule):
    """A class takes the best of its possible times."""

    name = "time_penalty"
    title = "Time penalty"
    unit = "point"
    finding = "{meeting} at {time}: {n}."
    time_only = True

    def cost(self, instance: Instance, constraint: Constraint, meeting: int, placement: Placement) -> int:
        """The penalty of the chosen time; 0 where it is none of the meeting's own."""
        options = instance.meetings[meeting].times
        return next((option.penalty for option in options if option.time == placement.time), 0)
