"""What an office's list does not say because it goes without saying there: a name, a code, the one department."""

import re
from collections.abc import Collection, Mapping
from itertools import count

from webapp.services.imports.formats.workbooks import RawRow, RawSheet
from webapp.services.imports.layouts.conversion import Conversion
from webapp.services.imports.layouts.names.likeness import RowIndex, made_code, same_code, same_name
from webapp.services.imports.layouts.plan import LEAVE_OUT, NEW
from webapp.services.schema.calendar import slot_code
from webapp.services.schema.columns import Table, Value

MISSING: Mapping[str, Collection[str]] = {
    "departments": ("code", "name"),
    "buildings": ("code", "name"),
    "rooms": ("name",),
    "time_slots": ("code",),
    "faculty": ("code", "department"),
    "groups": ("name",),
    "students": ("name",),
    "courses": ("title", "department"),
}
"""By table, the required columns that a sheet of other headings may lack."""
TITLES = re.compile(r"^(?:(?:dr|mr|mrs|ms|miss|prof|professor|er|shri|smt|sri)\b[.\s]*)+", re.I)
GENERAL = "GEN"
"""The department that is made where there is none at all and somebody asks for it."""


class Filler:
    """Fills in what the rows of a sheet lack."""

    def __init__(self, table: Table, sheet: RawSheet, conversion: Conversion, *, has_departments: bool) -> None:
        self.table, self.sheet, self.conversion = table, sheet, conversion
        self.has_departments = has_departments
        self.columns = MISSING.get(table.name, ())
        self._departments: RowIndex | None = None
        self.title = "title" if "title" in table.by_name else "name"
        records = conversion.records(table.name) if self.columns else {}
        self._taken = {same_code(table.label(key)) for key in records}
        self._slots = {(record.get("day"), record.get("start")): table.label(key) for key, record in records.items()}
        self._codes = {
            same_name(str(record.get(self.title) or "")): table.label(key) for key, record in records.items()
        }

    def fill(self, row: RawRow, record: dict[str, Value], refused: set[str]) -> None:
        """Fill in a row; what could not be read stays as it is."""
        if "code" in self.columns and not record.get("code") and "code" not in refused:
            self._fill_code(record)
        if self.title in self.columns and not record.get(self.title) and record.get("code"):
            record[self.title] = record["code"]
        if "department" in self.columns and not self.has_departments:
            stored = self.conversion.known.records(self.table.name).get((record.get("code"),))
            if stored is not None:
                record["department"] = stored.get("department")
            else:
                self._fill_department(row, record, refused)

    def _fill_code(self, record: dict[str, Value]) -> None:
        if self.table.name == "time_slots":
            self._fill_code_of_slot(record)
            return
        name = str(record.get(self.title) or "")
        if not same_name(name):
            return
        code = self._codes.get(same_name(name))
        if code is None:
            code = self._code_of_person(name) if self.table.name == "faculty" else made_code(name, self._taken)
            self.conversion.changed("code_made", self.sheet.name, "", "", "")
        self._codes[same_name(name)] = code
        self._taken.add(same_code(code))
        record["code"] = code

    def _fill_code_of_slot(self, record: dict[str, Value]) -> None:
        """The code of the slot that begins then, or the next one of its day: MON1, MON2."""
        day, start = record.get("day"), record.get("start")
        if not isinstance(day, int) or start is None:
            return
        code = self._slots.get((day, start))
        if code is None:
            code = next(made for number in count(1) if same_code(made := slot_code(day, number)) not in self._taken)
            self.conversion.changed("code_made", self.sheet.name, "", "", "")
        self._slots[day, start] = code
        self._taken.add(same_code(code))
        record["code"] = code

    def _code_of_person(self, name: str) -> str:
        """A name in capitals without its title, with a number where that is taken."""
        base = "-".join(re.findall(r"\w+", TITLES.sub("", name))).upper()[:56] or "TEACHER"
        code, number = base, 1
        while same_code(code) in self._taken:
            number += 1
            code = f"{base}-{number}"
        return code

    def _fill_department(self, row: RawRow, record: dict[str, Value], refused: set[str]) -> None:
        if self._departments is None:
            departments = self.conversion.records("departments")
            names = {str(key[0]): str(other.get("name") or "") for key, other in departments.items()}
            self._departments = RowIndex(names)
        index = self._departments
        answer: str | None = next(iter(index.names)) if len(index.names) == 1 else None
        if answer is None:
            answer = self.conversion.ask(
                f"department_of_sheet:{self.sheet.name}",
                "department_of_sheet",
                self.sheet,
                row.number,
                "",
                self.sheet.name,
                index.nearest("", index.names),
                may_create=not index.names,
                values={"table": "departments"},
            )
        if answer == NEW:
            answer = GENERAL
            self.conversion.add("departments", self.sheet, row.number, {"code": GENERAL, "name": GENERAL}, made=True)
        record["department"] = answer if answer != LEAVE_OUT else None
        if record["department"] is None:
            refused.add("department")
