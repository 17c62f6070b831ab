"""Invents the demo university as tables of the exchange format: the same every time.

It is comfortably feasible: teachers have 9 to 16 slots a week, rooms are used to about half, and open
electives stand at slots of their own, so that no student's choice clashes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from random import Random

from webapp.demo import catalogue
from webapp.demo.catalogue import Programme
from webapp.services.imports.formats.writers import zip_of
from webapp.services.schema.columns import Record, Value
from webapp.services.schema.tables import BY_NAME
from webapp.services.schema.values import empty

SEED = 1916
SEATS_OF_ELECTIVE = 70
AFTER_TEACHING = ("reading", "exam", "exam")
_TERM: Mapping[str, Value] = {
    "academic_year": catalogue.TERM[0],
    "semester": catalogue.TERM[1],
    "name": f"Odd semester {catalogue.TERM[0]}",
    "starts_on": date(2024, 8, 1),
    "ends_on": date(2024, 12, 20),
    "weeks": catalogue.WEEKS,
    "break_minutes": 15,
}
BTECH = ("CSE", "ECE", "MEC", "CIV")


@dataclass
class ClassSection:
    """Students who sit together: CSE3-A, with its lab batches and tutorial groups."""

    programme: Programme
    semester: int
    letter: str

    @property
    def code(self) -> str:
        """The group's code."""
        return f"{self.programme.code}{self.semester}-{self.letter}"

    @property
    def batches(self) -> tuple[str, ...]:
        """Codes of the lab batches."""
        return tuple(f"{self.code}-B{n}" for n in range(1, self.programme.lab_batches + 1))

    @property
    def tutorials(self) -> tuple[str, ...]:
        """Codes of the tutorial groups."""
        return tuple(f"{self.code}-T{n}" for n in range(1, self.programme.tutorial_groups + 1))


@dataclass
class University:
    """Collects the tables while they are invented."""

    random: Random = field(default_factory=lambda: Random(SEED))
    tables: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    load: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def add(self, table: str, **cells: Value) -> None:
        """Add a row; what is not named is empty."""
        blank = {column.name: empty(column) for column in BY_NAME[table].file_columns}
        self.tables[table].append(blank | cells)

    def person(self) -> tuple[str, str]:
        """A name that nobody has yet, and the address that goes with it."""
        while True:
            name = f"{self.random.choice(catalogue.FIRST_NAMES)} {self.random.choice(catalogue.LAST_NAMES)}"
            if name not in self.names:
                self.names.add(name)
                return name, f"{name.lower().replace(' ', '.')}@{catalogue.DOMAIN}"

    def teacher(self, department: str, slots: int, *, but: tuple[str, ...] = ()) -> str:
        """The teacher of a department with the fewest slots so far, given so many more."""
        own = [code for code in self.load if code.startswith(f"{department}-") and code not in but]
        chosen = min(own, key=lambda code: (self.load[code] + slots > self.most[code], self.load[code], code))
        self.load[chosen] += slots
        return chosen


def build(programmes: Sequence[Programme] = catalogue.PROGRAMMES) -> Mapping[str, list[Record]]:
    """All tables of the demo university, with what these programmes study."""
    made = University()
    _places_and_times(made)
    _teachers(made)
    classes = list(_classes(programmes))
    _groups_and_students(made, classes)
    _core_courses(made, classes)
    _shared_courses(made, classes)
    _combined_classes(made, classes)
    _electives(made, classes)
    _wishes(made)
    return made.tables


def archive(programmes: Sequence[Programme] = catalogue.PROGRAMMES, today: date | None = None) -> bytes:
    """The tables as the ZIP that an import reads; with a term that runs on a day, if one is named."""
    tables = build(programmes)
    if today is not None:
        tables = {**tables, **_dates_around(today)}
    return zip_of(tables)


def _dates_around(today: date) -> dict[str, list[Record]]:
    """The term with a day in its sixth week; a holiday is made up for next week, and later come a break and exams."""
    made = University()
    monday = today - timedelta(days=today.weekday())
    starts, year = monday - timedelta(weeks=5), today.year - (today.month < 7)
    weeks = catalogue.WEEKS + len(AFTER_TEACHING) + 1
    of_year = f"{year}-{(year + 1) % 100:02}"
    dates: dict[str, Value] = {"starts_on": starts, "ends_on": starts + timedelta(weeks=weeks, days=-2)}
    names: dict[str, Value] = {"academic_year": of_year, "name": f"Odd semester {of_year}"}
    made.add("term", **{**_TERM, **names, **dates})
    made.add("term_weeks", monday=starts + timedelta(weeks=9), kind="break", note="Mid-term break")
    for number, kind in enumerate(AFTER_TEACHING, start=catalogue.WEEKS + 1):
        made.add("term_weeks", monday=starts + timedelta(weeks=number), kind=kind)
    made.add("holidays", first_day=monday + timedelta(days=9), name="Founders' Day")
    made.add("makeup_days", date=monday + timedelta(days=12), follows=2, note="For Founders' Day")
    return made.tables


def _places_and_times(made: University) -> None:
    made.add("term", **_TERM)
    for code, name in catalogue.DEPARTMENTS.items():
        made.add("departments", code=code, name=f"Department of {name}")
    for code, name in catalogue.BUILDINGS.items():
        made.add("buildings", code=code, name=name)
    number: dict[str, int] = defaultdict(lambda: 100)
    for building, name, kind, seats, count, features, home in catalogue.ROOMS:
        for _ in range(count):
            number[building] += 1
            code = f"{building}-{number[building]}"
            made.add(
                "rooms",
                code=code,
                name=f"{name} {number[building]}",
                building=building,
                department=home,
                capacity=seats,
                kind=kind,
                features=tuple(features.split(", ")),
            )
    for day, name in enumerate(catalogue.DAYS):
        periods = catalogue.HOURS[: catalogue.SATURDAY_PERIODS] if name == "SAT" else catalogue.HOURS
        for period, (start, end) in enumerate(periods, start=1):
            made.add(
                "time_slots",
                code=f"{name}{period}",
                label=f"Period {period}",
                day=day,
                start=time.fromisoformat(start),
                end=time.fromisoformat(end),
            )
    weeks = range(1, catalogue.WEEKS + 1)
    made.add("week_sets", code="ODD", name="Odd weeks", weeks=frozenset(w for w in weeks if w % 2))
    made.add("week_sets", code="EVEN", name="Even weeks", weeks=frozenset(w for w in weeks if not w % 2))


def _teachers(made: University) -> None:
    for department, number in catalogue.TEACHERS.items():
        for position in range(number):
            rank, most, leaves = catalogue.RANKS[0 if position < 2 else 1 if position < number // 2 else 2]
            name, email = made.person()
            code = f"{department}-{position + 1:02}"
            made.load[code], made.most[code] = 0, most
            made.add(
                "faculty",
                code=code,
                name=f"{'Prof' if rank == 'Professor' else 'Dr'} {name}",
                department=department,
                email=email,
                rank=rank,
                max_slots_day=5,
                max_slots_week=most,
                leaves_per_month=Decimal(leaves),
            )


def _classes(programmes: Sequence[Programme]) -> Iterator[ClassSection]:
    for programme in programmes:
        for semester in programme.semesters:
            for letter in programme.sections:
                yield ClassSection(programme, semester, letter)


def _groups_and_students(made: University, classes: list[ClassSection]) -> None:
    cohorts: dict[str, int] = {}
    for section in classes:
        programme, cohort = section.programme, f"{section.programme.code}{section.semester}"
        common: dict[str, Value] = {
            "department": programme.code,
            "programme": programme.name,
            "semester_of_study": section.semester,
        }
        if cohort not in cohorts:
            cohorts[cohort] = 0
            size = programme.students * len(programme.sections)
            made.add("groups", code=cohort, name=f"{programme.name}, semester {section.semester}", size=size, **common)
        label = f"{programme.code} semester {section.semester}, section {section.letter}"
        made.add(
            "groups", code=section.code, name=label, parent=cohort, split="section", size=programme.students, **common
        )
        for split, word, parts in (
            ("lab", "batch", section.batches),
            ("tutorial", "tutorial group", section.tutorials),
        ):
            for part, code in enumerate(parts):
                size = len(range(part, programme.students, len(parts)))
                name = f"{label}, {word} {part + 1}"
                made.add("groups", code=code, name=name, parent=section.code, split=split, size=size, **common)
        for seat in range(programme.students):
            cohorts[cohort] += 1
            _student(made, section, cohorts[cohort], seat)


def _student(made: University, section: ClassSection, number: int, seat: int) -> None:
    name, email = made.person()
    joined = 2024 - (section.semester - 1) // 2
    batch = section.batches[seat % len(section.batches)] if section.batches else None
    tutorial = section.tutorials[(seat // 2) % len(section.tutorials)] if section.tutorials else None
    groups = tuple(sorted(code for code in (batch, tutorial) if code)) or (section.code,)
    code = f"{joined}{section.programme.code}{number:03}"
    made.add("students", code=code, name=name, email=email, department=section.programme.code, groups=groups)


def _course(made: University, code: str, title: str, department: str, credits: int) -> None:
    made.add("courses", code=code, title=title, department=department, credits=Decimal(credits))


def _core_courses(made: University, classes: list[ClassSection]) -> None:
    """Add the core courses; those with a laboratory come first: they weigh most on their teachers."""
    courses = []
    studied = {(section.programme.code, section.semester) for section in classes}
    for (programme, semester), titles in catalogue.CORE.items():
        for position, title in enumerate(titles if (programme, semester) in studied else (), start=1):
            code, lab = f"{programme}{semester}0{position}", title.endswith("*")
            _course(made, code, title.rstrip("*"), programme, 4 if lab or programme in ("MAT", "MGT") else 3)
            courses.append((not lab, code, programme, semester))
    for no_lab, code, programme, semester in sorted(courses):
        for section in classes:
            if (section.programme.code, section.semester) == (programme, semester):
                _core_section(made, code, section, lab=not no_lab)


def _core_section(made: University, code: str, section: ClassSection, *, lab: bool) -> None:
    department = section.programme.code
    engineers = department in BTECH
    lectures = 3 if engineers else 4
    teacher = made.teacher(department, lectures)
    made.add("sections", course=code, section=section.letter, faculty=(teacher,), groups=(section.code,))
    _lectures(made, code, section.letter, lectures)
    if lab:
        _lab(made, code, section, teacher)
    if not lab and section.tutorials:
        _tutorials(made, code, section, teacher)


def _lectures(made: University, course: str, section: str, number: int, **cells: Value) -> None:
    usual: dict[str, Value] = {
        "course": course,
        "section": section,
        "component": "L",
        "kind": "lecture",
        "meetings_per_week": number,
        "room_kind": "lecture",
        "min_days": min(3, number),
    }
    made.add("components", **usual | cells)


def _lab(made: University, course: str, section: ClassSection, teacher: str) -> None:
    """A laboratory of two slots for each batch: the lecturer takes the first, a colleague the second."""
    department = section.programme.code
    made.load[teacher] += 2
    colleague = made.teacher(department, 2, but=(teacher,))
    teachers = (f"{teacher}@{section.batches[0]}", f"{colleague}@{section.batches[1]}")
    made.add(
        "components",
        course=course,
        section=section.letter,
        component="P",
        kind="lab",
        meetings_per_week=1,
        slots_per_meeting=2,
        room_kind=catalogue.LAB_KIND[department],
        parallel=department == "MEC",
        batches=section.batches,
        faculty=teachers,
    )


def _tutorials(made: University, course: str, section: ClassSection, teacher: str) -> None:
    made.load[teacher] += len(section.tutorials)
    made.add(
        "components",
        course=course,
        section=section.letter,
        component="T",
        kind="tutorial",
        meetings_per_week=1,
        room_kind="seminar",
        batches=section.tutorials,
    )


def _shared_courses(made: University, classes: list[ClassSection]) -> None:
    for semester, (code, title, department) in catalogue.SHARED.items():
        own = _engineers(classes, semester)
        if own:
            _course(made, code, title, department, 3)
        for group in own:
            section = f"{group.programme.code}-{group.letter}"
            teacher = made.teacher(department, 3)
            made.add("sections", course=code, section=section, faculty=(teacher,), groups=(group.code,))
            _lectures(made, code, section, 3)


def _engineers(classes: list[ClassSection], semester: int) -> list[ClassSection]:
    return [section for section in classes if section.semester == semester and section.programme.code in BTECH]


def _combined_classes(made: University, classes: list[ClassSection]) -> None:
    """One lecture for two sections at once."""
    for semester, (code, title, department, meetings, weeks) in catalogue.COMBINED.items():
        own = [section.code for section in _engineers(classes, semester)]
        if own:
            _course(made, code, title, department, meetings)
        for number, first in enumerate(range(0, len(own), 2), start=1):
            teacher = made.teacher(department, meetings)
            groups = tuple(own[first : first + 2])
            made.add("sections", course=code, section=f"C{number}", faculty=(teacher,), groups=groups)
            _lectures(made, code, f"C{number}", meetings, weeks=weeks or None, min_days=0)


def _electives(made: University, classes: list[ClassSection]) -> None:
    for semester, courses in catalogue.ELECTIVES.items():
        if all(section.semester != semester for section in classes):
            continue
        seats: dict[str, int] = {}
        for code, title, department in courses:
            _course(made, code, title, department, 3)
            teacher = made.teacher(department, 3)
            made.add("sections", course=code, section="E", faculty=(teacher,))
            _lectures(made, code, "E", 3)
            seats[code] = SEATS_OF_ELECTIVE
            for number, slot in enumerate(catalogue.ELECTIVE_SLOTS[semester], start=1):
                made.add("pins", course=code, section="E", component="L", number=number, slot=slot)
        own = tuple(section.code for section in classes if section.semester == semester)
        options = tuple(f"{code}/E" for code in seats)
        name = f"Open elective, semester {semester}"
        made.add("baskets", code=f"OE{semester}", name=name, sections=options, groups=own)
        _choices(made, classes, semester, seats)


def _choices(made: University, classes: list[ClassSection], semester: int, seats: dict[str, int]) -> None:
    """Each student of the semester takes one elective of another department that has a seat."""
    codes = {section.code for section in classes if section.semester == semester}
    home = {code: department for code, _, department in catalogue.ELECTIVES[semester]}
    for student in made.tables["students"]:
        groups = student["groups"]
        assert isinstance(groups, tuple)  # noqa: S101 (as it was written above)
        if not any(group.startswith(code) for group in groups for code in codes):
            continue
        free = [code for code in seats if seats[code] and home[code] != student["department"]]
        chosen = made.random.choices(free, weights=[seats[code] for code in free])[0]
        seats[chosen] -= 1
        made.add("enrollments", student=student["code"], course=chosen, section="E")


def _wishes(made: University) -> None:
    """Teachers who can't, would rather not, or gladly; a closed laboratory; a day of internship."""
    teachers = list(made.load)
    week = catalogue.DAYS[:5]
    saturdays = [f"SAT{period}" for period in range(1, catalogue.SATURDAY_PERIODS + 1)]
    wishes: dict[tuple[str, str], str] = {}
    for teacher in teachers[4::10]:
        wishes |= {(f"{day}1", teacher): "prefer" for day in week}
    for teacher in teachers[3::9]:
        wishes |= {(f"{day}8", teacher): "avoid" for day in week}
    for teacher in teachers[2::5]:
        wishes |= {(slot, teacher): "avoid" for slot in saturdays}
    for teacher in teachers[::7]:
        day = made.random.choice(week)
        wishes |= {(f"{day}{period}", teacher): "unavailable" for period in range(5, 9)}
    for (slot, teacher), level in wishes.items():
        made.add("availability", slot=slot, faculty=teacher, level=level)
    for period in range(5, 9):
        made.add("availability", slot=f"FRI{period}", room="LB-101", level="unavailable")
    for slot in saturdays if any(group["code"] == "MGT5" for group in made.tables["groups"]) else ():
        made.add("availability", slot=slot, group="MGT5", level="unavailable")
