"""Meetings are on different days of the week, whatever their weeks."""

from tests.engine.rules.cases import EVEN, FORTNIGHT, ODD, at, count


def test_days_apart_count_nothing():
    assert count("different_weekdays", [at(0, 1, also=2), at(1, 1)], only=(0, 1)) == 0


def test_the_same_day_counts_although_the_weeks_differ():
    held = [at(0, 1, weeks=ODD), at(0, 3, weeks=EVEN, also=1), at(1, 0, weeks=ODD)]
    assert count("different_weekdays", held, only=(0, 1, 2), grid=FORTNIGHT) == 2
