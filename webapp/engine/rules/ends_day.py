"""A meeting that ends the day."""

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.family import Compared, PairRule
from webapp.engine.rules.operations import PairOp


class EndsDay(PairRule):
    """The first class named is the last of its day among them."""

    name = "ends_day"
    title = "Ends the day"
    compared = Compared.FIRST
    ordered = True
    unit = "class after it"
    units = "classes after it"
    finding = "{other} ends later than {meeting} on the same day."
    op = PairOp.ENDS_DAY

    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """1 when the second is held on a day of the first in a common week, and ends later."""
        one, two = first.at, second.at
        return int(bool(one.days & two.days and one.weeks & two.weeks) and two.end > one.end)
