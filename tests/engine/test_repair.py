"""A repair moves as few meetings as possible, and says so only when it is proven."""

from itertools import product
from random import Random
from time import monotonic

import pytest

from tests.engine.planted import base
from webapp.engine.cpsat.window import window
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import (
    Constraint,
    Instance,
    Meeting,
    Placement,
    Resource,
    ResourceKind,
    Room,
    RoomOption,
    TimeOption,
)
from webapp.engine.repair import Change, PersonOut, RoomOut, changed, repair
from webapp.engine.result import Status
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time, TimeGrid

HARD = ("all_placed", "room_clash", "instructor_clash")


def tiny(random: Random) -> tuple[Instance, Solution]:
    """Two rooms, three slots, four or five meetings of two teachers: small enough to try everything."""
    grid = TimeGrid(1, 3)
    times = tuple(TimeOption(Time(s, 1, 1)) for s in range(3))
    rooms = (Room("A", 10), Room("B", 10))
    people = tuple(Resource(f"T{i}", ResourceKind.INSTRUCTOR) for i in range(2))
    number = random.randint(4, 5)
    meetings = tuple(
        Meeting(
            f"M{i}",
            tuple(sorted(random.sample(times, random.randint(2, 3)), key=lambda o: o.time)),
            tuple(RoomOption(r) for r in random.choice(((0, 1), (0, 1), (0,), (1,)))),
            (i % 2,),
        )
        for i in range(number)
    )
    soft = (Constraint("instructor_gaps", 1), Constraint("room_stability", 2, (0,)))
    instance = Instance("tiny", grid, rooms, people, meetings, (*(Constraint(r, None) for r in HARD), *soft))
    return instance, window(instance, Solution.empty(instance), range(number), 5)


def least_by_trying(instance: Instance, before: Solution) -> int | None:
    """The least number of moves over all timetables; None when none holds."""
    choices = [[Placement(o.time, r.room) for o in m.times for r in m.rooms] for m in instance.meetings]
    best = None
    for placements in product(*choices):
        moves = sum(a != b for a, b in zip(placements, before.placements, strict=True))
        if (best is None or moves < best) and evaluate(instance, Solution(placements)).feasible:
            best = moves
    return best


@pytest.mark.parametrize("seed", range(25))
def test_the_least_number_of_moves_is_the_one_that_trying_everything_finds(seed: int) -> None:
    random = Random(seed)
    instance, before = tiny(random)
    if before.unplaced:
        pytest.skip("this term has no timetable to repair")
    changes: list[Change] = [
        random.choice((RoomOut(0, (Time(random.randrange(3), 1, 1),)), PersonOut(1, frozenset({random.randrange(3)}))))
    ]
    found = repair(instance, before, changes, 5)
    least = least_by_trying(changed(instance, changes), before)
    if least is None:
        assert found.status is Status.INFEASIBLE
        assert found.unplaced
    else:
        assert found.status is Status.FEASIBLE
        assert len(found.moved) == least
        assert found.proven
        assert evaluate(found.instance, found.solution).feasible


def test_only_the_meetings_of_a_closed_room_move_and_the_ladder_falls() -> None:
    instance = base(Random(9))
    before = window(instance, Solution.empty(instance), range(len(instance.meetings)), 5)
    assert evaluate(instance, before).feasible
    room = before.placements[0].room
    assert room is not None
    displaced = tuple(m for m, p in enumerate(before.placements) if p.room == room)
    found = repair(instance, before, [RoomOut(room)], 10)
    assert found.proven
    assert found.moved == displaced
    assert found.sentence.endswith("moved, which is the least possible.")
    costs = [rung.cost for rung in found.ladder]
    assert costs == sorted(costs, reverse=True)
    assert found.ladder[0].solution == found.solution
    assert all(p.room != room for p in found.solution.placements)


def test_nothing_moves_when_nothing_changed() -> None:
    instance = base(Random(9))
    before = window(instance, Solution.empty(instance), range(len(instance.meetings)), 5)
    found = repair(instance, before, [], 5)
    assert (found.moved, found.proven, found.solution) == ((), True, before)


def test_what_can_not_be_placed_is_left_out_and_listed() -> None:
    instance = base(Random(9))
    before = window(instance, Solution.empty(instance), range(len(instance.meetings)), 5)
    teacher = instance.meetings[0].resources[0]
    found = repair(instance, before, [PersonOut(teacher)], 10)
    assert found.unplaced == instance.meetings_of[teacher]
    assert not found.proven


def test_the_time_limit_is_kept() -> None:
    instance = base(Random(9))
    before = window(instance, Solution.empty(instance), range(len(instance.meetings)), 5)
    begin = monotonic()
    repair(instance, before, [RoomOut(0), RoomOut(1)], 2)
    assert monotonic() - begin < 2 * 1.05 + 2
