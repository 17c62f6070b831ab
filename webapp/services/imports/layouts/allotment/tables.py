"""Courses, groups, sections, components and pins, made of the rows of an allotment."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from webapp.services.imports.formats.workbooks import RawSheet
from webapp.services.imports.layouts.allotment.groups import AllottedGroups
from webapp.services.imports.layouts.allotment.rooms import RoomKinds
from webapp.services.imports.layouts.allotment.rows import AllottedRow
from webapp.services.imports.layouts.conversion import Conversion
from webapp.services.imports.layouts.names.classes import letters_of, place_of
from webapp.services.imports.layouts.names.layout_headings import heading_of
from webapp.services.imports.layouts.names.likeness import made_code
from webapp.services.imports.layouts.names.lookup import Named
from webapp.services.imports.layouts.plan import NEW, SheetMapping
from webapp.services.imports.layouts.questions import Candidate
from webapp.services.schema.columns import Value
from webapp.services.schema.courses import CODES_OF_KINDS
from webapp.services.schema.values import listed
from webapp.services.shared.words import _

TOGETHER, EACH = "together", "each"
"""How several teachers of the same hours of a class share them: all at once, or each has own hours."""


@dataclass
class AllottedSection:
    """All rows of one course and one set of classes."""

    course: str
    groups: tuple[str, ...]
    rows: list[AllottedRow] = field(default_factory=list)

    @property
    def first(self) -> AllottedRow:
        """The row with which it begins."""
        return self.rows[0]


@dataclass(frozen=True)
class Part:
    """The hours of one kind in a section: what becomes one or two components."""

    kind: str
    hours: int
    teachers: tuple[str, ...]
    rooms: tuple[str, ...]
    number: int
    batches: bool = False
    batch: str = ""
    days: str = ""
    slots: int = 1


class AllottedTables:
    """Adds to a conversion what the rows of one allotment are made of."""

    def __init__(
        self, conversion: Conversion, sheet: RawSheet, said: SheetMapping, named: Named, rows: list[AllottedRow]
    ) -> None:
        self.conversion, self.sheet, self.said, self.named, self.rows = conversion, sheet, said, named, rows
        self.groups = AllottedGroups(conversion, sheet, said, named, rows)
        self.kinds = RoomKinds(conversion, sheet, named)
        self.departments: dict[str, str] = {}
        self._stored: dict[str, dict[frozenset[str], str]] | None = None

    def add(self) -> None:
        """Add all rows, table by table."""
        self._add_courses()
        self._add_teachers()
        self.groups.add()
        for course, sections in self._sections().items():
            codes = self._section_codes(course, sections)
            for section in sections:
                self._add_section(section, codes[section.groups])

    def heading(self, role: str) -> str:
        """The heading of a role's column as it stands in the file."""
        return heading_of(self.sheet, self.said.heading_row, self.said.heading_rows, self.said.position(role)) or role

    def _made(self, table: str, number: int, record: Mapping[str, Value], roles: Mapping[str, str]) -> None:
        headings = {column: self.heading(role) for column, role in roles.items()}
        self.conversion.add(table, self.sheet, number, record, made=True, headings=headings)

    # courses

    def _add_courses(self) -> None:
        known = {str(key[0]): record for key, record in self.conversion.records("courses").items()}
        by_course: dict[str, list[AllottedRow]] = {}
        for row in self.rows:
            by_course.setdefault(row.course, []).append(row)
        for code, rows in by_course.items():
            before = known.get(code)
            department = self._department(code, rows, str(before["department"]) if before else None)
            self.departments[code] = department or ""
            record: dict[str, Value] = {"code": code, "title": self._title(code, rows), "department": department}
            credits = next((row.credits for row in rows if row.credits is not None), None)
            if credits is not None:
                record["credits"] = credits
            roles = {"code": "course", "title": "title", "department": "department", "credits": "credits"}
            self._made("courses", rows[0].number, record, roles)

    def _title(self, code: str, rows: list[AllottedRow]) -> str:
        """The title of a course: the one that most of its rows have, the others counted as read so."""
        titles = Counter(row.title for row in rows)
        title = titles.most_common(1)[0][0]
        for other, number in titles.items():
            if other != title:
                self.conversion.changed("title", self.sheet.name, self.heading("title"), other, title, number)
        return title

    def _department(self, code: str, rows: list[AllottedRow], before: str | None) -> str | None:
        """The department of a course: named, known, its teachers', or asked about for all codes that begin so."""
        said = next((row.department for row in rows if row.department is not None), None)
        if said is not None or before:
            return said or before
        letters = (letters_of(code) or (code,))[0]
        of_code = self.named.department_of_letters([letters])
        teachers = [teacher for row in rows for teacher in (*row.teachers, *row.lab_teachers)]
        of_teachers = self._departments_of(teachers)
        likely = list(dict.fromkeys([*([of_code] if of_code else []), *of_teachers]))
        if len(likely) == 1:
            if of_code is None:
                self.conversion.changed("course_department", self.sheet.name, self.heading("course"), "", likely[0])
            return likely[0]
        if not likely and (self._are_homeless(teachers) or any(row.number in self.named.asked_rows for row in rows)):
            return None  # the answer to who teaches, or to which department they belong, tells
        of_class = [self.named.department_of_letters(letters_of(group)) for row in rows for group in row.classes]
        choices = self.named.department_choices([*likely, *filter(None, of_class)])
        key = f"course-department:{letters}:{','.join(likely)}"
        values = {"courses": letters, "departments": ", ".join(likely)}
        answer = self.conversion.ask(
            key, "course_department", self.sheet, rows[0].number, self.heading("course"), code, choices,
            may_create=not likely, values=values,
        )  # fmt: skip
        return self._created_department(letters, rows[0]) if answer == NEW else answer

    def _are_homeless(self, teachers: Iterable[str]) -> bool:
        """Return whether the department of a known teacher is asked about."""
        return any(
            not self.named.teachers_known[code].get("department")
            for code in teachers
            if code in self.named.teachers_known
        )

    def _departments_of(self, teachers: Iterable[str]) -> list[str]:
        found = (self.named.teachers_known.get(code, {}).get("department") for code in teachers)
        return list(dict.fromkeys(str(code) for code in found if code))

    def _created_department(self, letters: str, row: AllottedRow) -> str:
        code = letters.upper()
        if code not in self.named.departments_known:
            record = {"code": code, "name": code}
            self.named.departments_known[code] = record
            self._made("departments", row.number, record, {"code": "course"})
        return code

    def _add_teachers(self) -> None:
        """Add the teachers that somebody said are new, in the department of what they teach."""
        for code, name in self.named.new_teachers.items():
            rows = [row for row in self.rows if code in (*row.teachers, *row.lab_teachers)]
            of_courses = Counter(filter(None, (self.departments.get(row.course) for row in rows)))
            if not rows:
                continue
            department: str | None = next(iter(of_courses), None)
            if len(of_courses) != 1:
                choices = self.named.department_choices(of_courses)
                department = self.conversion.ask(
                    f"teacher-department:{code}", "teacher_department", self.sheet, rows[0].number,
                    self.heading("teacher"), name, choices,
                )  # fmt: skip
            record = {"code": code, "name": name, "department": department}
            self._made("faculty", rows[0].number, record, dict.fromkeys(("code", "name", "department"), "teacher"))

    # sections

    def _sections(self) -> dict[str, list[AllottedSection]]:
        """The sections of each course, in the order of the sheet."""
        found: dict[tuple[str, frozenset[str]], AllottedSection] = {}
        for row in self.rows:
            groups = self.groups.codes(row)
            section = found.setdefault((row.course, frozenset(groups)), AllottedSection(row.course, groups))
            if any(self._same(row, other) for other in section.rows):
                self.conversion.changed("same_row", self.sheet.name, "", section.course)
                continue
            section.rows.append(row)
        by_course: dict[str, list[AllottedSection]] = {}
        for section in found.values():
            by_course.setdefault(section.course, []).append(section)
        return by_course

    @staticmethod
    def _same(row: AllottedRow, other: AllottedRow) -> bool:
        return (row.hours, row.teachers, row.lab_teachers, row.rooms, row.lab_rooms, row.batch) == (
            other.hours, other.teachers, other.lab_teachers, other.rooms, other.lab_rooms, other.batch,
        )  # fmt: skip

    def _stored_sections(self) -> Mapping[str, Mapping[frozenset[str], str]]:
        """By course, the code of each section that is stored, by its groups."""
        if self._stored is None:
            self._stored = {}
            for (course, code), record in self.conversion.known.records("sections").items():
                self._stored.setdefault(str(course), {})[frozenset(listed(record, "groups"))] = str(code)
        return self._stored

    def _section_codes(self, course: str, sections: list[AllottedSection]) -> dict[tuple[str, ...], str]:
        """The code of each section by its groups: as it is stored, else the letter of its class, else the next one."""
        stored = self._stored_sections().get(course, {})
        codes = {s.groups: stored[frozenset(s.groups)] for s in sections if frozenset(s.groups) in stored}
        taken = set(stored.values())
        for section in sections:
            if section.groups in codes:
                continue
            first = section.groups[0]
            letter = _letter(first) if len(section.groups) == 1 or len(sections) == 1 else ""
            if first.startswith(f"{course}-"):  # the class is those who take this section
                letter = first.removeprefix(f"{course}-")
            code = letter if letter and letter not in taken else _next_letter(taken)
            codes[section.groups] = code
            taken.add(code)
        return codes

    def _add_section(self, section: AllottedSection, code: str) -> None:
        parts = self._parts(section)
        lectures = [part.teachers for part in parts if part.kind != "lab"] or [part.teachers for part in parts]
        teachers = tuple(dict.fromkeys(teacher for of_part in lectures for teacher in of_part))
        record: dict[str, Value] = {
            "course": section.course,
            "section": code,
            "faculty": teachers,
            "groups": section.groups,
        }
        roles = {"course": "course", "section": "class", "faculty": "teacher", "groups": "class"}
        self._made("sections", section.first.number, record, roles)
        if not parts:
            self.conversion.changed("no_hours", self.sheet.name, self.heading("lectures"), section.course)
        used: set[str] = set()
        for part in parts:
            self._add_part(section, code, teachers, part, used)

    def _parts(self, section: AllottedSection) -> list[Part]:
        parts = []
        for kind, attribute in (("lecture", "lectures"), ("tutorial", "tutorials"), ("lab", "practicals")):
            rows = [row for row in section.rows if getattr(row.hours, attribute)]
            if kind != "lab":
                parts += self._shared(section, [self._part(row, kind, getattr(row.hours, attribute)) for row in rows])
            elif any(row.batch for row in rows):
                parts += [self._part(row, kind, row.hours.practicals) for row in rows]
            else:
                parts += self._shared(section, [self._part(row, kind, row.hours.practicals) for row in rows])
        return parts

    def _part(self, row: AllottedRow, kind: str, hours: int) -> Part:
        if kind != "lab":
            rooms = tuple(room for room in row.rooms if not (row.hours.practicals and self.kinds.is_lab(room)))
            if kind != "lecture":
                return Part(kind, hours, row.teachers, rooms[:1], row.number)
            said = row.hours
            return Part(kind, hours, row.teachers, rooms[:1], row.number, days=said.days, slots=said.slots)
        rooms = row.lab_rooms or tuple(
            room for room in row.rooms if self.kinds.is_lab(room) or not (row.hours.lectures or row.hours.tutorials)
        )
        second = self.said.position("lab_teacher") is None and self.said.position("lab_teacher_2") is not None
        teachers = tuple(dict.fromkeys([*(row.teachers[:1] if second else ()), *row.lab_teachers])) or row.teachers
        return Part(kind, hours, teachers, rooms, row.number, len(row.lab_teachers) > 1 - second, row.batch)

    def _shared(self, section: AllottedSection, parts: list[Part]) -> list[Part]:
        """The parts of one kind: several rows of the same class with other teachers are asked about."""
        if len(parts) < 2:
            return parts
        values = {"course": section.course, "classes": ", ".join(section.groups), "kind": parts[0].kind}
        choices = [
            Candidate(TOGETHER, _("all teachers together, the hours once")),
            Candidate(EACH, _("each has own hours")),
        ]
        answer = self.conversion.ask(
            f"same-class:{section.course}:{','.join(section.groups)}:{parts[0].kind}", "same_class", self.sheet,
            parts[1].number, self.heading("class"), section.course, choices, values=values,
        )  # fmt: skip
        if answer != TOGETHER:
            return parts
        teachers = tuple(dict.fromkeys(teacher for part in parts for teacher in part.teachers))
        first = parts[0]
        hours = max(part.hours for part in parts)
        return [Part(first.kind, hours, teachers, first.rooms, first.number, days=first.days, slots=first.slots)]

    def _add_part(
        self, section: AllottedSection, code: str, of_section: tuple[str, ...], part: Part, used: set[str]
    ) -> None:
        batches, teachers = self._batches(section, part)
        if not batches and teachers == of_section:
            teachers = ()
        for meetings, slots in blocks(part):
            component = made_code(CODES_OF_KINDS[part.kind], used)
            used.add(component)
            record: dict[str, Value] = {
                "course": section.course,
                "section": code,
                "component": component,
                "kind": part.kind,
                "meetings_per_week": meetings,
                "slots_per_meeting": slots,
                "room_kind": self.kinds.of(part.kind, self.departments[section.course], part.rooms, part.number),
                "batches": batches,
                "faculty": teachers,
            }
            if part.days:
                record |= {"meetings_per_week": (meetings := 1), "days": part.days}
            hours = {"lecture": "lectures", "tutorial": "tutorials", "lab": "practicals"}[part.kind]
            roles = {"meetings_per_week": hours, "slots_per_meeting": hours, "faculty": "teacher", "batches": "class"}
            self._made("components", part.number, record, {"course": "course", "section": "class", **roles})
            self._add_pins(section.course, code, component, meetings, batches, part)

    def _batches(self, section: AllottedSection, part: Part) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The batches of a part and its teachers, ``teacher@batch`` where each has a batch of its own."""
        if part.batch:
            batches = self.groups.named_batches(section.groups, part.batch, part.number)
            return batches, tuple(f"{teacher}@{batch}" for batch in batches for teacher in part.teachers)
        if part.kind != "lab":
            return (), part.teachers
        if part.batches and len(part.teachers) > 1:
            batches = self.groups.batches(section.groups, len(part.teachers), part.number)
            names = self.heading("lab_teacher_2" if self.said.position("lab_teacher_2") is not None else "lab_teacher")
            self.conversion.changed("batch_per_teacher", self.sheet.name, names)
            return batches, tuple(f"{teacher}@{batch}" for teacher, batch in zip(part.teachers, batches, strict=True))
        kind = self.kinds.of(part.kind, self.departments[section.course], part.rooms, part.number)
        number = self.groups.lab_batches(section.groups, self.kinds.seats(kind, part.rooms), part.number)
        if number > 1:
            batches = self.groups.batches(section.groups, number, part.number)
            return batches, part.teachers
        return (), part.teachers

    def _add_pins(
        self, course: str, section: str, component: str, meetings: int, batches: tuple[str, ...], part: Part
    ) -> None:
        """Say that a named room is where the meetings are; of several rooms the n-th is the n-th batch's."""
        if not part.rooms:
            return
        if not batches and len(part.rooms) > 1:
            self.conversion.changed("room_not_carried", self.sheet.name, self.heading("room"), ", ".join(part.rooms))
            return
        for at, batch in enumerate(batches or (None,)):
            for number in range(1, meetings + 1):
                pin: dict[str, Value] = {
                    "course": course,
                    "section": section,
                    "component": component,
                    "batch": batch,
                    "number": number,
                    "room": part.rooms[at % len(part.rooms)],
                }
                self._made("pins", part.number, pin, {"room": "room"})
        self.conversion.changed("room_pinned", self.sheet.name, self.heading("room"), "", "")


def blocks(part: Part) -> list[tuple[int, int]]:
    """How many meetings of how many slots the hours of a part are: labs in twos, one of three where they are odd."""
    if part.kind != "lab":
        return [(part.hours, part.slots)]
    if part.hours < 2:
        return [(part.hours, 1)]
    if part.hours % 2 == 0:
        return [(part.hours // 2, 2)]
    return [((part.hours - 3) // 2, 2), (1, 3)] if part.hours > 3 else [(1, 3)]


def _letter(group: str) -> str:
    """The last part of a class's code, where it is a section's letter."""
    place = place_of(group)
    while place.parent and place.split != "section":
        group, place = place.parent, place_of(place.parent)
    return group[-1].upper() if place.parent and group[-1].isalpha() else ""


def _next_letter(taken: set[str]) -> str:
    """The first of A, B, ... Z, A2, B2, ... that is free."""
    for round_ in range(1, 1000):
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            code = letter if round_ == 1 else f"{letter}{round_}"
            if code not in taken:
                return code
    raise AssertionError
