"""The tables that belong to a term: its grid, its groups, what is taught and who takes it."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from webapp.extensions import Model, db
from webapp.models import (
    Component,
    ComponentBatch,
    ComponentFaculty,
    Course,
    CourseEnrollment,
    Pin,
    Section,
    SectionFaculty,
    SectionGroup,
    Student,
    StudentGroup,
    StudentGroupMember,
    TimeSlot,
    WeekSet,
)
from webapp.services.schema.descriptors import Errors, Field, Kind, Many, Scope, Table, Values
from webapp.services.schema.tables_organization import code_field, code_words, department_field
from webapp.services.shared.words import _

COURSE_OF_SECTION = (Course, Course.course_id == Section.course_id)
SECTION_OF_COMPONENT = (Section, Section.section_id == Component.section_id)
SPACE = sa.literal(" ")
CODES_HINT = _l("Codes, separated by commas.")
SECTION_LABEL = Course.code + SPACE + Section.code
COMPONENT_LABEL = SECTION_LABEL + SPACE + Component.code


def check_slot(_scope: Scope, _row: Model | None, values: Values) -> Errors:
    """A slot ends after it starts."""
    if values.get("start_time") and values.get("end_time") and values["end_time"] <= values["start_time"]:
        return {"end_time": _("The slot must end after it starts.")}
    return {}


def check_group(_scope: Scope, row: Model | None, values: Values) -> Errors:
    """A group is neither its own parent nor a descendant of its own."""
    parent_id = values.get("parent_id")
    if not isinstance(row, StudentGroup):
        return {}
    passed = {row.student_group_id}
    while parent_id is not None:
        if parent_id in passed:
            return {"parent_id": _("A group can't stand below itself.")}
        passed.add(parent_id)
        parent_id = db.session.scalar(
            sa.select(StudentGroup.parent_id).where(StudentGroup.student_group_id == parent_id)
        )
    return {}


def check_pin(_scope: Scope, _row: Model | None, values: Values) -> Errors:
    """A pin fixes a slot, a room or both, of a meeting that there is."""
    if values.get("time_slot_id") is None and values.get("room_id") is None:
        return {"time_slot_id": _("Choose a time slot, a room, or both.")}
    component = db.session.get(Component, values.get("component_id"))
    if component is not None and (values.get("ordinal") or 1) > component.meetings_per_week:
        return {"ordinal": _("There are %(num)d meetings a week.", num=component.meetings_per_week)}
    return {}


TIME_SLOTS = Table(
    key="time-slots",
    model=TimeSlot,
    title=_l("Time slots"),
    singular=_l("Time slot"),
    lead=_l("The teaching periods of a week. Slots of different shifts may overlap."),
    fields=(
        code_field(),
        Field("label", _l("Label"), length=64, hint=_l("What stands above the column, such as Period 1.")),
        Field("shift", _l("Shift"), length=64, filtered=True),
        Field("day", _l("Day"), Kind.DAY, required=True),
        Field("start_time", _l("Starts"), Kind.TIME, required=True),
        Field("end_time", _l("Ends"), Kind.TIME, required=True),
    ),
    label=TimeSlot.code,
    owner=TimeSlot.term_id,
    of_term=True,
    search=(TimeSlot.code, TimeSlot.label),
    sorts={"code": TimeSlot.code, "day": TimeSlot.day, "start_time": TimeSlot.start_time},
    order=(TimeSlot.shift, TimeSlot.day, TimeSlot.start_time),
    words=code_words("uq_time_slots_term_id_code")
    | {
        "uq_time_slots_term_id_shift_day_start_time": (
            "start_time",
            _l("Another slot of this shift starts on that day at that time."),
        ),
        "ck_time_slots_ends_after_start": ("end_time", _l("The slot must end after it starts.")),
        "ck_time_slots_day_of_week": ("day", _l("A day is one of Monday to Sunday.")),
    },
    check=check_slot,
)

WEEK_SETS = Table(
    key="week-sets",
    model=WeekSet,
    title=_l("Week sets"),
    singular=_l("Week set"),
    lead=_l("Named sets of weeks, for classes that aren't held every week: odd, even, first half."),
    fields=(
        code_field(),
        Field("name", _l("Name"), required=True),
        Field("weeks", _l("Weeks"), Kind.WEEKS, required=True, hint=_l("Numbers and ranges: 1-8, 10.")),
    ),
    label=WeekSet.code + sa.literal(" · ") + WeekSet.name,
    owner=WeekSet.term_id,
    of_term=True,
    search=(WeekSet.code, WeekSet.name),
    sorts={"code": WeekSet.code, "name": WeekSet.name},
    order=(WeekSet.code,),
    words=code_words("uq_week_sets_term_id_code"),
)

GROUPS = Table(
    key="groups",
    model=StudentGroup,
    title=_l("Groups"),
    singular=_l("Group"),
    lead=_l("Students who are timetabled together. Below a group stand its batches; each split is a partition."),
    fields=(
        code_field(),
        Field("name", _l("Name"), required=True),
        Field("parent_id", _l("Below"), Kind.REFERENCE, table="groups", listed=False),
        Field("split", _l("Split"), length=64, hint=_l("Which partition of the group above: labs, tutorials.")),
        department_field(),
        Field("programme", _l("Programme"), filtered=True),
        Field("semester_of_study", _l("Semester of study"), Kind.WHOLE, least=1, most=20),
        Field("size", _l("Size"), Kind.WHOLE, least=0, most=100_000, default=0, hint=_l("Expected students.")),
        Field(
            "members",
            _l("Members"),
            Kind.ROWS,
            table="students",
            many=Many(StudentGroupMember, "student_group_id", "student_id"),
            hint=_l("Codes of students, separated by commas or lines."),
            listed=False,
        ),
    ),
    label=StudentGroup.code + sa.literal(" · ") + StudentGroup.name,
    owner=StudentGroup.term_id,
    of_term=True,
    search=(StudentGroup.code, StudentGroup.name, StudentGroup.programme),
    sorts={"code": StudentGroup.code, "name": StudentGroup.name, "size": StudentGroup.size},
    order=(StudentGroup.code,),
    parent=StudentGroup.parent_id,
    words=code_words("uq_student_groups_term_id_code")
    | {"ck_student_groups_not_its_own_parent": ("parent_id", _l("A group can't stand below itself."))},
    owned=frozenset({"availability"}),
    check=check_group,
)

SECTIONS = Table(
    key="sections",
    model=Section,
    title=_l("Sections"),
    singular=_l("Section"),
    lead=_l("A course as it is held in this term: who teaches, who attends."),
    fields=(
        Field("course_id", _l("Course"), Kind.REFERENCE, required=True, table="courses"),
        code_field(hint=_l("Unique within the course: A, B.")),
        Field(
            "teachers",
            _l("Teachers"),
            Kind.ROWS,
            table="faculty",
            many=Many(SectionFaculty, "section_id", "faculty_id", position="position"),
            hint=_l("Codes of teachers, separated by commas; the first one leads."),
        ),
        Field(
            "groups",
            _l("Groups"),
            Kind.ROWS,
            table="groups",
            many=Many(SectionGroup, "section_id", "student_group_id"),
            hint=_l("Codes of the groups that attend, separated by commas."),
        ),
        Field("expected_size", _l("Expected students"), Kind.WHOLE, least=0, most=100_000, default=0),
    ),
    label=SECTION_LABEL,
    owner=Section.term_id,
    of_term=True,
    joins=(COURSE_OF_SECTION,),
    search=(Course.code, Course.title, Section.code),
    sorts={"course_id": Course.code, "code": Section.code, "expected_size": Section.expected_size},
    order=(Course.code, Section.code),
    words={
        "uq_sections_term_id_course_id_code": ("code", _l("The course has a section of this code in the term already."))
    },
    owned=frozenset({"availability"}),
)

COMPONENTS = Table(
    key="components",
    model=Component,
    title=_l("Components"),
    singular=_l("Component"),
    lead=_l("What must happen every week in a section: three lectures of one slot, a lab of two in a row."),
    fields=(
        Field("section_id", _l("Section"), Kind.REFERENCE, required=True, table="sections"),
        code_field(hint=_l("Unique within the section: L, P.")),
        Field("kind", _l("Kind"), length=32, default="lecture", hint=_l("Such as lecture or lab."), filtered=True),
        Field("meetings_per_week", _l("Meetings a week"), Kind.WHOLE, required=True, least=1, most=60, default=1),
        Field("slots_per_meeting", _l("Slots each"), Kind.WHOLE, required=True, least=1, most=12, default=1),
        Field("needs_room", _l("Needs a room"), Kind.YES_NO, default=True, listed=False),
        Field("room_kind", _l("Kind of room"), length=64, hint=_l("Empty: any kind.")),
        Field("room_features", _l("Features of the room"), Kind.CODES, hint=CODES_HINT, listed=False),
        Field("different_days", _l("Meetings on different days"), Kind.YES_NO, default=True, listed=False),
        Field("min_days", _l("Spread over days, at least"), Kind.WHOLE, least=0, most=7, default=0, listed=False),
        Field(
            "batches",
            _l("Batches"),
            Kind.ROWS,
            table="groups",
            many=Many(ComponentBatch, "component_id", "student_group_id"),
            hint=_l("Codes of groups that have meetings of their own; empty: the whole section meets."),
        ),
        Field("parallel", _l("Batches start together"), Kind.YES_NO, default=False, listed=False),
        Field(
            "teachers",
            _l("Teachers"),
            Kind.ROWS,
            table="faculty",
            many=Many(
                ComponentFaculty,
                "component_id",
                "faculty_id",
                position="position",
                second="student_group_id",
                second_table="groups",
            ),
            hint=_l("Instead of the section's: codes, separated by commas. RAO@B1 teaches batch B1 only."),
        ),
        Field("week_set_id", _l("Weeks"), Kind.REFERENCE, table="week-sets", hint=_l("Empty: every week.")),
    ),
    label=COMPONENT_LABEL,
    owner=Section.term_id,
    of_term=True,
    joins=(SECTION_OF_COMPONENT, COURSE_OF_SECTION),
    search=(Course.code, Course.title, Component.code, Component.kind),
    sorts={"section_id": SECTION_LABEL, "kind": Component.kind, "meetings_per_week": Component.meetings_per_week},
    order=(Course.code, Section.code, Component.code),
    words={"uq_components_section_id_code": ("code", _l("The section has a component of this code already."))},
    owned=frozenset({"term_rule_components"}),
)

ENROLLMENTS = Table(
    key="enrollments",
    model=CourseEnrollment,
    title=_l("Enrolments"),
    singular=_l("Enrolment"),
    lead=_l("Students who take a section by own choice, beside what their groups attend."),
    fields=(
        Field(
            "student_id",
            _l("Student"),
            Kind.REFERENCE,
            required=True,
            table="students",
            typed=True,
            hint=_l("The student's code."),
        ),
        Field("section_id", _l("Section"), Kind.REFERENCE, required=True, table="sections", filtered=True),
        Field("student_group_id", _l("Batch"), Kind.REFERENCE, table="groups", hint=_l("Where it matters.")),
    ),
    label=Student.code + sa.literal(" → ") + SECTION_LABEL,
    owner=Section.term_id,
    of_term=True,
    joins=(
        (Section, Section.section_id == CourseEnrollment.section_id),
        COURSE_OF_SECTION,
        (Student, Student.student_id == CourseEnrollment.student_id),
    ),
    search=(Student.code, Student.name, Course.code),
    sorts={"student_id": Student.code, "section_id": SECTION_LABEL},
    order=(Student.code, Course.code),
    words={
        "uq_course_enrollments_student_id_section_id": (
            "section_id",
            _l("The student is enrolled in this section already."),
        )
    },
)

PINS = Table(
    key="pins",
    model=Pin,
    title=_l("Pinned meetings"),
    singular=_l("Pinned meeting"),
    lead=_l("Meetings that must stand at a slot, in a room, or both, whatever else is moved."),
    fields=(
        Field("component_id", _l("Component"), Kind.REFERENCE, required=True, table="components"),
        Field("student_group_id", _l("Batch"), Kind.REFERENCE, table="groups"),
        Field(
            "ordinal",
            _l("Which meeting"),
            Kind.WHOLE,
            required=True,
            least=1,
            most=60,
            default=1,
            hint=_l("The first, second, third of the week."),
        ),
        Field("time_slot_id", _l("Time slot"), Kind.REFERENCE, table="time-slots", hint=_l("Its first slot.")),
        Field("room_id", _l("Room"), Kind.REFERENCE, table="rooms", filtered=True),
    ),
    label=COMPONENT_LABEL + sa.literal(" #") + sa.cast(Pin.ordinal, sa.String),
    owner=Section.term_id,
    of_term=True,
    joins=((Component, Component.component_id == Pin.component_id), SECTION_OF_COMPONENT, COURSE_OF_SECTION),
    search=(Course.code, Course.title, Component.code),
    sorts={"component_id": COMPONENT_LABEL, "ordinal": Pin.ordinal},
    order=(Course.code, Section.code, Component.code, Pin.ordinal),
    words={
        "uq_pins_component_id_student_group_id_ordinal": ("ordinal", _l("This meeting is pinned already.")),
        "ck_pins_ordinal_from_one": ("ordinal", _l("At least 1.")),
        "ck_pins_pins_something": ("time_slot_id", _l("Choose a time slot, a room, or both.")),
    },
    check=check_pin,
)

TERM_TABLES: tuple[Any, ...] = (TIME_SLOTS, WEEK_SETS, GROUPS, SECTIONS, COMPONENTS, ENROLLMENTS, PINS)
