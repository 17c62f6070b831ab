"""Meetings start at the same time of day."""

from tests.engine.rules.cases import at, count, sentences


def test_the_same_hour_on_other_days_or_for_longer_counts_nothing():
    assert count("same_start", [at(0, 2), at(1, 2, length=2)], only=(0, 1)) == 0


def test_each_pair_with_different_starts_counts():
    assert count("same_start", [at(0, 1), at(0, 2), at(1, 2), at(2, 0)], only=(0, 1, 2, 3)) == 5


def test_the_sentence_names_both():
    assert sentences("same_start", [at(0, 1), at(1, 2)], only=(0, 1)) == ["M1 and M2 start at different times of day."]
