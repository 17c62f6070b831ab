"""The shape of a day pattern is the rule's, however finely the day is cut."""

from random import Random

import pytest

from webapp.engine.cpsat.shapes import Gaps, Isolated, Load, Windows, day_shape, value_of
from webapp.engine.rules import rule_named
from webapp.engine.rules.family import DayPatternRule
from webapp.engine.timegrid import TimeGrid


@pytest.mark.parametrize("slots", [12, 48, 288])
@pytest.mark.parametrize(
    ("name", "amount", "shape"),
    [
        ("max_per_day", 7, Load),
        ("lone_meetings", 0, Load),
        ("max_in_row", 4, Windows),
        ("group_gaps", 0, Gaps),
        ("isolated_meetings", 0, Isolated),
    ],
)
def test_a_day_of_any_length_has_the_shape_that_counts_what_the_rule_counts(
    slots: int, name: str, amount: int, shape: type
) -> None:
    """Days of several runs tell a row from a load: with samples of single runs a limit in a row was one of the day."""
    rule, day, random = rule_named(name), TimeGrid(1, slots).days_periods[0], Random(1)
    assert isinstance(rule, DayPatternRule)
    found = day_shape(rule, day, amount)
    assert isinstance(found, shape)
    for _ in range(200):
        busy = sum({1 << random.randrange(slots) for _ in range(random.randint(0, 9))})
        busy |= ((1 << random.randint(1, 6)) - 1) << random.randrange(slots - 6)
        assert value_of(found, busy) == rule.cost(busy, day, amount)
