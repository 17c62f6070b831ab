"""Where meetings are held, and the departments that all else belongs to."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from webapp.models import Building, Department, Room
from webapp.services.schema.columns import CODE_LENGTH, Column, Kind, Link, Reach, Table

CODE_HINT = _l("Short and unique: other tables and files refer to it.")
CODES_HINT = _l("Codes, separated by commas.")
ROOM_KINDS, ROOM_FEATURES, CLASS_KINDS = "room_kinds", "room_features", "class_kinds"
"""Vocabularies: the first two rooms share with the classes that need one."""
BETWEEN = sa.literal(" · ")


def code_column(meaning: str, example: str, *, name: str = "code", hint: Any = CODE_HINT) -> Column:
    """The column that names a table's rows."""
    return Column(
        name, Kind.CODE, _l("Code"), meaning, example, required=True, length=CODE_LENGTH, hint=hint, attribute="code"
    )


def link_column(name: str, label: Any, meaning: str, example: str, link: Link, **options: Any) -> Column:
    """A column that names one row of another table by its code."""
    return Column(name, Kind.LINK, label, meaning, example, link=link, length=CODE_LENGTH, **options)


def department_column(meaning: str = "Department.", label: Any = None, **options: Any) -> Column:
    """A link to a department."""
    link = Link("department_id", "departments")
    return link_column("department", label or _l("Department"), meaning, "CSE", link, **{"filtered": True, **options})


def code_words(constraint: str) -> dict[str, tuple[str, Any]]:
    """The words for a code that is used twice."""
    return {constraint: ("code", _l("This code is in use already; codes are unique."))}


DEPARTMENTS = Table(
    name="departments",
    meaning="Departments: they own courses and employ teachers.",
    columns=(
        code_column("Code of the department.", "CSE"),
        Column(
            "name", Kind.TEXT, _l("Name"), "Name of the department.", "Computer Science and Engineering", required=True
        ),
    ),
    key=("code",),
    reach=Reach.ORGANIZATION,
    model=Department,
    title=_l("Departments"),
    singular=_l("Department"),
    lead=_l("A department owns courses, employs teachers and has a head who approves its part of a timetable."),
    caption=Department.code + BETWEEN + Department.name,
    search=(Department.code, Department.name),
    sorts={"code": Department.code, "name": Department.name},
    order=(Department.code,),
    words=code_words("uq_departments_organization_id_code"),
    owned=frozenset({"generation_job_departments"}),
)

BUILDINGS = Table(
    name="buildings",
    meaning="Buildings.",
    columns=(
        code_column("Code of the building.", "SB"),
        Column("name", Kind.TEXT, _l("Name"), "Name of the building.", "Science Block", required=True),
    ),
    key=("code",),
    reach=Reach.ORGANIZATION,
    model=Building,
    title=_l("Buildings"),
    singular=_l("Building"),
    lead=_l("Where rooms are."),
    caption=Building.code + BETWEEN + Building.name,
    search=(Building.code, Building.name),
    sorts={"code": Building.code, "name": Building.name},
    order=(Building.code,),
    words=code_words("uq_buildings_organization_id_code"),
)

ROOMS = Table(
    name="rooms",
    meaning="Rooms.",
    columns=(
        code_column("Code of the room.", "SB-101"),
        Column("name", Kind.TEXT, _l("Name"), "Name of the room.", "Lecture Hall 101", required=True),
        Column("capacity", Kind.WHOLE, _l("Seats"), "Seats.", "70", required=True, least=0, most=100_000),
        Column(
            "kind",
            Kind.TEXT,
            _l("Kind"),
            "Kind of room, such as lecture, lab or seminar.",
            "lecture",
            default="lecture",
            length=64,
            hint=_l("Such as lecture or lab."),
            filtered=True,
            vocabulary=ROOM_KINDS,
        ),
        Column(
            "features",
            Kind.CODES,
            _l("Features"),
            "What is in it.",
            "projector, audio",
            length=CODE_LENGTH,
            hint=_l("Separated by commas: projector, computers."),
            vocabulary=ROOM_FEATURES,
        ),
        link_column("building", _l("Building"), "Building.", "SB", Link("building_id", "buildings"), filtered=True),
        department_column(
            "Home department, for lists and reports.", _l("Home department"), listed=False, filtered=False
        ),
        Column(
            "open",
            Kind.YES_NO,
            _l("Open for classes"),
            "Whether it can be used at all.",
            "yes",
            default=True,
            attribute="is_open",
        ),
    ),
    key=("code",),
    reach=Reach.ORGANIZATION,
    model=Room,
    title=_l("Rooms"),
    singular=_l("Room"),
    lead=_l("A class is put only into an open room of the kind it needs; seats and features are compared too."),
    caption=Room.code + BETWEEN + Room.name,
    search=(Room.code, Room.name, Room.kind),
    sorts={"code": Room.code, "name": Room.name, "capacity": Room.capacity, "kind": Room.kind},
    order=(Room.code,),
    words=code_words("uq_rooms_organization_id_code"),
    owned=frozenset({"availability"}),
)
