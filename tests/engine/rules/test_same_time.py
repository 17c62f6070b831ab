"""The meetings start at the same time."""

from tests.engine.rules.cases import BOTH, FORTNIGHT, NOWHERE, ODD, at, count, sentences


def test_starting_together_counts_nothing_whatever_the_lengths():
    assert count("same_time", [at(0, 1), at(0, 1, length=2), NOWHERE], only=(0, 1, 2)) == 0


def test_another_slot_or_day_counts_for_each_pair():
    assert count("same_time", [at(0, 1), at(0, 2), at(1, 1)], only=(0, 1, 2)) == 3


def test_other_weeks_are_another_time():
    assert count("same_time", [at(0, 1, weeks=ODD), at(0, 1, weeks=BOTH)], only=(0, 1), grid=FORTNIGHT) == 1


def test_the_sentence_names_both():
    assert sentences("same_time", [at(0, 1), at(0, 2)], only=(0, 1)) == ["M1 does not start together with M2."]
