"""Invents a term that uses every rule of the program and every kind of week, as tables of the exchange format.

Half hours on long days, a half day with slots of its own, an evening shift that overlaps the afternoon; classes of one
to four slots, on patterns of days, in odd, even or early weeks; batches, baskets, combined and team-taught classes; two
campuses. It is the same every time, and there is room for all of it: each rule between classes has a workshop of its
own that must keep it, and asks the lectures for the same as a wish.
"""

from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from random import Random

from webapp.demo import any_rule
from webapp.demo.any_rule import Numbers
from webapp.demo.university import University
from webapp.services.imports.formats.writers import zip_of
from webapp.services.schema.columns import Record, Value
from webapp.services.shared.rule_defaults import ADDED_RULES, OWN_TERM, people_of

SEED = 1989
TERM = ("2024-25", 2)
WEEKS = 14
DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT")
DAY_SHIFT, EVENING_SHIFT = "day", "evening"
MORNING, AFTERNOON = (8 * 60, 13 * 60), (14 * 60, 19 * 60)
EVENING, SATURDAY = (17 * 60 + 30, 20 * 60 + 30), (9 * 60 + 15, 12 * 60 + 15)
AFTERNOONS = tuple(f"{day}{number}" for day in DAYS[:4] for number in range(11, 21))
FRIDAYS = tuple(f"FRI{number}" for number in range(1, 11))

DEPARTMENTS = {"CSE": "Computer Science", "ARC": "Architecture"}
TEACHERS = {"CSE": 12, "ARC": 10}
COHORTS = {"CSE1": "AB", "CSE3": "A", "ARC1": "A", "ARC3": "A"}
"""The sections of each year of the day shift."""
EVENING_COHORT = "ARC9"
SIZE = 24
"""Students of a section."""
ROOMS = (
    ("NH", "Lecture hall", "lecture", 60, 4, ("projector",)),
    ("NL", "Computer laboratory", "lab", 30, 2, ("computers", "projector")),
    ("SH", "Lecture room", "lecture", 40, 3, ("projector", "audio")),
    ("SW", "Workshop", "workshop", 30, 4, ("benches",)),
)
BUILDINGS = {
    "NH": "North campus, main hall",
    "NL": "North campus, laboratories",
    "SH": "South campus, hall",
    "SW": "South campus, workshops",
}
WALKS = {("NH", "NL"): 4, ("SH", "SW"): 3, ("NH", "SH"): 20, ("SH", "NH"): 25}
WALKS |= {("NH", "SW"): 22, ("NL", "SH"): 22, ("NL", "SW"): 25}
CORE = (
    ("CS101", "Programming", "CSE", "CSE1"),
    ("AR101", "Drawing", "ARC", "ARC1"),
    ("CS301", "Operating Systems", "CSE", "CSE3"),
    ("AR301", "Structures", "ARC", "ARC3"),
)
"""Course, title, department and year."""
ELECTIVES = {"EL1": "Robotics", "EL2": "Photography", "EL3": "Economics"}
MINORS = {"MI1": "Spanish", "MI2": "Statistics", "MI3": "Typography"}


def build() -> Mapping[str, list[Record]]:
    """All tables of the term."""
    made = University(random=Random(SEED))
    _places(made)
    _slots(made)
    _dates(made)
    _people(made)
    _core(made)
    _special_classes(made)
    _baskets(made)
    _evening(made)
    _workshops(made)
    _wishes(made)
    _rules(made)
    return made.tables


def archive() -> bytes:
    """The tables as the ZIP that an import reads."""
    return zip_of(build())


def _places(made: University) -> None:
    year, semester = TERM
    own: dict[str, Value] = {"academic_year": year, "semester": semester, "name": "A term of every rule"}
    first, last = date(2025, 1, 6), date(2025, 4, 26)
    made.add("term", **own, starts_on=first, ends_on=last, weeks=WEEKS, break_minutes=15)
    for code, name in DEPARTMENTS.items():
        made.add("departments", code=code, name=f"Department of {name}")
    for code, name in BUILDINGS.items():
        made.add("buildings", code=code, name=name)
    for (start, end), walk in WALKS.items():
        way: dict[str, Value] = {"from": start, "to": end, "minutes": walk}
        made.add("walks", **way)
    for building, name, kind, seats, count, features in ROOMS:
        for number in range(1, count + 1):
            home = "ARC" if building == "SW" else None
            room: dict[str, Value] = {"code": f"{building}-{number}", "name": f"{name} {number}", "building": building}
            made.add("rooms", **room, capacity=seats, kind=kind, features=features, department=home)
    made.add("rooms", code="SH-9", name="Lecture room 9", building="SH", capacity=40, kind="lecture", open=False)
    weeks = range(1, WEEKS + 1)
    for code, name, chosen in (
        ("ODD", "Odd weeks", [week for week in weeks if week % 2]),
        ("EVEN", "Even weeks", [week for week in weeks if not week % 2]),
        ("FIRST", "First half of the term", [week for week in weeks if week <= WEEKS // 2]),
    ):
        made.add("week_sets", code=code, name=name, weeks=frozenset(chosen))


def _slots(made: University) -> None:
    """Add twenty half hours a day, ten on Friday, four slots of 45 minutes on Saturday, three evening hours."""
    for day, name in enumerate(DAYS):
        spans = [*_periods(*MORNING, 30), *_periods(*AFTERNOON, 30)] if day < 4 else [*_periods(*MORNING, 30)]
        spans = spans if day < 5 else [*_periods(*SATURDAY, 45)]
        for number, (start, end) in enumerate(spans, start=1):
            label = f"Period {number}"
            made.add("time_slots", code=f"{name}{number}", label=label, shift=DAY_SHIFT, day=day, start=start, end=end)
        for number, (start, end) in enumerate(_periods(*EVENING, 60) if day < 4 else (), start=1):
            code, label = f"{name}E{number}", f"Evening {number}"
            made.add("time_slots", code=code, label=label, shift=EVENING_SHIFT, day=day, start=start, end=end)


def _dates(made: University) -> None:
    """Add weeks of each kind, a holiday of everybody and one of some, and a Saturday that follows a Wednesday."""
    weeks = (("teaching", 13, 1, "Open house"), ("exam", 24, 2, "Mid-term"), ("break", 10, 3, ""))
    for kind, day, month, note in (*weeks, ("reading", 7, 4, "Reading week")):
        made.add("term_weeks", monday=date(2025, month, day), kind=kind, counted=kind == "reading", note=note)
    made.add("holidays", first_day=date(2025, 1, 15), name="Harvest festival")
    some: dict[str, Value] = {"departments": ("ARC",), "programmes": ("Architecture",), "groups": ("ARC3",)}
    made.add("holidays", first_day=date(2025, 2, 17), last_day=date(2025, 2, 18), name="Study trip", **some)
    made.add("makeup_days", date=date(2025, 1, 18), follows=2, week=2, note="For 15 January")


def _periods(start: int, end: int, minutes: int) -> Iterator[tuple[time, time]]:
    for minute in range(start, end, minutes):
        yield time(*divmod(minute, 60)), time(*divmod(minute + minutes, 60))


def _people(made: University) -> None:
    for department, number in TEACHERS.items():
        for position in range(1, number + 1):
            name, email = made.person()
            code = f"{department}-{position:02}"
            made.load[code], made.most[code] = 0, 30
            limits: dict[str, Value] = {"max_slots_day": 12, "max_slots_week": 36, "leaves_per_month": Decimal("1.5")}
            own = {"code": code, "name": f"Dr {name}", "department": department, "email": email, "rank": "Professor"}
            made.add("faculty", **own, **limits)
    for year in (*COHORTS, EVENING_COHORT):
        _cohort(made, year)


def _cohort(made: University, year: str) -> None:
    """Add a year, its sections, and their batches and tutorial groups: two partitions of the same students."""
    department, semester = year[:3], int(year[3:])
    own: dict[str, Value] = {"department": department, "programme": DEPARTMENTS[department]}
    own["semester_of_study"] = semester
    letters = COHORTS.get(year, "A")
    made.add("groups", code=year, name=f"{DEPARTMENTS[department]}, semester {semester}", **own)
    for letter in letters:
        code = f"{year}-{letter}"
        name = f"{DEPARTMENTS[department]}, semester {semester}, section {letter}"
        made.add("groups", code=code, name=name, parent=year, split="section", size=SIZE, **own)
        for split, sign in (("lab", "B"), ("tutorial", "T")):
            for part in (1, 2):
                group = f"{code}-{sign}{part}"
                made.add("groups", code=group, name=f"{name}, {split} {part}", parent=code, split=split, size=12, **own)
        for seat in range(SIZE):
            person, email = made.person()
            groups = (f"{code}-B{seat % 2 + 1}", f"{code}-T{seat // 2 % 2 + 1}")
            number = sum(row["department"] == department for row in made.tables["students"]) + 1
            student = f"2022{department}{number:03}"
            made.add("students", code=student, name=person, email=email, department=department, groups=groups)


def _course(made: University, code: str, title: str, department: str, credits: int = 3) -> None:
    made.add("courses", code=code, title=title, department=department, credits=Decimal(credits))


def _class(made: University, course: str, section: str, component: str, slots: int, **cells: Value) -> None:
    """Add a weekly class: one lecture of so many slots in any room, unless told otherwise."""
    usual: dict[str, Value] = {"kind": "lecture", "meetings_per_week": 1, "slots_per_meeting": slots}
    made.add("components", course=course, section=section, component=component, **usual | cells)


def _core(made: University) -> None:
    """Add what each year has: two lectures of 90 minutes on different days, and a lab of two hours by batches."""
    for code, title, department, year in CORE:
        _course(made, code, title, department, 4)
        for letter in COHORTS[year]:
            group = f"{year}-{letter}"
            first = made.teacher(department, 10)
            second = made.teacher(department, 4, but=(first,))
            made.add("sections", course=code, section=letter, faculty=(first,), groups=(group,))
            _class(made, code, letter, "L", 3, meetings_per_week=2, room_kind="lecture", min_days=2)
            batches = (f"{group}-B1", f"{group}-B2")
            teachers = (f"{first}@{batches[0]}", f"{second}@{batches[1]}")
            kind, features = ("lab", ("computers",)) if department == "CSE" else ("workshop", ("benches",))
            own: dict[str, Value] = {"kind": "lab", "batches": batches, "parallel": year[3] == "3"}
            _class(made, code, letter, "P", 4, room_kind=kind, room_features=features, faculty=teachers, **own)


def _special_classes(made: University) -> None:
    """Add what real weeks have beside: patterns of days, combined, team-taught, some weeks only, no room."""
    _course(made, "MA101", "Calculus", "CSE")
    for letter in COHORTS["CSE1"]:
        teacher = made.teacher("CSE", 6)
        made.add("sections", course="MA101", section=letter, faculty=(teacher,), groups=(f"CSE1-{letter}",))
        _class(made, "MA101", letter, "L", 2, days="Mon-Wed-Fri, Tue-Thu", room_kind="lecture")
        tutorials = (f"CSE1-{letter}-T1", f"CSE1-{letter}-T2")
        _class(made, "MA101", letter, "T", 2, kind="tutorial", batches=tutorials, different_days=False)
    _course(made, "EN101", "Writing", "ARC")
    made.add("sections", course="EN101", section="A", faculty=(made.teacher("ARC", 6),), groups=("ARC1-A",))
    _class(made, "EN101", "A", "L", 2, days="3", room_kind="lecture", room_features=("projector",))
    _course(made, "GE101", "History of Technology", "ARC")
    both = ("CSE1-A", "CSE1-B")
    made.add("sections", course="GE101", section="C", faculty=(made.teacher("ARC", 3),), groups=both, expected_size=50)
    _class(made, "GE101", "C", "L", 3, weeks="FIRST", room_kind="lecture")
    _course(made, "CP301", "Capstone Project", "CSE")
    first = made.teacher("CSE", 4)
    team = (first, made.teacher("CSE", 4, but=(first,)), made.teacher("ARC", 4))
    made.add("sections", course="CP301", section="A", faculty=team, groups=("CSE3-A", "ARC3-A"))
    _class(made, "CP301", "A", "S", 2, kind="seminar", meetings_per_week=1)
    _class(made, "CP301", "A", "F", 2, kind="field", needs_room=False, weeks="EVEN", faculty=team[:1])
    _class(made, "CP301", "A", "X", 2, kind="seminar", held=False)
    made.add("sections", course="GE101", section="Z", groups=("CSE3-A",), held=False)


def _baskets(made: University) -> None:
    """Add electives of which each takes one, and minors of which each takes two; some ask for a course."""
    for position, (code, title) in enumerate(ELECTIVES.items()):
        _elective(made, code, title, "CSE" if position % 2 == 0 else "ARC", 3)
    for code, title in MINORS.items():
        _elective(made, code, title, "ARC", 2)
    groups = ("CSE3-A", "ARC3-A")
    electives, minors = (tuple(f"{code}/E" for code in codes) for codes in (ELECTIVES, MINORS))
    made.add("baskets", code="PE3", name="Elective, third year", sections=electives, groups=groups)
    both: dict[str, Value] = {"sections": minors, "groups": groups, "options_each": 2, "different_days": True}
    made.add("baskets", code="MN3", name="Minors, third year", **both)
    third = [*_students_of(made, groups[0]), *_students_of(made, groups[1])]
    for number, student in enumerate(third):
        chosen = [*ELECTIVES][number % 3]
        made.add("enrollments", student=student, course=chosen, section="E")
        for code in [*MINORS][: 2 if number % 2 else 3][-2:]:
            made.add("enrollments", student=student, course=code, section="E")
    made.add("enrollments", student=third[0], course="CS101", section="A", batch="CSE1-A-B1")
    for number, student in enumerate(_students_of(made, "ARC1-A")[:8]):
        own: dict[str, Value] = {"priority": number % 3 + 1, "alternative": "MA101" if number % 2 else None}
        made.add("requests", student=student, course="CS101", **own)


def _students_of(made: University, section: str) -> list[str]:
    """The codes of the students of a section."""
    batches = {f"{section}-B1", f"{section}-B2"}
    return [
        str(row["code"])
        for row in made.tables["students"]
        if isinstance(row["groups"], tuple) and batches & {*row["groups"]}
    ]


def _elective(made: University, code: str, title: str, department: str, slots: int) -> None:
    _course(made, code, title, department)
    made.add("sections", course=code, section="E", faculty=(made.teacher(department, slots * 2),))
    _class(made, code, "E", "L", slots, meetings_per_week=2 if slots == 2 else 1, room_kind="lecture")


def _evening(made: University) -> None:
    """Add a part-time year that has classes of an hour in the evening shift, and cannot come before."""
    group = f"{EVENING_COHORT}-A"
    for number, title in enumerate(("Building Law", "Surveying", "Acoustics"), start=1):
        code = f"EV{number}01"
        _course(made, code, title, "ARC")
        made.add("sections", course=code, section="A", faculty=(made.teacher("ARC", 2),), groups=(group,))
        _class(made, code, "A", "L", 2, room_kind="lecture")
    for slot in made.tables["time_slots"]:
        end, begins = slot["end"], time(*divmod(EVENING[0], 60))
        if slot["shift"] == DAY_SHIFT and isinstance(end, time) and (end <= begins or slot["day"] == 5):
            made.add("availability", slot=slot["code"], group=group, level="unavailable")


def _workshops(made: University) -> None:
    """Add two sections of a course, each for half a section, for every rule between classes, which must keep it."""
    sections = [f"{year}-{letter}" for year, letters in COHORTS.items() for letter in letters]
    groups = [f"{section}-T{part}" for part in (1, 2) for section in sections]
    for number, (rule, shop) in enumerate(any_rule.WORKSHOPS.items()):
        code = any_rule.course_of(rule)
        _course(made, code, shop.title, "CSE" if number % 2 else "ARC", 1)
        for at, section in enumerate(any_rule.SECTIONS):
            teacher = made.teacher("CSE" if (number + at) % 2 else "ARC", 2 * shop.meetings)
            group = groups[(number + (at if shop.apart else 0)) % len(groups)]
            made.add("sections", course=code, section=section, faculty=(teacher,), groups=(group,))
            own: dict[str, Value] = {"kind": "workshop", "meetings_per_week": shop.meetings, "weeks": shop.weeks[at]}
            _class(made, code, section, any_rule.COMPONENT, 2, **own)


def _wishes(made: University) -> None:
    """Who can't, would rather not, or gladly: a teacher, a group, a section; a closed room; pins of each kind."""
    for number, level in enumerate(("unavailable", "avoid", "prefer")):
        for slot in AFTERNOONS[7:10] if level != "prefer" else AFTERNOONS[:3]:
            made.add("availability", slot=slot, faculty=f"CSE-{number + 1:02}", level=level)
            made.add("availability", slot=slot, course=CORE[number][0], section="A", level=level)
    for slot in FRIDAYS[8:]:
        made.add("availability", slot=slot, group="CSE1", level="avoid")
        made.add("availability", slot=slot, room="NH-1", level="unavailable")
    own = {"section": "A", "component": "L"}
    made.add("pins", course="CS101", number=1, slot="MON1", room="NH-1", **own)
    made.add("pins", course="AR101", number=2, room="SH-1", **own)
    batch = "ARC1-A-B1"
    made.add("pins", course="AR101", section="A", component="P", batch=batch, number=1, slot="TUE11")


def _rules(made: University) -> None:
    for name, setting in OWN_TERM.items():
        hard, weight = setting.hard, setting.weight or 1
        numbers: dict[str, Value] = {"amount": any_rule.USUAL.get(name, setting.amount)}
        made.add("rules", code=name, rule=name, hard=hard, weight=None if hard else weight, **numbers)
    for name, amount in any_rule.FURTHER.items():
        made.add("rules", code=name, rule=name, hard=False, weight=1, amount=amount)
    for name in ADDED_RULES:
        _added(made, name)


def _added(made: University, rule: str) -> None:
    """Add a rule about whomever it may be about: hard for a workshop and a teacher or group, else a wish."""
    added = ADDED_RULES[rule]
    if added.classes:
        shop = any_rule.WORKSHOPS[rule]
        classes = tuple(f"{any_rule.course_of(rule)}/{one}/{any_rule.COMPONENT}" for one in any_rule.SECTIONS)
        _rule(made, rule, "workshop", shop.hard, components=classes)
        _rule(made, rule, "lectures", shop.soft, weight=1, components=("CS101/A/L", "CS301/A/L"))
    if added.people:
        use = any_rule.PEOPLE[rule]
        kinds = [kind.value for kind in people_of(rule)]
        if "instructor" in kinds:
            _rule(made, rule, "teacher", use.hard, faculty=(use.teacher,))
        if "group" in kinds:
            alone = "instructor" not in kinds
            _rule(made, rule, "groups", use.hard if alone else use.soft, weight=None if alone else 1, groups=use.groups)
        _rule(made, rule, "everybody", use.soft, weight=1, everybody=True)


def _rule(made: University, rule: str, about: str, numbers: Numbers, weight: int | None = None, **named: Value) -> None:
    added = ADDED_RULES[rule]
    slots = (AFTERNOONS if rule == "interval_days" else FRIDAYS) if added.slots else ()
    rooms = any_rule.HOME_ROOMS if added.rooms else ()
    own: dict[str, Value] = {"amount": numbers[0] if added.amount else None}
    own["second_amount"] = numbers[1] if added.second else None
    code = f"{rule}.{about}"
    made.add(
        "rules", code=code, rule=rule, hard=weight is None, weight=weight, slots=slots, rooms=rooms, **own, **named
    )
