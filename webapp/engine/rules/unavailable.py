"""Times at which people can't come."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import ChoiceRule


class Unavailable(ChoiceRule):
    """Nobody has a class while unavailable.

    Counted per meeting and person, however many slots overlap.
    """

    name = "unavailable"
    title = "Unavailable times"
    unit = "class at an unavailable time"
    units = "classes at an unavailable time"
    finding = "{who} is not available for {meeting} at {time}."
    time_only = True

    def cost(self, instance: Instance, constraint: Constraint, meeting: int, placement: Placement) -> int:
        """1 when the meeting overlaps one of the constraint's cells."""
        return int(not constraint.cells.isdisjoint(placement.at.cells(instance.grid)))
