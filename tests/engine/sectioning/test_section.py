"""Students get classes of what they ask for: within the limits, without conflicts where that can be, evenly."""

from collections import Counter
from dataclasses import replace
from itertools import product

import pytest

from webapp.engine.evaluate import evaluate
from webapp.engine.instance import (
    Configuration,
    Constraint,
    CourseStructure,
    Instance,
    Meeting,
    Placement,
    StudentDemand,
    Subpart,
    TimeOption,
)
from webapp.engine.rules import rule_named
from webapp.engine.search.budget import WorkBudget
from webapp.engine.sectioning.section import BALANCED, Sectioning, Weights, section
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time, TimeGrid

RULES = ("course_requests", "parent_class", "class_limit")


def university(students: int, limit: int | None, courses: int = 2, classes: int = 3) -> Instance:
    """Courses of three lectures with a lab each; the n-th lectures of all courses are at one time, labs at others."""
    meetings, structures = [], []
    for course, number in product(range(courses), range(classes)):
        first = 2 * (course * classes + number)
        at = Time(number, 1, 1), Time(3 + course * classes + number, 1, 1)
        meetings.append(Meeting(f"L{course}{number}", (TimeOption(at[0]),), needs_room=False, limit=limit))
        meetings.append(Meeting(f"X{course}{number}", (TimeOption(at[1]),), needs_room=False, parent=first))
    for course in range(courses):
        begin = 2 * course * classes
        parts = (
            Subpart("labs", tuple(range(begin + 1, begin + 2 * classes, 2))),
            Subpart("lectures", tuple(range(begin, begin + 2 * classes, 2))),
        )
        structures.append(CourseStructure(f"c{course}", (Configuration("k", parts),)))
    constraints = [Constraint(rule_named(name), None) for name in RULES]
    return Instance(
        name="university",
        grid=TimeGrid(1, 3 + courses * classes),
        rooms=(),
        resources=(),
        meetings=tuple(meetings),
        constraints=(*constraints, Constraint(rule_named("student_conflicts"), 10)),
        courses=tuple(structures),
        students=tuple(StudentDemand(f"s{n}", tuple(range(courses))) for n in range(students)),
    )


def sectioned(instance: Instance, weights: Weights = BALANCED, start: Solution | None = None) -> Sectioning:
    places = tuple(Placement(meeting.times[0].time) for meeting in instance.meetings)
    found = section(instance, places, 1, WorkBudget(20_000, 50, lambda: None), weights, start)
    score = evaluate(instance, Solution(places, found.attends))
    assert found.hard == score.hard
    loads = Counter(meeting for classes in found.attends for meeting in classes)
    assert found.cost == score.cost + weights.uneven * sum(load * load for load in loads.values())
    return found


def test_everybody_gets_lecture_and_lab_of_each_course_without_conflict_and_evenly() -> None:
    """Twelve students in classes of four: full classes, and nobody in two lectures at once."""
    found = sectioned(university(12, limit=4))
    assert found.hard == 0
    assert set(Counter(m for classes in found.attends for m in classes).values()) == {4}
    assert found.cost == 12 * 4 * 4  # squares of the sizes, no conflict


def test_who_finds_no_room_within_the_limits_is_counted_as_too_many() -> None:
    assert sectioned(university(12, limit=3), Weights()).hard == 2 * (12 - 9)


def test_a_course_that_nobody_can_take_is_left_out_and_named() -> None:
    instance = university(2, limit=None)
    none = replace(instance.courses[1], configurations=())
    instance = replace(instance, courses=(instance.courses[0], none))
    found = sectioned(instance)
    assert found.hard == 2
    assert found.unmet(instance) == (0, 1)


@pytest.mark.parametrize("weights", [Weights(), BALANCED])
def test_the_same_seed_and_work_give_the_same_and_a_start_is_kept_or_bettered(weights: Weights) -> None:
    instance = university(9, limit=4)
    first = sectioned(instance, weights)
    assert sectioned(instance, weights) == first
    assert sectioned(instance, weights, Solution((), first.attends)).cost <= first.cost
