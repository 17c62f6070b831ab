"""The one small university of the tests, a part at a time: its rows, its accounts, a timetable, what is published.

Two departments. CSE: Dr Rao teaches Algorithms to section A and, with Dr Iyer, a lab to batches A1 and A2. MAT: Dr Sen
teaches Calculus to section A, and Logic to whoever enrols. Section B has Algorithms from Dr Iyer.

    uni = university()
    draft = uni.timetable()

Beside it, `adjustable` is a smaller term whose every place is known, and `large_term` one to measure with.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tests import factories
from webapp.engine.instance import UNPLACED, Placement
from webapp.engine.solution import Solution
from webapp.extensions import db
from webapp.models import (
    Department,
    Faculty,
    Organization,
    Role,
    Room,
    Section,
    SectionFaculty,
    Student,
    StudentGroup,
    Term,
    TimeSlot,
    Timetable,
    TimetableEntry,
    User,
    WishLevel,
)
from webapp.services.accounts.passwords import hash_password
from webapp.services.imports import exports
from webapp.services.problem.solutions import TimetableFacts, store_timetable
from webapp.services.problem.term_problem import TermProblem, build_problem
from webapp.services.shared.rule_defaults import default_rules
from webapp.services.timetables import publishing

PASSWORD = "warp-and-weft-7"
DAYS, SLOTS = 5, 6


@dataclass
class University:
    """Rows by the names that the tests speak of."""

    organization: Organization
    term: Term
    registrar: User
    cse: Department
    mat: Department
    rao: Faculty
    iyer: Faculty
    sen: Faculty
    year: StudentGroup
    section_a: StudentGroup
    section_b: StudentGroup
    a1: StudentGroup
    a2: StudentGroup
    algorithms: Section
    lab: Section
    logic: Section
    hall: Room
    published: Timetable | None = None

    @property
    def timetable_id(self) -> int:
        """The key of what is published."""
        assert self.published is not None
        return self.published.timetable_id

    def problem(self) -> TermProblem:
        """The term as an instance."""
        return build_problem(self.term)

    def timetable(self, name: str = "Balanced", unplaced: int = 0, shift: int = 0) -> Timetable:
        """Store a draft in which the classes follow each other day by day; the last ones have no place."""
        problem = self.problem()
        number = len(problem.rows)
        placements = [
            Placement(meeting.times[(7 * index + shift) % len(meeting.times)].time, meeting.rooms[0].room)
            for index, meeting in enumerate(problem.instance.meetings)
        ]
        return _stored(problem, placements[: number - unplaced] + [UNPLACED] * unplaced, TimetableFacts(name))


def university(say: str = "{}", organization: Organization | None = None, **term: Any) -> University:
    """Make it all and commit; ``say`` is put around every name that a user may write, ``term`` goes to the factory."""
    named = say.format
    owner = organization or factories.organization(name=named("Tiny University"))
    here = factories.term(owner, **{"academic_year": "2024-25", "semester": 3, "days": DAYS, "slots": SLOTS} | term)
    db.session.add_all(default_rules(here.term_id))
    cse = factories.department(owner, "CSE", name=named("Computing"))
    mat = factories.department(owner, "MAT", name=named("Maths"))
    rao = factories.faculty(cse, "RAO", name=named("Dr Rao"))
    iyer = factories.faculty(cse, "IYER", name=named("Dr Iyer"))
    sen = factories.faculty(mat, "SEN", name=named("Dr Sen"))

    def group(code: str, parent: StudentGroup | None = None, split: str = "", size: int = 30) -> StudentGroup:
        fields = {"name": named(f"Group {code}"), "department_id": cse.department_id}
        return factories.group(here, code, parent=parent, split=split, size=size, **fields)

    def section(course: Any, *faculty: Faculty, letter: str = "A", groups: Any = (), **component: Any) -> Section:
        made = factories.section(here, course, letter, faculty=faculty, groups=groups)
        factories.component(made, meetings_per_week=1, **component)
        return made

    year = group("Y1", size=0)
    section_a, section_b = group("A", year, "section"), group("B", year, "section")
    a1, a2 = group("A1", section_a, "lab"), group("A2", section_a, "lab")
    hall = factories.room(owner, "HALL", name=named("Room HALL"))
    theory = factories.course(cse, "CSE301", title=named("Algorithms"))
    calculus = factories.course(mat, "MAT101", title=named("Calculus"))
    logic_course = factories.course(mat, "MAT205", title=named("Logic"))
    algorithms = section(theory, rao, groups=[section_a])
    practical = factories.course(cse, "CSE391", title=named("Algorithms lab"))
    lab = section(practical, rao, iyer, code="P", kind="practical", batches=[a1, a2])
    section(theory, iyer, letter="B", groups=[section_b])
    section(calculus, sen, groups=[section_a])
    logic = section(logic_course, sen)
    registrar = factories.user(owner, Role.REGISTRAR, name=named("Rita Registrar"))
    db.session.commit()
    people = (registrar, cse, mat, rao, iyer, sen, year, section_a, section_b, a1, a2)
    return University(owner, here, *people, algorithms, lab, logic, hall)


def email(role: Role | str, domain: str = "tiny.example") -> str:
    """The address of the account of a role."""
    return f"{Role(role).value}@{domain}"


def account(organization: Organization, role: Role, name: str, **link: int) -> User:
    """An account that can sign in, with `email` and `PASSWORD`."""
    return factories.user(organization, role, email=email(role), name=name, password_hash=_hash(), **link)


@functools.cache
def _hash() -> str:
    """Made slow on purpose, so made once."""
    return hash_password(PASSWORD)


def add_students(uni: University) -> None:
    """One in each batch, and one who chose Logic and nothing else."""
    for code, name, groups in (("S1", "Asha Nair", [uni.a1]), ("S2", "Ravi Iyer", [uni.a2]), ("S3", "Nisha Paul", [])):
        student = factories.student(uni.organization, code, name=name, groups=groups)
    factories.enrollment(student, uni.logic)
    db.session.commit()


def add_accounts(organization: Organization) -> dict[Role, User]:
    """Accounts of the head of CSE, of Dr Rao and of Asha Nair, found by their codes; by role."""

    def coded(model: Any, code: str) -> Any:
        return db.session.scalars(
            sa.select(model).filter_by(organization_id=organization.organization_id, code=code)
        ).one()

    head, teacher, student = coded(Department, "CSE"), coded(Faculty, "RAO"), coded(Student, "S1")
    made = {
        Role.HOD: account(organization, Role.HOD, "Hema Head", department_id=head.department_id),
        Role.FACULTY: account(organization, Role.FACULTY, teacher.name, faculty_id=teacher.faculty_id),
        Role.STUDENT: account(organization, Role.STUDENT, student.name, student_id=student.student_id),
    }
    db.session.commit()
    return made


def empty_university() -> Organization:
    """An organisation without data and its registrar."""
    made = factories.organization("TINY", name="Tiny University")
    account(made, Role.REGISTRAR, "Rita Registrar")
    db.session.commit()
    return made


def published_university() -> University:
    """The whole of it, published, with students and an account of every role."""
    uni = university(organization=factories.organization("TINY", name="Tiny University"))
    add_students(uni)
    uni.registrar.email, uni.registrar.password_hash = email(Role.REGISTRAR), _hash()
    add_accounts(uni.organization)
    uni.published = uni.timetable()
    publishing.publish(None, uni.published, factories.EVERYTHING)
    db.session.commit()
    return uni


def workbook() -> bytes:
    """The university as a registrar's workbook; the one that it is written from belongs to another organisation."""
    uni = university()
    add_students(uni)
    return exports.export_workbook(uni.organization, uni.term)


@dataclass
class Case:
    """Two sections (two lectures each) of two groups, a lab of two slots; three days of four slots; three rooms.

    Algebra A (Dr Rao, CSE-A) stands on Monday in the first two slots, Botany A (Dr Sen, CSE-B) beside it; the lab
    (Dr Sen, CSE-A) on Tuesday in the first two. Dr Rao is away on Wednesday in the first slot.
    """

    user: User
    term: Term
    timetable: Timetable
    rooms: list[Room]

    def entry(self, code: str, ordinal: int = 1) -> TimetableEntry:
        """The entry of a course and number, read anew."""
        db.session.expire_all()
        query = sa.select(TimetableEntry).filter_by(timetable_id=self.timetable.timetable_id, ordinal=ordinal)
        entries = db.session.scalars(query.join(TimetableEntry.course)).all()
        return next(entry for entry in entries if entry.course.code == code)

    def slot(self, day: int, number: int) -> TimeSlot:
        """A slot by day and number, both from 0."""
        return factories.slot(self.term, day, number)

    def place(self, code: str, ordinal: int = 1) -> tuple[int | None, int | None, str | None]:
        """Day, number of the slot and room of an entry."""
        entry = self.entry(code, ordinal)
        if entry.start_time is None:
            return None, None, None
        return entry.day, entry.start_time.hour - 8, entry.room.code if entry.room else None


PLACES = {
    "ALG A, L 1": (0, 0, "LH-1"),
    "ALG A, L 2": (0, 1, "LH-1"),
    "BOT A, L 1": (0, 0, "LH-2"),
    "BOT A, L 2": (0, 1, "LH-2"),
    "LAB A, P 1": (1, 0, "LH-1"),
}


def adjustable(**facts: Any) -> Case:
    """The case, committed."""
    user = factories.user(name="Meera Joshi")
    org = user.organization
    term = factories.term(org, days=3, slots=4)
    db.session.add_all(default_rules(term.term_id))
    dept = factories.department(org, "CSE")
    rao, sen = factories.faculty(dept, name="Dr Rao"), factories.faculty(dept, name="Dr Sen")
    one, two = factories.group(term, "CSE-A"), factories.group(term, "CSE-B")
    rooms = [factories.room(org, code, capacity=seats) for code, seats in (("LH-1", 60), ("LH-2", 40), ("SMALL", 10))]
    for code, teacher, group in (("ALG", rao, one), ("BOT", sen, two)):
        course = factories.course(dept, code, title=f"{code} in full")
        section = factories.section(term, course, faculty=[teacher], groups=[group])
        factories.component(section, meetings_per_week=2, different_days=False)
    lab = factories.section(term, factories.course(dept, "LAB"), faculty=[sen], groups=[one])
    factories.component(lab, "P", kind="practical", meetings_per_week=1, slots_per_meeting=2)
    factories.availability(factories.slot(term, 2, 0), WishLevel.UNAVAILABLE, faculty_id=rao.faculty_id)
    problem = build_problem(term)
    codes = [room.code for room in problem.instance.rooms]
    placements = []
    for row in problem.rows:
        day, number, room = PLACES[row.label]
        slot = factories.slot(term, day, number).time_slot_id
        moment = problem.calendar.time_from(slot, row.slots, problem.calendar.weeks_mask(row.weeks))
        placements.append(Placement(moment, codes.index(room)))
    return Case(user, term, _stored(problem, placements, TimetableFacts("Hand-made", **facts)), rooms)


def _stored(problem: TermProblem, placements: Sequence[Placement], facts: TimetableFacts) -> Timetable:
    key = store_timetable(problem, Solution(tuple(placements)), facts)
    db.session.commit()
    return db.session.get_one(Timetable, key)


def large_term(classes: int = 1500, days: int = 6, slots: int = 8) -> Term:
    """So many classes a week: sections of 24 classes in six courses each, six teachers, labs in batches, wishes."""
    owner = factories.organization()
    term = factories.term(owner, days=days, slots=slots)
    db.session.add_all(default_rules(term.term_id))
    home = factories.department(owner)
    grid = [factories.slot(term, day, number) for day in range(days) for number in range(slots)]
    for number in range(60):
        factories.room(owner, f"LH{number}", capacity=60 + number)
    for number in range(20):
        factories.room(owner, f"LAB{number}", capacity=40, kind="lab")
    for group_number in range(classes // 25):
        group = factories.group(term, f"S{group_number}", size=50)
        batches = [factories.group(term, f"S{group_number}{b}", parent=group, split="lab", size=25) for b in "XY"]
        factories.student(groups=[group])
        for number in range(6):
            teacher = factories.faculty(home, max_slots_week=16)
            factories.availability(grid[(group_number + number) % len(grid)], faculty_id=teacher.faculty_id)
            factories.availability(
                grid[(group_number + number + 7) % len(grid)], WishLevel.AVOID, faculty_id=teacher.faculty_id
            )
            section = factories.section(term, factories.course(home), f"{group_number}", groups=[group])
            section.teachers = [SectionFaculty(faculty_id=teacher.faculty_id)]
            factories.component(section, "L", meetings_per_week=3)
            if number < 3:
                lab = factories.component(section, "P", meetings_per_week=1, slots_per_meeting=2, room_kind="lab")
                lab.batches = batches
    for _number in range(classes % 25):
        factories.component(term=term, meetings_per_week=1)
    db.session.flush()
    return term
