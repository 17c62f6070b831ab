"""A file is solved from the shell and by the library: as good as can be, the same again, ended when asked."""

import json
import subprocess
import sys
from pathlib import Path

from webapp.engine.params import SolveParams
from webapp.engine.readers import read
from webapp.engine.receipt.instance_data import instance_data, text_of
from webapp.engine.result import Status
from webapp.engine.solve import solve

PROBLEM = Path(__file__).parents[2] / "data" / "two-courses.xml"
SHORT = SolveParams(seconds=20, reproducible=True, moves=20_000)


def test_a_file_is_solved_as_well_as_can_be_and_the_same_again() -> None:
    """By hand: L1 in B costs no room and no walk; X2 on the second day 4, its two pairs 20, the loads 10."""
    instance = read(PROBLEM)
    first, again = solve(instance, SHORT), solve(instance, SHORT)
    assert (first.status, first.hard) == (Status.FEASIBLE, 0)
    assert first.solution == again.solution
    assert first.cost == 34
    assert all(len(attends) for attends in first.solution.sectioning)


def test_a_run_that_the_clock_ended_is_done_again_from_its_work() -> None:
    instance = read(PROBLEM)
    ended = solve(instance, SolveParams(seconds=1.0))
    assert ended.work is not None
    assert solve(instance, SolveParams(seconds=1.0), work=ended.work).solution == ended.solution


def test_a_run_ends_when_it_is_asked_to() -> None:
    result = solve(read(PROBLEM), SolveParams(seconds=60.0), stop=lambda: True)
    assert result.limit == "stopped"
    assert result.seconds < 30


def test_the_shell_solves_scores_and_writes_xml(tmp_path: Path) -> None:
    out = tmp_path / "solution.xml"
    command = [sys.executable, "-m", "webapp.engine"]
    solved = subprocess.run(
        [*command, "solve", str(PROBLEM), "--reproducible", "--moves", "20000", "--out", str(out)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert solved.returncode == 0, solved.stderr
    scored = subprocess.run([*command, "score", str(PROBLEM), str(out)], capture_output=True, text=True, check=False)
    assert json.loads(scored.stdout)["cost"] == json.loads(solved.stdout)["cost"]


def test_a_receipt_holds_all_of_such_an_instance() -> None:
    """Courses, students, limits and parents, and the factor of a mean."""
    data = text_of(instance_data(read(PROBLEM)))
    assert all(word in data for word in (b'"C1"', b'"S1"', b'"max_day_load"'))
