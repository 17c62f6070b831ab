"""The truth agrees with a scorer that shares no code with it, on the competition's instances."""

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from webapp.engine.evaluate import Score, evaluate
from webapp.engine.instance import UNPLACED, Instance, Placement
from webapp.engine.readers.ctt import read, write_solution
from webapp.engine.solution import Solution

BENCHMARKS = Path(os.environ.get("TIMELOOM_BENCHMARKS", Path(__file__).parents[3] / "shared" / "benchmarks"))
FILES = sorted((BENCHMARKS / "ctt").glob("*.ctt"))

pytestmark = pytest.mark.skipif(not FILES, reason="no benchmarks; TIMELOOM_BENCHMARKS names their folder")


def outside(file: Path, instance: Instance, solution: Solution, folder: Path) -> dict:
    """What the independent scorer says."""
    written = folder / "solution.txt"
    write_solution(written, instance, solution)
    command = [sys.executable, str(BENCHMARKS / "score_ctt.py"), str(file), str(written), "--json"]
    return json.loads(subprocess.run(command, capture_output=True, check=False, text=True).stdout)


def at_random(instance: Instance, random: Random, clashes: bool) -> Solution:
    """Every lecture at some time and room, never two of a course at a time; some left out.

    Without ``clashes``, lectures find no place where their people are busy or the room is taken.
    """
    people: dict[object, set[int]] = {}
    taken: set[tuple[object, object]] = set()
    found = []
    for meeting in instance.meetings:
        who = {meeting.code.rpartition("#")[0], *(() if clashes else meeting.resources)}
        option = random.choice(meeting.times)
        cells = set(option.time.cells(instance.grid))
        room = random.choice(meeting.rooms).room
        busy = any(cells & people.setdefault(one, set()) for one in who)
        if busy or (not clashes and any((room, cell) in taken for cell in cells)) or random.random() < 0.02:
            found.append(UNPLACED)
            continue
        for one in who:
            people[one] |= cells
        taken |= {(room, cell) for cell in cells}
        found.append(Placement(option.time, room))
    return Solution(tuple(found))


def soft(score: Score) -> dict[str, int]:
    names = {
        "room_capacity": "room_capacity",
        "min_working_days": "min_working_days",
        "isolated_meetings": "curriculum_compactness",
        "room_stability": "room_stability",
    }
    return {theirs: score.costs[ours] for ours, theirs in names.items()}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_soft_costs_agree_where_nobody_is_in_two_places(file, tmp_path):
    instance = read(file)
    solution = at_random(instance, Random(file.stem), clashes=False)
    score, theirs = evaluate(instance, solution), outside(file, instance, solution, tmp_path)
    assert soft(score) == theirs["soft"]
    assert score.cost == theirs["total"]
    assert score.counts["all_placed"] == theirs["hard"]["lectures"]
    assert score.counts["unavailable"] == theirs["hard"]["availability"]
    assert theirs["hard"]["conflicts"] == theirs["hard"]["room_occupancy"] == 0
    assert score.hard == theirs["hard_total"]


@pytest.mark.parametrize("file", FILES[::3], ids=lambda file: file.stem)
def test_hard_violations_agree_where_people_and_rooms_clash(file, tmp_path):
    """Their conflicts are pairs of courses, ours pairs for each person: both are none, or neither."""
    instance = read(file)
    solution = at_random(instance, Random(file.stem), clashes=True)
    score, theirs = evaluate(instance, solution), outside(file, instance, solution, tmp_path)
    hard = theirs["hard"]
    assert score.counts["all_placed"] == hard["lectures"]
    assert score.counts["unavailable"] == hard["availability"]
    assert score.counts["room_clash"] >= hard["room_occupancy"] > 0
    assert score.counts["group_clash"] + score.counts["instructor_clash"] >= hard["conflicts"] > 0
    assert {name: cost for name, cost in soft(score).items() if name != "curriculum_compactness"} == {
        name: cost for name, cost in theirs["soft"].items() if name != "curriculum_compactness"
    }
