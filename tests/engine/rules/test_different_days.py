"""The meetings are held on different days."""

from tests.engine.rules.cases import EVEN, FORTNIGHT, NOWHERE, ODD, at, count, sentences


def test_different_days_count_nothing():
    assert count("different_days", [at(0, 0), at(1, 0), NOWHERE], only=(0, 1, 2)) == 0


def test_each_pair_on_one_day_counts():
    assert count("different_days", [at(0, 0), at(0, 3), at(0, 5)], only=(0, 1, 2)) == 3


def test_one_common_day_is_enough():
    assert count("different_days", [at(0, 0, also=1), at(1, 5)], only=(0, 1)) == 1


def test_the_same_day_of_different_weeks_is_no_common_day():
    assert count("different_days", [at(0, 0, weeks=ODD), at(0, 1, weeks=EVEN)], only=(0, 1), grid=FORTNIGHT) == 0


def test_other_meetings_do_not_matter():
    assert count("different_days", [at(0, 0), at(0, 1), at(1, 1)], only=(0, 2)) == 0


def test_the_sentence_names_both():
    assert sentences("different_days", [at(0, 0), at(0, 3)], only=(0, 1)) == [
        "M1 and M2 are on the same day, at day 1, slot 1."
    ]
