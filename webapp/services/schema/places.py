"""Where meetings are held, and the departments that all else belongs to."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from webapp.models import Building, BuildingWalk, Department, Room
from webapp.services.schema.columns import CODE_LENGTH, Column, Kind, Link, Reach, Table
from webapp.services.schema.row_checks import walks_between_two_buildings

CODE_HINT = _l("Short and unique: other tables and files refer to it.")
CODES_HINT = _l("Codes, separated by commas.")
ROOM_KINDS, ROOM_FEATURES, CLASS_KINDS = "room_kinds", "room_features", "class_kinds"
"""Vocabularies: the first two rooms share with the classes that need one."""
BETWEEN = sa.literal(" · ")
WALK_MINUTES_MAX = 600


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
    owned=frozenset({"building_walks"}),
)

WALK_FROM, WALK_TO = (
    sa.select(Building.code).where(Building.building_id == key).correlate(BuildingWalk).scalar_subquery()
    for key in (BuildingWalk.from_building_id, BuildingWalk.to_building_id)
)
WALKS = Table(
    name="walks",
    meaning="Minutes between buildings. One row says them for both directions, unless the way back has a row of its "
    "own; then the longer of the two counts.",
    columns=(
        link_column(
            "from",
            _l("From"),
            "Building.",
            "SB",
            Link("from_building_id", "buildings"),
            required=True,
        ),
        link_column(
            "to",
            _l("To"),
            "Another building.",
            "LB",
            Link("to_building_id", "buildings"),
            required=True,
        ),
        Column(
            "minutes",
            Kind.WHOLE,
            _l("Minutes"),
            "Minutes on foot from door to door.",
            "12",
            required=True,
            least=1,
            most=WALK_MINUTES_MAX,
            hint=_l("On foot, from door to door; the way back takes as long unless it has a row of its own."),
        ),
    ),
    key=("from", "to"),
    reach=Reach.ORGANIZATION,
    model=BuildingWalk,
    checks=(walks_between_two_buildings,),
    title=_l("Ways between buildings"),
    singular=_l("Way between buildings"),
    lead=_l("How many minutes it takes to walk. The rule “Walking time” keeps them between two classes in a row."),
    caption=WALK_FROM + sa.literal(" → ") + WALK_TO,
    search=(WALK_FROM, WALK_TO),
    sorts={"from_building_id": WALK_FROM, "to_building_id": WALK_TO, "minutes": BuildingWalk.minutes},
    order=(WALK_FROM, WALK_TO),
    words={
        "uq_building_walks_from_building_id_to_building_id": ("to_building_id", _l("This way is there already.")),
        "ck_building_walks_between_two_buildings": ("to_building_id", _l("Choose another building.")),
    },
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
    owned=frozenset({"availability", "user_tokens"}),
)
