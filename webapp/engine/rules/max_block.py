"""Longest block on a day."""

from collections.abc import Sequence

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.dates import blocks
from webapp.engine.rules.family import DaySetRule
from webapp.engine.rules.operations import SetOp


class MaxBlock(DaySetRule):
    """No two or more classes that follow each other take more than the given number of slots.

    Classes with at most the second number of slots between them follow each other. The count is the sum over the
    weeks, the cost their average.
    """

    name = "max_block"
    title = "Longest block"
    is_mean = True
    unit = "block too long"
    units = "blocks too long"
    finding = "{who}: {n} on {day}, at most {amount} slots allowed."
    further = "those at most {second} apart follow each other"
    op = SetOp.MAX_BLOCK

    def of_day(self, instance: Instance, constraint: Constraint, day: int, held: Sequence[Placement]) -> int:
        """Blocks of several meetings from whose start to whose end more slots fit than the amount."""
        grid = instance.grid
        there = blocks(grid, day, held, constraint.second_amount)
        long = (
            number > 1 and grid.periods_between(day, start, end) > constraint.amount for start, end, number in there
        )
        return sum(long)
