"""What is taught: courses, their sections in a term, what must happen every week, and who takes it by own choice."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from webapp.models import (
    Component,
    ComponentBatch,
    ComponentFaculty,
    Course,
    CourseEnrollment,
    CourseRequest,
    Section,
    SectionFaculty,
    SectionGroup,
    Student,
)
from webapp.services.schema.calendar import WEEKS
from webapp.services.schema.columns import CODE_LENGTH, Column, Kind, Link, Many, Reach, Table
from webapp.services.schema.people import FACULTY_LINK, GROUP, STUDENT, groups_column
from webapp.services.schema.places import (
    BETWEEN,
    CLASS_KINDS,
    CODES_HINT,
    ROOM_FEATURES,
    ROOM_KINDS,
    code_column,
    code_words,
    department_column,
    link_column,
)
from webapp.services.schema.questions import component_keeps_its_pins
from webapp.services.schema.row_checks import batch_teachers_are_of_batches

COURSE = Link("course_id", "courses")
ALTERNATIVE = Link("alternative_id", "courses")
SECTION = Link("section_id", "sections")
COMPONENT = Link("component_id", "components")
COURSE_OF_SECTION = (Course, Course.course_id == Section.course_id)
SECTION_OF_COMPONENT = (Section, Section.section_id == Component.section_id)
SECTION_CODE = Course.code + sa.literal("/") + Section.code
SECTION_CAPTION = Course.code + sa.literal(" ") + Section.code
COMPONENT_CODE = SECTION_CODE + sa.literal("/") + Component.code
COMPONENT_CAPTION = SECTION_CAPTION + sa.literal(" ") + Component.code


def part(name: str, meaning: str, example: str, link: Link, *, required: bool = True) -> Column:
    """A file's column with one of the codes that together name a row of another table."""
    return Column(name, Kind.CODE, meaning=meaning, example=example, required=required, link=link, length=CODE_LENGTH)


def section_parts(link: Link) -> tuple[Column, Column]:
    """Course and section, the codes that name a section."""
    return part("course", "Course.", "CS301", link), part("section", "Section of the course.", "A", link)


def component_parts() -> tuple[Column, ...]:
    """Course, section and component, the codes that name a component."""
    return *section_parts(COMPONENT), part("component", "Component.", "L", COMPONENT)


def section_column(**options: Any) -> Column:
    """A link to a section: one field of a form, two columns of a file."""
    return Column(
        "section",
        Kind.LINK,
        _l("Section"),
        required=True,
        link=SECTION,
        parts=section_parts(SECTION),
        length=CODE_LENGTH,
        typed=True,
        hint=_l("Course and section, such as CS301/A."),
        **options,
    )


def held_column() -> Column:
    """The mark by which something is kept, and not asked for any more."""
    return Column(
        "held",
        Kind.YES_NO,
        _l("Held"),
        "Whether it is asked for; no: it takes no part in new timetables and checks, those that have it keep it.",
        "yes",
        default=True,
        filtered=True,
        hint=_l("Untick what is not held any more: timetables that have it keep it, new ones are made without it."),
    )


COURSES = Table(
    name="courses",
    meaning="Courses of the departments.",
    columns=(
        code_column("Code of the course.", "CS301"),
        Column("title", Kind.TEXT, _l("Title"), "Title.", "Operating Systems", required=True),
        department_column(required=True),
        Column("credits", Kind.DECIMAL, _l("Credits"), "Credits.", "4", default=0, least=0, most=100),
    ),
    key=("code",),
    reach=Reach.ORGANIZATION,
    model=Course,
    title=_l("Courses"),
    singular=_l("Course"),
    lead=_l("A course belongs to a department; its sections in a term are what is timetabled."),
    caption=Course.code + BETWEEN + Course.title,
    search=(Course.code, Course.title),
    sorts={"code": Course.code, "title": Course.title, "credits": Course.credits},
    order=(Course.code,),
    words=code_words("uq_courses_organization_id_code"),
)

SECTIONS = Table(
    name="sections",
    meaning="Courses as they are held in the term: who teaches, who attends.",
    columns=(
        link_column("course", _l("Course"), "Course.", "CS301", COURSE, required=True, typed=True),
        code_column(
            "Code of the section within its course.", "A", name="section", hint=_l("Unique within the course: A, B.")
        ),
        Column(
            "faculty",
            Kind.ROWS,
            _l("Teachers"),
            "Teachers, the first one first.",
            "F-RAO",
            attribute="teachers",
            many=Many(SectionFaculty, "section_id", FACULTY_LINK, "position"),
            length=CODE_LENGTH,
            hint=_l("Codes of teachers, separated by commas; the first one leads."),
        ),
        groups_column(
            SectionGroup,
            "section_id",
            "Groups that attend; several make a combined class.",
            "CSE3-A",
            label=_l("Groups"),
            hint=_l("Codes of the groups that attend, separated by commas."),
        ),
        Column(
            "expected_size",
            Kind.WHOLE,
            _l("Expected students"),
            "Students expected, where groups and enrolments don't say it.",
            "60",
            default=0,
            least=0,
            most=100_000,
        ),
        held_column(),
    ),
    key=("course", "section"),
    reach=Reach.TERM,
    model=Section,
    title=_l("Sections"),
    singular=_l("Section"),
    lead=_l("A course as it is held in this term: who teaches, who attends."),
    caption=SECTION_CAPTION,
    listed_as=SECTION_CODE,
    joins=(COURSE_OF_SECTION,),
    search=(Course.code, Course.title, Section.code),
    sorts={"course_id": Course.code, "code": Section.code, "expected_size": Section.expected_size},
    order=(Course.code, Section.code),
    words={
        "uq_sections_term_id_course_id_code": ("code", _l("The course has a section of this code in the term already."))
    },
    owned=frozenset({"availability"}),
    detail="components",
)

COMPONENTS = Table(
    name="components",
    meaning="What must happen every week in a section: 3 lectures of 1 slot, 1 lab of 2 slots in a row.",
    columns=(
        section_column(),
        code_column(
            "Code of the component within its section.",
            "LAB",
            name="component",
            hint=_l("Unique within the section: L, P."),
        ),
        Column(
            "kind",
            Kind.TEXT,
            _l("Kind"),
            "Kind, such as lecture, tutorial or lab.",
            "lab",
            default="lecture",
            length=32,
            hint=_l("Such as lecture or lab."),
            vocabulary=CLASS_KINDS,
            filtered=True,
        ),
        Column(
            "meetings_per_week",
            Kind.WHOLE,
            _l("Classes a week"),
            "Meetings a week (for each batch).",
            "1",
            required=True,
            default=1,
            least=1,
            most=60,
        ),
        Column(
            "slots_per_meeting",
            Kind.WHOLE,
            _l("Slots each"),
            "Slots in a row of each meeting.",
            "2",
            default=1,
            least=1,
            most=12,
        ),
        Column(
            "days",
            Kind.DAYS,
            _l("On several days"),
            "Days at the same hour: how many (3), or patterns to choose from (Mon-Wed-Fri, Tue-Thu). Empty: one day.",
            "Mon-Wed-Fri, Tue-Thu",
            attribute="day_patterns",
            listed=False,
            hint=_l("One class on several days at the same hour: 3, or Mon-Wed-Fri, Tue-Thu. Empty: one day each."),
        ),
        Column(
            "needs_room",
            Kind.YES_NO,
            _l("Needs a room"),
            "Whether it needs a room.",
            "yes",
            default=True,
            listed=False,
        ),
        Column(
            "room_kind",
            Kind.TEXT,
            _l("Kind of room"),
            "Kind of room; empty: any.",
            "lab",
            length=64,
            hint=_l("Empty: any kind."),
            vocabulary=ROOM_KINDS,
        ),
        Column(
            "room_features",
            Kind.CODES,
            _l("Features of the room"),
            "What the room must have.",
            "computers",
            length=CODE_LENGTH,
            hint=CODES_HINT,
            listed=False,
            vocabulary=ROOM_FEATURES,
        ),
        Column(
            "different_days",
            Kind.YES_NO,
            _l("Classes on different days"),
            "Whether its meetings fall on different days.",
            "yes",
            default=True,
            listed=False,
        ),
        Column(
            "min_days",
            Kind.WHOLE,
            _l("Spread over days, at least"),
            "Least days its meetings spread over.",
            "0",
            default=0,
            least=0,
            most=7,
            listed=False,
        ),
        Column(
            "batches",
            Kind.ROWS,
            _l("Batches"),
            "Groups with meetings of their own.",
            "CSE3-A-B1, CSE3-A-B2",
            many=Many(ComponentBatch, "component_id", GROUP),
            length=CODE_LENGTH,
            hint=_l("Codes of groups that have classes of their own; empty: the whole section meets."),
        ),
        Column(
            "parallel",
            Kind.YES_NO,
            _l("Batches start together"),
            "Whether the batches start together.",
            "no",
            default=False,
            listed=False,
        ),
        Column(
            "faculty",
            Kind.ROWS,
            _l("Teachers"),
            "Teachers instead of the section's; F-DAS@CSE3-A-B2 teaches that batch only.",
            "F-RAO, F-DAS@CSE3-A-B2",
            attribute="teachers",
            many=Many(ComponentFaculty, "component_id", FACULTY_LINK, "position", second=GROUP),
            length=2 * CODE_LENGTH + 1,
            hint=_l("Instead of the section's: codes, separated by commas. RAO@B1 teaches batch B1 only."),
        ),
        link_column(
            "weeks",
            _l("Weeks"),
            "Week set, where it is not held every week.",
            "ODD",
            WEEKS,
            hint=_l("Empty: every week."),
        ),
        held_column(),
    ),
    key=("course", "section", "component"),
    reach=Reach.LINK,
    model=Component,
    checks=(batch_teachers_are_of_batches,),
    title=_l("Weekly classes"),
    singular=_l("Weekly class"),
    lead=_l("What must happen every week in a section: three lectures of one slot, a lab of two in a row."),
    caption=COMPONENT_CAPTION,
    listed_as=COMPONENT_CODE,
    owner=Section.term_id,
    joins=(SECTION_OF_COMPONENT, COURSE_OF_SECTION),
    search=(Course.code, Course.title, Component.code, Component.kind),
    sorts={"section_id": SECTION_CAPTION, "kind": Component.kind, "meetings_per_week": Component.meetings_per_week},
    order=(Course.code, Section.code, Component.code),
    words={"uq_components_section_id_code": ("code", _l("The section has a weekly class of this code already."))},
    owned=frozenset({"term_rule_components"}),
    question=component_keeps_its_pins,
)

CLASSES = replace(COMPONENTS, columns=tuple(column for column in COMPONENTS.columns if column.link != SECTION))
"""Weekly classes as the form of their section has them, which says the section itself."""
CODES_OF_KINDS = {"lecture": "L", "tutorial": "T", "lab": "P"}
"""The code that a weekly class gets by its kind where none is given."""

ENROLLMENTS = Table(
    name="enrollments",
    meaning="Single students' own choices (electives), beside what their groups attend.",
    columns=(
        link_column(
            "student",
            _l("Student"),
            "Student.",
            "2023CSE014",
            STUDENT,
            required=True,
            typed=True,
            hint=_l("The student's code."),
        ),
        section_column(filtered=True),
        link_column(
            "batch", _l("Batch"), "Batch, where it matters.", "", GROUP, hint=_l("Where it matters."), typed=True
        ),
    ),
    key=("student", "course", "section"),
    reach=Reach.LINK,
    model=CourseEnrollment,
    title=_l("Enrolments"),
    singular=_l("Enrolment"),
    lead=_l("Students who take a section by own choice, beside what their groups attend."),
    caption=Student.code + sa.literal(" → ") + SECTION_CAPTION,
    owner=Section.term_id,
    joins=(
        (Section, Section.section_id == CourseEnrollment.section_id),
        COURSE_OF_SECTION,
        (Student, Student.student_id == CourseEnrollment.student_id),
    ),
    search=(Student.code, Student.name, Course.code),
    sorts={"student_id": Student.code, "section_id": SECTION_CAPTION},
    order=(Student.code, Course.code),
    words={
        "uq_course_enrollments_student_id_section_id": (
            "section_id",
            _l("The student is enrolled in this section already."),
        )
    },
)

REQUESTS = Table(
    name="requests",
    meaning="Courses that students ask for; which section each gets is decided by assigning students to sections.",
    columns=(
        link_column(
            "student",
            _l("Student"),
            "Student.",
            "2023CSE014",
            STUDENT,
            required=True,
            typed=True,
            hint=_l("The student's code."),
        ),
        link_column("course", _l("Course"), "Course.", "CS301", COURSE, required=True, typed=True, filtered=True),
        Column(
            "priority",
            Kind.WHOLE,
            _l("Priority"),
            "1: must be had; larger numbers come later.",
            "1",
            default=1,
            least=1,
            most=9,
            hint=_l("1: must be had; larger numbers come later."),
        ),
        link_column(
            "alternative",
            _l("Alternative"),
            "Course to take where this one can't be had.",
            "",
            ALTERNATIVE,
            typed=True,
            hint=_l("A course to take where this one can't be had; empty: none."),
        ),
    ),
    key=("student", "course"),
    reach=Reach.TERM,
    model=CourseRequest,
    title=_l("Course requests"),
    singular=_l("Course request"),
    lead=_l("Courses that students ask for. Which section each gets is decided on the page “Students to sections”."),
    caption=Student.code + sa.literal(" → ") + Course.code,
    joins=(
        (Course, Course.course_id == CourseRequest.course_id),
        (Student, Student.student_id == CourseRequest.student_id),
    ),
    search=(Student.code, Student.name, Course.code),
    sorts={"student_id": Student.code, "course_id": Course.code, "priority": CourseRequest.priority},
    order=(Student.code, CourseRequest.priority, Course.code),
    words={
        "uq_course_requests_term_id_student_id_course_id": (
            "course_id",
            _l("The student asks for this course already."),
        ),
        "ck_course_requests_not_its_own_alternative": ("alternative_id", _l("The alternative is the course itself.")),
    },
)
