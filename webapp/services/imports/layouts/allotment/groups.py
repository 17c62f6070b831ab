"""The groups behind an allotment: its classes, what stands above them, and the batches of their labs."""

import math
import re

from webapp.services.imports.formats.workbooks import RawSheet
from webapp.services.imports.layouts.allotment.rows import AllottedRow
from webapp.services.imports.layouts.conversion import Conversion
from webapp.services.imports.layouts.names.classes import classes_in, letters_of, number_of, place_of, squeeze
from webapp.services.imports.layouts.names.layout_headings import heading_of
from webapp.services.imports.layouts.names.lookup import Named
from webapp.services.imports.layouts.plan import LEAVE_OUT, SheetMapping
from webapp.services.imports.layouts.questions import Candidate
from webapp.services.schema.columns import Record, Value
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.words import _, ngettext

USUAL_SIZES = (60, 30, 40, 50, 70)
WHOLE = "1"
LARGEST_YEAR = 4
LARGEST_CLASS = 2_000
"""Students beyond whom a number is no size of a class."""


class AllottedGroups:
    """Finds or makes the groups of one allotment."""

    def __init__(
        self, conversion: Conversion, sheet: RawSheet, said: SheetMapping, named: Named, rows: list[AllottedRow]
    ) -> None:
        self.conversion, self.sheet, self.said, self.named, self.rows = conversion, sheet, said, named, rows
        self._known: dict[str, Record] = {str(key[0]): record for key, record in conversion.records("groups").items()}
        self._spelled = {squeeze(code): code for code in self._known}
        self._new: dict[str, dict[str, Value]] = {}
        self._size: int | None = None

    def codes(self, row: AllottedRow) -> tuple[str, ...]:
        """Codes of the groups that attend."""
        return tuple(dict.fromkeys(self._spelled[squeeze(name)] for name in row.classes))

    def add(self) -> None:
        """Add all classes that are not known, with what stands above them."""
        are_semesters = self._numbers_are_semesters()
        for row in self.rows:
            for name in row.classes:
                code = self._spelled.get(squeeze(name))
                if code is not None and code != name:
                    self.conversion.changed("class", self.sheet.name, self._heading, name, code)
                self._make(name, row, are_semesters)
        self._fill_sizes()
        for record in self._new.values():
            self._write(record)

    @property
    def _heading(self) -> str:
        return (
            heading_of(self.sheet, self.said.heading_row, self.said.heading_rows, self.said.position("class"))
            or "class"
        )

    def _write(self, record: dict[str, Value]) -> None:
        number = record.pop("row")
        assert isinstance(number, int)  # noqa: S101 (put there by `_make`)
        self.conversion.add("groups", self.sheet, number, record, made=True, headings={"code": self._heading})

    def _make(self, name: str, row: AllottedRow, are_semesters: bool, split: str | None = None) -> str:
        """The code of a class, which is made with all that stands above it where it is not known."""
        known = self._spelled.get(squeeze(name))
        if known is not None:
            return known
        place = place_of(name)
        self._spelled[squeeze(name)] = name
        parent = self._make(place.parent, row, are_semesters) if place.parent else None
        number = row.semester or (number_of(name) if are_semesters else None)
        record: dict[str, Value] = {
            "row": row.number,
            "code": name,
            "name": name,
            "parent": parent,
            "split": split or place.split,
            "department": self.named.department_of_letters(letters_of(name)),
            "programme": row.programme,
            "semester_of_study": number,
            "size": 0,
        }
        if squeeze(name) in {squeeze(said) for said in row.classes} and len(row.classes) == 1 and row.size:
            record["size"] = row.size
        self._new[name] = record
        return name

    def _numbers_are_semesters(self) -> bool:
        """Whether the numbers in the codes are semesters: some beyond the years of study, or all odd or all even."""
        numbers = {number for row in self.rows for name in row.classes if (number := number_of(name)) is not None}
        parities = {number % 2 for number in numbers}
        return bool(numbers) and (max(numbers) > LARGEST_YEAR or (len(numbers) > 1 and len(parities) == 1))

    def _fill_sizes(self) -> None:
        """Give sizes to the new classes that have none: asked once for all of them, for no sheet says it."""
        parents = {record["parent"] for record in self._new.values()}
        whole = [
            record
            for code, record in self._new.items()
            if not record["size"]
            and record["split"] in ("section", "")
            and not (code in parents and not record["split"])
        ]
        if not whole:
            return
        seats = [int(str(room.get("capacity") or 0)) for room in self.named.rooms_known.values()]
        sizes = dict.fromkeys([*USUAL_SIZES, *sorted(number for number in seats if number)])
        number = str(len(whole))
        answer = self.conversion.ask(
            "class-size", "class_size", self.sheet, int(str(whole[0]["row"])), self._heading, number,
            [Candidate(str(size), ngettext("%(num)d student", "%(num)d students", size)) for size in sizes],
            may_skip=True, values={"number": number, "first": str(whole[0]["code"])}, most=LARGEST_CLASS,
        )  # fmt: skip
        size = whole_number(answer) if answer != LEAVE_OUT else None
        for record in whole if size else ():
            record["size"] = size

    def size(self, groups: tuple[str, ...]) -> int:
        """Students of several groups together, as far as it is known."""
        total = 0
        for code in groups:
            record = self._new.get(code) or self._known.get(code, {})
            total += int(str(record.get("size") or 0))
        return total

    def lab_batches(self, groups: tuple[str, ...], seats: int, row: int) -> int:
        """Into how many batches a class is split for a lab; asked once for a size that no lab room seats."""
        size = self.size(groups)
        if len(groups) != 1 or not seats or size <= seats or place_of(groups[0]).split not in ("section", ""):
            return 1
        needed = math.ceil(size / seats)
        choices = [
            Candidate(str(needed), ngettext("%(num)d batch", "%(num)d batches, each with its own hours", needed)),
            Candidate(WHOLE, _("the whole class at once")),
        ]
        answer = self.conversion.ask(
            f"lab-batches:{needed}", "lab_batches", self.sheet, row, self._heading, str(size), choices,
            values={"size": str(size), "seats": str(seats)},
        )  # fmt: skip
        return whole_number(answer, 20) or 1

    def batches(self, groups: tuple[str, ...], number: int, row: int) -> tuple[str, ...]:
        """The lab batches of a section; where as many classes attend as there are teachers, they are the batches."""
        if len(groups) == number:
            return groups
        return tuple(self._batch(groups[0], f"B{at}", number, row) for at in range(1, number + 1))

    def named_batches(self, groups: tuple[str, ...], names: str, row: int) -> tuple[str, ...]:
        """The lab batches that a cell names ("B1", "Batch 1, Batch 2")."""
        found = []
        for name in classes_in(names):
            match = re.fullmatch(r"(?:batch|lab|b|p|l)?[\s\-]*(\d{1,2}|[a-z])", name, re.I)
            suffix = f"B{match[1].upper()}" if match is not None else name
            found.append(self._batch(groups[0], suffix, 0, row))
        return tuple(found)

    def _batch(self, group: str, suffix: str, number: int, row: int) -> str:
        code = f"{group}-{suffix}"
        known = self._spelled.get(squeeze(code))
        if known is not None:
            return known
        size = self.size((group,))
        above = self._new.get(group) or self._known.get(group, {})
        self._spelled[squeeze(code)] = code
        record: dict[str, Value] = {
            "row": row,
            "code": code,
            "name": code,
            "parent": group,
            "split": "lab",
            "department": above.get("department"),
            "programme": above.get("programme") or "",
            "semester_of_study": above.get("semester_of_study"),
            "size": math.ceil(size / number) if number else 0,
        }
        self._write(record)
        return code
