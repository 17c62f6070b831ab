"""An instance as JSON and back, the same in every field, and its hash.

Times, lists of times and lists of rooms that several meetings share are written once and referred to by number.
"""

import json
from collections.abc import Callable, Hashable, Sequence
from hashlib import sha256
from typing import Any, Generic, TypeVar

from webapp.engine.instance import (
    Configuration,
    Constraint,
    CourseStructure,
    Instance,
    InstanceRoom,
    Meeting,
    Placement,
    Resource,
    RoomOption,
    StudentDemand,
    Subpart,
    TimeOption,
)
from webapp.engine.periods import Periods
from webapp.engine.rule import ResourceKind
from webapp.engine.rules import rule_named
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time, TimeGrid

FORMAT = "timeloom instance 1"

Json = dict[str, Any]
T = TypeVar("T", bound=Hashable)


class DataRefused(ValueError):
    """What should be an instance or a receipt is none: the message says what is amiss."""


def text_of(data: object) -> bytes:
    """JSON in the one form that hashes are taken of: keys in order, no blanks, UTF-8."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hash_of(content: bytes) -> str:
    """SHA-256 in hex digits."""
    return sha256(content).hexdigest()


def time_data(time: Time | None) -> list[int] | None:
    """A time as its numbers."""
    return None if time is None else [time.start, time.length, time.days, time.weeks, time.periods]


def solution_data(solution: Solution) -> Json:
    """A timetable as JSON: time and room of each meeting in the instance's order."""
    placements = [[time_data(each.time), each.room] for each in solution.placements]
    return {"placements": placements, "sectioning": [list(each) for each in solution.sectioning]}


def solution_from(data: Json) -> Solution:
    """The timetable that `solution_data` wrote."""
    return Solution(
        tuple(Placement(None if time is None else Time(*time), room) for time, room in data["placements"]),
        tuple(tuple(each) for each in data["sectioning"]),
    )


def timetable_hash(instance: Instance, solution: Solution) -> str:
    """SHA-256 of a timetable: a line a meeting, sorted, with code, weeks, days, start, length and room's code."""
    lines = []
    for meeting, placement in zip(instance.meetings, solution.placements, strict=True):
        time, room = placement.time, placement.room
        place = ["-"] * 4 if time is None else [str(part) for part in (time.weeks, time.days, time.start, time.length)]
        lines.append("\t".join((meeting.code, *place, "-" if room is None else instance.rooms[room].code)))
    lines += [f"student\t{index}\t{meetings}" for index, meetings in enumerate(solution.sectioning)]
    return hash_of("".join(f"{line}\n" for line in sorted(lines)).encode())


class _Table(Generic[T]):
    """What is written once and referred to by its number."""

    def __init__(self, data: Callable[[T], object]) -> None:
        self._data, self._known = data, dict[T, int]()
        self.rows: list[object] = []

    def number(self, item: T) -> int:
        """The number of an item, which is written down the first time."""
        if item not in self._known:
            self._known[item] = len(self.rows)
            self.rows.append(self._data(item))
        return self._known[item]


def _grid_data(grid: TimeGrid) -> Json:
    held = grid.periods
    return {
        "days": grid.days,
        "slots_per_day": grid.slots_per_day,
        "weeks": grid.weeks,
        "breaks": sorted(grid.breaks),
        "periods": None if held is None else [[list(s) for s in held.spans], list(held.follows), list(held.held)],
        "week_sizes": list(grid.week_sizes),
        **({"halves": grid.halves} if grid.halves > 1 else {}),
        **({"minutes": [list(span) for span in grid.minutes]} if grid.minutes else {}),
    }


def instance_data(instance: Instance) -> Json:
    """An instance as JSON."""
    times = _Table[tuple[TimeOption, ...]](lambda options: [[time_data(o.time), o.penalty] for o in options])
    rooms = _Table[tuple[RoomOption, ...]](lambda options: [[o.room, o.penalty] for o in options])
    cells = _Table[frozenset[int]](sorted)
    return {
        "format": FORMAT,
        "name": instance.name,
        "grid": _grid_data(instance.grid),
        "rooms": [
            [
                each.code,
                each.capacity,
                [time_data(time) for time in each.closed],
                [list(item) for item in each.travel.items()],
                *([each.building] if each.building else []),
            ]
            for each in instance.rooms
        ],
        "resources": [[each.code, each.kind.value, each.name, each.weight] for each in instance.resources],
        "meetings": [
            [
                each.code,
                times.number(each.times),
                rooms.number(each.rooms),
                list(each.resources),
                each.size,
                each.needs_room,
                None if each.pin is None else [time_data(each.pin.time), each.pin.room],
                each.limit,
                each.parent,
            ]
            for each in instance.meetings
        ],
        "constraints": [
            [
                *(c.rule.name, c.weight, list(c.resources), list(c.meetings), cells.number(c.cells), c.amount, c.label),
                *([c.second_amount, list(c.rooms)] if c.second_amount or c.rooms or c.factor != 1 else []),
                *([c.factor] if c.factor != 1 else []),
            ]
            for c in instance.constraints
        ],
        "times": times.rows,
        "room_lists": rooms.rows,
        "cells": cells.rows,
        "interchangeable": [list(group) for group in instance.interchangeable],
        "reference": [[time_data(each.time), each.room] for each in instance.reference],
        "courses": [
            [course.code, [[c.code, [[s.code, list(s.meetings)] for s in c.subparts]] for c in course.configurations]]
            for course in instance.courses
        ],
        "students": [[student.code, list(student.courses)] for student in instance.students],
    }


def instance_from(data: Json) -> Instance:
    """The instance that `instance_data` wrote; raises `DataRefused`."""
    try:
        if data["format"] != FORMAT:
            raise DataRefused(f"expected the format {FORMAT!r}, found {data['format']!r}")
        return _instance_from(data)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise DataRefused(f"this is no instance: {type(error).__name__} {error}") from error


def _instance_from(data: Json) -> Instance:
    grid, held = dict(data["grid"]), data["grid"]["periods"]
    if held is not None:
        held = Periods(tuple(tuple(span) for span in held[0]), tuple(held[1]), tuple(held[2]))
    times = [tuple(TimeOption(Time(*time), penalty) for time, penalty in row) for row in data["times"]]
    rooms = [tuple(RoomOption(room, penalty) for room, penalty in row) for row in data["room_lists"]]
    cells = [frozenset(row) for row in data["cells"]]
    return Instance(
        name=data["name"],
        grid=TimeGrid(
            grid["days"],
            grid["slots_per_day"],
            grid["weeks"],
            frozenset(grid["breaks"]),
            held,
            tuple(grid["week_sizes"]),
            tuple((start, end) for start, end in grid.get("minutes", ())),
            grid.get("halves", 1),
        ),
        rooms=tuple(
            InstanceRoom(code, capacity, tuple(Time(*time) for time in closed), dict(travel), *building)
            for code, capacity, closed, travel, *building in data["rooms"]
        ),
        resources=tuple(Resource(code, ResourceKind(kind), name, w) for code, kind, name, w in data["resources"]),
        meetings=tuple(
            Meeting(code, times[when], rooms[where], tuple(people), size, needs_room, _placement(pin), limit, parent)
            for code, when, where, people, size, needs_room, pin, limit, parent in data["meetings"]
        ),
        constraints=tuple(
            _constraint(cells[number], rule, weight, people, meetings, amount, label, *more)
            for rule, weight, people, meetings, number, amount, label, *more in data["constraints"]
        ),
        interchangeable=tuple(tuple(group) for group in data["interchangeable"]),
        reference=solution_from({"placements": data["reference"], "sectioning": []}).placements,
        courses=tuple(_course(*each) for each in data["courses"]),
        students=tuple(StudentDemand(code, tuple(courses)) for code, courses in data["students"]),
    )


def _constraint(
    cells: frozenset[int],
    rule: str,
    weight: int | None,
    people: list[int],
    meetings: list[int],
    amount: int,
    label: str,
    second_amount: int = 0,
    rooms: Sequence[int] = (),
    factor: int = 1,
) -> Constraint:
    named = rule_named(rule), weight, tuple(people), tuple(meetings)
    return Constraint(*named, cells, amount, label, second_amount, tuple(rooms), factor)


def _placement(pin: list[Any] | None) -> Placement | None:
    return None if pin is None else Placement(None if pin[0] is None else Time(*pin[0]), pin[1])


def _course(code: str, configurations: list[Any]) -> CourseStructure:
    return CourseStructure(
        code,
        tuple(
            Configuration(name, tuple(Subpart(part, tuple(meetings)) for part, meetings in subparts))
            for name, subparts in configurations
        ),
    )
