"""Each meeting directly before the next one."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import Compared, PairRule
from webapp.engine.rules.operations import PairOp


class Consecutive(PairRule):
    """Each class is directly followed by the next one, in the given order."""

    name = "consecutive"
    title = "Consecutive"
    compared = Compared.NEIGHBOURS
    ordered = True
    unit = "pair not consecutive"
    units = "pairs not consecutive"
    finding = "{meeting} is not directly followed by {other}."
    op = PairOp.CONSECUTIVE

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 unless both are on the same days of a common week, the second after the first, and no slot fits between."""
        one, two = first.at, second.at
        if one.days != two.days or not one.weeks & two.weeks or one.end > two.start:
            return 1
        return int(any(instance.grid.periods_between(day, one.end, two.start) for day in one.day_list()))
