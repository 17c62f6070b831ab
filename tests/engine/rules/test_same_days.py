"""Meetings are held on the same days."""

from tests.engine.rules.cases import at, count


def test_fewer_days_within_more_count_nothing():
    assert count("same_days", [at(0, 1, also=2), at(2, 4)], only=(0, 1)) == 0


def test_a_day_of_each_alone_counts():
    assert count("same_days", [at(0, 1, also=2), at(0, 4, also=1), at(0, 3)], only=(0, 1, 2)) == 1
