"""The tables that an organisation keeps from term to term."""

import re
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from webapp.extensions import Model, db
from webapp.models import Building, Course, Department, Faculty, Room, Student, Term
from webapp.services.schema.descriptors import Errors, Field, Kind, Scope, Table, Values
from webapp.services.shared.rule_defaults import default_rules
from webapp.services.shared.words import _

CODE_LENGTH = 64
CODE_HINT = _l("Short and unique: other tables and files refer to it.")


def code_field(**options: Any) -> Field:
    """The field that every table with a code has."""
    return Field("code", _l("Code"), required=True, length=CODE_LENGTH, hint=options.pop("hint", CODE_HINT), **options)


def department_field(required: bool = False, filtered: bool = True) -> Field:
    """A reference to a department."""
    return Field(
        "department_id", _l("Department"), Kind.REFERENCE, required=required, table="departments", filtered=filtered
    )


def code_words(constraint: str) -> dict[str, tuple[str, Any]]:
    """What to say when a code is used twice."""
    return {constraint: ("code", _l("This code is in use already; codes are unique."))}


def _name(model: Any) -> Any:
    return model.code + sa.literal(" · ") + model.name


DEPARTMENTS = Table(
    key="departments",
    model=Department,
    title=_l("Departments"),
    singular=_l("Department"),
    lead=_l("A department owns courses, employs teachers and has a head who approves its part of a timetable."),
    fields=(code_field(), Field("name", _l("Name"), required=True)),
    label=_name(Department),
    owner=Department.organization_id,
    search=(Department.code, Department.name),
    sorts={"code": Department.code, "name": Department.name},
    order=(Department.code,),
    words=code_words("uq_departments_organization_id_code"),
)

BUILDINGS = Table(
    key="buildings",
    model=Building,
    title=_l("Buildings"),
    singular=_l("Building"),
    lead=_l("Where rooms are."),
    fields=(code_field(), Field("name", _l("Name"), required=True)),
    label=_name(Building),
    owner=Building.organization_id,
    search=(Building.code, Building.name),
    sorts={"code": Building.code, "name": Building.name},
    order=(Building.code,),
    words=code_words("uq_buildings_organization_id_code"),
)

ROOMS = Table(
    key="rooms",
    model=Room,
    title=_l("Rooms"),
    singular=_l("Room"),
    lead=_l("A class is put only into an open room of the kind it needs; seats and features are compared too."),
    fields=(
        code_field(),
        Field("name", _l("Name"), required=True),
        Field("capacity", _l("Seats"), Kind.WHOLE, required=True, least=0, most=100_000),
        Field("kind", _l("Kind"), length=64, default="lecture", hint=_l("Such as lecture or lab."), filtered=True),
        Field("features", _l("Features"), Kind.CODES, hint=_l("Separated by commas: projector, computers.")),
        Field("building_id", _l("Building"), Kind.REFERENCE, table="buildings", filtered=True),
        Field("department_id", _l("Home department"), Kind.REFERENCE, table="departments", listed=False),
        Field("is_open", _l("Open for classes"), Kind.YES_NO, default=True),
    ),
    label=_name(Room),
    owner=Room.organization_id,
    search=(Room.code, Room.name, Room.kind),
    sorts={"code": Room.code, "name": Room.name, "capacity": Room.capacity, "kind": Room.kind},
    order=(Room.code,),
    words=code_words("uq_rooms_organization_id_code"),
    owned=frozenset({"availability"}),
)


def check_term(_scope: Scope, _row: Model | None, values: Values) -> Errors:
    """An academic year is two years in a row, and a term ends after it starts."""
    errors: Errors = {}
    year = str(values.get("academic_year") or "")
    found = re.fullmatch(r"(\d{4})-(\d{2})", year, re.ASCII)
    if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
        errors["academic_year"] = _("“%(year)s” is not an academic year such as 2024-25.", year=year)
    if values.get("starts_on") and values.get("ends_on") and values["ends_on"] <= values["starts_on"]:
        errors["ends_on"] = _("The term must end after %(day)s, when it starts.", day=values["starts_on"].isoformat())
    return errors


def add_term_defaults(_scope: Scope, term: Any) -> None:
    """Give a new term the rules that every term starts with."""
    db.session.add_all(default_rules(term.term_id))


TERMS = Table(
    key="terms",
    model=Term,
    title=_l("Terms"),
    singular=_l("Term"),
    lead=_l("A term holds all programmes taught in its dates; the dates of two terms can't overlap."),
    fields=(
        Field("name", _l("Name"), required=True),
        Field("academic_year", _l("Academic year"), required=True, length=9, hint=_l("Such as 2024-25.")),
        Field(
            "semester",
            _l("Semester"),
            Kind.WHOLE,
            required=True,
            least=1,
            most=99,
            hint=_l("Which term of the year it is: 1, 2, 3."),
        ),
        Field("starts_on", _l("First day"), Kind.DATE, required=True),
        Field("ends_on", _l("Last day"), Kind.DATE, required=True),
        Field("weeks", _l("Teaching weeks"), Kind.WHOLE, required=True, least=1, most=60, default=16),
        Field(
            "break_minutes",
            _l("Longest break within a double period, minutes"),
            Kind.WHOLE,
            required=True,
            least=0,
            most=240,
            default=15,
            hint=_l("Slots with a longer break between them never form a double period."),
            listed=False,
        ),
    ),
    label=Term.academic_year + sa.literal(" · ") + sa.cast(Term.semester, sa.String) + sa.literal(" · ") + Term.name,
    owner=Term.organization_id,
    search=(Term.name, Term.academic_year),
    sorts={"name": Term.name, "academic_year": Term.academic_year, "starts_on": Term.starts_on},
    order=(Term.starts_on.desc(),),
    words={
        "uq_terms_organization_id_academic_year_semester": (
            "semester",
            _l("This academic year has a semester of that number already."),
        ),
        "ex_terms_dates_do_not_overlap": ("starts_on", _l("The dates overlap with those of another term.")),
        "ck_terms_break_not_negative": ("break_minutes", _l("At least 0.")),
        "ck_terms_ends_after_start": ("ends_on", _l("The term must end after it starts.")),
    },
    owned=frozenset({"term_rules"}),
    check=check_term,
    after_create=add_term_defaults,
)

FACULTY = Table(
    key="faculty",
    model=Faculty,
    title=_l("Teachers"),
    singular=_l("Teacher"),
    lead=_l("Faculty with the load that may be asked of them, in slots; an empty limit is no limit."),
    fields=(
        code_field(),
        Field("name", _l("Name"), required=True),
        department_field(required=True),
        Field("email", _l("E-mail"), Kind.EMAIL, length=254),
        Field("rank", _l("Rank"), length=64, filtered=True),
        Field("max_slots_day", _l("Most slots a day"), Kind.WHOLE, least=0, most=24),
        Field("max_slots_week", _l("Most slots a week"), Kind.WHOLE, least=0, most=168),
        Field("leaves_per_month", _l("Leaves a month, on average"), Kind.DECIMAL, least=0, most=31, listed=False),
    ),
    label=_name(Faculty),
    owner=Faculty.organization_id,
    search=(Faculty.code, Faculty.name, Faculty.email),
    sorts={"code": Faculty.code, "name": Faculty.name, "rank": Faculty.rank, "max_slots_week": Faculty.max_slots_week},
    order=(Faculty.code,),
    words=code_words("uq_faculty_organization_id_code"),
    owned=frozenset({"availability"}),
)

STUDENTS = Table(
    key="students",
    model=Student,
    title=_l("Students"),
    singular=_l("Student"),
    lead=_l("Groups and enrolments say what a student attends in a term."),
    fields=(
        code_field(hint=_l("The roll number, say.")),
        Field("name", _l("Name"), required=True),
        department_field(),
        Field("email", _l("E-mail"), Kind.EMAIL, length=254),
    ),
    label=_name(Student),
    owner=Student.organization_id,
    search=(Student.code, Student.name, Student.email),
    sorts={"code": Student.code, "name": Student.name},
    order=(Student.code,),
    words=code_words("uq_students_organization_id_code"),
)

COURSES = Table(
    key="courses",
    model=Course,
    title=_l("Courses"),
    singular=_l("Course"),
    lead=_l("A course belongs to a department; its sections in a term are what is timetabled."),
    fields=(
        code_field(),
        Field("title", _l("Title"), required=True),
        department_field(required=True),
        Field("credits", _l("Credits"), Kind.DECIMAL, least=0, most=100, default=0),
    ),
    label=Course.code + sa.literal(" · ") + Course.title,
    owner=Course.organization_id,
    search=(Course.code, Course.title),
    sorts={"code": Course.code, "title": Course.title, "credits": Course.credits},
    order=(Course.code,),
    words=code_words("uq_courses_organization_id_code"),
)
