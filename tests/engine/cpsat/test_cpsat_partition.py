"""The bound from parts is never above the cost of a timetable."""

import os
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random

import pytest

from tests.engine.cpsat.cpsat_cases import random_instance
from tests.engine.planted import base, overfull_group
from tests.engine.window import window
from webapp.engine.cpsat import partition
from webapp.engine.cpsat.partition import partition_bound
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Constraint, Placement
from webapp.engine.readers.ctt import read
from webapp.engine.rules import rule_named
from webapp.engine.solution import Solution

CTT = Path(os.environ.get("TIMELOOM_BENCHMARKS", "../shared/benchmarks")) / "ctt"


def test_the_bound_from_parts_never_exceeds_what_trying_everything_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition, "SMALL", 2)
    checked = positive = 0
    for seed in range(20):
        random = Random(seed)
        instance = random_instance(random)
        instance = replace(instance, meetings=instance.meetings[:3])
        hard = [Constraint(rule_named(rule), None) for rule in ("all_placed", "room_clash", "instructor_clash")]
        hard.append(Constraint(rule_named("max_per_day"), None, amount=3))
        soft = [
            Constraint(rule_named(rule), random.randint(1, 3), amount=2)
            for rule in ("group_gaps", "isolated_meetings", "min_working_days", "group_days", "time_penalty")
        ]
        instance = replace(instance, constraints=(*hard, *soft))
        choices = [
            [Placement(o.time, r) for o in m.times for r in ([o.room for o in m.rooms] if m.needs_room else [None])]
            for m in instance.meetings
        ]
        if len(choices[0]) * len(choices[1]) * len(choices[2]) > 1500:
            continue
        found_all = [Solution(placements) for placements in product(*choices)]
        scores = {solution: evaluate(instance, solution) for solution in found_all}
        known = min((s for s in found_all if scores[s].feasible), key=lambda s: scores[s].cost, default=None)
        best = None if known is None else scores[known].cost
        found = partition_bound(instance, 5)
        if best is None:
            continue
        checked += 1
        assert found is not None
        positive += found > 0
        assert found <= best, seed
        with_known = partition_bound(instance, 5, known=known)
        assert with_known is not None
        assert found <= with_known <= best, "a timetable that is known only saves time"
    assert checked >= 3
    assert positive >= 2


def test_a_larger_term_has_a_bound_below_what_is_found() -> None:
    instance = base(Random(1))
    soft = [
        Constraint(rule_named("isolated_meetings"), 2),
        Constraint(rule_named("instructor_days"), 1),
        Constraint(rule_named("group_gaps"), 1),
    ]
    instance = replace(instance, constraints=(*instance.constraints, *soft))
    found = window(instance, Solution.empty(instance), range(len(instance.meetings)), 4)
    bound = partition_bound(instance, 4)
    assert bound is not None
    assert 0 < bound <= evaluate(instance, found).cost


def test_hard_rules_that_can_not_hold_are_noticed() -> None:
    planted = overfull_group(Random(0)).instance
    planted = replace(planted, constraints=(*planted.constraints, Constraint(rule_named("group_gaps"), 1)))
    assert partition_bound(planted, 10) is None


@pytest.mark.slow
@pytest.mark.skipif(not CTT.exists(), reason="the benchmark folder is not there")
@pytest.mark.chaos  # half a minute each
@pytest.mark.parametrize("name", ["comp05", "comp12"])
def test_parts_prove_a_bound_where_the_whole_proves_none(name: str) -> None:
    assert partition_bound(read(CTT / f"{name}.ctt"), 30)


def test_parts_that_there_is_no_time_to_gather_prove_nothing() -> None:
    """Told to stop, it ends at once, with the bound that needs no proof."""
    instance = replace(
        base(Random(1)),
        constraints=(Constraint(rule_named("group_gaps"), 1), Constraint(rule_named("all_placed"), None)),
    )
    assert partition_bound(instance, 60, stop=lambda: True) == 0
