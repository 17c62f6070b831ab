"""A handful of meetings on a small week, counted under one rule."""

from collections.abc import Sequence

from webapp.engine.evaluate import ScoredTimetable, evaluate, violations
from webapp.engine.instance import (
    UNPLACED,
    Constraint,
    Instance,
    InstanceRoom,
    Meeting,
    Placement,
    Resource,
    RoomOption,
    TimeOption,
)
from webapp.engine.rule import ResourceKind
from webapp.engine.rules import rule_named
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time, TimeGrid

WEEK = TimeGrid(days=3, slots_per_day=6)
LUNCH = TimeGrid(days=3, slots_per_day=6, breaks=frozenset({2}))
"""A long break after the third slot."""
FORTNIGHT = TimeGrid(days=3, slots_per_day=6, weeks=2)
ODD, EVEN, BOTH = 0b01, 0b10, 0b11

RAO, CS3, EXCHANGE = 0, 1, 2
PEOPLE = (
    Resource("rao", ResourceKind.INSTRUCTOR, "Dr Rao"),
    Resource("cs3", ResourceKind.GROUP, "CS 3"),
    Resource("exchange", ResourceKind.STUDENTS, "Exchange students", weight=7),
)
HALL, LAB = 0, 1
ROOMS = (InstanceRoom("Hall", 60), InstanceRoom("Lab", 20))
EVERYBODY = (RAO, CS3, EXCHANGE)


def at(
    day: int, slot: int, length: int = 1, room: int | None = HALL, weeks: int = 1, also: int | None = None
) -> Placement:
    """A place: day, slot, length, room, weeks, and a second day."""
    days = 1 << day | (0 if also is None else 1 << also)
    return Placement(Time(slot, length, days, weeks), room)


def meeting(code: str, times: Sequence[Time] = (), **fields) -> Meeting:
    """A meeting that everybody attends unless told otherwise."""
    options = tuple(TimeOption(time, penalty) for penalty, time in enumerate(times))
    fields.setdefault("resources", EVERYBODY)
    fields.setdefault("rooms", (RoomOption(HALL),))
    return Meeting(code, options, **fields)


def problem(
    rule: str,
    meetings: int | Sequence[Meeting],
    grid: TimeGrid = WEEK,
    rooms: Sequence[InstanceRoom] = ROOMS,
    reference: Sequence[Placement] = (),
    weight: int | None = 1,
    only: tuple[int, ...] = (),
    rooms_named: tuple[int, ...] = (),
    **constraint,
) -> Instance:
    """An instance with one constraint. A number of meetings makes so many that everybody attends;
    ``only`` names the meetings that the constraint is about, ``rooms_named`` its rooms.
    """
    if isinstance(meetings, int):
        meetings = [meeting(f"M{i + 1}") for i in range(meetings)]
    constraints = (Constraint(rule_named(rule), weight, meetings=only, rooms=rooms_named, **constraint),)
    return Instance("case", grid, tuple(rooms), PEOPLE, tuple(meetings), constraints, reference=tuple(reference))


def count(rule: str, held: Sequence[Placement], meetings: Sequence[Meeting] = (), **fields) -> int:
    """The rule's count, which must be the same from nothing and placed one after the other."""
    instance = problem(rule, meetings or len(held), **fields)
    timetable = ScoredTimetable(instance)
    for index, placement in enumerate(held):
        timetable.place(index, placement)
    found = evaluate(instance, Solution(tuple(held))).counts[rule]
    assert timetable.score().counts[rule] == found
    return found


def sentences(rule: str, held: Sequence[Placement], meetings: Sequence[Meeting] = (), **fields) -> list[str]:
    """What is said about the rule's violations."""
    instance = problem(rule, meetings or len(held), **fields)
    return [violation.sentence for violation in violations(instance, Solution(tuple(held)))]


NOWHERE = UNPLACED
