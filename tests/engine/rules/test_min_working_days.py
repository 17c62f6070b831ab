"""The meetings of a course are spread over at least the given number of days."""

from tests.engine.rules.cases import EVEN, FORTNIGHT, NOWHERE, ODD, at, count, sentences


def test_enough_days_count_nothing():
    assert count("min_working_days", [at(0, 0), at(1, 0), at(1, 1)], only=(0, 1, 2), amount=2) == 0


def test_each_missing_day_counts():
    assert count("min_working_days", [at(0, 0), at(0, 1), at(0, 2)], only=(0, 1, 2), amount=3) == 2


def test_unplaced_meetings_use_no_day():
    assert count("min_working_days", [NOWHERE, at(0, 1)], only=(0, 1), amount=2) == 1
    assert count("min_working_days", [NOWHERE, NOWHERE], only=(0, 1), amount=2) == 2


def test_each_week_is_looked_at_alone():
    held = [at(0, 0, weeks=ODD), at(1, 0, weeks=EVEN)]
    assert count("min_working_days", held, only=(0, 1), amount=2, grid=FORTNIGHT) == 1


def test_a_week_in_which_the_course_is_not_held_asks_for_no_days():
    assert (
        count("min_working_days", [at(0, 0, weeks=ODD), at(1, 0, weeks=ODD)], only=(0, 1), amount=2, grid=FORTNIGHT)
        == 0
    )
    assert (
        count("min_working_days", [at(0, 0, weeks=ODD), at(0, 1, weeks=ODD)], only=(0, 1), amount=2, grid=FORTNIGHT)
        == 1
    )


def test_the_sentence_has_both_numbers():
    assert sentences("min_working_days", [at(0, 0), at(0, 1)], only=(0, 1), amount=3, label="Algebra") == [
        "Algebra: 2 missing days, at least 3 asked for."
    ]
