"""Placed: one for each meeting that is left without a time."""

from webapp.engine.cpsat.variables import Count, Variables
from webapp.engine.domains import meetings_of
from webapp.engine.instance import Constraint


def count(variables: Variables, constraint: Constraint) -> Count:
    """The unplaced meetings; none where the model places all."""
    total = Count()
    times = meetings_of(variables.instance, constraint)
    for block in variables.blocks_in(times):
        if block.missing is not None:
            total.add(block.missing, times[block.meetings[0]])
    return total
