"""An instance of any size, drawn by chance from a seed: for measuring, not for counting by hand."""

from functools import cache
from random import Random

from webapp.engine.instance import (
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

LECTURES = 3
"""Meetings of each course."""

HARD = [
    "all_placed",
    "room_clash",
    "instructor_clash",
    "group_clash",
    "possible_time",
    "pinned",
    "room_closed",
    "suitable_room",
]
SOFT = {
    "student_clash": 1,
    "room_capacity": 1,
    "isolated_meetings": 2,
    "group_gaps": 2,
    "instructor_gaps": 1,
    "group_days": 0,
    "instructor_days": 0,
    "rooms_in_use": 0,
    "empty_seats": 0,
    "time_penalty": 1,
    "room_penalty": 1,
}


@cache
def drawn(meetings: int = 1500, seed: int = 1, slots: int = 8) -> Instance:
    """Five days of so many slots; each meeting has an instructor, one to three groups and five sets of students."""
    random = Random(seed)
    grid = TimeGrid(5, slots)
    times = tuple(TimeOption(Time(slot, 1, 1 << day)) for day in range(grid.days) for slot in range(grid.slots_per_day))
    rooms = tuple(InstanceRoom(f"R{i}", random.choice([30, 60, 90, 120])) for i in range(meetings // 25))
    options = tuple(RoomOption(room) for room in range(len(rooms)))
    sizes = {
        ResourceKind.INSTRUCTOR: meetings // 10,
        ResourceKind.GROUP: meetings // 12,
        ResourceKind.STUDENTS: meetings // 4,
    }
    resources = tuple(Resource(f"{kind.value}{i}", kind, weight=3) for kind, size in sizes.items() for i in range(size))
    groups = range(sizes[ResourceKind.INSTRUCTOR], sizes[ResourceKind.INSTRUCTOR] + sizes[ResourceKind.GROUP])
    found: list[Meeting] = []
    constraints = [Constraint(rule_named(rule), None) for rule in HARD]
    constraints += [Constraint(rule_named(rule), weight) for rule, weight in SOFT.items()]
    constraints += [
        Constraint(rule_named("max_per_day"), None, amount=6),
        Constraint(rule_named("max_in_row"), 5, amount=4),
    ]
    for instructor in range(sizes[ResourceKind.INSTRUCTOR]):
        for rule, weight in (("unavailable", None), ("avoided_times", 2)):
            cells = frozenset(random.sample(range(grid.cells), 4))
            constraints.append(Constraint(rule_named(rule), weight, (instructor,), cells=cells))
    for course in range(meetings // LECTURES):
        who = (
            random.randrange(sizes[ResourceKind.INSTRUCTOR]),
            *random.sample(groups, random.choice([1, 1, 2, 3])),
            *random.sample(range(groups.stop, len(resources)), 5),
        )
        size = random.randint(20, 100)
        indices = tuple(range(len(found), len(found) + LECTURES))
        found += [Meeting(f"C{course}#{i + 1}", times, options, who, size) for i in range(LECTURES)]
        constraints.append(Constraint(rule_named("min_working_days"), 5, meetings=indices, amount=LECTURES))
        constraints.append(Constraint(rule_named("room_stability"), 1, meetings=indices))
        constraints.append(Constraint(rule_named("different_days"), 3, meetings=indices))
    return Instance(f"{meetings} meetings by chance", grid, rooms, resources, tuple(found), tuple(constraints))


def scattered(instance: Instance, seed: int = 1) -> Solution:
    """Every meeting at one of its possible times and rooms, by chance."""
    random = Random(seed)
    return Solution(
        tuple(
            Placement(random.choice(meeting.times).time, random.choice(meeting.rooms).room)
            for meeting in instance.meetings
        )
    )
