"""Solving keeps its limits, says the truth about what it found, and can be repeated."""

import json
import threading
import time
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from tests.engine.large import planted_ctt
from webapp.engine.__main__ import main
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Constraint, Instance, Meeting, Placement, Resource, TimeOption
from webapp.engine.params import SearchParams, SolveParams, WorkNotDone
from webapp.engine.periods import DayPeriods
from webapp.engine.profiles import PROFILES, profiled
from webapp.engine.readers import read
from webapp.engine.result import Status
from webapp.engine.rule import ResourceKind
from webapp.engine.rules import rule_named
from webapp.engine.rules.family import DayPatternRule
from webapp.engine.rules.max_in_row import MaxInRow
from webapp.engine.search.annealing import HARD_ALONE, AnnealingResult
from webapp.engine.search.warmup import tiny
from webapp.engine.solution import Solution
from webapp.engine.solve import REST_SHARE, SCHEDULING_SHARE, cluster, resolve, schedule, solve
from webapp.engine.timegrid import Time, TimeGrid

QUICK = SolveParams(seconds=20.0, reproducible=True, moves=200_000)


class Notes:
    """An observer that writes down what it hears."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.costs: list[tuple[int, int]] = []
        self.bounds: list[int | None] = []
        self.begins: dict[str, float] = {}

    def on_stage(self, stage: str) -> None:
        """Note the stage."""
        self.stages.append(stage)
        self.begins[stage] = time.monotonic()

    def on_best(self, cost: int, hard: int, bound: int | None, seconds: float) -> None:
        """Note the cost and the bound."""
        self.costs.append((hard, cost))
        self.bounds.append(bound)


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A file of 40 courses with a timetable hidden inside."""
    path = tmp_path / "planted.ctt"
    path.write_text(planted_ctt(courses=40, rooms=8, curricula=60), encoding="utf-8")
    return path


@pytest.mark.parametrize("weeks", [1, 2])
def test_a_tiny_instance_is_solved_and_judged_by_the_truth(weeks: int) -> None:
    """The result's numbers are the truth's, and the observer heard the stages in order."""
    notes = Notes()
    result = solve(tiny(weeks), QUICK, observer=notes)
    score = evaluate(tiny(weeks), result.solution)
    assert result.status in (Status.FEASIBLE, Status.OPTIMAL)
    assert (result.cost, result.hard, dict(result.counts)) == (score.cost, 0, dict(score.counts))
    assert notes.stages == ["clustering", "scheduling", "conflict resolution"]
    assert notes.costs == sorted(notes.costs, reverse=True)
    assert result.limit == ("optimal" if result.status is Status.OPTIMAL else "work")
    assert result.versions["numba"]


def test_what_can_gain_nothing_ends_and_counts_no_more_moves() -> None:
    """Four meetings of a group need two days of three slots, and two on each leave none alone: this is counted."""
    base, group = tiny(), (Constraint(rule_named("isolated_meetings"), 2), Constraint(rule_named("group_days"), 1))
    instance = replace(base, constraints=(*base.constraints[:3], *group))
    found = solve(instance, QUICK)
    assert (found.status, found.cost, found.bound, found.limit) == (Status.OPTIMAL, 2, 2, "optimal")
    assert found.iterations < 20_000
    for params in (QUICK, SolveParams(seconds=600.0, workers=2)):
        again = resolve(instance, found.solution, params)
        assert (again.status, again.cost, again.iterations) == (Status.OPTIMAL, 2, 0)


@pytest.mark.parametrize("profile", [profile.name for profile in PROFILES])
def test_two_classes_are_through_at_once_whatever_they_are_named_for(profile: str) -> None:
    """Of the moves that were allowed next to none is tried: what they cost at least is known."""
    two = replace(tiny(), meetings=tiny().meetings[:2], constraints=tiny().constraints[:6])
    found = solve(profiled(two, profile), QUICK)
    assert (found.status, found.limit) == (Status.OPTIMAL, "optimal")
    assert found.iterations < 20_000


def test_where_annealing_finds_no_timetable_that_holds_cpsat_is_asked(planted: Path) -> None:
    """Ten moves place next to nothing, and the run is feasible and repeatable all the same."""
    instance = read(planted)
    params = replace(QUICK, moves=10)
    first, second = solve(instance, params), solve(instance, params)
    assert first.hard == 0
    assert first.unplaced == ()
    assert first.solution == second.solution


def test_a_reproducible_run_takes_its_time_and_fails_rather_than_end_by_the_clock(
    planted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundredth of a second is far too little for the work; on a machine so slow the answer is still the same."""
    instance = read(planted)
    hurried = replace(QUICK, seconds=0.01, moves=100_000)
    first, second = solve(instance, hurried), solve(instance, hurried)
    assert (first.solution, first.iterations, first.limit) == (second.solution, second.iterations, "work")
    assert first.seconds > 2 * hurried.seconds
    monkeypatch.setattr("webapp.engine.solve.guard_seconds", lambda seconds: 0.001)
    with pytest.raises(WorkNotDone, match=r"the work of 0\.0 seconds took"):
        solve(instance, hurried)


def test_two_reproducible_runs_give_the_same_timetable(planted: Path) -> None:
    """Bit for bit, with one worker and with two."""
    instance = read(planted)
    for workers in (1, 2):
        params = replace(QUICK, moves=100_000, workers=workers)
        first, second = solve(instance, params), solve(instance, params)
        assert first.solution == second.solution
        assert first.iterations == second.iterations


def test_too_many_meetings_are_listed_as_unplaced_with_a_reason() -> None:
    """Seven meetings of one group do not fit into six periods: one stays out, and it is said why."""
    base = tiny()
    meetings = tuple(replace(base.meetings[n % 4], code=f"m{n}") for n in range(7))
    instance = replace(base, meetings=meetings, constraints=base.constraints[:6])
    result = solve(instance, QUICK)
    assert result.status is Status.INFEASIBLE
    assert "is proven by a model of all times, with rooms as numbers: 1 are left" in result.reason
    assert len(result.unplaced) == 1
    assert meetings[result.unplaced[0].meeting].code in result.unplaced[0].reason
    assert "busy at 6" in result.unplaced[0].reason
    assert result.hard == 1


def test_a_meeting_without_rooms_stays_unplaced() -> None:
    """No suitable room: said so, and nothing is placed without one."""
    base = tiny()
    instance = replace(base, meetings=(replace(base.meetings[0], rooms=()), *base.meetings[1:]))
    result = solve(instance, QUICK)
    assert [each.reason for each in result.unplaced] == ["No room suits m0."]
    assert result.status is Status.INFEASIBLE


def test_the_worker_that_proves_finds_out_that_there_is_no_timetable() -> None:
    """It says so, and the others go on placing what can be placed."""
    base = tiny()
    meetings = tuple(replace(base.meetings[n % 4], code=f"m{n}") for n in range(7))
    instance = replace(base, meetings=meetings, constraints=base.constraints[:6])
    result = resolve(instance, Solution.empty(instance), SolveParams(seconds=3.0, workers=2))
    assert (result.status, result.hard, len(result.unplaced)) == (Status.INFEASIBLE, 1, 1)


@pytest.mark.parametrize("moves", [1, 2, 6])
def test_a_run_of_next_to_no_moves_ends_with_a_timetable(moves: int) -> None:
    """Its shares of the moves may be none at all."""
    assert solve(tiny(), replace(QUICK, moves=moves)).hard == 0


class InRowByMask(DayPatternRule):
    """`MaxInRow` as a function of the busy mask alone: without a statistic it has no form on long days."""

    name, title, kinds = MaxInRow.name, MaxInRow.title, MaxInRow.kinds
    unit, finding = MaxInRow.unit, MaxInRow.finding

    def cost(self, busy: int, day: DayPeriods, amount: int) -> int:
        return MaxInRow().cost(busy, day, amount)


def test_a_hard_rule_that_the_search_does_not_see_is_kept_all_the_same() -> None:
    """A day of 20 slots has no table of busy masks: 13 meetings, two in a row at most, need CP-SAT."""
    grid = TimeGrid(1, 20)
    times = tuple(TimeOption(Time(slot, 1, 1), 20 - slot) for slot in range(20))
    meetings = tuple(Meeting(f"m{n}", times, (), (0,), needs_room=False) for n in range(13))
    hard = (
        Constraint(rule_named("all_placed"), None),
        Constraint(rule_named("group_clash"), None),
        Constraint(InRowByMask(), None, amount=2),
    )
    group = (Resource("g", ResourceKind.GROUP),)
    instance = Instance("fine", grid, (), group, meetings, (*hard, Constraint(rule_named("time_penalty"), 1)))
    notes = Notes()
    result = solve(instance, SolveParams(seconds=4.0), observer=notes)
    assert result.hard == 0
    assert result.is_tight
    assert (0, result.cost) == min(notes.costs)
    assert "did not see these rules, which the result counts: Most" in result.reason
    first = schedule(instance, QUICK)
    assert (first.hard, first.is_tight) == (0, True)


def test_what_only_cpsat_could_place_is_not_melted_again(planted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever resolves what `schedule` found hands over that it is tight."""
    instance, weights = read(planted), []
    first = schedule(instance, replace(QUICK, moves=10))
    assert (first.hard, first.is_tight) == (0, True)

    def noted(problem: object, start: Solution, params: SearchParams, *_: object, **__: object) -> AnnealingResult:
        weights.append(params.hard_weight)
        return AnnealingResult(start, 0, 0, 0)

    monkeypatch.setattr("webapp.engine.solve.anneal_rounds", noted)
    for is_tight in (False, first.is_tight):
        resolve(instance, first.solution, QUICK, is_tight=is_tight)
    assert SearchParams().hard_weight < weights[0] < weights[1] == HARD_ALONE


def test_an_instance_without_meetings_or_rooms_is_no_accident() -> None:
    """Nothing to place is solved; meetings without any room are all unplaced."""
    base = tiny()
    empty = Instance("empty", base.grid, base.rooms, (), (), (Constraint(rule_named("all_placed"), None),))
    assert solve(empty, QUICK).status is Status.OPTIMAL
    bare = replace(base, rooms=(), meetings=tuple(replace(m, rooms=()) for m in base.meetings))
    assert len(solve(bare, QUICK).unplaced) == 4


def test_a_pinned_meeting_stands_where_it_is_pinned() -> None:
    """Whatever that costs."""
    base = tiny()
    pin = Placement(base.meetings[0].times[4].time, 1)
    instance = replace(base, meetings=(replace(base.meetings[0], pin=pin), *base.meetings[1:]))
    result = solve(
        replace(instance, constraints=(*instance.constraints, Constraint(rule_named("pinned"), None))), QUICK
    )
    assert result.hard == 0
    assert result.solution.placements[0] == pin


def test_resolving_never_returns_worse_than_its_start(planted: Path) -> None:
    """The start counts as found."""
    instance = read(planted)
    start = schedule(instance, QUICK)
    assert start.hard == 0
    good = resolve(instance, start.solution, replace(QUICK, moves=400_000))
    again = resolve(instance, good.solution, replace(QUICK, moves=10))
    assert again.cost <= good.cost <= start.cost


def test_a_start_with_clashes_is_repaired(planted: Path) -> None:
    """Everything in one room at one time is untangled."""
    instance = read(planted)
    everywhere = Placement(instance.meetings[0].times[0].time, 0)
    start = Solution((everywhere,) * len(instance.meetings))
    assert resolve(instance, start, replace(QUICK, moves=400_000)).hard == 0


def test_stop_is_obeyed_and_the_best_is_kept(planted: Path) -> None:
    """Asked once a first timetable stands, a run of a minute ends within two seconds, on a busy machine in three."""
    asked: list[float] = []

    class Impatient(Notes):
        def on_best(self, cost: int, hard: int, bound: int | None, seconds: float) -> None:
            """Ask for the end as soon as nothing hard is violated."""
            if not hard and not asked:
                asked.append(time.monotonic())

    result = solve(read(planted), SolveParams(seconds=60.0), lambda: bool(asked), Impatient())
    assert time.monotonic() - asked[0] < 3
    assert result.limit in ("stopped", "optimal")
    assert result.hard == 0


def test_the_search_leaves_other_threads_their_turn(planted: Path) -> None:
    """A heartbeat of ten a second goes on while the compiled loop runs."""
    beats: list[float] = []
    done = threading.Event()

    def beat() -> None:
        while not done.wait(0.1):
            beats.append(time.monotonic())

    thread = threading.Thread(target=beat)
    thread.start()
    solve(read(planted), SolveParams(seconds=3.0))
    done.set()
    thread.join()
    assert len(beats) >= 8


def test_a_bound_is_proven_where_there_are_workers_for_it(tmp_path: Path) -> None:
    """With two workers CP-SAT bounds the cost from below: each curriculum comes on one day at least."""
    path = tmp_path / "small.ctt"
    path.write_text(planted_ctt(courses=12, rooms=4, curricula=10), encoding="utf-8")
    instance = read(path)
    hard = tuple(constraint for constraint in instance.constraints if constraint.hard)
    instance = replace(instance, constraints=(*hard, Constraint(rule_named("group_days"), 1)))
    notes = Notes()
    result = solve(instance, SolveParams(seconds=10.0, workers=2), observer=notes)
    assert result.hard == 0
    assert result.bound is not None
    assert 0 < result.bound <= result.cost
    assert result.bound_of != "costs are never negative"
    assert result.bound in notes.bounds


def test_a_run_ends_where_the_cost_is_the_bound() -> None:
    """Four meetings, three slots a day: two days at least. Nobody looks for a minute whether one would do."""
    base = tiny()
    constraints = (*base.constraints[:3], Constraint(rule_named("group_days"), 3))
    notes = Notes()
    begin = time.monotonic()
    result = solve(replace(base, constraints=constraints), SolveParams(seconds=60.0, workers=2), observer=notes)
    assert time.monotonic() - begin < 20
    assert (result.status, result.limit, result.cost, result.bound) == (Status.OPTIMAL, "optimal", 6, 6)
    assert (notes.costs[-1], notes.bounds[-1]) == ((0, 6), 6)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_time_limit_is_kept(planted: Path, workers: int) -> None:
    """Within 5 % and two seconds, whatever goes on: here annealing is never done, and the last worker proves."""
    instance = read(planted)
    begin = time.monotonic()
    result = solve(instance, SolveParams(seconds=4.0, workers=workers))
    assert time.monotonic() - begin <= 4.0 * 1.05 + 2
    assert result.limit in ("time", "optimal")


def test_all_steps_to_a_first_timetable_share_its_time() -> None:
    """Where nothing finds one, improving begins when its share is over, and that of looking on."""
    instance, notes = hard_to_place(), Notes()
    begin = time.monotonic()
    result = solve(instance, SolveParams(seconds=5.0), observer=notes)
    assert result.hard > 0
    share = SCHEDULING_SHARE + REST_SHARE * (1 - SCHEDULING_SHARE)
    assert notes.begins["conflict resolution"] - begin <= 5.0 * share + 0.5
    begin = time.monotonic()
    schedule(instance, SolveParams(seconds=3.0))
    assert time.monotonic() - begin <= 3.0 * 1.05 + 2


def hard_to_place() -> Instance:
    """Pairs of five teachers: two at a time in 20 slots leave no place for the 41st, though nobody has too few."""
    grid = TimeGrid(4, 5)
    times = tuple(TimeOption(Time(slot, 1, 1 << day)) for day in range(4) for slot in range(5))
    people = tuple(Resource(f"T{n}", ResourceKind.INSTRUCTOR) for n in range(5))
    pairs = [pair for pair in combinations(range(5), 2) for _ in range(4)]
    meetings = tuple(Meeting(f"m{n}", times, (), pair, needs_room=False) for n, pair in enumerate([*pairs, (0, 1)]))
    return Instance(
        "pairs",
        grid,
        (),
        people,
        meetings,
        (Constraint(rule_named("all_placed"), None), Constraint(rule_named("instructor_clash"), None)),
    )


def test_clusters_partition_the_meetings() -> None:
    """Every meeting is in one component and in one community."""
    base = tiny()
    lonely = replace(base.meetings[0], code="lonely", resources=())
    found = cluster(replace(base, meetings=(*base.meetings, lonely)))
    assert sorted(meeting for part in found.components for meeting in part) == list(range(5))
    assert sorted(meeting for part in found.communities for meeting in part) == list(range(5))
    assert found.components == ((0, 1, 2, 3), (4,))


@pytest.mark.parametrize(
    "wrong",
    [{"seconds": 0.0}, {"seconds": float("nan")}, {"workers": 0}, {"moves": 0}],
)
def test_senseless_parameters_are_refused(wrong: dict[str, float]) -> None:
    """When they are built."""
    with pytest.raises(ValueError, match="must"):
        SolveParams(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="shares"):
        SearchParams(share_room=0.7, share_time=0.7)


def test_the_command_line_solves_scores_and_refuses(
    planted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 0 with JSON and a solution file; 2 with line and reason, no traceback."""
    out = tmp_path / "out.sol"
    arguments = ["solve", str(planted), "--reproducible", "--moves", "600000", "--out", str(out)]
    assert main(arguments) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["hard"], told["unplaced"]) == (0, [])
    assert main(["score", str(planted), str(out)]) == 0
    assert json.loads(capsys.readouterr().out)["cost"] == told["cost"]
    planted.write_text(planted.read_text(encoding="utf-8").replace("Days: 5", "Days: x"), encoding="utf-8")
    assert main(["solve", str(planted)]) == 2
    assert "line 4" in capsys.readouterr().err
