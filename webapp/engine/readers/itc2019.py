"""University course timetabling with students: the XML files of ITC-2019.

Strict: every number must lie where it can, every name must be known, and what names something twice is refused with
its line (`ReadError`). A problem that merely has no solution is read: a class whose rooms are all closed, a room that
no class may use.

Every class is a meeting with its identifier as code, in the order of the file. Bit 0 of days and weeks is the first.

References
----------
https://www.itc2019.org/format: the format and what its nineteen distributions mean.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from webapp.engine.instance import (
    MOST,
    Configuration,
    Constraint,
    CourseStructure,
    Instance,
    InstanceRoom,
    Meeting,
    RoomOption,
    StudentDemand,
    Subpart,
    TimeOption,
)
from webapp.engine.readers.distributions import constraint_of
from webapp.engine.readers.itc2019_solution import read_solution, write_solution
from webapp.engine.readers.xml_lines import Element, root_of
from webapp.engine.rules import rule_named
from webapp.engine.timegrid import Time, TimeGrid

__all__ = ["read", "read_solution", "write_solution"]

MOST_DAYS, MOST_SLOTS, MOST_WEEKS, MOST_CLASSES = 60, 1_440, 60, 100_000
"""What no file of this kind exceeds: masks of days and weeks in 64 bits, minutes, a large university."""

HARD = ("all_placed", "room_clash", "possible_time", "room_closed", "suitable_room")
"""Rules that hold for every file."""
HARD_STUDENTS = ("course_requests", "parent_class", "class_limit")
"""The same where students ask for courses."""

_DISTRIBUTION = re.compile(r"(\w+)(?:\(([\d,\s]+)\))?")


def read(path: Path) -> Instance:
    """Read a problem.

    Raises
    ------
    ReadError
        When the file is malformed.
    """
    return _Reader(root_of(path, "problem")).instance()


class _Reader:
    """Reads the parts of a problem in order and builds the instance from them."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.grid = TimeGrid(
            root.number("nrDays", 1, MOST_DAYS),
            root.number("slotsPerDay", 1, MOST_SLOTS),
            root.number("nrWeeks", 1, MOST_WEEKS),
        )
        optimization = next(root.all("optimization"), None)
        if optimization is None:
            raise root.refuse("no <optimization>", "the weights of time, room, distribution and student")
        self.weights = {
            name: optimization.number(name, 0, MOST) for name in ("time", "room", "distribution", "student")
        }
        self.room_at = _numbered(root.all("rooms", "room"), "room")
        self.course_at = _numbered(root.all("courses", "course"), "course")
        self.classes = [
            (course, each)
            for course in root.all("courses", "course")
            for each in course.all("config", "subpart", "class")
        ]
        if len(self.classes) > MOST_CLASSES:
            raise root.refuse(f"{len(self.classes)} classes", f"at most {MOST_CLASSES}")
        self.class_at = _numbered((each for _, each in self.classes), "class")
        self.times: dict[Time, Time] = {}
        self.travel = self._travel()

    def instance(self) -> Instance:
        """What the file says, as an instance."""
        meetings = tuple(self._meeting(each) for _, each in self.classes)
        self._check_parents(meetings)
        return Instance(
            name=self.root.text("name"),
            grid=self.grid,
            rooms=tuple(self._room(each) for each in self.root.all("rooms", "room")),
            resources=(),
            meetings=meetings,
            constraints=tuple(self._constraints()),
            courses=tuple(self._course(each) for each in self.root.all("courses", "course")),
            students=self._students(),
        )

    # Rooms and times

    def _room(self, element: Element) -> InstanceRoom:
        closed = tuple(self._time(each) for each in element.all("unavailable"))
        code = element.text("id")
        return InstanceRoom(code, element.number("capacity", 0, MOST), closed, self.travel[self.room_at[code]])

    def _travel(self) -> list[dict[int, int]]:
        """The slots from each room to others; what one room tells goes both ways."""
        found: list[dict[int, int]] = [{} for _ in self.room_at]
        for element in self.root.all("rooms", "room"):
            one = self.room_at[element.text("id")]
            for each in element.all("travel"):
                other = self._named(each, "room", self.room_at)
                if other != one:
                    found[one][other] = found[other][one] = each.number("value", 0, MOST_SLOTS)
        return found

    def _time(self, element: Element) -> Time:
        start = element.number("start", 0, self.grid.slots_per_day - 1)
        length = element.number("length", 1, self.grid.slots_per_day)
        if start + length > self.grid.slots_per_day:
            raise element.refuse(
                f"slots {start} to {start + length}", f"an end within the day of {self.grid.slots_per_day} slots"
            )
        days, weeks = element.mask("days", self.grid.days, "days"), element.mask("weeks", self.grid.weeks, "weeks")
        time = Time(start, length, days, weeks)
        return self.times.setdefault(time, time)

    def _named(self, element: Element, attribute: str, known: dict[str, int]) -> int:
        name = element.text(attribute)
        if name not in known:
            what = "class" if known is self.class_at else "course" if known is self.course_at else "room"
            raise element.refuse(f"{what} {name}", f"a {what} that the file describes")
        return known[name]

    # Classes

    def _meeting(self, element: Element) -> Meeting:
        code = element.text("id")
        limit = element.number("limit", 0, MOST) if "limit" in element.attributes else None
        times: dict[tuple[int, int, int], TimeOption] = {}
        for each in element.all("time"):
            time = self._time(each)
            known = times.get((time.days, time.start, time.weeks))
            if known is not None and known.time != time:
                raise each.refuse("a time with another length that begins alike", "each time of a class once")
            times[time.days, time.start, time.weeks] = TimeOption(time, each.number("penalty", 0, MOST, 0))
        if not times:
            raise element.refuse(f"class {code} without <time>", "at least one possible time")
        needs_room = element.flag("room", default=True)
        rooms: dict[int, RoomOption] = {}
        for each in element.all("room"):
            room = self._named(each, "id", self.room_at)
            rooms[room] = RoomOption(room, each.number("penalty", 0, MOST, 0))
        return Meeting(
            code,
            tuple(times.values()),
            tuple(rooms.values()) if needs_room else (),
            size=limit or 0,
            needs_room=needs_room,
            limit=limit,
            parent=self._named(element, "parent", self.class_at) if "parent" in element.attributes else None,
        )

    def _check_parents(self, meetings: Sequence[Meeting]) -> None:
        for index, (course, element) in enumerate(self.classes):
            parent, seen = meetings[index].parent, {index}
            while parent is not None:
                if parent in seen:
                    circle = f"class {meetings[index].code} among its own parents"
                    raise element.refuse(circle, "parents that lead to a class without one")
                seen.add(parent)
                parent = meetings[parent].parent
            own = meetings[index].parent
            if own is not None and self.classes[own][0] is not course:
                raise element.refuse(f"parent {meetings[own].code} of another course", "a parent of the same course")

    def _course(self, element: Element) -> CourseStructure:
        return CourseStructure(
            element.text("id"),
            tuple(
                Configuration(
                    config.text("id"),
                    tuple(
                        Subpart(part.text("id"), tuple(self.class_at[each.text("id")] for each in part.all("class")))
                        for part in config.all("subpart")
                    ),
                )
                for config in element.all("config")
            ),
        )

    def _students(self) -> tuple[StudentDemand, ...]:
        found = []
        _numbered(self.root.all("students", "student"), "student")
        for student in self.root.all("students", "student"):
            courses: dict[int, None] = {}
            for each in student.all("course"):
                course = self._named(each, "id", self.course_at)
                if course in courses:
                    raise each.refuse(f"course {each.text('id')} a second time", "each course of a student once")
                courses[course] = None
            found.append(StudentDemand(student.text("id"), tuple(courses)))
        return tuple(found)

    # Rules

    def _constraints(self) -> Iterator[Constraint]:
        yield from (Constraint(rule_named(name), None) for name in HARD)
        yield Constraint(rule_named("time_penalty"), self.weights["time"])
        yield Constraint(rule_named("room_penalty"), self.weights["room"])
        for element in self.root.all("distributions", "distribution"):
            yield self._distribution(element)
        if next(self.root.all("students", "student"), None) is not None:
            yield from (Constraint(rule_named(name), None) for name in HARD_STUDENTS)
            yield Constraint(rule_named("student_conflicts"), self.weights["student"])

    def _distribution(self, element: Element) -> Constraint:
        text = element.text("type")
        match = _DISTRIBUTION.fullmatch(text)
        numbers = tuple(int(each) for each in (match[2] or "").split(",") if each.strip()) if match else ()
        members: dict[int, None] = {}
        for each in element.all("class"):
            member = self._named(each, "id", self.class_at)
            if member in members:
                raise each.refuse(f"class {each.text('id')} a second time", "each class of a distribution once")
            members[member] = None
        is_hard = element.flag("required", default=False)
        penalty = None if is_hard else element.number("penalty", 0, MOST, 0)
        try:
            name = match[1] if match else text
            return constraint_of(name, numbers, penalty, self.weights["distribution"], tuple(members))
        except ValueError as error:
            raise element.refuse(f'type="{text}"', str(error)) from None


def _numbered(elements: Iterator[Element], what: str) -> dict[str, int]:
    """The identifiers of elements, in order; one that is there twice is refused."""
    found: dict[str, int] = {}
    for element in elements:
        code = element.text("id")
        if code in found:
            raise element.refuse(f"{what} {code} a second time", f"each {what} once")
        found[code] = len(found)
    return found
