"""Improving close to where a timetable stands: every move has its price, and nothing gets worse for it."""

from dataclasses import replace
from random import Random
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.instances import instances
from tests.engine.search.test_moves import GENTLE, HARD, wander
from tests.engine.test_repair import tiny
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import (
    Constraint,
    Instance,
    InstanceRoom,
    Meeting,
    Placement,
    Resource,
    RoomOption,
    TimeOption,
)
from webapp.engine.nearby import DEAREST, STEPS, NearbySearch, priced, prices, settled, stay_close, sweep
from webapp.engine.pins import with_pins
from webapp.engine.rule import ResourceKind
from webapp.engine.rules import rule_named
from webapp.engine.search.compile import compile_instance
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time, TimeGrid

GAP = 3
"""What a gap costs in `gappy`."""


def gappy() -> tuple[Instance, Solution]:
    """A teacher with a gap between two meetings; moving either meeting closes it."""
    times = tuple(TimeOption(Time(slot, 1, 1)) for slot in range(4))
    meetings = tuple(Meeting(f"M{number}", times, (RoomOption(0),), (0,)) for number in range(2))
    rules = ("all_placed", "room_clash", "instructor_clash")
    constraints = (
        *(Constraint(rule_named(rule), None) for rule in rules),
        Constraint(rule_named("instructor_gaps"), GAP),
    )
    teacher = Resource("T", ResourceKind.INSTRUCTOR)
    instance = Instance("gappy", TimeGrid(1, 4), (InstanceRoom("A", 9),), (teacher,), meetings, constraints)
    return instance, Solution((Placement(Time(0, 1, 1), 0), Placement(Time(2, 1, 1), 0)))


def moves(before: Solution, after: Solution) -> int:
    return sum(one != other for one, other in zip(before.placements, after.placements, strict=True))


@pytest.mark.parametrize(("price", "moved", "cost"), [(GAP + 1, 0, GAP), (GAP - 1, 1, 0)])
def test_a_meeting_moves_only_where_that_gains_more_than_its_price(price: int, moved: int, cost: int) -> None:
    instance, before = gappy()
    after = stay_close(instance, before, before, price, 0.3)
    assert (moves(before, after), evaluate(instance, after).cost) == (moved, cost)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_found_is_never_worse_than_the_start_at_its_own_price(seed: int) -> None:
    instance, before = tiny(Random(seed))
    for price in prices(instance):
        after = stay_close(instance, before, before, price, 0.1, workers=2)
        near = priced(instance, before, price)
        own, start = evaluate(near, after), evaluate(near, before)
        assert (own.hard, own.cost) <= (start.hard, start.cost)


def test_the_prices_fall_from_many_times_the_heaviest_weight_to_the_lightest() -> None:
    instance, _ = tiny(Random(1))
    found = prices(instance)
    assert instance.weight_range == (1, 2)
    assert (found[0], found[-1], len(found)) == (DEAREST * 2, 1, STEPS)
    assert found == sorted(found, reverse=True)


@given(data=st.data())
@GENTLE
def test_one_compilation_at_another_price_costs_what_the_truth_counts(data: st.DataObject) -> None:
    instance: Instance = data.draw(instances(hard=HARD))
    left_out = compile_instance(instance).left_out
    instance = replace(instance, constraints=tuple(c for c in instance.constraints if c.rule.name not in left_out))
    before, _ = wander(compile_instance(instance), 1, 200, 5.0)
    near = NearbySearch(instance, before)
    for price in (near.lightest, near.lightest + 7, 1000):
        now, believed = wander(near.at(price), 2, 30, 50.0)
        score = evaluate(priced(instance, before, price), now)
        assert believed == (score.hard, score.cost)


def test_who_is_not_free_stays_and_takes_no_memory_of_its_own() -> None:
    instance, before = gappy()
    near = NearbySearch(instance, before, free=(1,))
    assert len(near.problem.model.both_cost) == 1
    found = near.anneal(before, GAP - 1, 0.2, 1, lambda: False)
    assert (found.solution.placements[0], found.moves, found.cost) == (before.placements[0], 1, 0)


def test_it_ends_in_time_and_at_once_when_told_to_stop() -> None:
    instance, before = gappy()
    began = monotonic()
    sweep(instance, before, before, [[9, 8, 7]], 1.0)
    assert 0.5 < monotonic() - began < 2
    began = monotonic()
    (only,) = sweep(instance, before, before, [[9, 3, 1]], 60.0, stop=lambda: True)
    assert (only.solution, only.hard, only.cost, only.moves) == (before, 0, GAP, 0)
    assert monotonic() - began < 2


def test_lectures_that_are_alike_are_named_so_that_each_stays_where_it_can() -> None:
    instance, before = gappy()
    instance = replace(instance, interchangeable=((0, 1),))
    first, second = before.placements
    assert settled(instance, before, Solution((second, first))) == before
    other = replace(first, time=Time(3, 1, 1))
    assert settled(instance, before, Solution((other, first))).placements == (first, other)
    elsewhere = replace(second, room=None)
    assert settled(instance, before, Solution((elsewhere, other))).placements == (other, elsewhere)
    assert settled(replace(instance, interchangeable=()), before, Solution((second, first))).placements[0] == second


def test_a_pin_that_is_laid_over_another_keeps_what_it_leaves_open() -> None:
    instance, _ = gappy()
    monday, later = Time(0, 1, 1), Time(3, 1, 1)
    pinned = with_pins(instance, {0: Placement(monday)})
    again = with_pins(pinned, {0: Placement(None, 0), 1: Placement(later)})
    assert again.meetings[0].pin == Placement(monday, 0)
    assert again.meetings[1].pin == Placement(later)
