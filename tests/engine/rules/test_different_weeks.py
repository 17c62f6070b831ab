"""Meetings have no week in common."""

from tests.engine.rules.cases import BOTH, EVEN, FORTNIGHT, ODD, at, count


def test_odd_and_even_weeks_count_nothing():
    assert count("different_weeks", [at(0, 1, weeks=ODD), at(0, 1, weeks=EVEN)], only=(0, 1), grid=FORTNIGHT) == 0


def test_a_common_week_counts_on_whatever_day():
    assert count("different_weeks", [at(0, 1, weeks=BOTH), at(2, 3, weeks=EVEN)], only=(0, 1), grid=FORTNIGHT) == 1
