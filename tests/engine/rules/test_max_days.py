"""Meetings are on at most so many days."""

from tests.engine.rules.cases import EVEN, FORTNIGHT, ODD, RAO, at, count


def test_days_beyond_the_amount_are_counted_once_in_whatever_weeks():
    held = [at(0, 0, weeks=ODD), at(1, 0, weeks=EVEN), at(2, 0), at(2, 1)]
    assert count("max_days", held, only=(0, 1, 2, 3), amount=1, grid=FORTNIGHT) == 2
    assert count("max_days", held, only=(0, 1, 2, 3), amount=3, grid=FORTNIGHT) == 0


def test_it_may_be_about_people():
    assert count("max_days", [at(0, 0, also=1), at(2, 0)], resources=(RAO,), amount=2) == 1


def test_days_in_a_row_may_count_as_one_like_those_of_a_term():
    held = [at(0, 0), at(1, 0), at(2, 0)]
    assert count("max_days", held, only=(0, 1, 2), amount=1, second_amount=2) == 1
    assert count("max_days", held[:2], only=(0, 1), amount=1, second_amount=2) == 0
