"""Times that somebody would rather not have."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import ChoiceRule


class AvoidedTimes(ChoiceRule):
    """A class is not held at a time that is to be avoided.

    Counted per meeting and person, however many slots overlap.
    """

    name = "avoided_times"
    title = "Avoided times"
    unit = "class at an avoided time"
    units = "classes at an avoided time"
    finding = "{who} would rather not have {meeting} at {time}."
    time_only = True

    def cost(self, instance: Instance, constraint: Constraint, meeting: int, placement: Placement) -> int:
        """1 when the meeting overlaps one of the constraint's cells."""
        return int(not constraint.cells.isdisjoint(placement.at.cells(instance.grid)))
