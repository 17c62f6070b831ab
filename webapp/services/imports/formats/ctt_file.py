"""What an ITC-2007 `.ctt` or `.ectt` file says, section by section.

Strict, as the engine's own reader is: what a file announces it must hold, every name must be known, every number must
lie where it can. Sites, double lectures and suitable rooms belong to other formulations and are checked for form alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from webapp.services.imports.faults import Fault, UploadRefused
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.words import _

MOST_DAYS, MOST_PERIODS, MOST_LECTURES, MOST_PEOPLE = 366, 288, 20_000, 1_000_000
"""What no file of this kind exceeds: a year, five-minute periods, a large university, a crowd."""
COURSES, ROOMS, CURRICULA = "courses", "rooms", "curricula"
UNAVAILABLE, UNSUITABLE = "unavailability_constraints", "room_constraints"
Words = list[str]


@dataclass
class CttCourse:
    """A course: who teaches it, its lectures, the days to spread over, its students, when and for whom it is held.

    ``unavailable`` holds pairs of day and period, both from 0.
    """

    code: str
    teacher: str
    lectures: int
    min_days: int
    students: int
    curricula: list[str] = field(default_factory=list)
    unavailable: set[tuple[int, int]] = field(default_factory=set)


class CttFile:
    """A file as it was read: days, periods, courses by code, capacities by room, curricula in order.

    Raises `UploadRefused` with the line that is wrong.
    """

    def __init__(self, filename: str, content: bytes) -> None:
        self.filename = filename
        self.courses: dict[str, CttCourse] = {}
        self.rooms: dict[str, int] = {}
        self.curricula: list[str] = []
        self._head: dict[str, tuple[int, str]] = {}
        self._sizes: dict[str, int] = {}
        lines = self._text(content).split("\n")
        rows = [(number, line.split()) for number, line in enumerate(lines, 1) if line.split()]
        first = self._read_head(rows)
        self.days = self._announced("days", 1, MOST_DAYS)
        self.periods = self._announced("periods_per_day", 1, MOST_PERIODS)
        self._read_sections(rows[first:])
        self._check_sizes()

    @property
    def name(self) -> str:
        """What the file calls itself, else what it is called."""
        return self._head.get("name", (0, PurePosixPath(self.filename).stem))[1]

    def _refusal(self, line: int, value: str, expected: str) -> UploadRefused:
        where = f"{self.filename}, line {line}" if line else self.filename
        error = f"{where}: found {value}, expected {expected}."
        fault = Fault(self.filename, "", line, "", value, expected)
        return UploadRefused(_("Nothing was imported: %(error)s", error=error), [fault])

    def _text(self, content: bytes) -> str:
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise self._refusal(line, "bytes that are not UTF-8", "text in UTF-8") from None

    def _number(self, line: int, text: str, what: str, least: int, most: int) -> int:
        number = whole_number(text, most)
        if number is None or number < least:
            raise self._refusal(line, repr(text), f"{what} as a whole number from {least} to {most}")
        return number

    def _read_head(self, rows: list[tuple[int, Words]]) -> int:
        """Read the header lines; returns where the first section begins."""
        for at, (line, words) in enumerate(rows):
            if len(words) == 1 and words[0].endswith(":"):
                return at
            if len(words) < 2 or not words[0].endswith(":"):
                raise self._refusal(line, repr(" ".join(words)), "a header line such as 'Days: 5', or a section")
            key = words[0][:-1].lower()
            if key in self._head:
                raise self._refusal(line, f"a second {words[0]}", "each header line once")
            self._head[key] = (line, words[1])
        raise self._refusal(0, "no section", "the sections COURSES:, ROOMS:, CURRICULA:")

    def _announced(self, key: str, least: int, most: int) -> int:
        if key not in self._head:
            raise self._refusal(0, f"no header line '{key}'", f"'{key.capitalize()}: NUMBER'")
        line, text = self._head[key]
        return self._number(line, text, key, least, most)

    def _read_sections(self, rows: list[tuple[int, Words]]) -> None:
        readers: dict[str, Callable[[int, Words], None]] = {
            COURSES: self._read_course,
            ROOMS: self._read_room,
            CURRICULA: self._read_curriculum,
            UNAVAILABLE: self._read_unavailable,
            UNSUITABLE: self._read_unsuitable,
        }
        section, has_ended = "", False
        for line, words in rows:
            if has_ended:
                raise self._refusal(line, repr(" ".join(words)), "nothing after END.")
            if words[0].rstrip(".") == "END" and len(words) == 1:
                has_ended = True
            elif len(words) == 1 and words[0].endswith(":"):
                section = words[0][:-1].lower()
                if section not in readers or section in self._sizes:
                    raise self._refusal(line, repr(words[0]), "each of the known sections once")
                self._sizes[section] = 0
            else:
                readers[section](line, words)
                self._sizes[section] += 1
        if not has_ended:
            raise self._refusal(rows[-1][0], "the end of the file", "END.")

    def _check_sizes(self) -> None:
        announced = {COURSES: COURSES, ROOMS: ROOMS, CURRICULA: CURRICULA}
        if UNSUITABLE in self._sizes or "roomconstraints" in self._head:
            announced |= {"unavailabilityconstraints": UNAVAILABLE, "roomconstraints": UNSUITABLE}
        else:
            announced |= {"constraints": UNAVAILABLE}
        for key, section in announced.items():
            number = self._announced(key, 0, 10 * MOST_PEOPLE)
            if self._sizes.get(section) != number:
                listed = f"{self._sizes.get(section, 0)}, as listed"
                raise self._refusal(self._head[key][0], f"{number} {section} announced", listed)
        total = sum(course.lectures for course in self.courses.values())
        if total > MOST_LECTURES:
            raise self._refusal(0, f"{total} lectures", f"at most {MOST_LECTURES}")

    def _check_fields(self, line: int, words: Words, least: int, most: int, form: str) -> None:
        if not least <= len(words) <= most:
            raise self._refusal(line, f"{len(words)} fields", f"'{form}'")

    def _read_course(self, line: int, words: Words) -> None:
        self._check_fields(line, words, 5, 6, "course teacher lectures min_days students")
        if words[0] in self.courses:
            raise self._refusal(line, f"course {words[0]} a second time", "each course once")
        self.courses[words[0]] = CttCourse(
            words[0],
            words[1],
            self._number(line, words[2], "lectures", 1, MOST_LECTURES),
            self._number(line, words[3], "minimum working days", 0, MOST_DAYS),
            self._number(line, words[4], "students", 0, MOST_PEOPLE),
        )
        if len(words) == 6:
            self._number(line, words[5], "double lectures", 0, 1)

    def _read_room(self, line: int, words: Words) -> None:
        self._check_fields(line, words, 2, 3, "room capacity")
        if words[0] in self.rooms:
            raise self._refusal(line, f"room {words[0]} a second time", "each room once")
        self.rooms[words[0]] = self._number(line, words[1], "capacity", 0, MOST_PEOPLE)

    def _read_curriculum(self, line: int, words: Words) -> None:
        if words[0] in self.curricula:
            raise self._refusal(line, f"curriculum {words[0]} a second time", "each curriculum once")
        number = self._number(line, words[1] if len(words) > 1 else "", "courses", 0, MOST_LECTURES)
        members = words[2:]
        if len(members) != number:
            raise self._refusal(line, f"{len(members)} courses", f"{number}, as announced")
        if len(set(members)) != number:
            raise self._refusal(line, f"a course twice in curriculum {words[0]}", "each course once")
        for code in members:
            self._course(line, code).curricula.append(words[0])
        self.curricula.append(words[0])

    def _course(self, line: int, code: str) -> CttCourse:
        if code not in self.courses:
            raise self._refusal(line, f"unknown course {code}", "a course listed in COURSES:")
        return self.courses[code]

    def _read_unavailable(self, line: int, words: Words) -> None:
        self._check_fields(line, words, 3, 3, "course day period")
        course = self._course(line, words[0])
        day = self._number(line, words[1], "day", 0, self.days - 1)
        course.unavailable.add((day, self._number(line, words[2], "period", 0, self.periods - 1)))

    def _read_unsuitable(self, line: int, words: Words) -> None:
        self._check_fields(line, words, 2, 2, "course room")
        if words[1] not in self.rooms:
            raise self._refusal(line, f"unknown room {words[1]}", "a room listed in ROOMS:")
        self._course(line, words[0])
