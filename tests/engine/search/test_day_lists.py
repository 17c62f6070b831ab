"""Days of any length: what the search counts there is what the truth counts, and every rule is among it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.drawn import drawn, scattered
from tests.engine.finer import finer, finer_solution
from tests.engine.instances import instances, solutions
from tests.engine.search.test_moves import ANY_HARD, GENTLE, wander
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Constraint, Instance
from webapp.engine.rules import RULES, rule_named
from webapp.engine.rules.family import DayPatternRule, WeekPatternRule
from webapp.engine.search.compile import compile_instance
from webapp.engine.search.days import MOST_TABLE_PERIODS
from webapp.engine.search.state import best_cost, state_of
from webapp.services.shared.rule_defaults import OWN_TERM

PARTS = (1, 2, 4, 12)
"""Slots of an hour, of 30, 15 and 5 minutes."""


PATTERNS = {rule.name for rule in RULES if isinstance(rule, DayPatternRule | WeekPatternRule)}


def default_term(meetings: int = 60) -> Instance:
    """An invented term of ten hours a day under the rules that a term begins with."""
    base = drawn(meetings, slots=10)
    own = [c for c in base.constraints if c.rule.name in ("unavailable", "avoided_times")]
    own += [c for c in base.constraints if c.rule.name in ("min_working_days", "different_days", "room_stability")]
    rest = [(rule_named(name), setting) for name, setting in OWN_TERM.items()]
    about = {c.rule.name for c in own}
    general = [
        Constraint(rule, None if setting.hard else 1 + (setting.weight or 0), amount=setting.amount or 8)
        for rule, setting in rest
        if rule.name not in about and rule.family != "pair" and rule.name not in ("preferred_times", "changes")
    ]
    lone = Constraint(rule_named("lone_meetings"), 2)
    return replace(base, constraints=(*general, lone, *own))


@pytest.mark.parametrize("parts", PARTS)
def test_every_default_rule_is_seen_by_the_search_whatever_a_slot_lasts(parts: int) -> None:
    """A timetable costs on each grid what it costs by the hour, to the truth and to the search."""
    term = default_term()
    timetable = scattered(term)
    problem, fine = compile_instance(finer(term, parts)), finer_solution(timetable, parts)
    assert not problem.left_out
    expected, judged = evaluate(term, timetable), evaluate(finer(term, parts), fine)
    assert (dict(judged.counts), judged.cost) == (dict(expected.counts), expected.cost)
    solution, believed = wander(problem, 1, 5_000, 20.0)
    score = evaluate(problem.instance, solution)
    assert believed == (score.hard, score.cost)
    assert best_cost(state_of(problem, solution, 1)) == believed


@pytest.mark.parametrize("weeks", [False, True])
@given(data=st.data())
@GENTLE
def test_random_moves_on_long_days_cost_what_the_truth_counts(weeks: bool, data: st.DataObject) -> None:
    """Days of 24 to 60 slots that overlapping periods of twelve slots each are counted on; times of several days."""
    coarse: Instance = data.draw(instances(hard=data.draw(ANY_HARD), weeks=weeks, plain=True))
    timetable = data.draw(solutions(coarse))
    term = finer(coarse, 12)
    by_slot, by_hour = evaluate(term, finer_solution(timetable, 12)).counts, evaluate(coarse, timetable).counts
    assert all(by_slot[name] == by_hour[name] for name in PATTERNS & {*by_hour})
    problem = compile_instance(term)
    assert not problem.left_out
    solution, believed = wander(problem, data.draw(st.integers(1, 9)), data.draw(st.integers(0, 300)), 50.0)
    judged = evaluate(term, solution)
    assert believed == (judged.hard, judged.cost)


def test_no_move_on_a_long_day_saves_more_than_its_relief() -> None:
    """What a move saves in patterns alone, by the truth, stays within the bound by which moves are refused unlooked."""
    names = ("all_placed", "isolated_meetings", "group_gaps", "instructor_gaps", "lone_meetings", "max_in_row")
    base = drawn(60, slots=10)
    soft = tuple(Constraint(rule_named(name), None if name == "all_placed" else 3, amount=2) for name in names)
    week = (Constraint(rule_named("max_per_week"), 5, amount=2), Constraint(rule_named("max_per_day"), 4, amount=1))
    term = finer(replace(base, constraints=(*soft, *week)), 2)
    problem = compile_instance(term)
    assert int(problem.model.relief.max()) < 1_000
    timetable = finer_solution(scattered(base), 2)
    before = evaluate(term, timetable).cost
    for meeting, place in enumerate(timetable.placements):
        for option in term.meetings[meeting].times[:: 1 + meeting % 7]:
            moved = list(timetable.placements)
            moved[meeting] = replace(place, time=option.time)
            saved = before - evaluate(term, replace(timetable, placements=tuple(moved))).cost
            assert saved <= problem.model.relief[problem.model.kind[meeting]]


def test_every_day_pattern_has_a_form_on_long_days() -> None:
    """A rule that the table alone can tell would be unseen there."""
    days = [rule for rule in RULES if isinstance(rule, DayPatternRule)]
    term = replace(drawn(60, slots=MOST_TABLE_PERIODS + 1), constraints=tuple(Constraint(r, 1, amount=2) for r in days))
    assert len(days) >= 6
    assert not compile_instance(term).left_out
