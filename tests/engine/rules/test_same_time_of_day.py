"""Meetings are held in the same hours of the day, on whatever days."""

from tests.engine.rules.cases import at, count


def test_a_short_one_within_a_long_one_counts_nothing():
    assert count("same_time_of_day", [at(0, 1, length=3), at(2, 2), at(1, 3)], only=(0, 1)) == 0


def test_hours_that_only_overlap_count():
    assert count("same_time_of_day", [at(0, 1, length=2), at(0, 2, length=2)], only=(0, 1)) == 1


def test_each_pair_counts():
    assert count("same_time_of_day", [at(0, 1, length=3), at(2, 2), at(1, 3)], only=(0, 1, 2)) == 1
