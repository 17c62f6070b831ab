"""Times that somebody would like."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import ChoiceRule


class PreferredTimes(ChoiceRule):
    """A class is held at a time that is preferred.

    Counted per meeting and person; a meeting that lies partly outside counts like one wholly outside.
    """

    name = "preferred_times"
    title = "Preferred times"
    unit = "class outside preferred times"
    units = "classes outside preferred times"
    finding = "{who} would prefer another time for {meeting} than {time}."
    time_only = True

    def cost(self, instance: Instance, constraint: Constraint, meeting: int, placement: Placement) -> int:
        """1 when part of the meeting lies outside the constraint's cells."""
        return int(not constraint.cells.issuperset(placement.at.cells(instance.grid)))
