"""Small terms that would be solvable but for one planted conflict, whose parts are known."""

from collections.abc import Callable
from dataclasses import dataclass, replace
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
from webapp.engine.timegrid import Time, TimeGrid

DAYS, SLOTS, ROOMS, LABS = 4, 4, 3, 2
HARD = ("all_placed", "room_clash", "instructor_clash", "group_clash", "pinned", "suitable_room", "possible_time")


@dataclass(frozen=True)
class Planted:
    """An instance and what its conflict is made of.

    ``constraints``: no other may be named. ``resources``, ``rooms``: each must be named.
    """

    kind: str
    instance: Instance
    constraints: frozenset[int]
    resources: frozenset[int] = frozenset()
    rooms: frozenset[int] = frozenset()


def base(random: Random) -> Instance:
    """A term with a timetable: every meeting was given a free place while it was made up."""
    grid = TimeGrid(DAYS, SLOTS)
    rooms = tuple(InstanceRoom(f"R{i}", 30) for i in range(ROOMS)) + tuple(
        InstanceRoom(f"LAB{i}", 30) for i in range(LABS)
    )
    people = [Resource(f"T{i}", ResourceKind.INSTRUCTOR, f"Dr T{i}") for i in range(5)]
    people += [Resource(f"G{i}", ResourceKind.GROUP, f"Group {i}") for i in range(3)]
    times = tuple(TimeOption(Time(s, 1, 1 << d)) for d in range(DAYS) for s in range(SLOTS))
    taken: set[tuple[str, int, Time]] = set()
    meetings = []
    for number in range(random.randint(14, 22)):
        who = (random.randrange(5), 5 + random.randrange(3))
        kind = (ROOMS, ROOMS + LABS) if random.random() < 0.25 else (0, ROOMS)
        choices = [
            (o.time, r)
            for o in times
            for r in range(*kind)
            if ("room", r, o.time) not in taken and not any(("who", w, o.time) in taken for w in who)
        ]
        if not choices:
            continue
        time, room = random.choice(choices)
        taken.add(("room", room, time))
        taken.update(("who", w, time) for w in who)
        meetings.append(Meeting(f"M{number}", times, tuple(RoomOption(r) for r in range(*kind)), who, 20))
    constraints = tuple(Constraint(rule_named(rule), None) for rule in HARD)
    return Instance("planted", grid, rooms, tuple(people), tuple(meetings), constraints)


def _with(instance: Instance, *constraints: Constraint) -> tuple[Instance, frozenset[int]]:
    known = len(instance.constraints)
    grown = replace(instance, constraints=instance.constraints + constraints)
    return grown, frozenset(range(known, known + len(constraints)))


def overbooked_teacher(random: Random) -> Planted:
    """A teacher with one slot fewer than meetings."""
    instance = base(random)
    teacher = random.choice([r for r in range(5) if len(instance.meetings_of[r]) >= 2])
    free = len(instance.meetings_of[teacher]) - 1
    cells = list(range(instance.grid.cells))
    random.shuffle(cells)
    cut = random.randrange(free, len(cells))
    grown, added = _with(
        instance,
        Constraint(rule_named("unavailable"), None, (teacher,), cells=frozenset(cells[free : cut + 1])),
        *(
            [Constraint(rule_named("unavailable"), None, (teacher,), cells=frozenset(cells[cut + 1 :]))]
            if cut + 1 < 16
            else []
        ),
    )
    return Planted("teacher", grown, added | {2}, frozenset({teacher}))


def too_few_labs(random: Random) -> Planted:
    """One lab meeting more than the labs have slots."""
    instance = base(random)
    labs = tuple(RoomOption(r) for r in range(ROOMS, ROOMS + LABS))
    number = DAYS * SLOTS * LABS + 1 - sum(m.rooms == labs for m in instance.meetings)
    extra = tuple(Meeting(f"X{i}", instance.meetings[0].times, labs, (), 20) for i in range(number))
    grown = replace(instance, meetings=instance.meetings + extra)
    return Planted("labs", grown, frozenset({1}), rooms=frozenset(range(ROOMS, ROOMS + LABS)))


def chain_of_pins(random: Random) -> Planted:
    """Meetings in an order of which the first and the last are pinned too close."""
    instance = base(random)
    length = random.randint(3, 5)
    chain = random.sample(range(len(instance.meetings)), length)
    first = random.randrange(DAYS * SLOTS - length + 1)
    last = first + length - 2
    meetings = list(instance.meetings)
    for meeting, cell in ((chain[0], first), (chain[-1], last)):
        pin = Placement(Time(cell % SLOTS, 1, 1 << cell // SLOTS))
        meetings[meeting] = replace(meetings[meeting], pin=pin)
    grown, added = _with(
        replace(instance, meetings=tuple(meetings)), Constraint(rule_named("precedence"), None, (), tuple(chain))
    )
    return Planted("pins", grown, added | {4})


def overfull_group(random: Random) -> Planted:
    """A group with one meeting more than the week has slots."""
    instance = base(random)
    group = 5 + random.randrange(3)
    number = DAYS * SLOTS + 1 - len(instance.meetings_of[group])
    rooms = tuple(RoomOption(r) for r in range(ROOMS))
    extra = tuple(Meeting(f"X{i}", instance.meetings[0].times, rooms, (group,), 20) for i in range(number))
    grown = replace(instance, meetings=instance.meetings + extra)
    return Planted("group", grown, frozenset({3}), frozenset({group}))


def contradiction(random: Random) -> Planted:
    """Two meetings at the same time and on different days."""
    instance = base(random)
    pair = tuple(random.sample(range(len(instance.meetings)), 2))
    grown, added = _with(
        instance,
        Constraint(rule_named("same_time"), None, (), pair),
        Constraint(rule_named("different_days"), None, (), pair),
    )
    return Planted("contradiction", grown, added | {2, 3})


KINDS: tuple[Callable[[Random], Planted], ...] = (
    overbooked_teacher,
    too_few_labs,
    chain_of_pins,
    overfull_group,
    contradiction,
)
