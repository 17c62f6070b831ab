"""Most days, over all weeks."""

from collections.abc import Iterator, Mapping

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules.dates import whole_days
from webapp.engine.rules.family import SetFinding, SetRule
from webapp.engine.rules.operations import SetOp


class MaxDays(SetRule):
    """The classes are held on at most the given number of different days.

    With a second amount so many days of the grid in a row count as one, such as those of a term of a year.
    """

    name = "max_days"
    title = "Most days"
    unit = "day too many"
    units = "days too many"
    finding = "{who}: {n}, at most {amount} allowed."
    op = SetOp.MAX_DAYS

    def findings(
        self, instance: Instance, constraint: Constraint, held: Mapping[int, Placement]
    ) -> Iterator[SetFinding]:
        """Yield the days beyond the amount; a day counts once in whatever weeks it is used."""
        days, together = 0, constraint.second_amount or instance.grid.halves
        for place in held.values():
            days |= whole_days(place.at.days, together)
        count = days.bit_count() - constraint.amount
        if count > 0:
            yield count, tuple(held), None
