"""Curriculum-based course timetabling: the `.ctt` files of ITC-2007 track 3, and `.ectt`.

Strict: what a file announces it must hold, every name must be known, every number must lie where
it can. A file that breaks this is refused with its line (`ReadError`); a problem that merely has no
solution is read.

Notes
-----
The formulation is UD2 of Di Gaspero, McCollum and Schaerf, "The second international timetabling
competition: curriculum-based course timetabling (track 3)" (2007). Of an `.ectt` file, rooms that
do not suit a course are left out of its possible rooms; sites, double lectures and daily limits of
curricula belong to other formulations, are checked for form, and have no rule here.
"""

from dataclasses import dataclass, field
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

MOST_DAYS, MOST_SLOTS, MOST_LECTURES, MOST_PEOPLE = 366, 288, 20_000, 1_000_000
"""What no file of this kind exceeds: a year, five-minute slots, a large university, a crowd."""

HARD = ("all_placed", "room_clash", "instructor_clash", "group_clash", "possible_time", "suitable_room")
"""Rules that hold for every file; unavailable times are listed by course."""

SECTIONS = ("courses", "rooms", "curricula", "unavailability_constraints", "room_constraints")


@dataclass
class _Course:
    code: str
    teacher: str
    lectures: int
    min_days: int
    students: int
    blocked: set[int] = field(default_factory=set)
    unsuitable: set[str] = field(default_factory=set)


class _File:
    """The lines of a file that say something, and the refusals about them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = [(n, line.split()) for n, line in enumerate(text_of(path).split("\n"), 1) if line.split()]

    def refuse(self, line: int, found: str, expected: str) -> ReadError:
        """The error to raise: what was there and what was expected."""
        return ReadError(self.path, line, found, expected)

    def number(self, line: int, text: str, what: str, least: int, most: int) -> int:
        """Read a whole number from ``least`` to ``most``; raises `ReadError`."""
        expected = f"{what} as a whole number from {least} to {most}"
        if not (text.isascii() and text.isdigit() and len(text) <= 12 and least <= int(text) <= most):
            raise self.refuse(line, repr(text), expected)
        return int(text)


def read(path: Path) -> Instance:
    """Read a `.ctt` or `.ectt` file.

    Every lecture is a meeting, ``c0001#1`` the first of course c0001; the lectures of a course
    stand together, in the file's order of courses.

    Raises
    ------
    ReadError
        When the file is malformed.
    """
    return _Reader(_File(path)).instance()


class _Reader:
    """Reads the sections in order and builds the instance from them."""

    def __init__(self, file: _File) -> None:
        self.file = file
        self.courses: dict[str, _Course] = {}
        self.rooms: dict[str, int] = {}
        self.curricula: dict[str, tuple[str, ...]] = {}
        self.head: dict[str, tuple[int, str]] = {}
        self.sizes: dict[str, int] = {}
        rest = self._read_head()
        days = self._head_number("days", 1, MOST_DAYS)
        self.grid = TimeGrid(days, self._head_number("periods_per_day", 1, MOST_SLOTS))
        self._read_sections(rest)

    def _read_head(self) -> list[tuple[int, list[str]]]:
        rows = self.file.rows
        for at, (line, row) in enumerate(rows):
            if len(row) == 1 and row[0].endswith(":"):
                return rows[at:]
            if len(row) < 2 or not row[0].endswith(":"):
                raise self.file.refuse(line, repr(" ".join(row)), "a header line such as 'Days: 5', or a section")
            key = row[0][:-1].lower()
            if key in self.head:
                raise self.file.refuse(line, f"a second {row[0]}", "each header line once")
            self.head[key] = (line, row[1])
        raise self.file.refuse(0, "no section", "the sections COURSES:, ROOMS:, CURRICULA:")

    def _head_number(self, key: str, least: int, most: int) -> int:
        if key not in self.head:
            raise self.file.refuse(0, f"no header line '{key}'", f"'{key.capitalize()}: NUMBER'")
        line, text = self.head[key]
        return self.file.number(line, text, key, least, most)

    def _read_sections(self, rows: list[tuple[int, list[str]]]) -> None:
        section, ended = "", False
        for line, row in rows:
            if ended:
                raise self.file.refuse(line, repr(" ".join(row)), "nothing after END.")
            if row[0].rstrip(".") == "END" and len(row) == 1:
                ended = True
            elif len(row) == 1 and row[0].endswith(":"):
                section = row[0][:-1].lower()
                if section not in SECTIONS or section in self.sizes:
                    raise self.file.refuse(line, repr(row[0]), "each of the known sections once")
                self.sizes[section] = 0
            else:
                getattr(self, f"_read_{section}")(line, row)
                self.sizes[section] += 1
        if not ended:
            raise self.file.refuse(rows[-1][0], "the end of the file", "END.")
        self._check_sizes()

    def _check_sizes(self) -> None:
        ectt = "room_constraints" in self.sizes or "roomconstraints" in self.head
        announced = {"courses": "courses", "rooms": "rooms", "curricula": "curricula"}
        if ectt:
            announced |= {"unavailabilityconstraints": SECTIONS[3], "roomconstraints": SECTIONS[4]}
        else:
            announced |= {"constraints": SECTIONS[3]}
        for key, section in announced.items():
            number = self._head_number(key, 0, 10 * MOST_PEOPLE)
            if section not in self.sizes or self.sizes[section] != number:
                raise self.file.refuse(
                    self.head[key][0], f"{number} {section} announced", f"{self.sizes.get(section, 0)}, as listed"
                )
        total = sum(course.lectures for course in self.courses.values())
        if total > MOST_LECTURES:
            raise self.file.refuse(0, f"{total} lectures", f"at most {MOST_LECTURES}")

    def _fields(self, line: int, row: list[str], least: int, most: int, form: str) -> None:
        if not least <= len(row) <= most:
            raise self.file.refuse(line, f"{len(row)} fields", f"'{form}'")

    def _read_courses(self, line: int, row: list[str]) -> None:
        self._fields(line, row, 5, 6, "course teacher lectures min_days students")
        if row[0] in self.courses:
            raise self.file.refuse(line, f"course {row[0]} a second time", "each course once")
        number = self.file.number
        self.courses[row[0]] = _Course(
            row[0],
            row[1],
            number(line, row[2], "lectures", 1, MOST_LECTURES),
            number(line, row[3], "minimum working days", 0, MOST_DAYS),
            number(line, row[4], "students", 0, MOST_PEOPLE),
        )
        if len(row) == 6:
            number(line, row[5], "double lectures", 0, 1)

    def _read_rooms(self, line: int, row: list[str]) -> None:
        self._fields(line, row, 2, 3, "room capacity")
        if row[0] in self.rooms:
            raise self.file.refuse(line, f"room {row[0]} a second time", "each room once")
        self.rooms[row[0]] = self.file.number(line, row[1], "capacity", 0, MOST_PEOPLE)

    def _read_curricula(self, line: int, row: list[str]) -> None:
        if row[0] in self.curricula:
            raise self.file.refuse(line, f"curriculum {row[0]} a second time", "each curriculum once")
        number = self.file.number(line, row[1] if len(row) > 1 else "", "courses", 0, MOST_LECTURES)
        members = tuple(row[2:])
        if len(members) != number:
            raise self.file.refuse(line, f"{len(members)} courses", f"{number}, as announced")
        if len(set(members)) != number:
            raise self.file.refuse(line, f"a course twice in curriculum {row[0]}", "each course once")
        for code in members:
            self._course(line, code)
        self.curricula[row[0]] = members

    def _course(self, line: int, code: str) -> _Course:
        if code not in self.courses:
            raise self.file.refuse(line, f"unknown course {code}", "a course listed in COURSES:")
        return self.courses[code]

    def _read_unavailability_constraints(self, line: int, row: list[str]) -> None:
        self._fields(line, row, 3, 3, "course day period")
        course = self._course(line, row[0])
        day = self.file.number(line, row[1], "day", 0, self.grid.days - 1)
        slot = self.file.number(line, row[2], "period", 0, self.grid.slots_per_day - 1)
        course.blocked.add(self.grid.cell(day, slot))

    def _read_room_constraints(self, line: int, row: list[str]) -> None:
        self._fields(line, row, 2, 2, "course room")
        if row[1] not in self.rooms:
            raise self.file.refuse(line, f"unknown room {row[1]}", "a room listed in ROOMS:")
        self._course(line, row[0]).unsuitable.add(row[1])

    def _read_(self, line: int, row: list[str]) -> None:
        raise self.file.refuse(line, repr(" ".join(row)), "a section")

    def instance(self) -> Instance:
        """What the file says, as an instance."""
        teachers = dict.fromkeys(course.teacher for course in self.courses.values())
        resources = [Resource(f"teacher/{t}", ResourceKind.INSTRUCTOR, t) for t in teachers]
        resources += [Resource(f"curriculum/{q}", ResourceKind.GROUP, q) for q in self.curricula]
        at = {resource.code: index for index, resource in enumerate(resources)}
        attends: dict[str, list[int]] = {c.code: [at[f"teacher/{c.teacher}"]] for c in self.courses.values()}
        for name, members in self.curricula.items():
            for code in members:
                attends[code].append(at[f"curriculum/{name}"])
        meetings, of_course = self._meetings({code: tuple(found) for code, found in attends.items()})
        return Instance(
            name=self.head.get("name", (0, self.file.path.stem))[1],
            grid=self.grid,
            rooms=tuple(InstanceRoom(code, capacity) for code, capacity in self.rooms.items()),
            resources=tuple(resources),
            meetings=tuple(meetings),
            constraints=tuple(self._constraints(of_course)),
            interchangeable=tuple(indices for indices in of_course.values() if len(indices) > 1),
        )

    def _meetings(self, attends: dict[str, tuple[int, ...]]) -> tuple[list[Meeting], dict[str, tuple[int, ...]]]:
        times = tuple(
            TimeOption(Time(slot, 1, 1 << day))
            for day in range(self.grid.days)
            for slot in range(self.grid.slots_per_day)
        )
        every_room = tuple(RoomOption(index) for index in range(len(self.rooms)))
        meetings: list[Meeting] = []
        of_course: dict[str, tuple[int, ...]] = {}
        for course in self.courses.values():
            rooms = every_room
            if course.unsuitable:
                rooms = tuple(RoomOption(i) for i, code in enumerate(self.rooms) if code not in course.unsuitable)
            of_course[course.code] = tuple(range(len(meetings), len(meetings) + course.lectures))
            for number in range(1, course.lectures + 1):
                code = f"{course.code}#{number}"
                meetings.append(Meeting(code, times, rooms, attends[course.code], course.students))
        return meetings, of_course

    def _constraints(self, of_course: dict[str, tuple[int, ...]]) -> list[Constraint]:
        found = [Constraint(rule_named(rule), None) for rule in HARD]
        for code, course in self.courses.items():
            if course.blocked:
                cells = frozenset(course.blocked)
                found.append(
                    Constraint(rule_named("unavailable"), None, meetings=of_course[code], cells=cells, label=code)
                )
        found.append(Constraint(rule_named("room_capacity"), 1))
        found += [
            Constraint(rule_named("min_working_days"), 5, meetings=of_course[code], amount=course.min_days, label=code)
            for code, course in self.courses.items()
        ]
        found.append(Constraint(rule_named("isolated_meetings"), 2))
        found += [
            Constraint(rule_named("room_stability"), 1, meetings=of_course[code], label=code) for code in self.courses
        ]
        return found


def write_solution(path: Path, instance: Instance, solution: Solution) -> None:
    """Write ``course room day period`` lines, one per placed lecture."""
    lines = []
    for meeting, placement in zip(instance.meetings, solution.placements, strict=True):
        if placement.time is not None and placement.room is not None:
            day = next(placement.time.day_list())
            course = meeting.code.rpartition("#")[0]
            lines.append(f"{course} {instance.rooms[placement.room].code} {day} {placement.time.start}\n")
    path.write_text("".join(lines), encoding="utf-8")


def read_solution(path: Path, instance: Instance) -> Solution:
    """Read ``course room day period`` lines.

    Raises
    ------
    ReadError
        When a line has another form, names something unknown, or a course has more lines than lectures.
    """
    file = _File(path)
    rooms = {room.code: index for index, room in enumerate(instance.rooms)}
    waiting: dict[str, list[int]] = {}
    for index, meeting in reversed(list(enumerate(instance.meetings))):
        waiting.setdefault(meeting.code.rpartition("#")[0], []).append(index)
    placed: dict[int, Placement] = {}
    for line, row in file.rows:
        if len(row) != 4:
            raise file.refuse(line, f"{len(row)} fields", "'course room day period'")
        if row[0] not in waiting:
            raise file.refuse(line, f"unknown course {row[0]}", "a course of the instance")
        if row[1] not in rooms:
            raise file.refuse(line, f"unknown room {row[1]}", "a room of the instance")
        day = file.number(line, row[2], "day", 0, instance.grid.days - 1)
        slot = file.number(line, row[3], "period", 0, instance.grid.slots_per_day - 1)
        if not waiting[row[0]]:
            raise file.refuse(line, f"another lecture of {row[0]}", "no more lectures than the course has")
        placed[waiting[row[0]].pop()] = Placement(Time(slot, 1, 1 << day), rooms[row[1]])
    return Solution(tuple(placed.get(i, Placement()) for i in range(len(instance.meetings))))
