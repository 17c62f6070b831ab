"""Meetings are held in the same weeks."""

from tests.engine.rules.cases import BOTH, EVEN, FORTNIGHT, ODD, at, count


def test_one_week_within_both_counts_nothing():
    assert count("same_weeks", [at(0, 1, weeks=BOTH), at(0, 3, weeks=EVEN)], only=(0, 1), grid=FORTNIGHT) == 0


def test_a_week_of_each_alone_counts():
    assert count("same_weeks", [at(0, 1, weeks=ODD), at(0, 3, weeks=EVEN)], only=(0, 1), grid=FORTNIGHT) == 1
