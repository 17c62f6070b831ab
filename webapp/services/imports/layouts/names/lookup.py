"""What cells of an office's sheet name: teachers, rooms and departments, found by code or name, else asked about."""

import re
from collections.abc import Iterable, Mapping

from webapp.services.imports.formats.workbooks import RawSheet
from webapp.services.imports.layouts.conversion import Conversion
from webapp.services.imports.layouts.names.classes import squeeze
from webapp.services.imports.layouts.names.likeness import RowIndex, made_code
from webapp.services.imports.layouts.names.persons import NOBODY, Persons, fold, person_name
from webapp.services.imports.layouts.plan import LEAVE_OUT, NEW
from webapp.services.imports.layouts.questions import Candidate
from webapp.services.schema.columns import Record

BETWEEN_PERSONS = re.compile(r"\s*(?:[,;&/+|\n]|\band\b)\s*", re.I)
BETWEEN_ROOMS = re.compile(r"\s*(?:[,;&+|\n]|\band\b)\s*", re.I)


class Named:
    """Finds what one sheet's cells name, and says what was read as what.

    Attributes
    ----------
    new_teachers
        Name by code of the teachers that somebody said are to be added.
    asked_rows
        Numbers of the rows whose teacher is asked about.
    """

    def __init__(self, conversion: Conversion, sheet: RawSheet) -> None:
        self.conversion, self.sheet = conversion, sheet
        self.teachers_known = _by_code(conversion, "faculty")
        self.rooms_known = _by_code(conversion, "rooms")
        self.departments_known = _by_code(conversion, "departments")
        self.new_teachers: dict[str, str] = {}
        self.asked_rows: set[int] = set()
        self._persons = Persons({code: str(record.get("name") or "") for code, record in self.teachers_known.items()})
        self._rooms = _index(self.rooms_known)
        self._departments = _index(self.departments_known)

    def teachers(self, row: int, heading: str, text: str) -> tuple[str, ...]:
        """Codes of the teachers that a cell names; those that are asked about or left out are not among them."""
        lines, text = text.strip(), " ".join(text.split())
        if fold(text) in NOBODY:
            if text:
                self.conversion.changed("no_teacher", self.sheet.name, heading, text)
            return ()
        names = [text] if self._is_one_person(lines) else [*filter(None, BETWEEN_PERSONS.split(lines))]
        found = (self._teacher(row, heading, name) for name in names if fold(name) not in NOBODY)
        return tuple(dict.fromkeys(code for code in found if code is not None))

    def _is_one_person(self, text: str) -> bool:
        """Whether a cell names one person: what stands on several lines, or between signs, is no more than a name.

        Otherwise somebody would be left out in silence: "Anil Kumar & Zed" is more than Anil Kumar.
        """
        code = self._persons.find(text).code
        if code is None:
            return False
        parts = [part for part in BETWEEN_PERSONS.split(text) if fold(part) not in NOBODY]
        return len(parts) < 2 or self._persons.is_whole(text, code)

    def _teacher(self, row: int, heading: str, name: str) -> str | None:
        found = self._persons.find(name)
        if found.code is not None:
            if not found.literal:
                self.conversion.changed("teacher", self.sheet.name, heading, name, self.teacher_label(found.code))
            return found.code
        if not self.teachers_known:
            return self._teacher_of_none_known(row, heading, name)
        namesakes = len(found.nearest) > 1 and found.nearest[1][1] == 100
        answer = self.conversion.ask(
            f"teacher:{name}" if namesakes else f"teacher:{fold(name)}",
            "namesakes" if namesakes else "teacher",
            self.sheet,
            row,
            heading,
            name,
            [Candidate(code, self.teacher_label(code), likeness) for code, likeness in found.nearest],
            may_create=not namesakes,
            may_skip=True,
        )
        if answer is None:
            self.asked_rows.add(row)
        return self._answered_teacher(name, answer)

    def _answered_teacher(self, name: str, answer: str | None) -> str | None:
        if answer == NEW:
            return self._new_teacher(name)
        if answer is None or answer == LEAVE_OUT:
            return None
        return answer if answer in self.teachers_known else self._persons.find(answer).code

    def _teacher_of_none_known(self, row: int, heading: str, name: str) -> str | None:
        """Ask once whether all names become teachers, where no teacher is known at all."""
        answer = self.conversion.ask(
            "teachers", "no_teachers_known", self.sheet, row, heading, name, may_create=True, may_skip=True
        )
        return self._new_teacher(name) if answer == NEW else None

    def _new_teacher(self, name: str) -> str:
        for code, other in self.new_teachers.items():
            if fold(other) == fold(name):
                return code
        code = made_code(person_name(name).key or name, {*self.teachers_known, *self.new_teachers})
        self.new_teachers[code] = name
        return code

    def teacher_label(self, code: str) -> str:
        """Code, name and department of a teacher."""
        record = self.teachers_known[code]
        return " · ".join(filter(None, (code, str(record.get("name") or ""), str(record.get("department") or ""))))

    def rooms(self, row: int, heading: str, text: str) -> tuple[str, ...]:
        """Codes of the rooms that a cell names; those that are asked about or left out are not among them."""
        text = " ".join(text.split())
        if fold(text) in NOBODY:
            return ()
        whole = self._rooms.one(text)
        parts = [text] if whole is not None else [part for part in BETWEEN_ROOMS.split(text) if part]
        found = (self._one(self._rooms, "room", row, heading, part) for part in parts)
        return tuple(dict.fromkeys(code for code in found if code is not None))

    def room_of(self, building: str, room: str) -> str:
        """A room as the rooms are called: with its building where there is one of that name, else by itself."""
        whole = f"{building} {room}"
        return whole if self._rooms.one(whole) is not None or self._rooms.one(room) is None else room

    def department(self, row: int, heading: str, text: str) -> str | None:
        """Code of the department that a cell names; None where it is asked about, left out, or none is named."""
        text = " ".join(text.split())
        return self._one(self._departments, "department", row, heading, text) if fold(text) not in NOBODY else None

    def department_of_letters(self, words: Iterable[str]) -> str | None:
        """The department whose code or name one of some words is."""
        found = {code for word in words if (code := self._departments.one(word)) is not None}
        return found.pop() if len(found) == 1 else None

    def _one(self, lookup: RowIndex, what: str, row: int, heading: str, text: str) -> str | None:
        code = lookup.one(text)
        if code is not None:
            if code != text:
                self.conversion.changed(what, self.sheet.name, heading, text, code)
            return code
        answer = self.conversion.ask(
            f"{what}:{squeeze(text)}", what, self.sheet, row, heading, text, lookup.nearest(text), may_skip=True
        )
        return lookup.one(answer) if answer is not None else None

    def department_choices(self, first: Iterable[str] = ()) -> list[Candidate]:
        """All departments to choose from, those that are likely before the others."""
        likely = [code for code in dict.fromkeys(first) if code in self.departments_known]
        return [
            Candidate(code, self._departments.shown(code), 100 if code in likely else 0)
            for code in dict.fromkeys([*likely, *self.departments_known])
        ]


def _by_code(conversion: Conversion, table: str) -> dict[str, Record]:
    return {str(key[0]): record for key, record in conversion.records(table).items()}


def _index(records: Mapping[str, Record]) -> RowIndex:
    return RowIndex({code: str(record.get("name") or "") for code, record in records.items()})
