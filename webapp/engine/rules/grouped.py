"""Meetings in one row."""

from collections.abc import Sequence

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.dates import blocks
from webapp.engine.rules.family import WeekSetRule
from webapp.engine.rules.operations import SetOp


class Grouped(WeekSetRule):
    """The classes are held on one day, each directly after another, in any order."""

    name = "grouped"
    title = "Grouped"
    unit = "piece apart"
    units = "pieces apart"
    finding = "{who}: {n}."
    op = SetOp.GROUPED

    def of_day(self, instance: Instance, constraint: Constraint, day: int, held: Sequence[Placement]) -> int:
        """How many rows there are that a slot or more lies between."""
        return len(blocks(instance.grid, day, held, 0))

    def allowed(self, constraint: Constraint) -> int:
        """One row."""
        return 1
