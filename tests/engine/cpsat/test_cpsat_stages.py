"""The two stages and the window: they keep the rules, their bounds hold, and their limits too."""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path
from random import Random
from time import monotonic

import pytest
from ortools.sat.python import cp_model

from tests.engine.cpsat.cpsat_cases import random_instance
from tests.engine.drawn import drawn
from tests.engine.planted import base, chain_of_pins, too_few_labs
from tests.engine.window import window
from webapp.engine.cpsat import feasible
from webapp.engine.cpsat.feasible import find_feasible
from webapp.engine.cpsat.partition import partition_bound
from webapp.engine.cpsat.room_model import RoomShortage, RoomStage, solve_rooms
from webapp.engine.cpsat.run import Limits, run
from webapp.engine.cpsat.time_model import TimeStage, solve_times
from webapp.engine.evaluate import evaluate
from webapp.engine.explain.explanation import Explanation, Verdict, explain
from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.readers.ctt import read
from webapp.engine.result import Status
from webapp.engine.rules import RULES, rule_named
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time

CTT = Path(os.environ.get("TIMELOOM_BENCHMARKS", "../shared/benchmarks")) / "ctt"
SOFT = ("room_capacity", "isolated_meetings", "group_gaps", "instructor_days", "room_stability", "rooms_in_use")


def with_soft(instance: Instance) -> Instance:
    """The instance with some soft rules and rooms of different sizes."""
    rooms = tuple(replace(room, capacity=10 + 5 * i) for i, room in enumerate(instance.rooms))
    return replace(
        instance, rooms=rooms, constraints=(*instance.constraints, *(Constraint(rule_named(rule), 2) for rule in SOFT))
    )


def test_times_then_rooms_give_a_timetable_and_the_bound_is_below_its_cost() -> None:
    for seed in range(4):
        instance = with_soft(base(Random(seed)))
        stage = solve_times(instance, 5, seed=seed)
        assert stage.status in (Status.OPTIMAL, Status.FEASIBLE)
        assert stage.solution is not None
        assert stage.objective is not None
        assert stage.bound is not None
        rooms = solve_rooms(instance, stage.solution, 5)
        assert rooms.solution is not None
        score = evaluate(instance, rooms.solution)
        assert score.feasible
        assert stage.bound <= stage.objective <= score.cost
        assert stage.left_out == ("room_stability", "rooms_in_use")


def test_the_bound_never_exceeds_what_trying_everything_finds() -> None:
    names = [rule.name for rule in RULES if rule.name != "pinned"]
    checked = 0
    for seed in range(30):
        random = Random(seed)
        instance = random_instance(random)
        instance = replace(instance, meetings=instance.meetings[:3])
        hard = [Constraint(rule_named(rule), None) for rule in ("all_placed", "room_clash", "instructor_clash")]
        soft = [Constraint(rule_named(rule), random.randint(1, 3), amount=1) for rule in random.sample(names, 6)]
        instance = replace(instance, constraints=(*hard, *soft))
        choices = [
            [Placement(o.time, r) for o in m.times for r in ([o.room for o in m.rooms] if m.needs_room else [None])]
            for m in instance.meetings
        ]
        if len(choices[0]) * len(choices[1]) * len(choices[2]) > 1500:
            continue
        scores = [evaluate(instance, Solution(p)) for p in product(*choices)]
        best = min((score.cost for score in scores if score.feasible), default=None)
        stage = solve_times(instance, 5)
        if best is None:
            continue
        checked += 1
        assert stage.bound is not None
        assert stage.bound <= best, seed
        found = window(instance, Solution.empty(instance), range(3), 5)
        assert evaluate(instance, found).cost == best, seed
    assert checked >= 5


def test_what_does_not_fit_is_proven_not_to() -> None:
    stage = solve_times(too_few_labs(Random(0)).instance, 10)
    assert stage.status is Status.INFEASIBLE
    assert stage.solution is None
    assert find_feasible(too_few_labs(Random(0)).instance, 10) is Status.INFEASIBLE


def test_all_rounds_for_a_timetable_share_their_work() -> None:
    """Each round comes to nothing here, and what is left for the next gets less until there is none."""
    instance = with_soft(base(Random(6)))
    given: list[float | None] = []

    def times(*arguments: object, **_: object) -> TimeStage:
        given.append(arguments[-1])  # type: ignore[arg-type]
        return TimeStage(Status.FEASIBLE, Solution.empty(instance), 0, 0, work=3.0)

    def rooms(*_: object) -> RoomStage:
        lack = RoomShortage(0, 0, (0,), (len(given) % len(instance.rooms),))
        return RoomStage(Status.INFEASIBLE, None, (), (lack,), work=1.0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feasible, "solve_times", times)
        patch.setattr(feasible, "solve_rooms", rooms)
        assert find_feasible(instance, 60, deterministic=10.0) is Status.UNKNOWN
    assert given == [10.0, 6.0, 2.0]


def test_times_without_rooms_enough_are_told_by_cell_meetings_and_rooms() -> None:
    instance = base(Random(0))
    labs = [m for m, meeting in enumerate(instance.meetings) if meeting.rooms[0].room >= 3]
    others = [m for m in range(len(instance.meetings)) if m not in labs]
    together = [*labs[:3], *others][:4] if len(labs) >= 3 else others[:4]
    one = Time(0, 1, 1)
    times = Solution(tuple(Placement(one) if m in together else Placement() for m in range(len(instance.meetings))))
    stage = solve_rooms(instance, times, 5)
    assert stage.status is Status.INFEASIBLE
    [shortage] = stage.shortages
    assert shortage.cell == 0
    assert len(shortage.meetings) == len(shortage.rooms) + 1
    assert stage.solution is not None
    assert len(stage.unplaced) == 1


def test_a_window_moves_nothing_outside_and_never_makes_it_worse() -> None:
    instance = with_soft(base(Random(5)))
    number = len(instance.meetings)
    before = window(instance, Solution.empty(instance), range(number), 1)
    assert evaluate(instance, before).feasible
    free = [0, 1, 2, 3, 4, 5]
    after = window(instance, before, free, 2)
    assert all(after.placements[m] == before.placements[m] for m in range(number) if m not in free)
    assert evaluate(instance, after).feasible
    assert evaluate(instance, after).cost <= evaluate(instance, before).cost


def test_an_impossible_window_returns_the_same_timetable() -> None:
    instance = chain_of_pins(Random(0)).instance
    empty = Solution.empty(instance)
    assert window(instance, empty, range(len(instance.meetings)), 5) == empty


def test_one_worker_with_a_limit_of_work_repeats_itself() -> None:
    instance = with_soft(base(Random(6)))
    first, second = (solve_times(instance, 60, seed=3, deterministic=0.3) for _ in range(2))
    assert first.solution == second.solution
    assert first.objective == second.objective
    other = solve_times(instance, 60, workers=2, seed=3, deterministic=0.3)
    again = solve_times(instance, 60, workers=2, seed=3, deterministic=0.3)
    assert other.solution == again.solution


def test_stop_is_obeyed_and_the_best_times_are_kept() -> None:
    instance = with_soft(base(Random(7)))
    begin = monotonic()
    stage = solve_times(instance, 60, stop=lambda: monotonic() - begin > 1)
    assert monotonic() - begin < 3
    assert stage.solution is not None


@pytest.mark.parametrize("ask", [solve_times, partition_bound, partial(explain, known=())])
def test_a_model_that_is_long_to_build_is_given_up(ask: Callable[..., object]) -> None:
    """That of 600 meetings takes seconds: neither a stop nor a limit waits for it."""
    instance = drawn(600)
    begin = monotonic()
    told = ask(instance, 60, stop=lambda: monotonic() - begin > 0.5)
    assert monotonic() - begin < 2.5
    begin = monotonic()
    ask(instance, 0.5)
    assert monotonic() - begin < 2.5
    if isinstance(told, TimeStage):
        assert told.status is Status.UNKNOWN
    elif isinstance(told, Explanation):
        assert told.verdict is Verdict.NOT_PROVED
    else:
        assert told == 0


def test_interchangeable_meetings_come_back_in_the_order_of_their_times() -> None:
    instance = base(Random(8))
    first = instance.meetings[0]
    twins = tuple(replace(first, code=f"T{i}") for i in range(4))
    instance = replace(instance, meetings=twins, interchangeable=((0, 1, 2, 3),))
    stage = solve_times(instance, 5)
    assert stage.solution is not None
    times = [p.at for p in stage.solution.placements]
    assert times == sorted(times)
    assert len(set(times)) == 4


@pytest.mark.skipif(not CTT.exists(), reason="the benchmark folder is not there")
def test_the_time_model_proves_4_for_comp01() -> None:
    stage = solve_times(read(CTT / "comp01.ctt"), 60, workers=2)
    assert (stage.status, stage.objective, stage.bound) == (Status.OPTIMAL, 4, 4)


def test_a_solve_that_goes_nowhere_ends_when_told_and_when_its_time_is_up() -> None:
    def pigeons() -> cp_model.CpModel:
        model = cp_model.CpModel()
        sits = [[model.new_bool_var("") for _ in range(40)] for _ in range(41)]
        model.add_bool_or([lit for row in sits for lit in row])
        for row in sits:
            model.add(cp_model.LinearExpr.weighted_sum(row, [i * i % 97 + 3 for i in range(40)]) == 1009)
        for column in zip(*sits, strict=True):
            model.add(cp_model.LinearExpr.weighted_sum(column, [i * 31 % 89 + 3 for i in range(41)]) == 1013)
        return model

    begin = monotonic()
    outcome = run(pigeons(), Limits(60, stop=lambda: monotonic() - begin > 0.5))
    assert monotonic() - begin < 2.5
    assert not outcome.solved
    begin = monotonic()
    run(pigeons(), Limits(1))
    assert monotonic() - begin < 2
    assert run(pigeons(), Limits(60, stop=lambda: True)).status is Status.UNKNOWN
