"""The rows of an allotment as they are meant: which classes, which subject, how many hours, who, and where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal
from functools import cached_property

from webapp.services.imports.formats.cells import cell_text
from webapp.services.imports.formats.workbooks import RawRow, RawSheet
from webapp.services.imports.layouts.cells.dates import days_in
from webapp.services.imports.layouts.cells.reader import ColumnReader, NotRead
from webapp.services.imports.layouts.conversion import Conversion
from webapp.services.imports.layouts.grids.clock import range_of
from webapp.services.imports.layouts.names.classes import classes_in, squeeze
from webapp.services.imports.layouts.names.layout_headings import HeadingWords, heading_of
from webapp.services.imports.layouts.names.likeness import made_code
from webapp.services.imports.layouts.names.lookup import Named
from webapp.services.imports.layouts.names.persons import NOBODY, fold
from webapp.services.imports.layouts.plan import SheetMapping
from webapp.services.imports.layouts.questions import Candidate
from webapp.services.schema.columns import Column, Value
from webapp.services.schema.courses import COMPONENTS, COURSES
from webapp.services.schema.people import GROUPS
from webapp.services.shared.day_patterns import DayPatterns, may_be_all_between, parse
from webapp.services.shared.words import _

HOURS = replace(COMPONENTS.by_name["meetings_per_week"], name="hours", required=False, default=0, least=0)
LTP = re.compile(r"\W*(\d{1,2})\s*[-–:+/,\s]\s*(\d{1,2})\s*[-–:+/,\s]\s*(\d{1,2})(?:\s*[-–:+/,=\s]\s*[\d.]+)?\W*")
UNIT = re.compile(r"\s*(?:hours?|hrs?|periods?|h)\.?$", re.I)
CODE_AND_TITLE = re.compile(r"([A-Za-z]{1,6}[\s\-]?\d{2,5}[A-Za-z]?\d?)\s*(?:[-–:/]\s*|\s+)(\S.*)")
COURSE_CODE = re.compile(r"[A-Za-z]{2,6}[\s\-]?\d{2,5}[A-Za-z]?\d?")
COUNTED_SECTION = re.compile(r"0\d+")
"""The number of a section of the course, which is no part of the class beside it."""
CLASS_TITLE = re.compile(
    r"(?:class|section|year\s*(?:&|and)\s*section|class\s*(?:&|and)\s*section)\s*[:\-–]\s*(\S.*)", re.I
)
LAB_WORDS = frozenset(
    (
        "lab",
        "labs",
        "laboratory",
        "practical",
        "practicals",
        "workshop",
        "p",
        "pr",
        "drawing hall",
        "computing lab",
        "praktikum",
        "labor",
    )
)
HOUR = 60
NEARLY = 5
"""Minutes by which a class may be longer than its period, or shorter."""
LONG_PERIOD = 80
"""Minutes of a period from which on hours of 45 or 60 minutes may be meant to be two in one."""
TUTORIAL_WORDS = frozenset(("ubung", "ub", "u", "t", "tut", "tutorial", "tutorials"))
NO_CLASSES = frozenset(
    ("workload", "load", "allotment", "allocation", "allotments", "distribution", "subjects", "subject", "courses")
) | {"course", "schedule", "faculty", "staff", "teachers", "teaching", "list", "table", "sheet", "sheet1", "timetable"}
"""Words in the name of a sheet that is not called by a class."""
REPEATED_HEADINGS = 3


@dataclass(frozen=True)
class Hours:
    """Hours a week: of lectures, of tutorials, of labs.

    ``days`` are those on which all lectures are at one hour ("Mon-Wed-Fri"), "" where nothing says so; ``slots`` how
    many periods in a row each lecture takes.
    """

    lectures: int = 0
    tutorials: int = 0
    practicals: int = 0
    days: str = ""
    slots: int = 1


@dataclass(frozen=True)
class AllottedRow:
    """One row of an allotment; what it does not say is empty, None or 0."""

    number: int
    classes: tuple[str, ...]
    course: str
    title: str
    hours: Hours
    credits: Decimal | None = None
    department: str | None = None
    teachers: tuple[str, ...] = ()
    lab_teachers: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    lab_rooms: tuple[str, ...] = ()
    size: int | None = None
    programme: str = ""
    semester: int | None = None
    batch: str = ""


class AllotmentReader:
    """Reads the rows of a sheet; what is wrong or in doubt goes to the conversion."""

    def __init__(
        self, conversion: Conversion, sheet: RawSheet, said: SheetMapping, named: Named, words: HeadingWords
    ) -> None:
        self.conversion, self.sheet, self.said, self.named, self.words = conversion, sheet, said, named, words
        self._readers: dict[str, ColumnReader] = {}
        self._courses = {str(key[0]): str(row.get("title") or "") for key, row in conversion.records("courses").items()}
        self._spelled = {squeeze(code): code for code in self._courses}
        self._titled = {fold(title): code for code, title in self._courses.items()}
        self._above: dict[str, str] = {}
        self._class = self._class_of_title(row for row in sheet.rows if row.number < said.heading_row)

    def rows(self) -> list[AllottedRow]:
        """All rows that allot something."""
        if not self._can_tell_classes():
            expected = _("a column that says the class: say which one it is under “How the file is read”")
            self.conversion.fault(self.sheet, self.said.heading_row, "", "", expected)
            return []
        first = self.said.heading_row + self.said.heading_rows
        rows: list[AllottedRow] = []
        for row in self.sheet.rows:
            if row.number >= first and row.number not in self.said.skipped_rows:
                found = self._row(row)
                if found is not None:
                    rows.append(found)
        return rows

    def _can_tell_classes(self) -> bool:
        """Whether a column, a title or the sheet's name says of which class a row is."""
        columns = ("class", "section", "programme", "year", "semester")
        if self._class or any(self.said.position(role) is not None for role in columns):
            return True
        is_titled = any(CLASS_TITLE.search(cell_text(cell)) for row in self.sheet.rows for cell in row.cells)
        named = set(fold(self.sheet.name).split())
        rest = named - NO_CLASSES
        return is_titled or rest == named or any(re.search(r"[a-z]\d|^[ivx]+$", word) for word in rest)

    def heading(self, role: str) -> str:
        """The heading of a role's column as it stands in the file."""
        return heading_of(self.sheet, self.said.heading_row, self.said.heading_rows, self.said.position(role)) or role

    def text(self, row: RawRow, role: str) -> str:
        """The text of a role's cell, with single spaces."""
        return " ".join(cell_text(self.conversion.cell(self.sheet, self.said, row, role)).split())

    def _row(self, row: RawRow) -> AllottedRow | None:
        if self._is_between(row):
            return None
        course, title = self._course(row)
        if not course:
            self._no_course(row)
            return None
        classes = self._classes(row, course)
        hours = self._hours(row, title)
        if hours is None or not classes:
            return None
        hours = self._in_periods(hours, row)
        semester = self._number(row, "semester", HOURS)
        credits, size = self._decimal(row, "credits"), self._number(row, "size", GROUPS.by_name["size"])
        department = self.text(row, "department")
        return AllottedRow(
            row.number,
            classes,
            course,
            title,
            hours,
            credits,
            self.named.department(row.number, self.heading("department"), department) if department else None,
            self._teachers(row, "teacher", "teacher_2"),
            self._teachers(row, "lab_teacher", "lab_teacher_2"),
            self.named.rooms(row.number, self.heading("room"), self._room(row)),
            self.named.rooms(row.number, self.heading("lab_room"), self.text(row, "lab_room")),
            size,
            self.text(row, "programme"),
            semester or None,
            self.text(row, "batch"),
        )

    def _room(self, row: RawRow) -> str:
        """What a row's room is called, with its building where rooms are numbered by building."""
        text, building = self.text(row, "room"), self.text(row, "building")
        return self.named.room_of(building, text) if text and building else text

    def _is_between(self, row: RawRow) -> bool:
        """Return whether a row allots nothing: the title of a class, headings once more, a total."""
        texts = [" ".join(cell_text(cell).split()) for cell in row.cells]
        different = {text for text in texts if text}
        if len(different) == 1 and not self.text(row, "course"):
            self._class = self._class_of_title([row]) or self._class
            return True
        again = sum(self.words.means(text, role) for text, role in zip(texts, self.said.columns, strict=False) if role)
        if again >= min(REPEATED_HEADINGS, sum(map(bool, self.said.columns))):
            return True
        return any(fold(text).split()[:1] in (["total"], ["grand"]) for text in texts) and not self.text(row, "course")

    def _class_of_title(self, rows: "Iterator[RawRow] | list[RawRow]") -> str:
        """The class that a title above its rows names; "" where none does."""
        found = ""
        for row in rows:
            for cell in row.cells:
                match = CLASS_TITLE.search(cell_text(cell))
                found = match[1].strip() if match is not None else found
        return found

    def _course(self, row: RawRow) -> tuple[str, str]:
        """Code and title of a row's subject, ("", "") where it names none."""
        code, title = self.text(row, "course"), self.text(row, "title")
        prefix = self.text(row, "course_prefix") if code else ""
        code = f"{prefix} {code}".strip()
        if not code and title:
            match = CODE_AND_TITLE.fullmatch(title)
            if squeeze(title) in self._spelled or COURSE_CODE.fullmatch(title):
                code, title = title, ""
            elif match is not None:
                code, title = match[1], match[2]
            else:
                return self._titled_course(title)
        known = self._spelled.setdefault(squeeze(code), code)
        if known != code:
            self.conversion.changed("code", self.sheet.name, self.heading("course"), code, known)
        title = title or self._courses.get(known, "") or known
        self._courses.setdefault(known, title)
        return known, title

    def _titled_course(self, title: str) -> tuple[str, str]:
        """The course of a title that stands without a code; a new one has a code made of its initials."""
        code = self._titled.get(fold(title))
        if code is None:
            words = [word for word in fold(title).split() if word not in ("and", "of", "the", "in", "for", "to")]
            short = "".join(word if word.isdecimal() else word[0] for word in words) if len(words) > 1 else title[:8]
            code = made_code(short, self._courses)
            self._titled[fold(title)], self._courses[code] = code, title
            self._spelled[squeeze(code)] = code
        self.conversion.changed("course_of_title", self.sheet.name, self.heading("title"), title, code)
        return code, title

    def _no_course(self, row: RawRow) -> None:
        said = [role for role in self.said.columns if role and self.text(row, role)]
        if {"class", "teacher"} & set(said) or len(said) > 2:
            role = "course" if self.said.position("course") is not None else "title"
            self.conversion.fault(self.sheet, row.number, self.heading(role), "", _("the subject of the row"), role)

    def _classes(self, row: RawRow, course: str) -> tuple[str, ...]:
        """The classes that attend; () where the row names none, which is noted.

        Where days stand in the row and no class, it is the section of the course whose students are a class.
        """
        text = self._filled(row, "class")
        section = self._filled(row, "section")
        if not text:
            programme, number = (
                self._filled(row, "programme"),
                self._filled(row, "semester") or self._filled(row, "year"),
            )
            text = f"{programme}{number if programme[-1:].isalpha() and number[:1].isdigit() else ' ' + number}".strip()
        text = text or self._class
        if not text and not section and self.said.position("class") is None:
            text = self.sheet.name
        if section and not text and self.said.position("days") is not None:
            return (f"{course}-{section}",)
        classes = classes_in(text)
        if section and len(classes) < 2 and not (classes and COUNTED_SECTION.fullmatch(section)):
            base = classes[0] if classes else ""
            parts = classes_in(section)
            classes = tuple(part if squeeze(base) in squeeze(part) else f"{base}-{part}".strip("-") for part in parts)
        if not classes:
            role = next(
                (role for role in ("class", "section", "programme") if self.said.position(role) is not None), "class"
            )
            self.conversion.fault(self.sheet, row.number, self.heading(role), "", _("the class of the row"), role)
        return classes

    def _filled(self, row: RawRow, role: str) -> str:
        """The text of a cell, or of the nearest one above it where it is empty, which is counted."""
        text = self.text(row, role)
        if self.said.position(role) is None:
            return text
        if not text and self._above.get(role):
            self.conversion.changed("as_above", self.sheet.name, self.heading(role))
        self._above[role] = text or self._above.get(role, "")
        return self._above[role]

    def _hours(self, row: RawRow, title: str) -> Hours | None:
        """The hours of a row; None where they can't be read, which is noted."""
        if self.said.position("ltp") is not None:
            raw = self.conversion.cell(self.sheet, self.said, row, "ltp")
            match = None if isinstance(raw, date | time) else LTP.fullmatch(cell_text(raw))
            if match is None:
                expected = _("hours of lectures, tutorials and labs such as 3-1-2")
                self.conversion.fault(self.sheet, row.number, self.heading("ltp"), cell_text(raw), expected, "ltp")
                return None
            return Hours(int(match[1]), int(match[2]), int(match[3]))
        try:
            parts = [self._hours_of(row, role) for role in ("lectures", "tutorials", "practicals")]
            if not any(parts) and self.said.position("hours") is None and self.said.position("days") is not None:
                return self._of_days(row, title)
            if any(parts) or self.said.position("hours") is None:
                return Hours(parts[0], parts[1], parts[2])
            return self._of_kind(row, title, self._hours_of(row, "hours"))
        except NotRead:
            return None

    def _hours_of(self, row: RawRow, role: str) -> int:
        text = UNIT.sub("", self.text(row, role))
        if not text or not fold(text) or fold(text) in NOBODY:
            return 0
        raw = self.conversion.cell(self.sheet, self.said, row, role)
        value = self._reader(role, HOURS).read(row.number, text if isinstance(raw, str) else raw)
        return value if isinstance(value, int) else 0

    def _of_days(self, row: RawRow, title: str) -> Hours:
        """A meeting for each day that is named, of lectures at one hour on all of them; at which hour is not kept."""
        text = self.text(row, "days")
        if not text or fold(text) in NOBODY:
            return Hours()
        patterns = self._patterns(row, text)
        number = patterns.most_days
        hour = self.text(row, "time")
        found = self._of_kind(row, title, number)
        clock = range_of(hour)
        if found.practicals and clock is not None:
            found = Hours(practicals=number * max(1, round((clock.end - clock.start) / 60)))
        when = f"{text} {hour}".strip()
        if found.lectures and (found.lectures > 1 or len(patterns.named) > 1) and patterns.named:
            found = replace(found, days=str(patterns))
        if found.lectures and clock is not None:
            found = replace(found, slots=self._periods_of(clock.end - clock.start, row))
        code, taken = ("days_kept", found.days) if found.days else ("days_not_kept", str(number))
        self.conversion.changed(code, self.sheet.name, self.heading("days"), when, taken)
        return found

    def _patterns(self, row: RawRow, text: str) -> DayPatterns:
        """The days of a cell: all that stand there ("MWF", "Mon, Wed"), or patterns to choose from ("MWF or TTh")."""
        days = () if may_be_all_between(text) else days_in(text)
        patterns = DayPatterns(named=(tuple(sorted(days)),)) if days else parse(text)
        if patterns is None:
            expected = _("days such as MWF, TTh or MTWRF; Mon+Fri for two days that lie far apart")
            self.conversion.fault(self.sheet, row.number, self.heading("days"), text, expected, "days")
            raise NotRead
        return patterns

    def _in_periods(self, hours: Hours, row: RawRow) -> Hours:
        """Hours as periods: where these are of 80 minutes or more, it is asked whether two hours are one."""
        roles = ("hours", "lectures", "ltp", "tutorials", "practicals")
        role = next((role for role in roles if self.said.position(role) is not None), "")
        if not role or self._period < LONG_PERIOD:
            return hours
        choices = [Candidate("2", _("two hours are one period")), Candidate("1", _("one hour is one period"))]
        answer = self.conversion.ask(
            f"hours_per_period:{self.sheet.name}", "hours_per_period", self.sheet, row.number, self.heading(role), "",
            choices, values={"minutes": str(self._period)},
        )  # fmt: skip
        if answer != "2":
            return hours
        for number in (hours.lectures, hours.tutorials, hours.practicals):
            if number % 2:
                periods = str(number // 2 + 1)
                self.conversion.changed("hours_rounded", self.sheet.name, self.heading(role), str(number), periods)
        return Hours(-(-hours.lectures // 2), -(-hours.tutorials // 2), -(-hours.practicals // 2))

    def _periods_of(self, minutes: int, row: RawRow) -> int:
        """How many periods in a row a class of so many minutes takes: asked where it is longer than a period."""
        if not self._period and minutes > HOUR + NEARLY:
            self.conversion.changed(
                "length_not_kept", self.sheet.name, self.heading("time"), self.text(row, "time"), "1"
            )
        if not self._period or any(abs(minutes - length) <= NEARLY for length in self._lengths):
            return 1
        number = -(-minutes // self._period)
        if number < 2:
            return 1
        choices = [
            Candidate(str(number), _("%(number)d periods in a row", number=number)),
            Candidate("1", _("one period")),
        ]
        answer = self.conversion.ask(
            f"periods_per_class:{minutes}", "periods_per_class", self.sheet, row.number, self.heading("time"), "",
            choices, values={"minutes": str(minutes), "period": str(self._period)},
        )  # fmt: skip
        return number if answer == str(number) else 1

    @cached_property
    def _period(self) -> int:
        """Minutes of the shortest period of the week, 0 where none is known."""
        return min(self._lengths, default=0)

    @cached_property
    def _lengths(self) -> set[int]:
        """Minutes that periods of the week have."""
        slots = self.conversion.records("time_slots").values()
        return {minutes_between(slot.get("start"), slot.get("end")) for slot in slots} - {0}

    def _of_kind(self, row: RawRow, title: str, number: int) -> Hours:
        """The hours of a row that has one number for all, of the kind that the row or its title names."""
        kind = fold(self.text(row, "kind"))
        if kind:
            words = set(kind.split())
            is_lab, is_tutorial = bool(words & LAB_WORDS), bool(words & TUTORIAL_WORDS)
        else:
            is_lab, is_tutorial = bool(set(fold(title).split()) & (LAB_WORDS - {"p", "pr"})), False
            if is_lab:
                self.conversion.changed("lab_of_title", self.sheet.name, self.heading("title"), title)
        if is_lab:
            return Hours(practicals=number)
        return Hours(tutorials=number) if is_tutorial else Hours(lectures=number)

    def _teachers(self, row: RawRow, *roles: str) -> tuple[str, ...]:
        found = [code for role in roles for code in self._teachers_of(row, role)]
        return tuple(dict.fromkeys(found))

    def _teachers_of(self, row: RawRow, role: str) -> tuple[str, ...]:
        text = cell_text(self.conversion.cell(self.sheet, self.said, row, role)).strip()
        return self.named.teachers(row.number, self.heading(role), text) if text else ()

    def _number(self, row: RawRow, role: str, column: Column) -> int | None:
        if not self.text(row, role):
            return None
        try:
            value = self._reader(role, column).read(row.number, self.conversion.cell(self.sheet, self.said, row, role))
        except NotRead:
            return None
        return value if isinstance(value, int) else None

    def _decimal(self, row: RawRow, role: str) -> Decimal | None:
        if not self.text(row, role):
            return None
        try:
            value = self._reader(role, COURSES.by_name["credits"]).read(
                row.number, self.conversion.cell(self.sheet, self.said, row, role)
            )
        except NotRead:
            return None
        return value if isinstance(value, Decimal) else None

    def _reader(self, role: str, column: Column) -> ColumnReader:
        if role not in self._readers:
            position = self.said.position(role) or 0
            evidence = [row.cell(position) for row in self.sheet.rows]
            self._readers[role] = ColumnReader(
                self.conversion, self.sheet, self.heading(role), column, evidence, role=role
            )
        return self._readers[role]


def minutes_between(start: Value, end: Value) -> int:
    """Minutes from one time of a day to another; 0 where one of them is not known."""
    if not isinstance(start, time) or not isinstance(end, time):
        return 0
    return 60 * (end.hour - start.hour) + end.minute - start.minute
