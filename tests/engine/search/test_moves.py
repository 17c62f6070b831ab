"""What the compiled search says a move changes is what the truth says."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.engine.instances import instances
from webapp.engine.evaluate import Score, evaluate
from webapp.engine.instance import MOST, Constraint, Instance, Placement
from webapp.engine.params import SearchParams
from webapp.engine.rules import RULES, rule_named
from webapp.engine.search.annealing import anneal_rounds
from webapp.engine.search.arrays import unpack
from webapp.engine.search.budget import WorkBudget
from webapp.engine.search.compile import Compiled, compile_instance
from webapp.engine.search.days import MOST_TABLE_PERIODS
from webapp.engine.search.kernel import anneal
from webapp.engine.search.state import best_cost, best_of, empty_script, is_simple, new_state, state_of
from webapp.engine.search.warmup import tiny
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time

HARD = ("all_placed", "room_clash", "instructor_clash", "suitable_room", "possible_time", "pinned", "room_closed")
ANY_HARD = st.sets(st.sampled_from([rule.name for rule in RULES])).map(lambda names: tuple(sorted(names)))
"""The search must price whatever a term makes hard, and whatever it does not."""
GENTLE = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


def wander(problem: Compiled, seed: int, moves: int, temperature: float) -> tuple[Solution, tuple[int, int]]:
    """A timetable after some moves, and what the search believes that it costs."""
    state = new_state(problem, seed)
    state.totals[1] = 1 << 62  # so that the last improvement is not the empty timetable
    if len(problem.model.kind):
        anneal(
            problem.model, state, empty_script(), moves, temperature, temperature, 0.2, 0.4, 0.01, is_simple(problem)
        )
    state.best_time[:], state.best_room[:] = state.time, state.room
    return best_of(problem, state), unpack(int(state.totals[0]))


@pytest.mark.parametrize("table_periods", [MOST_TABLE_PERIODS, 0], ids=["tables", "lists"])
@pytest.mark.parametrize("weeks", [False, True])
@given(data=st.data())
@GENTLE
def test_random_moves_cost_what_the_truth_counts(weeks: bool, table_periods: int, data: st.DataObject) -> None:
    """After any number of moves the running total equals the truth, hard and soft apart, in both forms of a day."""
    instance: Instance = data.draw(instances(hard=data.draw(ANY_HARD), weeks=weeks))
    problem = compile_instance(instance, table_periods)
    assert not problem.left_out
    solution, believed = wander(problem, data.draw(st.integers(1, 9)), data.draw(st.integers(0, 300)), 50.0)
    judged = evaluate(instance, solution)
    assert believed == (judged.hard, judged.cost)


@given(data=st.data())
@GENTLE
def test_a_solution_entered_costs_what_the_truth_counts(data: st.DataObject) -> None:
    """A timetable that the search made itself is taken back as it is, at the same cost."""
    instance: Instance = data.draw(instances(hard=data.draw(ANY_HARD)))
    problem = compile_instance(instance)
    solution, believed = wander(problem, 3, 200, 5.0)
    state = state_of(problem, solution, seed=1)
    assert best_of(problem, state) == solution
    assert best_cost(state) == believed


def test_the_same_seed_makes_the_same_moves() -> None:
    """Two runs with one seed end in the same timetable, another seed elsewhere."""
    from tests.engine.drawn import drawn

    problem = compile_instance(drawn(150))
    first, again, other = (wander(problem, seed, 20_000, 20.0)[0] for seed in (1, 1, Random(1).randrange(2, 99)))
    assert first == again
    assert first != other


@pytest.mark.parametrize(("weight", "cost"), [(None, 10), (1, 1), (20, 10), ("off", 0)])
def test_a_pin_binds_as_much_as_the_instance_says(weight: int | str | None, cost: int) -> None:
    """Where its time is avoided at 10: a hard or dear pin holds all the same, a cheap one is paid for, none is free."""
    base = tiny()
    pinned = replace(base.meetings[0], pin=Placement(base.meetings[0].times[4].time, 1), resources=(1,))
    avoided = Constraint(rule_named("avoided_times"), 10, meetings=(0,), cells=frozenset({4}))
    kept = (Constraint(rule_named("all_placed"), None), Constraint(rule_named("room_clash"), None), avoided)
    rule = () if weight == "off" else (Constraint(rule_named("pinned"), weight),)
    instance = replace(base, meetings=(pinned,), constraints=(*kept, *rule), reference=())
    _, score = cooled(instance)
    assert (score.hard, score.cost) == (0, cost)


@pytest.mark.parametrize(("weight", "hard", "cost"), [(None, 1, 0), (3, 0, 3), ("off", 0, 0)])
def test_a_closed_room_is_as_closed_as_the_instance_says(weight: int | str | None, hard: int, cost: int) -> None:
    """The only room is closed all week: hard, the meeting stays out; soft, it is paid for; without the rule, free."""
    base = tiny()
    closed = replace(base.rooms[0], closed=(Time(0, 3, 3),))
    rule = () if weight == "off" else (Constraint(rule_named("room_closed"), weight),)
    constraints = (Constraint(rule_named("all_placed"), None), Constraint(rule_named("room_clash"), None), *rule)
    meeting = replace(base.meetings[0], rooms=base.meetings[0].rooms[:1])
    instance = replace(base, rooms=(closed, base.rooms[1]), meetings=(meeting,), constraints=constraints)
    solution, score = cooled(instance)
    assert (score.hard, score.cost, len(solution.unplaced)) == (hard, cost, hard)


def test_a_room_closed_for_some_is_open_for_others() -> None:
    """Hard for one meeting alone, the rule prices that meeting and leaves the room to the other."""
    base = tiny()
    closed = replace(base.rooms[0], closed=(Time(0, 3, 3),))
    two = tuple(replace(m, rooms=m.rooms[:1], resources=()) for m in base.meetings[:2])
    constraints = (
        Constraint(rule_named("all_placed"), None),
        Constraint(rule_named("room_closed"), None, meetings=(1,)),
    )
    instance = replace(base, rooms=(closed, base.rooms[1]), meetings=two, constraints=constraints)
    solution, score = cooled(instance)
    assert (score.hard, solution.unplaced) == (1, (1,))


def test_huge_weights_do_not_spill_into_the_hard_count() -> None:
    """A thousand students without a seat at the dearest there is: the search weighs in larger units, and says so."""
    base = tiny()
    crowds = tuple(replace(meeting, size=1_000) for meeting in base.meetings)
    dear = tuple(replace(c, weight=MOST) if c.rule.name == "room_capacity" else c for c in base.constraints)
    instance = replace(base, meetings=crowds, constraints=dear)
    problem = compile_instance(instance)
    solution, (hard, soft) = wander(problem, 1, 300, 5.0)
    judged = evaluate(instance, solution)
    assert hard == judged.hard
    assert judged.cost <= soft * problem.unit <= judged.cost * 1.01
    assert not problem.is_exact
    assert compile_instance(base).is_exact


def cooled(instance: Instance) -> tuple[Solution, Score]:
    """The best timetable of a few thousand moves, and what the truth says of it."""
    problem = compile_instance(instance)
    budget = WorkBudget(6_000, 30, lambda: None)
    start = Solution.empty(instance)
    found = anneal_rounds(problem, start, SearchParams(), 1, budget, lambda: False, lambda *_: None)
    return found.solution, evaluate(instance, found.solution)
