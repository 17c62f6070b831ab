"""A repair moves as few meetings as possible, and says so only when it is proven."""

from dataclasses import replace
from itertools import pairwise, product
from random import Random
from time import monotonic

import pytest

from tests.engine.planted import base
from tests.engine.tried import drawn, everything
from tests.engine.window import window
from webapp.engine.domains import Domains
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import (
    UNPLACED,
    Constraint,
    Instance,
    InstanceRoom,
    Meeting,
    Placement,
    Resource,
    RoomOption,
    TimeOption,
)
from webapp.engine.nearby import Near
from webapp.engine.neighbours import by_nearness
from webapp.engine.pins import with_pins
from webapp.engine.repair import Disruption, PersonOut, RoomOut, changed, repair
from webapp.engine.result import Status
from webapp.engine.rule import ResourceKind
from webapp.engine.rules import rule_named
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time, TimeGrid

HARD = ("all_placed", "room_clash", "instructor_clash")
ADDED = ("same_start", "different_weekdays", "same_room", "days_between", "min_gap", "max_days", "max_day_load",
         "max_breaks", "max_block", "max_rooms", "begins_by", "gaps_a_day", "gaps_a_week", "interval_days",
         "min_per_day", "building_changes_a_day", "building_change_gap", "walking_time", "most_at_once")  # fmt: skip


def tiny(random: Random) -> tuple[Instance, Solution]:
    """Two rooms, three slots, four or five meetings of two teachers: small enough to try everything."""
    grid = TimeGrid(1, 3)
    times = tuple(TimeOption(Time(s, 1, 1)) for s in range(3))
    rooms = (InstanceRoom("A", 10), InstanceRoom("B", 10))
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
    soft = (Constraint(rule_named("instructor_gaps"), 1), Constraint(rule_named("room_stability"), 2, (0,)))
    instance = Instance(
        "tiny", grid, rooms, people, meetings, (*(Constraint(rule_named(r), None) for r in HARD), *soft)
    )
    return instance, window(instance, Solution.empty(instance), range(number), 5)


def test_what_waits_gets_a_place_when_asked_for_and_the_fewest_move_for_it():
    """Two rooms, two slots; M2 fits only where M0 stands, which can go elsewhere."""
    grid, rooms = TimeGrid(1, 2), (InstanceRoom("A", 10), InstanceRoom("B", 10))
    both, first = tuple(TimeOption(Time(s, 1, 1)) for s in range(2)), (TimeOption(Time(0, 1, 1)),)
    anywhere, only_a = (RoomOption(0), RoomOption(1)), (RoomOption(0),)
    meetings = (Meeting("M0", both, anywhere), Meeting("M1", first, (RoomOption(1),)), Meeting("M2", first, only_a))
    hard = tuple(Constraint(rule_named(rule), None) for rule in HARD)
    instance = Instance("waits", grid, rooms, (), meetings, hard)
    before = Solution((Placement(Time(0, 1, 1), 0), Placement(Time(0, 1, 1), 1), UNPLACED))
    assert repair(instance, before, [], 5).solution == before, "nobody asked for it"
    found = repair(instance, before, [], 5, place_waiting=True)
    assert (found.moved, found.unplaced, found.proven, found.status) == ((0,), (), True, Status.FEASIBLE)
    alone = before.moved([(1, UNPLACED)])
    free = repair(instance, alone, [], 5, place_waiting=True)
    assert (free.moved, free.unplaced) == ((0,), ())


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
    changes: list[Disruption] = [
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


@pytest.mark.parametrize("rule", ADDED)
def test_a_repair_keeps_every_kind_of_rule_and_moves_as_few_as_trying_everything_does(rule: str) -> None:
    """Meetings of one day and of several, of all weeks and of some; a lock holds what is not hit."""
    repaired = 0
    for seed in range(30):
        instance = drawn(Random(seed), rule)
        start = next((each for each in everything(instance) if evaluate(instance, each).feasible), None)
        place = start.placements[0] if start else Placement()
        if start is None or place.room is None:
            continue
        locked = with_pins(instance, {2: start.placements[2]}) if seed % 2 else instance
        changes = [RoomOut(place.room, (place.at,))]
        after = changed(locked, changes)
        found = repair(locked, start, changes, 5)
        timetables = [each for each in everything(after) if evaluate(after, each).feasible]
        moves = [sum(a != b for a, b in zip(each.placements, start.placements, strict=True)) for each in timetables]
        if moves:
            assert (found.status, len(found.moved), found.proven) == (Status.FEASIBLE, min(moves), True)
            assert evaluate(after, found.solution).feasible
        else:
            assert (found.status, bool(found.unplaced)) == (Status.INFEASIBLE, True)
        assert found.bound <= len(found.moved)
        repaired += 1
        if repaired == 2:
            break
    assert repaired


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


def test_nothing_moves_when_nothing_changed_and_nobody_waits_for_it() -> None:
    instance = base(Random(9))
    before = window(instance, Solution.empty(instance), range(len(instance.meetings)), 5)
    begin = monotonic()
    found = repair(instance, before, [], 60)
    assert monotonic() - begin < 3
    assert (found.moved, found.proven, found.solution) == ((), True, before)
    assert [rung.moves for rung in found.ladder] == [0]


def waiting(rooms: int) -> tuple[Instance, Solution]:
    """Two slots; two meetings of one teacher fill room A in both; a third, of another, may be in A alone and waits."""
    grid = TimeGrid(1, 2)
    times = tuple(TimeOption(Time(slot, 1, 1)) for slot in range(2))
    people = tuple(Resource(name, ResourceKind.INSTRUCTOR) for name in "TU")
    own = tuple(RoomOption(room) for room in range(rooms))
    meetings = (
        Meeting("M0", times, own, (0,)),
        Meeting("M1", times, (RoomOption(0),), (0,)),
        Meeting("W", times, (RoomOption(0),), (1,)),
    )
    named = tuple(InstanceRoom(code, 10) for code in "ABC"[:rooms])
    instance = Instance("waiting", grid, named, people, meetings, tuple(Constraint(rule_named(r), None) for r in HARD))
    stands = (Placement(Time(0, 1, 1), 0), Placement(Time(1, 1, 1), 0), Placement())
    return instance, Solution(stands)


def test_nobody_moves_for_a_meeting_that_had_no_place_before_but_on_a_later_rung() -> None:
    instance, before = waiting(rooms=3)
    away = [RoomOut(2)]  # nobody is there
    assert repair(instance, before, away, 5).moved == ()
    found = repair(instance, before, [RoomOut(1), PersonOut(1, frozenset({1}))], 5)
    assert (found.status, found.moved, found.unplaced) == (Status.FEASIBLE, (), (2,))


def test_the_ladder_places_what_had_no_place_where_more_moves_make_room() -> None:
    instance, before = waiting(rooms=2)
    moving = replace(before.placements[1], room=1)
    instance = replace(
        instance,
        meetings=(instance.meetings[0], replace(instance.meetings[1], rooms=(RoomOption(0), RoomOption(1))),
                  instance.meetings[2]),
    )  # fmt: skip
    found = repair(instance, before.moved([(1, moving)]), [RoomOut(1)], 5)
    assert (found.status, found.proven, found.moved) == (Status.FEASIBLE, True, (1,))
    assert found.unplaced == (2,)


def test_what_had_no_place_takes_a_free_one_where_that_moves_nobody_else() -> None:
    instance, before = waiting(rooms=3)
    in_c = before.moved([(0, replace(before.placements[0], room=2))])
    found = repair(instance, in_c, [RoomOut(2)], 5)  # to A, where W could be, or to B
    assert (found.proven, found.moved, found.unplaced) == (True, (0,), ())
    assert found.solution.placements[2].room == 0


def test_each_rung_moves_more_costs_less_and_breaks_nothing() -> None:
    random = Random(11)
    instance = base(random)
    before = window(instance, Solution.empty(instance), range(len(instance.meetings)), 5)
    room = before.placements[0].room
    assert room is not None
    soft = (
        Constraint(rule_named("instructor_gaps"), 3),
        Constraint(rule_named("group_gaps"), 2),
        Constraint(rule_named("room_stability"), 1),
    )
    instance = replace(instance, constraints=(*instance.constraints, *soft))
    found = repair(instance, before, [RoomOut(room)], 10, workers=2)
    rungs = [(rung.moves, rung.cost) for rung in found.ladder]
    assert len(rungs) > 1
    assert [moves for moves, _ in rungs] == sorted({moves for moves, _ in rungs})
    assert [cost for _, cost in rungs] == sorted({cost for _, cost in rungs}, reverse=True)
    gains = [(one[1] - two[1]) / (two[0] - one[0]) for one, two in pairwise(rungs)]
    assert gains == sorted(gains, reverse=True)
    for rung in found.ladder:
        score = evaluate(found.instance, rung.solution)
        assert (score.hard, score.cost) == (0, rung.cost)


def test_what_can_not_be_placed_is_left_out_and_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_given: object) -> None:
        raise AssertionError("that they have no time is known before any solver is asked")

    monkeypatch.setattr("webapp.engine.repair.run", asked)
    instance = base(Random(9))
    before = window(instance, Solution.empty(instance), range(len(instance.meetings)), 5)
    teacher = instance.meetings[0].resources[0]
    found = repair(instance, before, [PersonOut(teacher)], 10)
    assert found.unplaced == instance.meetings_of[teacher]
    assert not found.proven
    lost = len(found.unplaced)
    assert (found.status, found.bound, len(found.moved)) == (Status.INFEASIBLE, lost, lost), "no bound above its moves"
    assert found.sentence == f"0 meetings moved; {lost} meetings without a place, that not all can have one is proven."


@pytest.mark.parametrize("seed", range(6))
def test_of_a_large_timetable_only_what_is_near_moves_and_the_least_is_proven_all_the_same(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.engine.repair.ALL_MAY_MOVE", 5)
    monkeypatch.setattr("webapp.engine.repair.NEAR_ENOUGH", 4)
    instance = base(Random(seed))
    soft = (Constraint(rule_named("instructor_gaps"), 3), Constraint(rule_named("room_stability"), 1))
    instance = replace(instance, constraints=(*instance.constraints, *soft))
    before = window(instance, Solution.empty(instance), range(len(instance.meetings)), 5)
    room = before.placements[0].room
    assert room is not None
    hit = tuple(m for m, p in enumerate(before.placements) if p.room == room)
    found = repair(instance, before, [RoomOut(room)], 3, workers=2)
    score = evaluate(found.instance, found.solution)
    assert (found.proven, found.moved, score.hard, score.cost) == (True, hit, 0, found.ladder[0].cost)
    assert found.cost_before == evaluate(found.instance, before).cost
    assert all(rung.moves <= len(hit) + 4 for rung in found.ladder)
    assert all(evaluate(found.instance, rung.solution).cost == rung.cost for rung in found.ladder)


def test_who_alone_stands_in_the_way_is_the_first_to_move_for_others() -> None:
    instance, before = waiting(rooms=3)
    domains = Domains(instance)
    assert by_nearness(domains, before.placements, [2]) == [2, 0, 1]
    swapped = Solution((replace(before.placements[0], room=1), *before.placements[1:]))
    assert by_nearness(domains, swapped.placements, [2]) == [2, 1, 0], "nothing is in the way in the first slot"


def test_the_time_limit_is_kept() -> None:
    instance = base(Random(9))
    before = window(instance, Solution.empty(instance), range(len(instance.meetings)), 5)
    begin = monotonic()
    repair(instance, before, [RoomOut(0), RoomOut(1)], 2)
    assert monotonic() - begin < 2 * 1.05 + 2
    hurried = repair(instance, before, [RoomOut(0), RoomOut(1)], 0.001)
    assert (hurried.looked_further, len(hurried.ladder)) == (False, 1)


def test_where_the_truth_refuses_all_that_the_search_found_the_first_rung_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instance, before = waiting(rooms=2)
    moving = before.moved([(0, replace(before.placements[0], room=1))])
    clashing = Solution((before.placements[0],) * 2 + (UNPLACED,))

    def blind(*_given: object) -> list[Near]:
        return [Near(clashing, 0, 0, 1)]  # by its own count it breaks nothing

    monkeypatch.setattr("webapp.engine.repair.sweep", blind)
    found = repair(instance, moving, [RoomOut(1)], 5)
    assert (found.status, found.moved, len(found.ladder)) == (Status.FEASIBLE, (0,), 1)
