"""The search on wide weeks counts what the truth counts, whatever it moves: all nineteen rules, rooms and students."""

from random import Random

import numpy as np
import pytest

from webapp.engine.evaluate import ScoredTimetable, evaluate
from webapp.engine.instance import (
    Configuration,
    Constraint,
    CourseStructure,
    Instance,
    InstanceRoom,
    Meeting,
    Placement,
    RoomOption,
    StudentDemand,
    Subpart,
    TimeOption,
)
from webapp.engine.readers.distributions import NUMBERS, RULE_OF, constraint_of
from webapp.engine.readers.itc2019 import HARD, HARD_STUDENTS
from webapp.engine.rules import rule_named
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time, TimeGrid
from webapp.engine.wide.compile import compile_wide, is_wide
from webapp.engine.wide.state import WideTimetable

DAYS, SLOTS, WEEKS, CLASSES, ROOMS = 4, 24, 3, 12, 4
HALF = np.array([32768, 32768], np.int64)


def drawn(seed: int) -> Instance:
    """Twelve classes of three courses, each distribution hard and soft, travel, closed rooms, parents, limits."""
    random = Random(seed)

    def time() -> Time:
        length = random.randint(1, 6)
        start = random.randint(0, SLOTS - length)
        return Time(start, length, random.randint(1, (1 << DAYS) - 1), random.randint(1, (1 << WEEKS) - 1))

    rooms = tuple(
        InstanceRoom(f"r{n}", 10, (time(),), {other: random.randint(0, 4) for other in range(ROOMS) if other != n})
        for n in range(ROOMS)
    )
    meetings = tuple(
        Meeting(
            f"m{n}",
            tuple(TimeOption(each, random.randint(0, 3)) for each in sorted({time() for _ in range(6)})),
            tuple(RoomOption(room, random.randint(0, 3)) for room in random.sample(range(ROOMS), 2)) if n % 4 else (),
            needs_room=bool(n % 4),
            limit=random.choice((None, 3, 4)),
            parent=n - 2 if n % 4 >= 2 else None,
        )
        for n in range(CLASSES)
    )
    # Of each four classes two are lectures, and each has its lab.
    courses = tuple(
        CourseStructure(
            f"c{n}",
            (Configuration(f"k{n}", (Subpart("lab", (n + 2, n + 3)), Subpart("lecture", (n, n + 1)))),),
        )
        for n in range(0, CLASSES, 4)
    )
    constraints = [Constraint(rule_named(name), None) for name in (*HARD, *HARD_STUDENTS)]
    constraints += [Constraint(rule_named("time_penalty"), 2), Constraint(rule_named("room_penalty"), 3)]
    constraints.append(Constraint(rule_named("student_conflicts"), 7))
    for name in RULE_OF:
        for penalty in (None, random.randint(1, 5)):
            numbers = tuple(random.randint(1, 4) for _ in range(NUMBERS.get(name, 0)))
            members = tuple(random.sample(range(CLASSES), 4))
            constraints.append(constraint_of(name, numbers, penalty, 5, members))
    students = tuple(StudentDemand(f"s{n}", tuple(random.sample(range(3), random.randint(1, 3)))) for n in range(9))
    grid = TimeGrid(DAYS, SLOTS, WEEKS)
    return Instance("drawn", grid, rooms, (), meetings, tuple(constraints), courses=courses, students=students)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_kept_up_to_date_is_what_the_truth_counts(seed: int) -> None:
    instance = drawn(seed)
    assert is_wide(instance)
    timetable = WideTimetable.of(compile_wide(instance), Solution.empty(instance), seed)
    for temperature in (1e9, 100.0, 1.0):
        timetable.anneal(300, temperature, 10.0, HALF)
        assert int(timetable.best.totals[0]) == timetable.counted()
        found = timetable.solution()
        score = evaluate(instance, found)
        assert timetable.least() == (score.hard, score.cost)
        again = WideTimetable.of(timetable.problem, found, seed)
        assert again.solution() == found
        assert again.least() == (score.hard, score.cost)


def test_a_move_changes_what_two_counts_differ_by() -> None:
    """Of the truth's own account of moves, with who attends what."""
    instance, random = drawn(3), Random(3)
    solution = WideTimetable.of(compile_wide(instance), Solution.empty(instance), 3).solution()
    scored = ScoredTimetable(instance, solution)
    for _ in range(40):
        index = random.randrange(CLASSES)
        meeting = instance.meetings[index]
        room = random.choice(meeting.rooms).room if meeting.needs_room else None
        new = Placement(random.choice(meeting.times).time, room)
        delta, before = scored.delta({index: new}), scored.score()
        scored.place(index, new)
        after = evaluate(instance, scored.solution)
        assert scored.score() == after
        assert (delta.hard, delta.cost) == (after.hard - before.hard, after.cost - before.cost)
