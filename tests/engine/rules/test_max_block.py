"""No block of several meetings is longer than so many slots."""

from tests.engine.rules.cases import BOTH, FORTNIGHT, ODD, at, count


def test_a_block_counts_once_from_start_to_end():
    held = [at(0, 0), at(0, 1), at(0, 3, length=2)]
    assert count("max_block", held, only=(0, 1, 2), amount=4, second_amount=1) == 1
    assert count("max_block", held, only=(0, 1, 2), amount=5, second_amount=1) == 0
    assert count("max_block", held, only=(0, 1, 2), amount=1, second_amount=0) == 1


def test_one_meeting_is_no_block_however_long_and_two_at_once_are():
    assert count("max_block", [at(0, 0, length=4)], only=(0,), amount=2) == 0
    assert count("max_block", [at(0, 0, length=4), at(0, 0)], only=(0, 1), amount=2) == 1


def test_each_day_of_each_week_counts():
    held = [at(0, 0, length=2, also=1, weeks=BOTH), at(0, 2, length=2, also=1, weeks=ODD)]
    assert count("max_block", held, only=(0, 1), amount=3, grid=FORTNIGHT) == 2
