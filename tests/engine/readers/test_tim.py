"""`.tim` files are read as they are meant, refused with line and reason, and scored as from outside."""

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.engine.cpsat.feasible import find_feasible
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Placement
from webapp.engine.readers import ReadError, read, read_solution, write_solution
from webapp.engine.readers.tim import DAYS, PER_DAY, SLOTS
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time

BENCHMARKS = Path(os.environ.get("TIMELOOM_BENCHMARKS", "../shared/benchmarks"))


def tiny() -> list[str]:
    """Two events, two rooms, one feature, three students: event 0 before event 1, which needs the feature."""
    slots = ["1"] * SLOTS
    return [
        "2 2 1 3",
        *("2", "3"),  # seats
        *("1", "0", "1", "1", "0", "1"),  # who attends what: 0; 0 and 1; 1
        *("0", "1"),  # the second room has the feature
        *("0", "1"),  # the second event needs it
        *slots,
        *["0", *slots[1:]],
        *("0", "1", "-1", "0"),  # event 0 is before event 1
    ]


def written(tmp_path: Path, lines: list[str]) -> Path:
    path = tmp_path / "tiny.tim"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def slot(number: int) -> Time:
    return Time(number % PER_DAY, 1, 1 << number // PER_DAY)


def test_a_file_is_read_as_it_is_meant(tmp_path: Path) -> None:
    instance = read(written(tmp_path, tiny()))
    assert [m.size for m in instance.meetings] == [2, 2]
    assert [m.resources for m in instance.meetings] == [(0, 1), (1, 2)]
    assert [[o.room for o in m.rooms] for m in instance.meetings] == [[0, 1], [1]]
    assert [len(m.times) for m in instance.meetings] == [SLOTS, SLOTS - 1]
    assert [c.meetings for c in instance.constraints if c.rule.name == "precedence"] == [(0, 1)]


def test_late_lone_and_three_in_a_row_cost_one_each(tmp_path: Path) -> None:
    instance = read(written(tmp_path, tiny()))
    both = Solution((Placement(slot(7), 0), Placement(slot(8), 1)))
    counts = evaluate(instance, both).counts
    assert (counts["avoided_times"], counts["lone_meetings"], counts["max_in_row"]) == (2, 2, 0)
    assert evaluate(instance, both).feasible
    assert evaluate(instance, Solution(both.placements[::-1])).counts["precedence"] == 1


def test_a_solution_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = written(tmp_path, tiny())
    instance = read(path)
    solution = Solution((Placement(slot(44), 1), Placement()))
    write_solution(tmp_path / "out", instance, solution, path)
    assert (tmp_path / "out").read_text() == "44 1\n-1 -1\n"
    assert read_solution(tmp_path / "out", instance, path) == solution


@pytest.mark.parametrize(
    ("line", "text", "said"),
    [
        (1, "2 2 1", ", expected "),
        (1, "2 2 1 x", "line 1: found 'x', expected a whole number"),
        (2, "-2", "line 2: found -2, expected seats of a room, from 0 to 1000000"),
        (4, "2", "line 4: found 2, expected whether a student attends an event, from 0 to 1"),
        (14, "7", "line 14: found 7, expected whether an event may be held in a slot, from 0 to 1"),
        (107, "0 0", "line 107: found 1 numbers, expected the end of the file"),
        (107, "", "line 106: found the end of the file, expected 1 more numbers"),
        (104, "1", "found event 0 before itself, expected precedences between two events"),
        (1, "99999 2 1 3", "line 1: found 99999, expected number of events, from 0 to 5000"),
    ],
)
def test_a_malformed_file_is_refused_with_line_and_reason(tmp_path: Path, line: int, text: str, said: str) -> None:
    lines = tiny()
    assert len(lines) == 107
    lines[line - 1] = text
    with pytest.raises(ReadError) as refusal:
        read(written(tmp_path, lines))
    assert said in str(refusal.value)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(data: st.DataObject, tmp_path_factory: object) -> None:
    lines = tiny()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        junk = st.text(max_size=6) | st.integers(-(10**12), 10**12).map(str) | st.just("")
        lines[at] = data.draw(junk).replace("\ud800", "")
    path = Path(tmp_path_factory.getbasetemp()) / "fuzz.tim"  # type: ignore[attr-defined]
    path.write_bytes("\n".join(lines).encode("utf-8", "replace"))
    try:
        said = read(path).name
    except ReadError as refusal:
        said = str(refusal)
    assert said == "fuzz" or ", expected " in said


def test_bytes_that_are_no_text_and_missing_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.tim"
    path.write_bytes(b"2 2\n\xff\xfe\n")
    with pytest.raises(ReadError, match="line 2: found bytes that are not UTF-8"):
        read(path)
    with pytest.raises(ReadError, match="no readable file"):
        read(tmp_path / "none.tim")


@pytest.mark.skipif(not (BENCHMARKS / "tim").exists(), reason="the benchmark folder is not there")
def test_the_truth_agrees_with_the_independent_scorer(tmp_path: Path) -> None:
    path = sorted((BENCHMARKS / "tim").glob("*.tim"))[0]
    instance, random = read(path), Random(0)
    placements = [
        Placement(slot(random.randrange(DAYS * PER_DAY)), random.randrange(len(instance.rooms)))
        for _ in instance.meetings
    ]
    placements[3] = Placement()
    write_solution(tmp_path / "out", instance, Solution(tuple(placements)), path)
    scorer = [sys.executable, str(BENCHMARKS / "score_tim.py"), str(path), str(tmp_path / "out"), "--json"]
    told = subprocess.run(scorer, capture_output=True, text=True, check=False).stdout
    outside = json.loads(told)
    counts = evaluate(instance, Solution(tuple(placements))).counts
    ours = {
        "unsuitable_room": counts["suitable_room"],
        "unsuitable_slot": counts["possible_time"],
        "precedence": counts["precedence"],
        "student_clash": counts["student_clash"],
        "room_clash": counts["room_clash"],
        "three_in_row": counts["max_in_row"],
        "single": counts["lone_meetings"],
        "unplaced": counts["all_placed"],
    }
    assert {key: outside[key] for key in ours} == ours
    assert outside["late"] <= counts["avoided_times"]  # they differ only for students in two places at once


@pytest.mark.slow
@pytest.mark.skipif(not (BENCHMARKS / "tim").exists(), reason="the benchmark folder is not there")
def test_a_real_term_of_a_thousand_students_gets_a_timetable_that_holds() -> None:
    instance = read(sorted((BENCHMARKS / "tim").glob("*.tim"))[-1])
    found = find_feasible(instance, 120, workers=2)
    assert found is not None
    assert evaluate(instance, found).feasible
