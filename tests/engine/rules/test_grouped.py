"""Meetings in one row of one day, in any order."""

from tests.engine.rules.cases import EVEN, FORTNIGHT, ODD, at, count


def test_one_row_counts_nothing_in_any_order():
    assert count("grouped", [at(0, 3), at(0, 1, length=2), at(0, 0)], only=(0, 1, 2)) == 0


def test_each_further_piece_counts():
    assert count("grouped", [at(0, 0), at(0, 2), at(1, 0)], only=(0, 1, 2)) == 2


def test_a_week_is_looked_at_by_itself_and_the_average_rounded_up():
    held = [at(0, 0, weeks=ODD), at(0, 5, weeks=EVEN), at(0, 2, weeks=ODD)]
    assert count("grouped", held[:2], only=(0, 1), grid=FORTNIGHT) == 0
    assert count("grouped", held, only=(0, 1, 2), grid=FORTNIGHT) == 1
