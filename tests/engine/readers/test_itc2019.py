"""ITC-2019 files are read as they are meant, refused with their line, and scored as from outside."""

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from webapp.engine.evaluate import evaluate, violations
from webapp.engine.instance import UNPLACED, Instance, Placement
from webapp.engine.readers import ReadError, read, read_solution, write_solution
from webapp.engine.readers.distributions import RULE_OF
from webapp.engine.solution import Solution

DATA = Path(__file__).parents[2] / "data"
PROBLEM, SOLUTION = DATA / "two-courses.xml", DATA / "two-courses-solution.xml"
BENCHMARKS = Path(os.environ.get("TIMELOOM_BENCHMARKS", Path(__file__).parents[4] / "shared" / "benchmarks"))
SCORER = BENCHMARKS / "score_itc2019.py"
FILES = [PROBLEM, *sorted((BENCHMARKS / "itc2019").glob("*.xml"))]

outside_scorer = pytest.mark.skipif(not SCORER.exists(), reason="no benchmarks; TIMELOOM_BENCHMARKS names their folder")


def outside(file: Path, solution: Path) -> dict:
    """What the independent scorer says."""
    command = [sys.executable, str(SCORER), str(file), str(solution), "--json"]
    return json.loads(subprocess.run(command, capture_output=True, check=False, text=True).stdout)


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = PROBLEM.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "changed.xml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_a_file_is_read_as_it_is_meant() -> None:
    instance = read(PROBLEM)
    lecture, lab, _, other = instance.meetings
    assert (instance.grid.days, instance.grid.slots_per_day, instance.grid.weeks) == (2, 20, 2)
    assert [room.travel for room in instance.rooms] == [{1: 3}, {0: 3}]
    assert [(time.days, time.weeks) for time in instance.rooms[0].closed] == [(2, 1)]
    assert (lecture.limit, lab.parent, other.limit, other.needs_room) == (2, 0, None, False)
    assert [(o.time.days, o.time.start, o.penalty) for o in lecture.times] == [(1, 0, 0), (2, 0, 1)]
    assert [student.courses for student in instance.students] == [(0, 1), (0,)]
    named = {c.label: c for c in instance.constraints if c.label}
    assert (named["MaxDayLoad"].amount, named["MaxDayLoad"].weight, named["MaxDayLoad"].factor) == (6, 1, 5)
    assert (named["SameDays"].weight, named["Precedence"].weight) == (10, None)


def test_a_solution_costs_what_a_hand_counts() -> None:
    """Time 2 x 2, room 1 x 3, two pairs on other days 2 x 2 x 5, 5 slots in 2 weeks are 2 x 5, one conflict of S1."""
    instance = read(PROBLEM)
    solution = read_solution(SOLUTION, instance, like=PROBLEM)
    score = evaluate(instance, solution)
    assert score.costs == {
        "same_days": 20, "max_day_load": 10, "time_penalty": 4, "room_penalty": 3, "student_conflicts": 7,
    }  # fmt: skip
    assert (score.hard, score.cost) == (0, 44)
    said = [v.sentence for v in violations(instance, solution, "student_conflicts")]
    assert said == ["S1 can't attend both L1 and X1."]


def test_who_attends_what_counts_by_hand() -> None:
    """S1 in both labs has no course C1 and overfills X2; S2 has a lab without its lecture, and M1 unasked."""
    instance = read(PROBLEM)
    placements = read_solution(SOLUTION, instance, like=PROBLEM).placements
    score = evaluate(instance, Solution(placements, ((0, 1, 2, 3), (2, 3))))
    assert {name: score.counts[name] for name in ("course_requests", "parent_class", "class_limit")} == {
        "course_requests": 3, "parent_class": 1, "class_limit": 1,
    }  # fmt: skip
    assert evaluate(instance, Solution(placements)).counts["course_requests"] == 3  # nobody has been sectioned


@outside_scorer
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_random_solutions_cost_what_the_scorer_from_outside_says(file: Path, tmp_path: Path) -> None:
    instance = read(file)
    solution, written = at_random(instance, Random(file.stem)), tmp_path / "solution.xml"
    write_solution(written, instance, solution, like=file)
    assert read_solution(written, instance, like=file) == solution
    score, theirs = evaluate(instance, solution), outside(file, written)
    assert score.hard == theirs["hard_total"]
    assert score.cost == theirs["total"]
    ours = {"time_penalty": "time", "room_penalty": "room", "student_conflicts": "student"}
    assert {ours[n]: c for n, c in score.counts.items() if n in ours} | {"distribution": 0} == {
        name: raw
        for name, raw in theirs["raw"].items()
        if name in ours.values() and (name != "student" or instance.students)
    } | {"distribution": 0}


def at_random(instance: Instance, random: Random) -> Solution:
    """Every class at some time and room, some left out; students in classes of their courses, some in wrong ones."""
    placements = []
    for meeting in instance.meetings:
        room = random.choice(meeting.rooms).room if meeting.needs_room else None
        placements.append(UNPLACED if random.random() < 0.02 else Placement(random.choice(meeting.times).time, room))
    attends = []
    for student in instance.students:
        mine: set[int] = set()
        for course in student.courses:
            chosen = random.choice(instance.courses[course].configurations)
            mine |= {random.choice(part.meetings) for part in chosen.subparts if random.random() > 0.05}
        if random.random() < 0.1:
            mine.add(random.randrange(len(instance.meetings)))
        attends.append(tuple(sorted(mine)))
    return Solution(tuple(placements), tuple(attends))


REFUSED = [
    (
        '<time days="01" start="8" length="3" weeks="10" penalty="0"/>',
        "",
        '<class id="M1" room',
        "class M1 without <time>",
    ),
    ('limit="2"', 'limit="2" parent="L1"', "", "class L1 among its own parents"),
    ('limit="2"', 'limit="2" parent="X2"', "", "among its own parents"),
    ('parent="L1"', 'parent="L9"', "", "class L9"),
    ('parent="L1"', 'parent="M1"', "", "parent M1 of another course"),
    ('weeks="10"/>', 'weeks="101"/>', "", "2 zeros and ones, one for each of the 2 weeks"),
    ('weeks="11" penalty="1"', 'weeks="00" penalty="1"', "", "at least one of the weeks"),
    ('start="9" length="4"', 'start="18" length="4"', "", "an end within the day of 20 slots"),
    ('start="9" length="4"', 'start="five" length="4"', "", 'start="five"'),
    ("MaxDayLoad(6)", "MaxDayload(6)", "", "one of SameStart"),
    ("MaxDayLoad(6)", "MaxDayLoad", "", "MaxDayLoad with one number"),
    ("SameDays", "SameDays(3)", "", "SameDays with no number"),
    ('<room id="B" penalty="0"/>', '<room id="Z" penalty="0"/>', "", "room Z"),
    ('<room id="B" capacity="5"/>', '<room id="A" capacity="5"/>', "", "room A a second time"),
    ('class id="X2"', 'class id="X1"', "", "class X1 a second time"),
    ('<student id="S2">', '<student id="S1">', "", "student S1 a second time"),
    ('<course id="C2"/>', '<course id="C7"/>', "", "course C7"),
    ('<class id="M1"/>', '<class id="L1"/>', "", "class L1 a second time"),
    ('student="7"', 'student="-7"', "", 'student="-7"'),
    ("<distributions>", "<distribution>", "</distributions>", "no XML"),
    ("<problem name", "<problem naem", "", "<problem> without name"),
]


@pytest.mark.parametrize(("old", "new", "at", "said"), REFUSED)
def test_a_file_that_is_wrong_is_refused_with_its_line(tmp_path: Path, old: str, new: str, at: str, said: str) -> None:
    """The line of what was changed, or of ``at``."""
    with pytest.raises(ReadError) as refused:
        read(changed(tmp_path, old, new))
    assert said in str(refused.value)
    assert refused.value.line == PROBLEM.read_text(encoding="utf-8").partition(at or old)[0].count("\n") + 1


def test_what_has_no_solution_is_read_all_the_same(tmp_path: Path) -> None:
    """A room that no class may use, and a class that needs a room and has none."""
    path = changed(tmp_path, '<room id="B" capacity="5"/>', '<room id="B" capacity="5"/><room id="C" capacity="5"/>')
    assert len(read(path).rooms) == 3
    assert read(changed(tmp_path, ' room="false"', "")).meetings[3].needs_room


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name="two-courses"', 'name="other"', "a solution of other, expected one of two-courses"),
        ('id="X2" days="01"', 'id="X1" days="01"', "class X1 a second time"),
        ('start="6"', 'start="7"', "class X2 at slot 7, expected one of the times"),
        ('room="A"', 'room="Z"', "room Z"),
        ('<student id="S2"/>', '<student id="S9"/>', "student S9"),
    ],
)
def test_a_wrong_solution_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = SOLUTION.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "solution.xml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ReadError, match=said):
        read_solution(path, read(PROBLEM), like=PROBLEM)


def test_there_are_nineteen_distributions() -> None:
    assert len(RULE_OF) == len(set(RULE_OF.values())) == 19


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xml"
    path.write_text('<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><problem name="&b;"/>', encoding="utf-8")
    with pytest.raises(ReadError, match="what XML files need not have"):
        read(path)
