"""Most meetings of a set at the same time."""

from collections import Counter
from collections.abc import Sequence

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import DaySetRule
from webapp.engine.rules.operations import SetOp


class MostAtOnce(DaySetRule):
    """At most the given number of the classes are held at the same time."""

    name = "most_at_once"
    title = "Most at once"
    unit = "class too many at once"
    units = "classes too many at once"
    finding = "{who}: {n} on {day}, at most {amount} allowed."
    op = SetOp.MOST_AT_ONCE

    def of_day(self, instance: Instance, constraint: Constraint, day: int, held: Sequence[Placement]) -> int:
        """Meetings beyond the amount where most are held together, in the cells named or, where none is, anywhere."""
        base = day * instance.grid.slots_per_day
        meetings = Counter(
            cell
            for place in held
            for cell in range(base + place.at.start, base + place.at.end)
            if not constraint.cells or cell in constraint.cells
        )
        return max(0, max(meetings.values(), default=0) - constraint.amount)
