"""What is counted without a solver is never above the cost of a timetable, and above nothing where it can be told."""

import csv
import os
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random

import pytest

from tests.engine.cpsat.cpsat_cases import random_constraint, random_instance
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Constraint, Instance, InstanceRoom, Meeting, Placement, Resource, TimeOption
from webapp.engine.least_cost import least_cost, least_of_rooms_used
from webapp.engine.readers import read
from webapp.engine.rule import ResourceKind
from webapp.engine.rules import RULES, rule_named
from webapp.engine.search.warmup import tiny
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time, TimeGrid

CTT = Path(os.environ.get("TIMELOOM_BENCHMARKS", "../shared/benchmarks")) / "ctt"
HARD = ("all_placed", "room_clash", "instructor_clash", "group_clash")
MOST_TIMETABLES = 1_500


def cheapest(instance: Instance) -> int | None:
    """The least that any complete timetable costs, by trying them all; None where there is none, or are too many."""
    choices = [
        [Placement(o.time, room) for o in m.times for room in ([r.room for r in m.rooms] if m.needs_room else [None])]
        for m in instance.meetings
    ]
    if len(choices[0]) * len(choices[1]) * len(choices[2]) > MOST_TIMETABLES:
        return None
    scores = (evaluate(instance, Solution(placements)) for placements in product(*choices))
    return min((score.cost for score in scores if score.feasible), default=None)


def test_no_timetable_costs_less_than_is_counted_whatever_the_rules() -> None:
    """Each rule by itself and several together, on random instances of which every timetable is tried."""
    checked = positive = exact = 0
    for seed in range(60):
        random = Random(seed)
        instance = random_instance(random)
        instance = replace(instance, meetings=instance.meetings[:3])
        few = 1 if seed % 2 else 4
        names = random.sample(
            [rule.name for rule in RULES if rule.name not in HARD and rule.family != "sectioning"], few
        )
        if few == 1:
            names = [("rooms_in_use", "group_days", "room_penalty", "time_penalty", "min_working_days")[seed // 2 % 5]]
        counted = replace(instance, meetings=tuple(replace(m, code=f"m{n}") for n, m in enumerate(instance.meetings)))
        hard = tuple(Constraint(rule_named(rule), None) for rule in HARD)
        soft = tuple(within(random_constraint(random, counted, name, random.randint(1, 3))) for name in names)
        instance = replace(counted, constraints=(*hard, *soft))
        best = cheapest(instance)
        if best is not None:
            found = least_cost(instance)
            assert found <= best, (seed, names)
            checked, positive, exact = checked + 1, positive + (found > 0), exact + (found == best > 0)
    assert checked >= 20
    assert positive >= 8
    assert exact >= 5


def within(constraint: Constraint) -> Constraint:
    """The constraint about the first three meetings alone."""
    return replace(constraint, meetings=tuple(m for m in constraint.meetings if m < 3))


def test_seats_rooms_days_and_wishes_are_each_counted_once() -> None:
    """Counted by hand: two rooms of 20 and 5 seats, four periods, one group with five meetings of 12 students."""
    grid = TimeGrid(2, 2)
    times = tuple(TimeOption(Time(slot, 1, 1 << day), 3 + slot) for day in range(2) for slot in range(2))
    rooms = (InstanceRoom("large", 20), InstanceRoom("small", 5))
    every = tiny().meetings[0].rooms[:2]
    meetings = tuple(Meeting(f"m{n}", times, every, (0,) if n < 3 else (), size=12) for n in range(5))
    hard = tuple(Constraint(rule_named(rule), None) for rule in HARD)
    instance = Instance("hand", grid, rooms, (Resource("g", ResourceKind.GROUP),), meetings, hard)

    def counted(*soft: Constraint) -> int:
        return least_cost(replace(instance, constraints=(*hard, *soft)))

    seats = Constraint(rule_named("room_capacity"), 2)
    wishes = Constraint(rule_named("time_penalty"), 1)
    used = Constraint(rule_named("rooms_in_use"), 10)
    days = Constraint(rule_named("group_days"), 100)
    assert counted() == 0
    assert counted(seats) == 14  # five meetings, four periods in the large room: seven students stand
    assert counted(wishes) == 15  # each at the best of its times
    assert counted(used) == 20  # five meetings do not fit into the four periods of one room
    assert counted(days) == 200  # three meetings of a group do not fit into one day of two periods
    assert counted(seats, wishes, used, days) == 14 + 15 + 20 + 200
    assert least_of_rooms_used(replace(instance, constraints=(*hard, seats, used, days))) == 20


def test_nothing_is_said_where_meetings_may_stay_unplaced() -> None:
    """What has no place costs nothing by the rules counted here."""
    instance = tiny()
    soft = (Constraint(rule_named("group_days"), 1),)
    placed = Constraint(rule_named("all_placed"), None)
    assert least_cost(replace(instance, constraints=(placed, *soft))) > 0
    assert least_cost(replace(instance, constraints=soft)) == 0
    assert least_cost(replace(instance, constraints=(replace(placed, weight=5), *soft))) == 0


@pytest.mark.skipif(not CTT.exists(), reason="the benchmark folder is not there")
def test_what_is_counted_of_the_benchmarks_is_not_above_the_best_known() -> None:
    with (CTT / "best_known.csv").open(encoding="utf-8") as file:
        best = {row["instance"]: int(row["best_known"]) for row in csv.DictReader(file)}
    assert {name: least_cost(read(CTT / f"{name}.ctt")) <= cost for name, cost in best.items()} == dict.fromkeys(
        best, True
    )
