"""At most so many breaks on a day."""

from tests.engine.rules.cases import BOTH, FORTNIGHT, ODD, at, count


def test_breaks_of_more_than_so_many_slots_are_counted():
    held = [at(0, 0), at(0, 2), at(0, 5)]
    assert count("max_breaks", held, only=(0, 1, 2), amount=0, second_amount=0) == 2
    assert count("max_breaks", held, only=(0, 1, 2), amount=0, second_amount=1) == 1
    assert count("max_breaks", held, only=(0, 1, 2), amount=1, second_amount=1) == 0


def test_a_meeting_within_a_longer_one_ends_no_block():
    assert count("max_breaks", [at(0, 0, length=4), at(0, 1), at(0, 4)], only=(0, 1, 2), amount=0) == 0


def test_each_day_of_each_week_counts():
    held = [at(0, 0, also=1, weeks=BOTH), at(0, 3, also=1, weeks=BOTH), at(0, 5, weeks=ODD)]
    assert count("max_breaks", held, only=(0, 1, 2), amount=0, grid=FORTNIGHT) == (2 + 1) + (1 + 1)
