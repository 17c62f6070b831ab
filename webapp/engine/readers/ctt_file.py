"""The text of an ITC-2007 track 3 file (`.ctt`, and `.ectt` with its room constraints), parsed once.

`parse_ctt` is the only parser of the format: the engine's reader makes an `Instance` of what it returns,
the import makes rows of it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class CttFault:
    """Something wrong in a line (1 is the first): what was found, what was expected."""

    line: int
    found: str
    expected: str

    def __str__(self) -> str:
        return f"line {self.line}: found {self.found!r}, expected {self.expected}"


class CttError(ValueError):
    """The file is not a `.ctt` file, for the reasons in ``faults``."""

    def __init__(self, faults: Iterable[CttFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True)
class CttCourse:
    """A course: its teacher, lectures a week, the least days they spread over, its students."""

    code: str
    teacher: str
    lectures: int
    min_days: int
    students: int


@dataclass(frozen=True, slots=True)
class CttRoom:
    """A room with its seats."""

    code: str
    capacity: int


@dataclass(frozen=True, slots=True)
class CttCurriculum:
    """A curriculum: courses that have students in common."""

    code: str
    courses: tuple[str, ...]


@dataclass(frozen=True)
class CttFile:
    """A whole file. ``unavailable`` are (course, day, period) triples, days and periods from 0.

    ``unsuitable`` are the (course, room) pairs that an `.ectt` file forbids.
    """

    name: str
    days: int
    periods_per_day: int
    courses: tuple[CttCourse, ...]
    rooms: tuple[CttRoom, ...]
    curricula: tuple[CttCurriculum, ...]
    unavailable: tuple[tuple[str, int, int], ...]
    unsuitable: tuple[tuple[str, str], ...] = ()


Line = tuple[int, list[str]]
Row = TypeVar("Row")
COUNTS = ("courses", "rooms", "days", "periods_per_day", "curricula", "constraints")
SECTIONS = ("courses", "rooms", "curricula", "unavailability_constraints", "room_constraints")


def parse_ctt(text: str) -> CttFile:
    """Read the text of a file; raises `CttError` with every fault that could be told apart."""
    lines = [
        (number, line.split())
        for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1)
        if line.strip()
    ]
    faults: list[CttFault] = []
    header, rest = _header(lines, faults)
    if faults:
        raise CttError(faults)
    sections = _sections(rest, faults)
    parser = _Parser(faults, header)
    courses = tuple(parser.rows(sections["courses"], parser.course))
    rooms = tuple(parser.rows(sections["rooms"], parser.room))
    parser.courses = {words[0] for _, words in sections["courses"]}
    parser.rooms = {words[0] for _, words in sections["rooms"]}
    curricula = tuple(parser.rows(sections["curricula"], parser.curriculum))
    unavailable = tuple(parser.rows(sections["unavailability_constraints"], parser.unavailability))
    unsuitable = tuple(parser.rows(sections["room_constraints"], parser.room_constraint))
    last = lines[-1][0]
    for name, found in (("courses", courses), ("rooms", rooms), ("curricula", curricula)):
        if len(found) != header[name] and not faults:
            faults.append(CttFault(last, f"{len(found)} {name}", f"{header[name]}, as the header says"))
    if faults:
        raise CttError(faults)
    return CttFile(
        name=_name(lines),
        days=header["days"],
        periods_per_day=header["periods_per_day"],
        courses=courses,
        rooms=rooms,
        curricula=curricula,
        unavailable=unavailable,
        unsuitable=unsuitable,
    )


def _name(lines: list[Line]) -> str:
    return next((" ".join(words[1:]) for _, words in lines if words[0].lower() == "name:"), "")


def _header(lines: list[Line], faults: list[CttFault]) -> tuple[dict[str, int], list[Line]]:
    """Read the ``Key: number`` lines at the top; the rest is returned."""
    header: dict[str, int] = {}
    position = 0
    for number, words in lines:
        if len(words) < 2 or not words[0].endswith(":"):
            break
        position += 1
        key = words[0][:-1].lower()
        if key not in COUNTS:
            continue
        least = 1 if key in ("days", "periods_per_day") else 0
        if not words[1].isascii() or not words[1].isdigit() or not least <= int(words[1]) <= 1_000_000:
            faults.append(CttFault(number, words[1], f"{words[0]} a whole number of at least {least}"))
        else:
            header[key] = int(words[1])
    named = {fault.expected.split(":")[0].lower() for fault in faults}
    missing = [key for key in COUNTS if key not in header and key != "constraints" and key not in named]
    if missing:
        where = lines[position][0] if position < len(lines) else (lines[-1][0] if lines else 1)
        faults.append(
            CttFault(where, "no such line", f"header lines {', '.join(k.capitalize() + ':' for k in missing)}")
        )
    return header, lines[position:]


def _sections(lines: list[Line], faults: list[CttFault]) -> dict[str, list[Line]]:
    sections: dict[str, list[Line]] = {name: [] for name in SECTIONS}
    current: list[Line] | None = None
    for number, words in lines:
        if words[0].rstrip(".").upper() == "END":
            break
        if len(words) == 1 and words[0].endswith(":"):
            name = words[0][:-1].lower()
            current = sections.get(name)
            if current is None:
                faults.append(CttFault(number, words[0], "one of " + ", ".join(f"{s.upper()}:" for s in SECTIONS)))
                current = []
        elif current is None:
            faults.append(CttFault(number, " ".join(words), "the name of a section, such as COURSES:"))
            break
        else:
            current.append((number, words))
    return sections


class _Fault(Exception):
    """A line is wrong: what was found, what was expected."""


class _Parser:
    """Reads the lines of each section, keeping faults instead of stopping at the first."""

    def __init__(self, faults: list[CttFault], header: dict[str, int]) -> None:
        self.faults = faults
        self.days = header["days"]
        self.periods = header["periods_per_day"]
        self.courses: set[str] = set()
        self.rooms: set[str] = set()
        self.seen: set[tuple[str, str]] = set()

    def rows(self, lines: list[Line], read: Callable[[list[str]], Row]) -> Iterator[Row]:
        """Yield what ``read`` makes of each line, and note what it refuses."""
        for number, words in lines:
            try:
                yield read(words)
            except _Fault as fault:
                found, expected = fault.args
                self.faults.append(CttFault(number, found, expected))

    def course(self, words: list[str]) -> CttCourse:
        """``code teacher lectures min_days students`` (an `.ectt` file adds a field)."""
        self._width(words, 5, "course teacher lectures days students")
        self._once("course", words[0])
        return CttCourse(
            code=words[0],
            teacher=words[1],
            lectures=self._number(words[2], "lectures", 1, 1000),
            min_days=self._number(words[3], "days", 0, self.days),
            students=self._number(words[4], "students", 0, 1_000_000),
        )

    def room(self, words: list[str]) -> CttRoom:
        """``code capacity``."""
        self._width(words, 2, "room capacity")
        self._once("room", words[0])
        return CttRoom(words[0], self._number(words[1], "capacity", 0, 1_000_000))

    def curriculum(self, words: list[str]) -> CttCurriculum:
        """``code number course...``."""
        self._width(words, 2, "curriculum number courses")
        self._once("curriculum", words[0])
        members = words[2:]
        if len(members) != self._number(words[1], "courses", 0, 100_000):
            raise _Fault(f"{len(members)} courses", f"{words[1]} courses, as the line says")
        for code in members:
            self._known("course", code, self.courses)
        return CttCurriculum(words[0], tuple(dict.fromkeys(members)))

    def unavailability(self, words: list[str]) -> tuple[str, int, int]:
        """``course day period``."""
        self._width(words, 3, "course day period")
        self._known("course", words[0], self.courses)
        return (
            words[0],
            self._number(words[1], "day", 0, self.days - 1),
            self._number(words[2], "period", 0, self.periods - 1),
        )

    def room_constraint(self, words: list[str]) -> tuple[str, str]:
        """``course room``."""
        self._width(words, 2, "course room")
        self._known("course", words[0], self.courses)
        self._known("room", words[1], self.rooms)
        return words[0], words[1]

    def _width(self, words: list[str], least: int, fields: str) -> None:
        if len(words) < least:
            raise _Fault(" ".join(words), f"{least} fields: {fields}")

    def _once(self, what: str, code: str) -> None:
        if (what, code) in self.seen:
            raise _Fault(code, f"a {what} that is not listed twice")
        self.seen.add((what, code))

    def _known(self, what: str, code: str, known: set[str]) -> None:
        if code not in known:
            raise _Fault(code, f"a {what} that the file lists")

    def _number(self, text: str, name: str, least: int, most: int) -> int:
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            return int(text)
        raise _Fault(text, f"{name} a whole number from {least} to {most}")
