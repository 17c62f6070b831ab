"""Meetings overlap in time."""

from tests.engine.rules.cases import EVEN, FORTNIGHT, ODD, at, count


def test_a_common_slot_is_enough():
    assert count("overlap", [at(0, 1, length=2), at(0, 2, also=1)], only=(0, 1)) == 0


def test_each_pair_apart_in_day_hour_or_week_counts():
    held = [at(0, 1, weeks=ODD), at(0, 1, weeks=EVEN), at(1, 1, weeks=ODD), at(0, 2, weeks=ODD)]
    assert count("overlap", held, only=(0, 1, 2, 3), grid=FORTNIGHT) == 6
