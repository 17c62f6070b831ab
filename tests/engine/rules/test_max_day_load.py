"""A set of meetings takes at most so many slots a day."""

import pytest

from tests.engine.rules.cases import BOTH, EVEN, FORTNIGHT, NOWHERE, ODD, at, count, problem, sentences
from webapp.engine.evaluate import ScoredTimetable, evaluate
from webapp.engine.solution import Solution


def test_slots_beyond_the_amount_are_summed_over_days_and_weeks():
    held = [at(0, 0, length=2, weeks=BOTH), at(0, 3, weeks=ODD), at(1, 0, length=3, weeks=EVEN)]
    assert count("max_day_load", held, only=(0, 1, 2), amount=1, grid=FORTNIGHT) == (2 + 1) + 2


def test_the_cost_is_the_mean_of_the_weeks_rounded_down():
    instance = problem("max_day_load", 1, weight=3, only=(0,), amount=1, grid=FORTNIGHT)
    score = evaluate(instance, Solution((at(0, 0, length=2, weeks=ODD),)))
    assert (score.counts["max_day_load"], score.cost) == (1, 1)


def test_a_move_changes_the_cost_by_what_is_left_after_rounding():
    instance = problem("max_day_load", 2, weight=1, only=(0, 1), amount=0, grid=FORTNIGHT)
    timetable = ScoredTimetable(instance, Solution((at(0, 0, weeks=ODD), NOWHERE)))
    assert timetable.score().cost == 0
    assert timetable.delta({1: at(1, 0, weeks=EVEN)}).cost == 1
    assert timetable.delta({1: at(1, 0, weeks=EVEN), 0: NOWHERE}).cost == 0


def test_it_is_not_about_people():
    with pytest.raises(ValueError, match="about a set of meetings, not about people"):
        problem("max_day_load", 1, resources=(0,))


def test_two_at_once_take_the_slots_of_both():
    assert count("max_day_load", [at(0, 0), at(0, 0)], only=(0, 1), amount=1) == 1


def test_the_sentence_names_the_day():
    found = sentences("max_day_load", [at(1, 0, length=2)], only=(0,), amount=1)
    assert found == ["M1: 1 slot too many on day 2, at most 1 allowed."]
