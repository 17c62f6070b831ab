"""Meetings of one day follow each other directly."""

from tests.engine.rules.cases import at, count


def test_other_days_and_direct_neighbours_count_nothing():
    assert count("together_on_a_day", [at(0, 0), at(0, 1), at(1, 5)], only=(0, 1, 2)) == 0


def test_a_free_slot_or_an_overlap_counts():
    assert count("together_on_a_day", [at(0, 3), at(0, 1)], only=(0, 1)) == 1
    assert count("together_on_a_day", [at(0, 1, length=2), at(0, 2)], only=(0, 1)) == 1
