"""Small functions that build rows. Each adds to the session, flushes, and returns what it made.

What a test doesn't name is made up: a factory makes the parents it needs, with codes that nobody else
has. Nothing is committed: call `db.session.commit()` where another connection must see it.

    term = factories.term(days=5, slots=6)
    lecture = factories.component(term=term, meetings_per_week=3, faculty=[rao], groups=[cse_a])
    slot = factories.slot(term, day=0, number=2)
"""

from collections.abc import Container, Sequence
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any, TypeVar, cast

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import (
    Availability,
    Basket,
    BasketGroup,
    BasketSection,
    Building,
    BuildingWalk,
    Component,
    ComponentFaculty,
    Course,
    CourseEnrollment,
    CourseRequest,
    Department,
    EntryFaculty,
    Faculty,
    GenerationJob,
    Holiday,
    HolidayDepartment,
    HolidayGroup,
    MakeupDay,
    Organization,
    Pin,
    Role,
    Room,
    Section,
    SectionFaculty,
    Student,
    StudentGroup,
    StudentGroupMember,
    Term,
    TermRule,
    TermWeek,
    TermWeekKind,
    TimeSlot,
    Timetable,
    TimetableEntry,
    User,
    VocabularyWord,
    WeekSet,
    WishLevel,
)
from webapp.services.reference.vocabulary import begin_lists
from webapp.services.terms.selection import data_revision_of

_numbers = count(1)
Row = TypeVar("Row")


class _Everything:
    """Whatever there is."""

    def __contains__(self, key: object) -> bool:
        return True


EVERYTHING: Container[str] = _Everything()
"""To acknowledge all that speaks against publishing, where a test is about something else."""


def _add(row: Row) -> Row:
    db.session.add(row)
    db.session.flush()
    return row


def _code(prefix: str) -> str:
    return f"{prefix}{next(_numbers)}"


def organization(code: str | None = None, **fields: Any) -> Organization:
    """An organisation in Indian time."""
    code = code or _code("ORG")
    made = _add(Organization(**{"code": code, "name": f"University {code}", "timezone": "Asia/Kolkata"} | fields))
    begin_lists(made)
    return made


def words(organization: Organization, vocabulary: str, *listed: str) -> None:
    """Words of a list, which no row says yet."""
    for word in listed:
        _add(VocabularyWord(organization_id=organization.organization_id, vocabulary=vocabulary, word=word))


def department(organization: Organization | None = None, code: str | None = None, **fields: Any) -> Department:
    """A department."""
    code = code or _code("DEP")
    owner = organization or _organization()
    return _add(
        Department(**{"organization_id": owner.organization_id, "code": code, "name": f"Department {code}"} | fields)
    )


def _organization() -> Organization:
    return organization()


def term(
    organization: Organization | None = None,
    *,
    academic_year: str = "2024-25",
    semester: int = 1,
    days: int = 5,
    slots: int = 6,
    **fields: Any,
) -> Term:
    """A term with ``days`` by ``slots`` one-hour slots from 08:00, coded D1P1 and so on, without breaks.

    Semesters of one year follow each other without overlap, four months each.
    """
    owner = organization or _organization()
    starts = date(int(academic_year[:4]), 1, 1) + timedelta(days=120 * (semester - 1))
    made = _add(
        Term(
            **{
                "organization_id": owner.organization_id,
                "academic_year": academic_year,
                "semester": semester,
                "name": f"Semester {semester}, {academic_year}",
                "starts_on": starts,
                "ends_on": starts + timedelta(days=111),
                "weeks": 16,
            }
            | fields
        )
    )
    time_slots(made, days=days, slots=slots)
    return made


def time_slots(
    term: Term, *, days: int = 5, slots: int = 6, shift: str = "", first_hour: int = 8, minutes: int = 60
) -> list[TimeSlot]:
    """A grid of slots, one after another without breaks."""
    rows = []
    for day in range(days):
        for number in range(slots):
            begins = datetime.combine(date.min, time(first_hour)) + timedelta(minutes=minutes * number)
            rows.append(
                TimeSlot(
                    term_id=term.term_id,
                    code=f"{shift}D{day + 1}P{number + 1}",
                    label=f"Period {number + 1}",
                    shift=shift,
                    day=day,
                    start_time=begins.time(),
                    end_time=(begins + timedelta(minutes=minutes)).time(),
                )
            )
    db.session.add_all(rows)
    db.session.flush()
    return rows


def slot(term: Term, day: int = 0, number: int = 0, shift: str = "") -> TimeSlot:
    """The slot with that number (from 0) of a day."""
    query = sa.select(TimeSlot).filter_by(term_id=term.term_id, day=day, shift=shift).order_by(TimeSlot.start_time)
    return db.session.scalars(query).all()[number]


def week_set(term: Term, code: str = "ODD", weeks: Sequence[int] = (1, 3, 5, 7, 9, 11, 13, 15)) -> WeekSet:
    """A set of weeks, odd ones unless told."""
    return _add(WeekSet(term_id=term.term_id, code=code, name=f"{code} weeks", weeks=frozenset(weeks)))


def term_week(term: Term, monday: date, kind: TermWeekKind = TermWeekKind.EXAM, **fields: Any) -> TermWeek:
    """A week that is no ordinary teaching week."""
    return _add(TermWeek(term_id=term.term_id, monday=monday, kind=kind, **fields))


def holiday(
    term: Term,
    first_day: date,
    last_day: date | None = None,
    *,
    departments: Sequence[Department] = (),
    groups: Sequence[StudentGroup] = (),
    **fields: Any,
) -> Holiday:
    """Days off: of everybody, unless departments, programmes or groups are named."""
    named = {"name": "Founders' Day"} | fields
    made = _add(Holiday(term_id=term.term_id, first_day=first_day, last_day=last_day, **named))
    for department in departments:
        _add(HolidayDepartment(holiday_id=made.holiday_id, department_id=department.department_id))
    for group in groups:
        _add(HolidayGroup(holiday_id=made.holiday_id, student_group_id=group.student_group_id))
    return made


def makeup_day(term: Term, held_on: date, follows: int, **fields: Any) -> MakeupDay:
    """A date on which the classes of another day of the week are held."""
    return _add(MakeupDay(term_id=term.term_id, held_on=held_on, follows=follows, **fields))


def building(organization: Organization | None = None, code: str | None = None, **fields: Any) -> Building:
    """A building."""
    code = code or _code("B")
    owner = organization or _organization()
    return _add(
        Building(**{"organization_id": owner.organization_id, "code": code, "name": f"Building {code}"} | fields)
    )


def walk(one: Building, other: Building, minutes: int) -> BuildingWalk:
    """The minutes between two buildings."""
    keys = {"from_building_id": one.building_id, "to_building_id": other.building_id}
    return _add(BuildingWalk(organization_id=one.organization_id, minutes=minutes, **keys))


def room(
    organization: Organization | None = None, code: str | None = None, *, capacity: int = 60, **fields: Any
) -> Room:
    """A lecture room of 60 seats."""
    code = code or _code("R")
    owner = organization or _organization()
    return _add(
        Room(
            **{
                "organization_id": owner.organization_id,
                "code": code,
                "name": f"Room {code}",
                "capacity": capacity,
                "kind": "lecture",
            }
            | fields
        )
    )


def faculty(department: Department | None = None, code: str | None = None, **fields: Any) -> Faculty:
    """A teacher of a department."""
    code = code or _code("F")
    home = department or _department()
    return _add(
        Faculty(
            **{
                "organization_id": home.organization_id,
                "department_id": home.department_id,
                "code": code,
                "name": f"Dr {code}",
            }
            | fields
        )
    )


def _department() -> Department:
    return department()


def student(
    organization: Organization | None = None,
    code: str | None = None,
    *,
    groups: Sequence[StudentGroup] = (),
    **fields: Any,
) -> Student:
    """A student, a member of the groups."""
    code = code or _code("S")
    if organization is None and groups:
        home = cast(Term, db.session.get(Term, groups[0].term_id)).organization_id
    else:
        home = (organization or _organization()).organization_id
    made = _add(Student(**{"organization_id": home, "code": code, "name": f"Student {code}"} | fields))
    for group in groups:
        member(made, group)
    return made


def member(student: Student, group: StudentGroup) -> StudentGroupMember:
    """A student's place in a group."""
    return _add(StudentGroupMember(student_id=student.student_id, student_group_id=group.student_group_id))


def group(
    term: Term,
    code: str | None = None,
    *,
    parent: StudentGroup | None = None,
    split: str = "",
    size: int = 30,
    **fields: Any,
) -> StudentGroup:
    """A group of a term, below ``parent`` as a part of its ``split``."""
    code = code or _code("G")
    return _add(
        StudentGroup(
            **{
                "term_id": term.term_id,
                "parent_id": parent.student_group_id if parent else None,
                "code": code,
                "name": f"Group {code}",
                "split": split,
                "size": size,
            }
            | fields
        )
    )


def course(department: Department | None = None, code: str | None = None, **fields: Any) -> Course:
    """A course of a department."""
    code = code or _code("C")
    home = department or _department()
    return _add(
        Course(
            **{
                "organization_id": home.organization_id,
                "department_id": home.department_id,
                "code": code,
                "title": f"Course {code}",
            }
            | fields
        )
    )


def section(
    term: Term,
    course: Course | None = None,
    code: str = "A",
    *,
    faculty: Sequence[Faculty] = (),
    groups: Sequence[StudentGroup] = (),
    **fields: Any,
) -> Section:
    """A section with its teachers, first one first, and the groups that attend it."""
    taught = course or _course_of(term)
    made = Section(
        **{"term_id": term.term_id, "course_id": taught.course_id, "code": code, "expected_size": 30} | fields
    )
    made.teachers = [SectionFaculty(faculty_id=f.faculty_id, position=i) for i, f in enumerate(faculty)]
    made.groups = list(groups)
    return _add(made)


def _course_of(term: Term) -> Course:
    return course(department(cast(Organization, db.session.get(Organization, term.organization_id))))


def component(
    section: Section | None = None,
    code: str = "L",
    *,
    term: Term | None = None,
    meetings_per_week: int = 3,
    faculty: Sequence[Faculty] = (),
    groups: Sequence[StudentGroup] = (),
    batches: Sequence[StudentGroup] = (),
    **fields: Any,
) -> Component:
    """A component of a section; without a section, of one made for it in ``term``.

    ``faculty`` and ``groups`` are the new section's; a given section keeps its own.
    """
    if section is None:
        section = _section(term or _term(), faculty, groups)
    made = Component(
        **{
            "section_id": section.section_id,
            "code": code,
            "kind": "lecture",
            "meetings_per_week": meetings_per_week,
            "slots_per_meeting": 1,
        }
        | fields
    )
    made.batches = list(batches)
    return _add(made)


def _section(term: Term, faculty: Sequence[Faculty], groups: Sequence[StudentGroup]) -> Section:
    return section(term, faculty=faculty, groups=groups)


def _term() -> Term:
    return term()


def component_faculty(
    component: Component, faculty: Faculty, *, batch: StudentGroup | None = None, position: int = 0
) -> ComponentFaculty:
    """A teacher of a component instead of the section's, of one batch where it is named."""
    return _add(
        ComponentFaculty(
            component_id=component.component_id,
            faculty_id=faculty.faculty_id,
            student_group_id=batch.student_group_id if batch else None,
            position=position,
        )
    )


def basket(
    term: Term,
    code: str | None = None,
    *,
    options: Sequence[Section] = (),
    groups: Sequence[StudentGroup] = (),
    **fields: Any,
) -> Basket:
    """An elective basket of these sections, for these groups."""
    code = code or _code("BASKET")
    made = _add(Basket(**{"term_id": term.term_id, "code": code, "name": f"Elective {code}"} | fields))
    for section in options:
        _add(BasketSection(basket_id=made.basket_id, section_id=section.section_id))
    for group in groups:
        _add(BasketGroup(basket_id=made.basket_id, student_group_id=group.student_group_id))
    return made


def enrollment(student: Student, section: Section, *, batch: StudentGroup | None = None) -> CourseEnrollment:
    """A student's own choice of a section."""
    return _add(
        CourseEnrollment(
            student_id=student.student_id,
            section_id=section.section_id,
            student_group_id=batch.student_group_id if batch else None,
        )
    )


def course_request(term: Term, student: Student, course: Course, priority: int = 1, **fields: Any) -> CourseRequest:
    """A student asks for a course."""
    whose = {"term_id": term.term_id, "student_id": student.student_id, "course_id": course.course_id}
    return _add(CourseRequest(**whose, priority=priority, **fields))


def availability(slot: TimeSlot, level: WishLevel = WishLevel.UNAVAILABLE, **whose: Any) -> Availability:
    """A wish at a slot: name whose it is by ``faculty_id``, ``room_id``, ``student_group_id`` or ``section_id``."""
    return _add(Availability(time_slot_id=slot.time_slot_id, level=level, **whose))


def pin(component: Component, slot: TimeSlot | None = None, room: Room | None = None, **fields: Any) -> Pin:
    """A meeting that must stand at a slot, in a room, or both."""
    return _add(
        Pin(
            component_id=component.component_id,
            time_slot_id=slot.time_slot_id if slot else None,
            room_id=room.room_id if room else None,
            **fields,
        )
    )


def rule(term: Term, rule: str, *, weight: int | None = None, **fields: Any) -> TermRule:
    """A rule of a term: soft where it has a weight, else hard."""
    return _add(
        TermRule(
            **{"term_id": term.term_id, "code": rule, "rule": rule, "is_hard": weight is None} | fields, weight=weight
        )
    )


def user(organization: Organization | None = None, role: Role = Role.REGISTRAR, *more: Role, **fields: Any) -> User:
    """A user of one role or several, with the department, teacher or student that each role needs.

    No password is set: tests that sign in make their user through `accounts.users.create_user`.
    """
    owner, roles = organization or _organization(), {role, *more}
    links: dict[str, int] = {}
    if Role.HOD in roles and "department_id" not in fields:
        links["department_id"] = department(owner).department_id
    if Role.FACULTY in roles and "faculty_id" not in fields:
        links["faculty_id"] = faculty(department(owner)).faculty_id
    if Role.STUDENT in roles and "student_id" not in fields:
        links["student_id"] = student(owner).student_id
    code = _code(role.value)
    made = {"organization_id": owner.organization_id, "email": f"{code}@example.edu", "name": code.title()}
    return _add(User(**made | {"roles": frozenset(roles)} | links | fields))


def job(term: Term, **fields: Any) -> GenerationJob:
    """A queued generation of a term."""
    return _add(
        GenerationJob(
            **{
                "job_id": f"tt_{next(_numbers):012x}",
                "organization_id": term.organization_id,
                "term_id": term.term_id,
                "semester": term.semester,
                "academic_year": term.academic_year,
                "seconds": 10,
                "data_revision": data_revision_of(term.term_id),
            }
            | fields
        )
    )


def timetable(term: Term, **fields: Any) -> Timetable:
    """A draft without entries."""
    made = {"organization_id": term.organization_id, "term_id": term.term_id, "variant_name": _code("Draft ")}
    return _add(Timetable(**made | fields))


def entry(
    timetable: Timetable,
    component: Component,
    slot: TimeSlot | None,
    room: Room | None = None,
    *,
    ordinal: int = 1,
    faculty: Sequence[Faculty] | None = None,
    groups: Sequence[StudentGroup] | None = None,
    **fields: Any,
) -> TimetableEntry:
    """An entry of one slot (give ``end_time`` for longer ones), without claims; unplaced without a slot.

    Teachers and groups are the section's unless told.
    """
    owner = cast(Section, db.session.get(Section, component.section_id))
    teachers = [t.faculty_id for t in owner.teachers] if faculty is None else [f.faculty_id for f in faculty]
    when = (
        {
            "time_slot_id": slot.time_slot_id,
            "day": slot.day,
            "start_time": slot.start_time,
            "end_time": slot.end_time,
        }
        if slot
        else {"unplaced_reason": {"code": "text", "values": {"text": "No room is free."}}}
    )
    made = TimetableEntry(
        **{
            "timetable_id": timetable.timetable_id,
            "course_id": owner.course_id,
            "section_id": owner.section_id,
            "component_id": component.component_id,
            "ordinal": ordinal,
            "faculty_id": teachers[0] if teachers else None,
            "room_id": room.room_id if room else None,
        }
        | when
        | fields
    )
    made.teachers = [EntryFaculty(faculty_id=key, position=i) for i, key in enumerate(teachers)]
    made.groups = list(owner.groups if groups is None else groups)
    return _add(made)
