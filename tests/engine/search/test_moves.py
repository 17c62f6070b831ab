"""What the compiled search says a move changes is what the truth says."""

from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.engine.instances import instances
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Instance
from webapp.engine.search.arrays import unpack
from webapp.engine.search.compile import Compiled, compile_instance
from webapp.engine.search.kernel import anneal
from webapp.engine.search.state import best_cost, best_of, empty_script, is_simple, new_state, state_of
from webapp.engine.solution import Solution

HARD = ("all_placed", "room_clash", "instructor_clash", "suitable_room", "possible_time", "pinned", "room_closed")
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
        anneal(problem.model, state, empty_script(), moves, temperature, temperature, 0.2, 0.4, is_simple(problem))
    state.best_time[:], state.best_room[:] = state.time, state.room
    return best_of(problem, state), unpack(int(state.totals[0]))


@pytest.mark.parametrize("weeks", [False, True])
@given(data=st.data())
@GENTLE
def test_random_moves_cost_what_the_truth_counts(weeks: bool, data: st.DataObject) -> None:
    """After any number of moves the running total equals the truth, hard and soft apart."""
    instance: Instance = data.draw(instances(hard=HARD, weeks=weeks))
    problem = compile_instance(instance)
    solution, believed = wander(problem, data.draw(st.integers(1, 9)), data.draw(st.integers(0, 300)), 50.0)
    judged = evaluate(instance, solution)
    seen = [c for c in instance.constraints if c.rule not in problem.left_out]
    if len(seen) == len(instance.constraints):
        assert believed == (judged.hard, judged.cost)


@given(data=st.data())
@GENTLE
def test_a_solution_entered_costs_what_the_truth_counts(data: st.DataObject) -> None:
    """A timetable that the search made itself is taken back as it is, at the same cost."""
    instance: Instance = data.draw(instances(hard=HARD))
    problem = compile_instance(instance)
    solution, believed = wander(problem, 3, 200, 5.0)
    state = state_of(problem, solution, seed=1)
    assert best_of(problem, state) == solution
    assert best_cost(state) == believed


def test_the_same_seed_makes_the_same_moves() -> None:
    """Two runs with one seed end in the same timetable, another seed elsewhere."""
    from tests.engine.universities import university

    problem = compile_instance(university(150))
    first, again, other = (wander(problem, seed, 20_000, 20.0)[0] for seed in (1, 1, Random(1).randrange(2, 99)))
    assert first == again
    assert first != other
