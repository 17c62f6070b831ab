"""The bar moves with stage and time spent, and never by itself."""

import pytest

from webapp.models import Stage
from webapp.services.jobs import progress
from webapp.services.jobs.kinds import GenerateFacts, VariantFacts, VariantStatus
from webapp.services.jobs.progress import RunTracker


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_the_bar_goes_through_a_stage_as_its_time_is_spent(clock: list[float]) -> None:
    tracker = RunTracker(["Balanced"])
    tracker.enter(Stage.SCHEDULING, 20, 70, seconds=10)
    assert tracker.report()["progress"] == 20
    clock[0] += 5
    assert tracker.report()["progress"] == 45
    clock[0] += 500
    assert (tracker.report()["progress"], tracker.report()["stage"]) == (70, Stage.SCHEDULING)


def test_costs_belong_to_the_variant_in_hand(clock: list[float]) -> None:
    tracker = RunTracker(["Balanced", "Compact-Week"])
    tracker.begin_variant("Balanced")
    tracker.on_best(cost=30, hard=0, bound=4, seconds=1.0)
    facts = tracker.facts
    assert (facts.best_cost, facts.bound) == (30, 4)
    assert [v.status for v in facts.variants] == ["running", "waiting"]
    clock[0] += 3
    tracker.end_variant("Balanced", cost=28, unplaced=0)
    done = tracker.facts.variants[0]
    assert (done.status, done.cost, done.seconds) == ("done", 28, 3.0)


def test_a_timetable_with_hard_violations_has_no_cost_to_show(clock: list[float]) -> None:
    tracker = RunTracker(["Balanced"])
    tracker.on_best(cost=3, hard=2, bound=None, seconds=0.1)
    assert tracker.facts.hard == 2
    assert tracker.facts.best_cost is None


def test_a_curve_begins_anew_where_fewer_hard_rules_are_broken(clock: list[float]) -> None:
    tracker = RunTracker(["Balanced"])
    tracker.begin_variant("Balanced")
    for second, (hard, cost) in enumerate([(5, 900), (4, 950), (4, 800), (6, 1), (4, 700)]):
        clock[0] = 100.0 + second
        tracker.on_best(cost=cost, hard=hard, bound=None, seconds=0.0)
    known = tracker.facts.variants[0]
    assert (known.hard, known.curve) == (4, ((1.0, 950), (2.0, 800), (4.0, 700)))
    assert known.weighed is None
    tracker.on_best(cost=990, hard=0, bound=7, seconds=0.0)
    known = tracker.facts.variants[0]
    assert (known.hard, known.curve, known.weighed) == (0, ((4.0, 990),), 990)


def test_what_an_attempt_before_has_finished_stays_finished() -> None:
    earlier = GenerateFacts(
        variants=(VariantFacts("Balanced", VariantStatus.DONE, cost=1), VariantFacts("B", VariantStatus.RUNNING))
    )
    assert [v.status for v in RunTracker(["Balanced", "B"], earlier).facts.variants] == ["done", "waiting"]


def test_a_curve_stays_small_and_keeps_its_ends(clock: list[float]) -> None:
    tracker = RunTracker(["Balanced"])
    tracker.enter(Stage.CLUSTERING, 0, 20, 10)
    clock[0] += 2
    tracker.on_best(cost=9999, hard=3, bound=None, seconds=1.0)
    clock[0] += 2
    tracker.on_best(cost=9000, hard=0, bound=None, seconds=1.0)
    tracker.enter(Stage.CONFLICT_RESOLUTION, 70, 90, 100)
    tracker.begin_variant("Balanced")
    for step in range(500):
        tracker.on_best(cost=1000 - step, hard=0, bound=7, seconds=1.0)
        clock[0] += 0.1
    tracker.end_variant("Balanced", cost=600)
    known = tracker.facts.variants[0]
    assert len(known.curve) <= progress.MOST_POINTS
    assert (known.curve[0], known.curve[-1]) == ((0.0, 1000), (49.9, 501))
    assert (known.weighed, known.cost, known.bound, known.first_feasible) == (501, 600, 7, 4.0)
