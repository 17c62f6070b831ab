"""Meetings are held in different hours of the day, on whatever days."""

from tests.engine.rules.cases import at, count


def test_one_after_the_other_counts_nothing():
    assert count("different_time", [at(0, 1, length=2), at(0, 3), at(1, 0)], only=(0, 1, 2)) == 0


def test_the_same_hour_on_another_day_counts():
    assert count("different_time", [at(0, 1, length=2), at(2, 2)], only=(0, 1)) == 1
