"""Meetings of a day within so many slots from start to end."""

from tests.engine.rules.cases import at, count


def test_from_start_to_end_and_on_common_days_alone():
    held = [at(0, 0), at(0, 3), at(1, 5)]
    assert count("work_day", held, only=(0, 1, 2), amount=4) == 0
    assert count("work_day", held, only=(0, 1, 2), amount=3) == 1


def test_one_long_meeting_counts_with_each_other():
    assert count("work_day", [at(0, 0, length=4), at(0, 1), at(0, 2)], only=(0, 1, 2), amount=3) == 2
