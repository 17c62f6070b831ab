"""A timetabling problem: what is to be placed, where it may go, and what shall hold.

The dataclasses are frozen and refuse nonsense when they are built, so that nothing downstream
checks again. Infeasible data is legal: it builds, and `explain` says why it can't be solved.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from webapp.engine.rule import ResourceKind, Rule
from webapp.engine.timegrid import Time, TimeGrid

MOST = 1_000_000_000
"""No size, weight, capacity or penalty may exceed this: far above any real one, far below overflow."""


@dataclass(frozen=True, slots=True)
class Resource:
    """People who can't be in two places at once.

    An instructor, a student group (curriculum), or a set of students with the same enrolments.
    ``weight`` is the number of students in a set, and multiplies what a clash of theirs costs.
    """

    code: str
    kind: ResourceKind
    name: str = ""
    weight: int = 1

    def __post_init__(self) -> None:
        _whole("weight", self.weight, f"resource {self.code}", least=1)

    @property
    def label(self) -> str:
        """The name, or the code where there is none."""
        return self.name or self.code


@dataclass(frozen=True, slots=True)
class InstanceRoom:
    """A place that holds one meeting at a time.

    ``closed`` lists the times at which nothing may be held there; ``travel`` maps other rooms'
    indices to what it takes to walk there (absent: nothing), there and back alike, in slots or, where the
    grid knows them, minutes. ``building`` names the building, empty where it is not known.
    """

    code: str
    capacity: int
    closed: tuple[Time, ...] = ()
    travel: Mapping[int, int] = field(default_factory=dict)
    building: str = ""

    def __post_init__(self) -> None:
        _whole("capacity", self.capacity, f"room {self.code}")
        for slots in self.travel.values():
            _whole("travel", slots, f"room {self.code}")


@dataclass(frozen=True, slots=True)
class TimeOption:
    """A possible time of a meeting and the penalty of choosing it."""

    time: Time
    penalty: int = 0

    def __post_init__(self) -> None:
        _whole("penalty", self.penalty, f"time option at slot {self.time.start}")


@dataclass(frozen=True, slots=True)
class RoomOption:
    """A possible room (index) of a meeting and the penalty of choosing it."""

    room: int
    penalty: int = 0

    def __post_init__(self) -> None:
        _whole("penalty", self.penalty, f"option of room {self.room}")


@dataclass(frozen=True, slots=True)
class Placement:
    """When and where a meeting is held; ``time`` is None while it is unplaced.

    ``room`` is None for a meeting without a room. A placement may lie outside the meeting's
    possible times and rooms: the rules count that, they don't forbid to write it down.
    """

    time: Time | None = None
    room: int | None = None

    @property
    def at(self) -> Time:
        """The time, where there must be one; `ValueError` while the meeting is unplaced."""
        if self.time is None:
            raise ValueError("an unplaced meeting has no time")
        return self.time


UNPLACED = Placement()


@dataclass(frozen=True, slots=True)
class Meeting:
    """One lecture, tutorial or lab to place (an ITC-2019 class).

    Parameters
    ----------
    code
        Unique name within the instance.
    times
        Possible times with penalties.
    rooms
        Suitable rooms with penalties. Empty together with ``needs_room`` means that no room suits.
    resources
        Indices of the people who attend or teach it.
    size
        Students expected, for the seats.
    needs_room
        False for a meeting that is held without a room of the instance.
    pin
        Where it must stand: the time, the room, or both (None leaves that part open).
    limit, parent
        ITC-2019 sectioning: most students, and the class that its students must attend too.
    """

    code: str
    times: tuple[TimeOption, ...]
    rooms: tuple[RoomOption, ...] = ()
    resources: tuple[int, ...] = ()
    size: int = 0
    needs_room: bool = True
    pin: Placement | None = None
    limit: int | None = None
    parent: int | None = None

    def __post_init__(self) -> None:
        where = f"meeting {self.code}"
        _whole("size", self.size, where)
        if self.limit is not None:
            _whole("limit", self.limit, where)
        if len(set(self.resources)) != len(self.resources):
            raise ValueError(f"{where}: a resource is named twice")


@dataclass(frozen=True, slots=True)
class Constraint:
    """One rule put to work: on what, how strongly.

    Parameters
    ----------
    rule
        One of `webapp.engine.rules.RULES`, which says how the other fields are read.
    weight
        Penalty per unit of the rule's count; None makes it hard.
    resources, meetings
        Indices of what it is about. A rule over resources looks at each of them in turn; a rule
        over meetings looks at the set (a course's lectures, a pair, an ITC-2019 distribution).
    cells
        (day, slot) cells, for rules about times (unavailable, avoided, preferred).
    amount
        The rule's number, such as the least number of days or the most slots in a row.
    label
        Who or what it is about, for sentences.
    second_amount
        The rule's other number, where it has two.
    rooms
        Indices of the rooms it names, for rules about certain rooms.
    factor
        What a whole point of cost counts for, after the mean over weeks has been rounded down (`Rule.is_mean`).
    """

    rule: Rule
    weight: int | None
    resources: tuple[int, ...] = ()
    meetings: tuple[int, ...] = ()
    cells: frozenset[int] = frozenset()
    amount: int = 0
    label: str = ""
    second_amount: int = 0
    rooms: tuple[int, ...] = ()
    factor: int = 1

    def __post_init__(self) -> None:
        where = f"rule {self.rule.name}"
        if self.weight is not None:
            _whole("weight", self.weight, where)
        _whole("amount", self.amount, where)
        _whole("second amount", self.second_amount, where)
        _whole("factor", self.factor, where)
        if self.factor != 1 and not self.rule.is_mean:
            raise ValueError(f"{where}: its weight can say what the factor {self.factor} does")
        if self.rule.is_mean and self.resources:
            raise ValueError(f"{where}: it is about a set of meetings, not about people")

    @property
    def hard(self) -> bool:
        """Whether it must hold."""
        return self.weight is None


@dataclass(frozen=True, slots=True)
class Subpart:
    """ITC-2019: a student of the configuration attends exactly one of these meetings."""

    code: str
    meetings: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Configuration:
    """ITC-2019: one way to take a course, a meeting of each subpart."""

    code: str
    subparts: tuple[Subpart, ...]


@dataclass(frozen=True, slots=True)
class CourseStructure:
    """ITC-2019: a course is taken in exactly one of its configurations."""

    code: str
    configurations: tuple[Configuration, ...]


@dataclass(frozen=True, slots=True)
class StudentDemand:
    """ITC-2019: a student and the courses (indices) demanded."""

    code: str
    courses: tuple[int, ...]


@dataclass(frozen=True)
class Instance:
    """A whole problem. Everything refers to everything else by index.

    Parameters
    ----------
    interchangeable
        Sets of meetings that differ in nothing but their name (the lectures of one course), so
        that models may count instead of naming each.
    reference
        A timetable to stay close to, one placement per meeting, or empty.
    courses, students
        ITC-2019 demands; empty where who attends is no decision.

    Raises
    ------
    ValueError
        When something is ill-formed: what, where, and what was expected.
    """

    name: str
    grid: TimeGrid
    rooms: tuple[InstanceRoom, ...]
    resources: tuple[Resource, ...]
    meetings: tuple[Meeting, ...]
    constraints: tuple[Constraint, ...]
    interchangeable: tuple[tuple[int, ...], ...] = ()
    reference: tuple[Placement, ...] = ()
    courses: tuple[CourseStructure, ...] = ()
    students: tuple[StudentDemand, ...] = ()

    def __post_init__(self) -> None:
        _unique("room", (room.code for room in self.rooms))
        _unique("resource", (resource.code for resource in self.resources))
        _unique("meeting", (meeting.code for meeting in self.meetings))
        _unique("course", (course.code for course in self.courses))
        _unique("student", (student.code for student in self.students))
        checked: set[int] = set()  # domains are shared between meetings: look at each once
        for room in self.rooms:
            for time in room.closed:
                _on_grid(time, self.grid, f"room {room.code}")
            _indices(tuple(room.travel), len(self.rooms), f"room {room.code}, travel")
        for meeting in self.meetings:
            self._check_meeting(meeting, checked)
        for constraint in self.constraints:
            self._check_constraint(constraint)
        for group in self.interchangeable:
            _indices(group, len(self.meetings), "interchangeable meetings")
        if self.reference and len(self.reference) != len(self.meetings):
            raise ValueError(f"reference has {len(self.reference)} placements for {len(self.meetings)} meetings")
        for placement in self.reference:
            self._check_placement(placement, "reference")
        for course in self.courses:
            for subpart in (part for configuration in course.configurations for part in configuration.subparts):
                _indices(subpart.meetings, len(self.meetings), f"course {course.code}, subpart {subpart.code}")
        for student in self.students:
            _indices(student.courses, len(self.courses), f"student {student.code}, courses")

    def _check_meeting(self, meeting: Meeting, checked: set[int]) -> None:
        where = f"meeting {meeting.code}"
        _indices(meeting.resources, len(self.resources), f"{where}, resources")
        if id(meeting.times) not in checked:
            checked.add(id(meeting.times))
            for option in meeting.times:
                _on_grid(option.time, self.grid, where, is_held=True)
        if id(meeting.rooms) not in checked:
            checked.add(id(meeting.rooms))
            _indices([option.room for option in meeting.rooms], len(self.rooms), f"{where}, rooms")
        if meeting.pin is not None:
            self._check_placement(meeting.pin, f"{where}, pin")
        if meeting.parent is not None:
            _indices((meeting.parent,), len(self.meetings), f"{where}, parent")

    def _check_placement(self, placement: Placement, where: str) -> None:
        if placement.time is not None:
            _on_grid(placement.time, self.grid, where, is_held=True)
        if placement.room is not None:
            _indices((placement.room,), len(self.rooms), where)

    def _check_constraint(self, constraint: Constraint) -> None:
        where = f"rule {constraint.rule.name} {constraint.label}".rstrip()
        _indices(constraint.resources, len(self.resources), f"{where}, resources")
        _indices(constraint.meetings, len(self.meetings), f"{where}, meetings")
        _indices(constraint.rooms, len(self.rooms), f"{where}, rooms")
        for cell in constraint.cells:
            if not 0 <= cell < self.grid.cells:
                raise ValueError(f"{where}: cell {cell} lies outside the grid of {self.grid.cells} cells")

    @cached_property
    def meetings_of(self) -> tuple[tuple[int, ...], ...]:
        """Per resource, the indices of the meetings that it takes part in."""
        found: list[list[int]] = [[] for _ in self.resources]
        for index, meeting in enumerate(self.meetings):
            for resource in meeting.resources:
                found[resource].append(index)
        return tuple(tuple(indices) for indices in found)

    def travel(self, one: int | None, two: int | None) -> int:
        """What it takes to walk from one room (index) to another; nothing from or to no room."""
        if one is None or two is None or one == two:
            return 0
        return max(self.rooms[one].travel.get(two, 0), self.rooms[two].travel.get(one, 0))

    @cached_property
    def course_of(self) -> Mapping[int, int]:
        """The course that each meeting is a class of, where students ask for courses."""
        return {
            meeting: course
            for course, structure in enumerate(self.courses)
            for configuration in structure.configurations
            for subpart in configuration.subparts
            for meeting in subpart.meetings
        }

    def resources_of_kind(self, kind: ResourceKind) -> tuple[int, ...]:
        """Indices of the resources of a kind."""
        return tuple(i for i, resource in enumerate(self.resources) if resource.kind is kind)

    @property
    def weight_range(self) -> tuple[int, int]:
        """The lightest and the heaviest weight of a soft rule that counts; 1 and 1 where there is none."""
        found = [constraint.weight for constraint in self.constraints if constraint.weight] or [1]
        return min(found), max(found)

    def with_weights(self, weights: Mapping[str, int]) -> "Instance":
        """The same problem with soft rules weighed otherwise.

        Rules that ``weights`` does not name keep theirs; hard ones stay hard.
        """
        changed = tuple(
            replace(c, weight=weights[c.rule.name]) if c.weight is not None and c.rule.name in weights else c
            for c in self.constraints
        )
        return replace(self, constraints=changed)


def _whole(name: str, value: object, where: str, least: int = 0) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{where}: {name} must be a whole number, found {value!r}")
    if not least <= value <= MOST:
        raise ValueError(f"{where}: {name} must lie between {least} and {MOST}, found {value}")


def _unique(what: str, codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if not code:
            raise ValueError(f"a {what} has no code")
        if code in seen:
            raise ValueError(f"{what} {code} is there twice")
        seen.add(code)


def _indices(values: Sequence[int], size: int, where: str) -> None:
    if len(set(values)) != len(values):
        raise ValueError(f"{where}: something is named twice")
    for value in values:
        if not 0 <= value < size:
            raise ValueError(f"{where}: index {value} is unknown, there are {size}")


def _on_grid(time: Time, grid: TimeGrid, where: str, *, is_held: bool = False) -> None:
    """Refuse a time that does not lie on the grid; ``is_held``: meetings count in its periods, so it names them."""
    try:
        time.check(grid)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    if is_held and (grid.periods is None) != (not time.periods):
        raise ValueError(f"{where}: a time names its periods where the grid has periods of its own, and only there")
