"""The CP-SAT form of every rule counts what the truth counts."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.cpsat.cpsat_cases import (
    model_cost,
    random_constraint,
    random_instance,
    random_placement,
    random_solution,
)
from tests.engine.instances import instances, solutions
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Constraint, Instance, Placement, TimeOption
from webapp.engine.rules import RULES, rule_named
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time

NAMES = [rule.name for rule in RULES]
SEEDS = range(12)


def prepared(random: Random, rule: str, weight: int | None, **grid_fields: int) -> tuple[Instance, Solution]:
    if rule in ("same_weeks", "different_weeks"):
        grid_fields["weeks"] = 3
    instance = random_instance(random, **grid_fields)
    solution = random_solution(random, instance)
    if rule == "pinned":
        pins = [random_placement(random, instance, m) for m in range(len(instance.meetings))]
        instance = replace(
            instance,
            meetings=tuple(
                replace(m, pin=Placement(p.time, random.choice((p.room, None)))) if random.random() < 0.5 else m
                for m, p in zip(instance.meetings, pins, strict=True)
            ),
        )
    if rule == "changes":
        kept = random.random() < 0.5
        instance = replace(
            instance, reference=solution.placements if kept else random_solution(random, instance).placements
        )
    if rule == "same_time" and random.random() < 0.5:
        together = instance.meetings[0].times
        instance = replace(instance, meetings=tuple(replace(m, times=together) for m in instance.meetings))
        solution = Solution(tuple(replace(p, time=together[0].time) for p in solution.placements))
    if rule in ("consecutive", "grouped", "overlap") and random.random() < 0.5:
        starts = [Time(0 if rule == "overlap" else m, 1, 1, instance.grid.all_weeks) for m in range(3)]
        three = tuple(replace(m, times=(TimeOption(t),)) for m, t in zip(instance.meetings, starts, strict=False))
        instance = replace(instance, meetings=three)
        solution = Solution(tuple(replace(p, time=t) for p, t in zip(solution.placements, starts, strict=False)))
    if rule == "different_weeks" and random.random() < 0.5:
        two = tuple(
            replace(m, times=(TimeOption(Time(0, 1, 1, w)),)) for m, w in zip(instance.meetings, (1, 2), strict=False)
        )
        instance = replace(instance, meetings=two)
        solution = Solution(
            tuple(replace(p, time=m.times[0].time) for p, m in zip(solution.placements, two, strict=False))
        )
    constraints = tuple(random_constraint(random, instance, rule, weight) for _ in range(2))
    return replace(instance, constraints=constraints), solution


@pytest.mark.parametrize("rule", NAMES)
def test_a_soft_rule_costs_in_the_model_what_it_costs_in_truth(rule: str) -> None:
    costs = set()
    for seed in SEEDS:
        instance, solution = prepared(Random(seed), rule, 3)
        truth = evaluate(instance, solution).cost
        assert model_cost(instance, solution) == truth, seed
        costs.add(truth)
    assert len(costs) > 1 or rule == "all_placed" or (rule in ("possible_time", "suitable_room") and costs == {0})


@pytest.mark.parametrize("rule", NAMES)
def test_a_hard_rule_forbids_in_the_model_exactly_what_it_forbids_in_truth(rule: str) -> None:
    seen = set()
    for seed in range(40):
        instance, solution = prepared(Random(seed), rule, None)
        feasible = evaluate(instance, solution).feasible
        assert (model_cost(instance, solution) is not None) == feasible, seed
        seen.add(feasible)
        if len(seen) == 2 and seed > 5:
            break
    assert True in seen or rule in ("rooms_in_use", "empty_seats", "group_days", "instructor_days", "preferred_times")
    assert False in seen or rule in ("all_placed", "possible_time", "suitable_room")


@pytest.mark.parametrize("rule", NAMES)
def test_what_a_window_would_change_costs_in_the_model_what_it_costs_in_truth(rule: str) -> None:
    for seed in SEEDS:
        random = Random(seed)
        instance, before = prepared(random, rule, 2)
        free = sorted(random.sample(range(len(instance.meetings)), 2))
        after = before.moved((m, random_placement(random, instance, m)) for m in free)
        truth = evaluate(instance, after).cost - evaluate(instance, before).cost
        model = (model_cost(instance, after, free) or 0) - (model_cost(instance, before, free) or 0)
        assert model == truth, seed


@pytest.mark.parametrize("slots", [9, 16])
@pytest.mark.parametrize("rule", ["isolated_meetings", "group_gaps", "max_in_row", "max_per_day", "max_per_week"])
def test_day_and_week_patterns_agree_on_longer_days(rule: str, slots: int) -> None:
    for seed in range(4):
        instance, solution = prepared(Random(seed), rule, 1, slots_per_day=slots)
        assert model_cost(instance, solution) == evaluate(instance, solution).cost, seed


def test_hours_are_added_up_in_a_week_too_long_to_try_out_every_week() -> None:
    for seed in range(4):
        instance, solution = prepared(Random(seed), "max_per_week", 1, days=6, slots_per_day=8)
        anywhere = tuple(TimeOption(Time(slot, 1, 1 << day)) for day in range(6) for slot in range(8))
        meetings = tuple(
            replace(m, times=tuple({o.time: o for o in (*anywhere, *m.times)}.values())) for m in instance.meetings
        )
        instance = replace(instance, meetings=meetings)
        assert model_cost(instance, solution) == evaluate(instance, solution).cost, seed


def test_the_lectures_of_a_course_are_counted_and_not_named() -> None:
    for seed in range(20):
        random = Random(seed)
        instance = random_instance(random, weeks=1)
        first = replace(instance.meetings[0], resources=(0,), pin=None)
        twins = tuple(replace(first, code=f"T{i}") for i in range(3))
        times = random.sample([o.time for o in first.times], min(3, len(first.times)))
        instance = replace(
            instance,
            meetings=twins,
            interchangeable=((0, 1, 2),),
            constraints=(
                Constraint(rule_named("instructor_clash"), None),
                Constraint(rule_named("min_working_days"), 5, meetings=(0, 1, 2), amount=3),
                Constraint(rule_named("different_days"), 4, meetings=(0, 1, 2)),
                Constraint(rule_named("room_stability"), 3, meetings=(0, 1, 2)),
                Constraint(rule_named("time_penalty"), 1),
                Constraint(rule_named("room_capacity"), 1),
            ),
        )
        rooms = [random.choice(first.rooms).room if first.needs_room else None for _ in times]
        ordered = sorted(zip(times, rooms, strict=True))
        if len(ordered) < 3:
            continue
        solution = Solution(tuple(Placement(t, r) for t, r in ordered))
        score = evaluate(instance, solution)
        assert model_cost(instance, solution) == (score.cost if score.feasible else None), seed


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_many_rules_together_cost_and_forbid_in_the_model_what_they_do_in_truth(data: st.DataObject) -> None:
    hard = data.draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True))
    instance = data.draw(instances(hard=tuple(hard)))
    solution = data.draw(solutions(instance, possible=True))
    score = evaluate(instance, solution)
    assert model_cost(instance, solution) == (score.cost if score.feasible else None)
