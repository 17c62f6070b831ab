"""A meeting that no other follows on its day."""

from tests.engine.rules.cases import at, count, sentences


def test_earlier_ones_and_other_days_count_nothing():
    assert count("ends_day", [at(0, 3), at(0, 1), at(1, 5)], only=(0, 1, 2)) == 0


def test_each_that_ends_later_counts_and_the_others_are_not_compared():
    assert count("ends_day", [at(0, 2), at(0, 3), at(0, 4), at(0, 1, length=2)], only=(0, 1, 2, 3)) == 2


def test_the_sentence_names_the_later_one():
    assert sentences("ends_day", [at(0, 2), at(0, 3)], only=(0, 1)) == ["M2 ends later than M1 on the same day."]
