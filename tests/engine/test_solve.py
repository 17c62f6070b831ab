"""Solving keeps its limits, says the truth about what it found, and can be repeated."""

import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.large import planted_ctt
from webapp.engine.__main__ import main
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.params import SearchParams, SolveParams
from webapp.engine.readers import read
from webapp.engine.result import Status
from webapp.engine.search.warming import tiny
from webapp.engine.solution import Solution
from webapp.engine.solve import cluster, resolve, schedule, solve

QUICK = SolveParams(seconds=20.0, reproducible=True, moves=200_000)


class Notes:
    """An observer that writes down what it hears."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.costs: list[tuple[int, int]] = []

    def on_stage(self, stage: str) -> None:
        """Note the stage."""
        self.stages.append(stage)

    def on_best(self, cost: int, hard: int, bound: int | None, seconds: float) -> None:
        """Note the cost."""
        self.costs.append((hard, cost))


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
    assert result.limit == "work"
    assert result.versions["numba"]


def test_where_annealing_finds_no_timetable_that_holds_cpsat_is_asked(planted: Path) -> None:
    """Ten moves place next to nothing, and the run is feasible and repeatable all the same."""
    instance = read(planted)
    params = replace(QUICK, moves=10)
    first, second = solve(instance, params), solve(instance, params)
    assert first.hard == 0
    assert first.unplaced == ()
    assert first.solution == second.solution


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
    assert result.status is Status.UNKNOWN
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
    assert result.status is Status.UNKNOWN


def test_an_instance_without_meetings_or_rooms_is_no_accident() -> None:
    """Nothing to place is solved; meetings without any room are all unplaced."""
    base = tiny()
    empty = Instance("empty", base.grid, base.rooms, (), (), (Constraint("all_placed", None),))
    assert solve(empty, QUICK).status is Status.OPTIMAL
    bare = replace(base, rooms=(), meetings=tuple(replace(m, rooms=()) for m in base.meetings))
    assert len(solve(bare, QUICK).unplaced) == 4


def test_a_pinned_meeting_stands_where_it_is_pinned() -> None:
    """Whatever that costs."""
    base = tiny()
    pin = Placement(base.meetings[0].times[4].time, 1)
    instance = replace(base, meetings=(replace(base.meetings[0], pin=pin), *base.meetings[1:]))
    result = solve(replace(instance, constraints=(*instance.constraints, Constraint("pinned", None))), QUICK)
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
    """Asked once a first timetable stands, a run of a minute ends within seconds."""
    asked: list[float] = []

    class Impatient(Notes):
        def on_best(self, cost: int, hard: int, bound: int | None, seconds: float) -> None:
            """Ask for the end as soon as nothing hard is violated."""
            if not hard and not asked:
                asked.append(time.monotonic())

    result = solve(read(planted), SolveParams(seconds=60.0), lambda: bool(asked), Impatient())
    assert time.monotonic() - asked[0] < 10
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


def test_a_bound_is_proven_where_there_are_workers_for_it(planted: Path) -> None:
    """With two workers CP-SAT bounds the cost from below, and says for what."""
    result = solve(read(planted), SolveParams(seconds=6.0, workers=2))
    assert result.hard == 0
    assert result.bound is not None
    assert 0 <= result.bound <= result.cost
    assert result.bound_of


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
