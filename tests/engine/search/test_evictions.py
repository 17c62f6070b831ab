"""Chains find what annealing does not, and count what the truth counts."""

from hypothesis import given
from hypothesis import strategies as st

from tests.engine.instances import instances
from tests.engine.search.test_moves import ANY_HARD, GENTLE
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Constraint, Instance, Meeting, Resource, TimeOption
from webapp.engine.params import SearchParams
from webapp.engine.rule import ResourceKind
from webapp.engine.rules import rule_named
from webapp.engine.search.annealing import AnnealingResult, find_feasible, unreported
from webapp.engine.search.budget import WorkBudget
from webapp.engine.search.compile import compile_instance
from webapp.engine.search.evictions import MOVES_OF_CHAIN, find_by_evictions
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time, TimeGrid

MOVES = 80_000


def full_week(classes: int = 16) -> Instance:
    """As many teachers, classes and hours: each teacher has an hour with each class, and nobody a free one."""
    grid = TimeGrid(2, classes // 2)
    times = tuple(TimeOption(Time(hour, 1, 1 << day)) for day in range(2) for hour in range(classes // 2))
    people = [
        Resource(f"{kind.name}{n}", kind)
        for kind in (ResourceKind.INSTRUCTOR, ResourceKind.GROUP)
        for n in range(classes)
    ]
    return Instance(
        name="full week",
        grid=grid,
        rooms=(),
        resources=tuple(people),
        meetings=tuple(
            Meeting(f"{teacher}-{group}", times, resources=(teacher, classes + group), needs_room=False)
            for teacher in range(classes)
            for group in range(classes)
        ),
        constraints=tuple(
            Constraint(rule_named(f"{rule}"), None) for rule in ("all_placed", "instructor_clash", "group_clash")
        ),
    )


def by_chains(instance: Instance, seed: int, moves: int = MOVES) -> AnnealingResult:
    problem = compile_instance(instance)
    budget = WorkBudget(moves, 20, lambda: None)
    return find_by_evictions(problem, Solution.empty(instance), seed, budget, lambda: False, unreported)


def test_a_week_without_a_free_hour_is_filled_where_annealing_leaves_holes() -> None:
    """By as much work: a class that moves alone stands in another's way, wherever it goes."""
    instance = full_week()
    budget = WorkBudget(MOVES, 20, lambda: None)
    alone = find_feasible(
        compile_instance(instance), Solution.empty(instance), SearchParams(), 1, budget, lambda: False, unreported
    )
    found = by_chains(instance, 1)
    assert evaluate(instance, found.solution).hard == found.hard == 0
    assert alone.hard > 0
    assert by_chains(instance, 1) == found, "the same seed makes the same chains"


@given(data=st.data())
@GENTLE
def test_chains_cost_what_the_truth_counts(data: st.DataObject) -> None:
    """Whatever is accepted or taken back, the best timetable costs what the search says."""
    instance: Instance = data.draw(instances(hard=data.draw(ANY_HARD)))
    found = by_chains(instance, data.draw(st.integers(1, 9)), 60 * MOVES_OF_CHAIN)
    judged = evaluate(instance, found.solution)
    assert (found.hard, found.cost) == (judged.hard, judged.cost)
