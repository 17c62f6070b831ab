"""The `.ctt` reader takes what the format allows and refuses the rest, with line and reason."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from webapp.engine.evaluate import evaluate
from webapp.engine.readers import ReadError, read, read_solution, write_solution
from webapp.engine.rule import ResourceKind

BENCHMARKS = Path(os.environ.get("TIMELOOM_BENCHMARKS", Path(__file__).parents[4] / "shared" / "benchmarks"))

TEXT = """Name: toy
Courses: 2
Rooms: 2
Days: 2
Periods_per_day: 3
Curricula: 1
Constraints: 1

COURSES:
math ann 2 2 30
art bob 1 1 10

ROOMS:
big 40
small 12

CURRICULA:
q1 2 math art

UNAVAILABILITY_CONSTRAINTS:
math 0 0

END.
"""


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A file with two courses, two rooms, one curriculum."""
    path = tmp_path / "toy.ctt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_every_lecture_is_a_meeting_of_its_teacher_and_curricula(toy: Path) -> None:
    """Lectures of a course stand together and are interchangeable."""
    instance = read(toy)
    assert [meeting.code for meeting in instance.meetings] == ["math#1", "math#2", "art#1"]
    assert instance.interchangeable == ((0, 1),)
    kinds = [instance.resources[r].kind for r in instance.meetings[0].resources]
    assert kinds == [ResourceKind.INSTRUCTOR, ResourceKind.GROUP]
    assert (instance.grid.days, instance.grid.slots_per_day) == (2, 3)


def test_a_hand_counted_solution_scores_as_counted(toy: Path, tmp_path: Path) -> None:
    """One math lecture in the small room: 18 seats missing, a second room; all three lectures isolated: 6."""
    solution = tmp_path / "toy.sol"
    solution.write_text("math big 0 1\nmath small 1 0\nart small 1 2\n", encoding="utf-8")
    instance = read(toy)
    score = evaluate(instance, read_solution(solution, instance, like=toy))
    assert score.feasible
    assert (score.cost, score.costs["room_capacity"], score.costs["room_stability"]) == (25, 18, 1)
    assert score.costs["isolated_meetings"] == 6


def test_a_written_solution_is_read_back_alike(toy: Path, tmp_path: Path) -> None:
    """Writing and reading are inverse."""
    given, written = tmp_path / "given.sol", tmp_path / "written.sol"
    given.write_text("math big 0 1\nmath small 1 0\nart small 1 2\n", encoding="utf-8")
    instance = read(toy)
    solution = read_solution(given, instance, like=toy)
    write_solution(written, instance, solution, like=toy)
    assert written.read_text(encoding="utf-8") == given.read_text(encoding="utf-8")
    assert read_solution(written, instance, like=toy) == solution


@pytest.mark.parametrize(
    ("old", "new", "line", "word"),
    [
        ("Days: 2", "Days: 0", 4, "'0'"),
        ("Days: 2", "Days: nan", 4, "'nan'"),
        ("Days: 2", "Days: 99999999999", 4, "'99999999999'"),
        ("Rooms: 2", "Rooms: 3", 3, "3 rooms announced"),
        ("math ann 2 2 30", "math ann -2 2 30", 10, "'-2'"),
        ("math ann 2 2 30", "math ann 2 2 1e3", 10, "'1e3'"),
        ("math ann 2 2 30", "math ann 2 2", 10, "4 fields"),
        ("art bob 1 1 10", "math bob 1 1 10", 11, "course math a second time"),
        ("small 12", "big 12", 15, "room big a second time"),
        ("q1 2 math art", "q1 2 math music", 18, "unknown course music"),
        ("q1 2 math art", "q1 3 math art", 18, "2 courses"),
        ("q1 2 math art", "q1 2 math math", 18, "a course twice"),
        ("math 0 0", "math 2 0", 21, "'2'"),
        ("math 0 0", "music 0 0", 21, "unknown course music"),
        ("END.", "", 21, "the end of the file"),
        ("END.", "END.\nmore", 24, "'more'"),
        ("CURRICULA:", "PEOPLE:", 17, "'PEOPLE:'"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line(toy: Path, old: str, new: str, line: int, word: str) -> None:
    """The refusal names the line and what stands there."""
    toy.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ReadError) as refused:
        read(toy)
    assert refused.value.line == line
    assert word in refused.value.found


def test_bytes_that_are_no_text_are_refused(toy: Path) -> None:
    """A bad encoding is named by line."""
    toy.write_bytes(TEXT.encode().replace(b"bob", b"b\xffb"))
    with pytest.raises(ReadError) as refused:
        read(toy)
    assert refused.value.line == 11


def test_no_damage_makes_the_reader_fail_otherwise(toy: Path) -> None:
    """Fuzz: whatever is cut, doubled or garbled, the file is read or refused, nothing else."""
    random = Random(7)
    words = ["", "-1", "x", "1e9", "END.", "ROOMS:", "99999999999999999999", "\x00", "é", ":", "0 0 0 0 0 0 0"]
    outcomes: set[str] = set()
    for _ in range(400):
        lines = TEXT.split("\n")
        for _ in range(random.randint(1, 3)):
            at = random.randrange(len(lines))
            kind = random.randrange(4)
            if kind == 0:
                del lines[at]
            elif kind == 1:
                lines.insert(at, lines[random.randrange(len(lines))])
            else:
                parts = lines[at].split(" ")
                parts[random.randrange(len(parts))] = random.choice(words)
                lines[at] = " ".join(parts)
        toy.write_text("\n".join(lines), encoding="utf-8")
        outcomes.add(_refusal(toy))
    assert "" in outcomes
    assert len(outcomes) > 5


def _refusal(path: Path) -> str:
    """What a correct file would have, or nothing when the file is read."""
    try:
        read(path)
    except ReadError as refusal:
        return refusal.expected
    return ""


def test_unknown_extensions_and_missing_files_are_refused(tmp_path: Path) -> None:
    """Both say what was expected."""
    with pytest.raises(ReadError, match=r"expected one of"):
        read(tmp_path / "term.xls")
    with pytest.raises(ReadError, match=r"no readable file"):
        read(tmp_path / "nothing.ctt")


def test_unsuitable_rooms_of_an_ectt_file_are_left_out(tmp_path: Path) -> None:
    """Room constraints take rooms from a course."""
    text = TEXT.replace(
        "Constraints: 1\n", "Min_Max_Daily_Lectures: 0 3\nUnavailabilityConstraints: 1\nRoomConstraints: 1\n"
    )
    text = text.replace("math ann 2 2 30", "math ann 2 2 30 1").replace("art bob 1 1 10", "art bob 1 1 10 0")
    text = text.replace("big 40", "big 40 1").replace("small 12", "small 12 0")
    path = tmp_path / "toy.ectt"
    path.write_text(text.replace("END.", "ROOM_CONSTRAINTS:\nmath small\n\nEND."), encoding="utf-8")
    instance = read(path)
    assert [option.room for option in instance.meetings[0].rooms] == [0]
    assert [option.room for option in instance.meetings[2].rooms] == [0, 1]


@pytest.mark.skipif(not (BENCHMARKS / "ctt").exists(), reason="the benchmark instances are not here")
def test_the_truth_agrees_with_the_independent_scorer(tmp_path: Path) -> None:
    """A random timetable of a real instance has the same soft parts in both."""
    path = BENCHMARKS / "ctt" / "comp05.ctt"
    instance = read(path)
    random = Random(3)
    lines = set()
    for meeting in instance.meetings:
        room = random.choice(instance.rooms).code
        while True:
            time = random.choice(meeting.times).time
            key = (meeting.code.partition("#")[0], next(time.day_list()), time.start)
            if key not in {(c, d, s) for c, _, d, s in lines}:
                lines.add((key[0], room, key[1], key[2]))
                break
    solution = tmp_path / "random.sol"
    solution.write_text("".join(f"{c} {r} {d} {s}\n" for c, r, d, s in sorted(lines)), encoding="utf-8")
    scorer = [sys.executable, str(BENCHMARKS / "score_ctt.py"), str(path), str(solution)]
    told = subprocess.run(scorer, capture_output=True, text=True, check=False).stdout
    costs = evaluate(instance, read_solution(solution, instance, like=path)).costs
    for ours, theirs in (("room_capacity", "room_capacity"), ("min_working_days", "min_working_days")):
        assert f"soft {theirs:24s}{costs[ours]:8d}" in told
    assert f"soft {'room_stability':24s}{costs['room_stability']:8d}" in told
