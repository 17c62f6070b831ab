"""Meetings within some hours on at most so many days."""

from tests.engine.rules.cases import EVEN, FORTNIGHT, ODD, RAO, at, count

AFTERNOON = frozenset(day * 6 + slot for day in range(3) for slot in (4, 5))


def test_each_day_with_a_meeting_in_the_hours_counts_once():
    held = [at(0, 3, length=2), at(0, 5), at(1, 3), at(2, 5)]
    assert count("interval_days", held, resources=(RAO,), amount=0, cells=AFTERNOON) == 2
    assert count("interval_days", held, resources=(RAO,), amount=1, cells=AFTERNOON) == 1


def test_the_average_of_the_weeks_is_rounded_up():
    held = [at(0, 5, weeks=ODD), at(1, 5, weeks=EVEN), at(2, 5, weeks=ODD)]
    assert count("interval_days", held, resources=(RAO,), amount=1, cells=AFTERNOON, grid=FORTNIGHT) == 1
