"""Who stands dear displaces whoever finds another place for less."""

from dataclasses import replace

import pytest

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rules import rule_named
from webapp.engine.search.compile import compile_instance
from webapp.engine.search.kernel import anneal
from webapp.engine.search.state import best_cost, best_of, empty_script, is_simple, state_of
from webapp.engine.search.warmup import tiny
from webapp.engine.solution import Solution


def in_the_way() -> tuple[Instance, Solution]:
    """One class would save 5 where another stands, that loses 9 in its place, and 1 in a third."""
    base = tiny()
    times = base.meetings[0].times
    first = replace(base.meetings[0], times=times[:2], resources=(0,))
    second = replace(base.meetings[1], times=times[:3], resources=(0,))
    avoided = [(0, 1, 5), (1, 1, 9), (1, 2, 1)]
    prices = [Constraint(rule_named("avoided_times"), p, meetings=(m,), cells=frozenset({s})) for m, s, p in avoided]
    hard = [Constraint(rule_named(name), None) for name in ("all_placed", "room_clash", "group_clash")]
    instance = replace(base, meetings=(first, second), constraints=(*hard, *prices))
    return instance, Solution((Placement(times[1].time, 0), Placement(times[0].time, 0)))


@pytest.mark.parametrize(("share", "cost"), [(0.0, 5), (0.05, 1)])
def test_a_class_goes_where_another_makes_room_for_it(share: float, cost: int) -> None:
    """No single move gains anything, and none that costs is made; the two of an ejection gain 4."""
    instance, start = in_the_way()
    problem = compile_instance(instance)
    state = state_of(problem, start, 1)
    anneal(problem.model, state, empty_script(), 2_000, 0.01, 1e6, 0.2, 0.4, share, is_simple(problem))
    assert best_cost(state) == (0, cost)


def test_what_gains_nothing_is_undone() -> None:
    """From the best timetable of all any number of ejections come back to it."""
    instance, _ = in_the_way()
    problem = compile_instance(instance)
    times = instance.meetings[1].times
    best = Solution((Placement(times[0].time, 0), Placement(times[2].time, 0)))
    state = state_of(problem, best, 1)
    anneal(problem.model, state, empty_script(), 5_000, 1e-6, 1e6, 0.0, 0.5, 0.4, is_simple(problem))
    assert best_of(problem, state) == best
    assert best_cost(state) == (0, 1)
    assert int(state.totals[0]) == 1
