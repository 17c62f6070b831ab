"""`explain` finds planted conflicts, names them, and says nothing that is not so."""

from dataclasses import replace
from itertools import combinations
from random import Random
from time import monotonic

import pytest

from tests.engine.planted import KINDS, Planted, base
from webapp.engine.cpsat.run import Limits
from webapp.engine.explain.core import status_of
from webapp.engine.explain.explanation import Explanation, Verdict, explain
from webapp.engine.instance import Constraint, Instance, Meeting, Placement, Resource, TimeOption
from webapp.engine.result import Status
from webapp.engine.rule import ResourceKind
from webapp.engine.rules import rule_named
from webapp.engine.timegrid import Time, TimeGrid


def assert_named_rightly(planted: Planted, told: Explanation) -> None:
    """One minimal, verified conflict, made of what was planted and nothing else."""
    assert told.verdict is Verdict.IMPOSSIBLE
    conflict = told.conflicts[0]
    assert {member.of for member in conflict.members} <= planted.constraints
    assert planted.resources <= set(conflict.resources)
    assert planted.rooms <= set(conflict.rooms)
    assert conflict.minimal
    assert conflict.verified


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_conflict_is_found_and_named(kind: object, seed: int) -> None:
    planted = kind(Random(seed))  # type: ignore[operator]
    assert_named_rightly(planted, explain(planted.instance, 20))


@pytest.mark.slow
@pytest.mark.parametrize("ten", [*range(3), *(pytest.param(n, marks=pytest.mark.chaos) for n in range(3, 10))])
def test_a_hundred_planted_conflicts_are_all_found_and_named(ten: int) -> None:
    """In tens, so that processes can share them."""
    for seed in range(10 * ten, 10 * ten + 10):
        planted = KINDS[seed % len(KINDS)](Random(1000 + seed))
        assert_named_rightly(planted, explain(planted.instance, 20))


@pytest.mark.parametrize("kind", KINDS)
def test_the_members_can_not_hold_together_and_every_proper_subset_can(kind: object) -> None:
    planted = kind(Random(7))  # type: ignore[operator]
    conflict = explain(planted.instance, 20).conflicts[0]
    only = conflict.meetings if conflict.shortage else None
    limits = Limits(20)
    assert status_of(planted.instance, conflict.members, limits, only) is Status.INFEASIBLE
    for number in range(len(conflict.members)):
        for subset in combinations(conflict.members, number):
            assert status_of(planted.instance, subset, limits, only) in (Status.FEASIBLE, Status.OPTIMAL)


def test_a_term_with_a_timetable_is_said_to_be_possible() -> None:
    for seed in range(5):
        told = explain(base(Random(seed)), 20)
        assert told.verdict is Verdict.POSSIBLE
        assert told.conflicts == ()
        assert told.sentence == "There is a timetable."


def test_the_price_list_says_what_each_way_out_costs() -> None:
    planted = KINDS[0](Random(0))
    told = explain(planted.instance, 20)
    assert {price.amount for price in told.prices} == {1}
    assert all(price.proven for price in told.prices)
    assert any(price.assumption is None and price.sentence == "Leave 1 class out." for price in told.prices)
    assert any(price.assumption and price.assumption.constraint.rule.name == "unavailable" for price in told.prices)


def test_a_teacher_over_the_weeks_limit_has_a_price_in_a_week_of_48_slots() -> None:
    grid = TimeGrid(6, 8)
    times = tuple(TimeOption(Time(slot, 1, 1 << day)) for day in range(6) for slot in range(8))
    people = (Resource("T", ResourceKind.INSTRUCTOR, "Dr T"), Resource("G", ResourceKind.GROUP, "G"))
    meetings = tuple(Meeting(f"M{i}", times, (), (0, 1), 20, needs_room=False) for i in range(17))
    constraints = tuple(
        Constraint(rule_named(rule), None) for rule in ("all_placed", "instructor_clash", "group_clash")
    )
    limit = Constraint(rule_named("max_per_week"), None, (0,), amount=14)
    told = explain(Instance("week", grid, (), people, meetings, (*constraints, limit)), 20)
    [conflict] = told.conflicts
    assert {a.rule.name for a in conflict.members} == {"instructor_clash", "max_per_week"}
    assert (conflict.minimal, conflict.verified) == (True, True)
    found = {price.assumption and price.assumption.rule.name: (price.amount, price.proven) for price in told.prices}
    assert found["max_per_week"] == (3, True)
    assert found[None] == (3, True)


def test_two_pins_in_one_room_at_one_time_are_named() -> None:
    instance = base(Random(3))
    pin = Placement(Time(0, 1, 1), 0)
    free = [m for m, meeting in enumerate(instance.meetings) if meeting.rooms[0].room == 0]
    first, second = next(
        (a, b)
        for a, b in combinations(free, 2)
        if not set(instance.meetings[a].resources) & set(instance.meetings[b].resources)
    )
    meetings = [replace(m, pin=pin) if i in (first, second) else m for i, m in enumerate(instance.meetings)]
    told = explain(replace(instance, meetings=tuple(meetings)), 20)
    conflict = told.conflicts[0]
    assert {(a.constraint.rule.name, a.constraint.meetings) for a in conflict.members} == {
        ("room_clash", ()),
        ("pinned", (first,)),
        ("pinned", (second,)),
    }
    assert conflict.rooms == (0,)
    assert conflict.verified


def test_a_meeting_without_rooms_or_times_is_named_without_any_rule() -> None:
    instance = base(Random(1))
    for empty in (replace(instance.meetings[0], rooms=()), replace(instance.meetings[0], times=())):
        told = explain(replace(instance, meetings=(empty, *instance.meetings[1:])), 10)
        assert told.verdict is Verdict.IMPOSSIBLE
        assert told.conflicts[0].meetings == (0,)
        assert told.conflicts[0].members == ()


def test_the_time_limit_and_the_stop_flag_are_kept() -> None:
    hard = _hard_to_prove()
    begin = monotonic()
    told = explain(hard, 3)
    assert monotonic() - begin < 3 * 1.05 + 2
    assert told.verdict in (Verdict.NOT_PROVED, Verdict.IMPOSSIBLE)
    begin = monotonic()
    assert explain(hard, 60, stop=lambda: monotonic() - begin > 0.5).verdict is not Verdict.POSSIBLE
    assert monotonic() - begin < 3


def _hard_to_prove() -> Instance:
    """Nine teachers in pairs at every meeting: nothing is short, and yet it does not fit."""
    instance = base(Random(2))
    meetings = tuple(
        replace(instance.meetings[0], code=f"P{n}", resources=pair)
        for n, pair in enumerate(pair for pair in combinations(range(5), 2) for _ in range(4))
    )
    return replace(
        instance,
        meetings=meetings,
        constraints=(*instance.constraints, Constraint(rule_named("max_per_day"), None, tuple(range(5)), amount=4)),
    )
