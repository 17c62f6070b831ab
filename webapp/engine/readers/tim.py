"""Post-enrolment course timetabling: the `.tim` files of ITC-2007 track 2 (and of ITC-2002).

A file is a long list of whole numbers: events, rooms, features and students; the rooms' seats; who
attends what; which features rooms have and events need; when each event may be held; which event
must be before which. Nothing separates the parts, so a number too many or too few shows only by
the count; any other fault is refused with its line.

Notes
-----
The formulation is that of Lewis, Paechter and McCollum, "Post enrolment based course timetabling: a
description of the problem model used for track two of the second international timetabling
competition" (2007): five days of nine slots, every event one slot long. A student's clash is hard.
"""

from pathlib import Path

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
from webapp.engine.readers.problems import ReadError, text_of
from webapp.engine.rule import ResourceKind
from webapp.engine.rules import rule_named
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time, TimeGrid

DAYS, PER_DAY = 5, 9
SLOTS = DAYS * PER_DAY
MOST = {"events": 5_000, "rooms": 1_000, "features": 1_000, "students": 20_000}
"""More of anything is taken for a damaged file."""

HARD = ("all_placed", "room_clash", "student_clash", "possible_time", "suitable_room")
"""Rules that hold for every file; precedences are listed by pair."""


class _Numbers:
    """The numbers of a file, handed out part by part, each with its line."""

    def __init__(self, path: Path) -> None:
        self.path, self.at = path, 0
        self.values: list[int] = []
        self.lines: list[int] = []
        for number, row in enumerate(text_of(path).split("\n"), 1):
            for word in row.split():
                if len(word) > 9 or not word.removeprefix("-").isdigit() or not word.isascii():
                    raise ReadError(path, number, repr(word[:40]), "a whole number")
                self.values.append(int(word))
                self.lines.append(number)

    @property
    def left(self) -> int:
        """Numbers not handed out yet."""
        return len(self.values) - self.at

    def take(self, count: int, what: str, least: int, most: int) -> list[int]:
        """The next numbers, each within the limits."""
        part = self.values[self.at : self.at + count]
        if len(part) < count:
            line = self.lines[-1] if self.lines else 0
            raise ReadError(self.path, line, "the end of the file", f"{count - len(part)} more numbers: {what}")
        for offset, value in enumerate(part):
            if not least <= value <= most:
                raise ReadError(self.path, self.lines[self.at + offset], str(value), f"{what}, from {least} to {most}")
        self.at += count
        return part

    def rows(self, count: int, width: int, what: str, least: int = 0) -> list[list[int]]:
        """The next matrix, as the positions of the ones in each row."""
        flat = self.take(count * width, what, least, 1)
        return [[at for at in range(width) if flat[row * width + at] == 1] for row in range(count)]


def read(path: Path) -> Instance:
    """Read a `.tim` file; events are meetings ``e0``, ``e1``..., every student is a resource.

    Raises
    ------
    ReadError
        When the file is malformed.
    """
    numbers = _Numbers(path)
    events, rooms, features, students = (
        numbers.take(1, f"number of {name}", 0, most)[0] for name, most in MOST.items()
    )
    seats = numbers.take(rooms, "seats of a room", 0, 1_000_000)
    attends = numbers.rows(students, events, "whether a student attends an event")
    has = [set(row) for row in numbers.rows(rooms, features, "whether a room has a feature")]
    needs = [set(row) for row in numbers.rows(events, features, "whether an event needs a feature")]
    slots = [list(range(SLOTS))] * events
    before: list[list[int]] = [[]] * events
    if numbers.left:
        slots = numbers.rows(events, SLOTS, "whether an event may be held in a slot")
        before = numbers.rows(events, events, "whether an event is before another", -1)
    if numbers.left:
        found = f"{numbers.left} numbers"
        raise ReadError(path, numbers.lines[numbers.at], found, "the end of the file")
    for event, after in enumerate(before):
        if event in after:
            raise ReadError(path, 0, f"event {event} before itself", "precedences between two events")
    of_event: list[list[int]] = [[] for _ in range(events)]
    for student, attended in enumerate(attends):
        for event in attended:
            of_event[event].append(student)
    times = tuple(TimeOption(_time(slot)) for slot in range(SLOTS))
    meetings = tuple(
        Meeting(
            f"e{event}",
            tuple(times[slot] for slot in slots[event]) if len(slots[event]) < SLOTS else times,
            tuple(RoomOption(r) for r in range(rooms) if needs[event] <= has[r] and seats[r] >= len(of_event[event])),
            tuple(of_event[event]),
            len(of_event[event]),
        )
        for event in range(events)
    )
    return Instance(
        name=path.stem,
        grid=TimeGrid(DAYS, PER_DAY),
        rooms=tuple(InstanceRoom(f"r{room}", seats[room]) for room in range(rooms)),
        resources=tuple(Resource(f"s{student}", ResourceKind.STUDENTS) for student in range(students)),
        meetings=meetings,
        constraints=tuple(_constraints(students, before)),
    )


def _time(slot: int) -> Time:
    return Time(slot % PER_DAY, 1, 1 << slot // PER_DAY)


def _constraints(students: int, before: list[list[int]]) -> list[Constraint]:
    found = [Constraint(rule_named(rule), None) for rule in HARD]
    for event, later in enumerate(before):
        found += [Constraint(rule_named("precedence"), None, meetings=(event, after)) for after in later]
    everyone = tuple(range(students))
    if everyone:
        late = frozenset(day * PER_DAY + PER_DAY - 1 for day in range(DAYS))
        found.append(Constraint(rule_named("avoided_times"), 1, everyone, cells=late, label="late"))
        found.append(Constraint(rule_named("max_in_row"), 1, everyone, amount=2))
        found.append(Constraint(rule_named("lone_meetings"), 1, everyone))
    return found


def write_solution(path: Path, instance: Instance, solution: Solution) -> None:
    """Write ``slot room`` lines, one per event; ``-1 -1`` for one that is left out."""
    lines = []
    for place in solution.placements:
        if place.time is None:
            lines.append("-1 -1\n")
        else:
            day = next(place.time.day_list())
            room = -1 if place.room is None else place.room
            lines.append(f"{day * PER_DAY + place.time.start} {room}\n")
    path.write_text("".join(lines), encoding="utf-8")


def read_solution(path: Path, instance: Instance) -> Solution:
    """Read ``slot room`` lines.

    Raises
    ------
    ReadError
        When a number is out of range, or there are more or fewer than two per event.
    """
    numbers = _Numbers(path)
    placements = []
    for event in range(len(instance.meetings)):
        slot = numbers.take(1, f"slot of event {event}", -1, SLOTS - 1)[0]
        room = numbers.take(1, f"room of event {event}", -1, len(instance.rooms) - 1)[0]
        placements.append(Placement(None if slot < 0 else _time(slot), None if room < 0 or slot < 0 else room))
    if numbers.left:
        raise ReadError(path, numbers.lines[numbers.at], f"{numbers.left} more numbers", "the end of the file")
    return Solution(tuple(placements))
