"""The tables of the exchange format, in the order in which they are stored: what is referred to comes first."""

from webapp.models import (
    Availability,
    Building,
    Component,
    ComponentBatch,
    ComponentFaculty,
    Course,
    CourseEnrollment,
    Department,
    Faculty,
    Pin,
    Room,
    Section,
    SectionFaculty,
    SectionGroup,
    Student,
    StudentGroup,
    StudentGroupMember,
    TermRule,
    TermRuleComponent,
    TimeSlot,
    WeekSet,
    WishLevel,
)
from webapp.services.schema.file_descriptors import Column, Kind, Link, Many, Scope, Table
from webapp.services.schema.row_checks import (
    academic_year_is_two_years,
    batch_teachers_are_of_batches,
    ends_after_start,
    ends_on_after_starts_on,
    group_is_not_its_own_parent,
    names_exactly_one,
    pins_something,
    rule_is_known,
)

BUILDING = Link("building_id", "buildings")
DEPARTMENT = Link("department_id", "departments")
PARENT = Link("parent_id", "groups")
GROUP = Link("student_group_id", "groups")
COURSE = Link("course_id", "courses")
SECTION = Link("section_id", "sections")
COMPONENT = Link("component_id", "components")
FACULTY = Link("faculty_id", "faculty")
STUDENT = Link("student_id", "students")
SLOT = Link("time_slot_id", "time_slots")
ROOM = Link("room_id", "rooms")
WEEKS = Link("week_set_id", "week_sets")


def code(meaning: str, example: str, *, name: str = "code", attribute: str = "code") -> Column:
    """The column that names a table's rows."""
    return Column(name, Kind.CODE, meaning, example, required=True, attribute=attribute, length=64)


def of_course(link: Link) -> tuple[Column, Column]:
    """Course and section, the codes that name a section."""
    return (
        Column("course", Kind.CODE, "Course.", "CS301", required=True, link=link, length=64),
        Column("section", Kind.CODE, "Section of the course.", "A", required=True, link=link, length=64),
    )


TERM = Table(
    "term",
    "The term itself, one row. It may be left out: the import goes into the term that was chosen.",
    (
        Column("academic_year", Kind.TEXT, "Academic year.", "2024-25", required=True, length=9),
        Column("semester", Kind.WHOLE, "Number of the term in its year.", "1", required=True, least=1, most=9),
        Column("name", Kind.TEXT, "What the term is called.", "Odd semester 2024-25", required=True),
        Column("starts_on", Kind.DATE, "First day.", "2024-08-01", required=True),
        Column("ends_on", Kind.DATE, "Last day.", "2024-12-15", required=True),
        Column("weeks", Kind.WHOLE, "Teaching weeks.", "16", default=16, least=1, most=60),
        Column(
            "break_minutes",
            Kind.WHOLE,
            "Longest break between two slots that still count as following each other.",
            "15",
            default=15,
            least=0,
            most=600,
        ),
    ),
    ("academic_year", "semester"),
    Scope.TERM,
    checks=(academic_year_is_two_years, ends_on_after_starts_on),
)

BUILDINGS = Table(
    "buildings",
    "Buildings.",
    (
        code("Code of the building.", "SB"),
        Column("name", Kind.TEXT, "Name of the building.", "Science Block", required=True),
    ),
    ("code",),
    Scope.ORGANIZATION,
    Building,
)

DEPARTMENTS = Table(
    "departments",
    "Departments: they own courses and employ teachers.",
    (
        code("Code of the department.", "CSE"),
        Column("name", Kind.TEXT, "Name of the department.", "Computer Science and Engineering", required=True),
    ),
    ("code",),
    Scope.ORGANIZATION,
    Department,
)

ROOMS = Table(
    "rooms",
    "Rooms.",
    (
        code("Code of the room.", "SB-101"),
        Column("name", Kind.TEXT, "Name of the room.", "Lecture Hall 101", required=True),
        Column("building", Kind.CODE, "Building.", "SB", link=BUILDING, length=64),
        Column("department", Kind.CODE, "Home department, for lists and reports.", "CSE", link=DEPARTMENT, length=64),
        Column("capacity", Kind.WHOLE, "Seats.", "70", required=True, least=0, most=100_000),
        Column(
            "kind", Kind.TEXT, "Kind of room, such as lecture, lab or seminar.", "lecture", default="lecture", length=64
        ),
        Column("features", Kind.CODES, "What is in it.", "projector, audio", default=(), length=64),
        Column("open", Kind.YES_NO, "Whether it can be used at all.", "yes", default=True, attribute="is_open"),
    ),
    ("code",),
    Scope.ORGANIZATION,
    Room,
)

TIME_SLOTS = Table(
    "time_slots",
    "Teaching periods of the week. Several shifts are several grids, whose slots may overlap in time.",
    (
        code("Code of the slot.", "MON1"),
        Column("label", Kind.TEXT, "How the period is called.", "1", default="", length=64),
        Column("shift", Kind.TEXT, "Shift, where there are several.", "", default="", length=64),
        Column("day", Kind.DAY, "Day of the week.", "Monday", required=True),
        Column("start", Kind.TIME, "Beginning.", "09:00", required=True, attribute="start_time"),
        Column("end", Kind.TIME, "End.", "10:00", required=True, attribute="end_time"),
    ),
    ("code",),
    Scope.TERM,
    TimeSlot,
    checks=(ends_after_start,),
)

WEEK_SETS = Table(
    "week_sets",
    "Named sets of weeks, for what is not held every week.",
    (
        code("Code of the set.", "ODD"),
        Column("name", Kind.TEXT, "Name of the set.", "Odd weeks", required=True),
        Column("weeks", Kind.WEEKS, "Weeks, counted from 1.", "1, 3, 5, 7-9", required=True, most=60),
    ),
    ("code",),
    Scope.TERM,
    WeekSet,
)

FACULTY_TABLE = Table(
    "faculty",
    "Teachers.",
    (
        code("Code of the teacher.", "F-RAO"),
        Column("name", Kind.TEXT, "Name.", "Dr Meera Rao", required=True),
        Column("department", Kind.CODE, "Department.", "CSE", required=True, link=DEPARTMENT, length=64),
        Column("email", Kind.EMAIL, "E-mail address.", "meera.rao@example.edu", length=254),
        Column("rank", Kind.TEXT, "Rank.", "Associate Professor", default="", length=64),
        Column("max_slots_day", Kind.WHOLE, "Most slots a day.", "4", least=0, most=24),
        Column("max_slots_week", Kind.WHOLE, "Most slots a week.", "14", least=0, most=168),
        Column("leaves_per_month", Kind.DECIMAL, "Average leaves a month.", "1.5", least=0, most=31),
    ),
    ("code",),
    Scope.ORGANIZATION,
    Faculty,
)

GROUPS = Table(
    "groups",
    "Students who are timetabled together, as a tree: a programme's semester, a section, a lab batch. "
    "Groups of one parent with the same split are one partition of it, another split is an independent one.",
    (
        code("Code of the group.", "CSE3-A-B1"),
        Column("name", Kind.TEXT, "Name of the group.", "CSE semester 3, section A, batch 1", required=True),
        Column("parent", Kind.CODE, "Group it is a part of.", "CSE3-A", link=PARENT, length=64),
        Column("split", Kind.TEXT, "Which partition of the parent.", "lab", default="", length=64),
        Column("department", Kind.CODE, "Department.", "CSE", link=DEPARTMENT, length=64),
        Column("programme", Kind.TEXT, "Programme.", "B.Tech Computer Science", default=""),
        Column("semester_of_study", Kind.WHOLE, "Semester of study.", "3", least=1, most=20),
        Column("size", Kind.WHOLE, "Number of students.", "30", default=0, least=0, most=100_000),
    ),
    ("code",),
    Scope.TERM,
    StudentGroup,
    checks=(group_is_not_its_own_parent,),
)

STUDENTS = Table(
    "students",
    "Students and the groups they belong to.",
    (
        code("Number of the student.", "2023CSE014"),
        Column("name", Kind.TEXT, "Name.", "Asha Nair", required=True),
        Column("email", Kind.EMAIL, "E-mail address.", "asha.nair@example.edu", length=254),
        Column("department", Kind.CODE, "Department.", "CSE", link=DEPARTMENT, length=64),
        Column(
            "groups",
            Kind.CODES,
            "Smallest groups the student belongs to; the groups above them follow.",
            "CSE3-A-B1, CSE3-A-T2",
            default=(),
            many=Many(StudentGroupMember, "student_id", GROUP),
            length=64,
        ),
    ),
    ("code",),
    Scope.ORGANIZATION,
    Student,
)

COURSES = Table(
    "courses",
    "Courses of the departments.",
    (
        code("Code of the course.", "CS301"),
        Column("title", Kind.TEXT, "Title.", "Operating Systems", required=True),
        Column("department", Kind.CODE, "Department.", "CSE", required=True, link=DEPARTMENT, length=64),
        Column("credits", Kind.DECIMAL, "Credits.", "4", default=0, least=0, most=100),
    ),
    ("code",),
    Scope.ORGANIZATION,
    Course,
)

SECTIONS = Table(
    "sections",
    "Courses as they are held in the term: who teaches, who attends.",
    (
        Column("course", Kind.CODE, "Course.", "CS301", required=True, link=COURSE, length=64),
        code("Code of the section within its course.", "A", name="section"),
        Column(
            "faculty",
            Kind.CODES,
            "Teachers, the first one first.",
            "F-RAO",
            default=(),
            many=Many(SectionFaculty, "section_id", FACULTY, "position"),
            length=64,
        ),
        Column(
            "groups",
            Kind.CODES,
            "Groups that attend; several make a combined class.",
            "CSE3-A",
            default=(),
            many=Many(SectionGroup, "section_id", GROUP),
            length=64,
        ),
        Column(
            "expected_size",
            Kind.WHOLE,
            "Students expected, where groups and enrolments don't say it.",
            "60",
            default=0,
            least=0,
            most=100_000,
        ),
    ),
    ("course", "section"),
    Scope.TERM,
    Section,
)

COMPONENTS = Table(
    "components",
    "What must happen every week in a section: 3 lectures of 1 slot, 1 lab of 2 slots in a row.",
    (
        *of_course(SECTION),
        code("Code of the component within its section.", "LAB", name="component"),
        Column("kind", Kind.TEXT, "Kind, such as lecture, tutorial or lab.", "lab", default="lecture", length=32),
        Column(
            "meetings_per_week", Kind.WHOLE, "Meetings a week (for each batch).", "1", required=True, least=1, most=60
        ),
        Column("slots_per_meeting", Kind.WHOLE, "Slots in a row of each meeting.", "2", default=1, least=1, most=12),
        Column("needs_room", Kind.YES_NO, "Whether it needs a room.", "yes", default=True),
        Column("room_kind", Kind.TEXT, "Kind of room; empty: any.", "lab", default="", length=64),
        Column("room_features", Kind.CODES, "What the room must have.", "computers", default=(), length=64),
        Column("different_days", Kind.YES_NO, "Whether its meetings fall on different days.", "yes", default=True),
        Column("min_days", Kind.WHOLE, "Least days its meetings spread over.", "0", default=0, least=0, most=7),
        Column("parallel", Kind.YES_NO, "Whether the batches start together.", "no", default=False),
        Column("weeks", Kind.CODE, "Week set, where it is not held every week.", "ODD", link=WEEKS, length=64),
        Column(
            "batches",
            Kind.CODES,
            "Groups with meetings of their own.",
            "CSE3-A-B1, CSE3-A-B2",
            default=(),
            many=Many(ComponentBatch, "component_id", GROUP),
            length=64,
        ),
        Column(
            "faculty",
            Kind.CODES,
            "Teachers instead of the section's; F-DAS@CSE3-A-B2 teaches that batch only.",
            "F-RAO, F-DAS@CSE3-A-B2",
            default=(),
            many=Many(ComponentFaculty, "component_id", FACULTY, "position", second=GROUP),
            length=129,
        ),
    ),
    ("course", "section", "component"),
    Scope.LINK,
    Component,
    checks=(batch_teachers_are_of_batches,),
)

ENROLLMENTS = Table(
    "enrollments",
    "Single students' own choices (electives), beside what their groups attend.",
    (
        Column("student", Kind.CODE, "Student.", "2023CSE014", required=True, link=STUDENT, length=64),
        *of_course(SECTION),
        Column("batch", Kind.CODE, "Batch, where it matters.", "", link=GROUP, length=64),
    ),
    ("student", "course", "section"),
    Scope.LINK,
    CourseEnrollment,
)

AVAILABILITY = Table(
    "availability",
    "Who or what is unavailable at a slot, or would rather not (avoid), or gladly (prefer). "
    "Each row names exactly one of teacher, room, group, and section.",
    (
        Column("slot", Kind.CODE, "Time slot.", "MON1", required=True, link=SLOT, length=64),
        Column("faculty", Kind.CODE, "Teacher.", "F-RAO", link=FACULTY, length=64),
        Column("room", Kind.CODE, "Room; unavailable means closed.", "", link=ROOM, length=64),
        Column("group", Kind.CODE, "Group.", "", link=GROUP, length=64),
        Column("course", Kind.CODE, "Course of the section.", "", link=SECTION, length=64),
        Column("section", Kind.CODE, "Section.", "", link=SECTION, length=64),
        Column(
            "level",
            Kind.TEXT,
            "How it stands.",
            "unavailable",
            required=True,
            choices=tuple(level.value for level in WishLevel),
        ),
    ),
    ("slot", "faculty", "room", "group", "course", "section"),
    Scope.LINK,
    Availability,
    checks=(names_exactly_one,),
)

PINS = Table(
    "pins",
    "Meetings that must stand at a slot, in a room, or both.",
    (
        *of_course(COMPONENT),
        Column("component", Kind.CODE, "Component.", "L", required=True, link=COMPONENT, length=64),
        Column("batch", Kind.CODE, "Batch, where there are batches.", "", link=GROUP, length=64),
        Column(
            "number", Kind.WHOLE, "Which meeting of the week.", "1", default=1, least=1, most=60, attribute="ordinal"
        ),
        Column("slot", Kind.CODE, "First slot.", "MON1", link=SLOT, length=64),
        Column("room", Kind.CODE, "Room.", "SB-101", link=ROOM, length=64),
    ),
    ("course", "section", "component", "batch", "number"),
    Scope.LINK,
    Pin,
    checks=(pins_something,),
)

RULES = Table(
    "rules",
    "The rules of the term: on or off, hard or with a weight.",
    (
        code("Code of the row: the rule's name, or a name of its own where a rule is used twice.", "instructor_gaps"),
        Column("rule", Kind.TEXT, "Name of the rule.", "instructor_gaps", required=True, length=64),
        Column("enabled", Kind.YES_NO, "Whether it is on.", "yes", default=True, attribute="is_enabled"),
        Column("hard", Kind.YES_NO, "Whether it must hold.", "no", default=False, attribute="is_hard"),
        Column("weight", Kind.WHOLE, "What each unit costs, for a soft rule.", "2", least=0, most=1_000_000),
        Column("amount", Kind.WHOLE, "The rule's number, where it has one.", "", least=0, most=1_000_000),
        Column(
            "components",
            Kind.CODES,
            "Components it is about, for rules between meetings.",
            "CS301/A/L, CS302/A/L",
            default=(),
            many=Many(TermRuleComponent, "term_rule_id", COMPONENT),
            length=194,
        ),
    ),
    ("code",),
    Scope.TERM,
    TermRule,
    checks=(rule_is_known,),
)

ENTRIES = Table(
    "entries",
    "A timetable, one row a meeting. It becomes a draft of its own; a row without slot is an unplaced meeting.",
    (
        *of_course(COMPONENT),
        Column("component", Kind.CODE, "Component.", "L", required=True, link=COMPONENT, length=64),
        Column("batch", Kind.CODE, "Batch, where there are batches.", "", link=GROUP, length=64),
        Column(
            "number", Kind.WHOLE, "Which meeting of the week.", "1", default=1, least=1, most=60, attribute="ordinal"
        ),
        Column("slot", Kind.CODE, "First slot.", "MON1", link=SLOT, length=64),
        Column("room", Kind.CODE, "Room.", "SB-101", link=ROOM, length=64),
        Column("locked_time", Kind.YES_NO, "Whether its time is locked.", "no", default=False),
        Column("locked_room", Kind.YES_NO, "Whether its room is locked.", "no", default=False),
    ),
    ("course", "section", "component", "batch", "number"),
    Scope.TERM,
)

TABLES: tuple[Table, ...] = (
    TERM,
    DEPARTMENTS,
    BUILDINGS,
    ROOMS,
    TIME_SLOTS,
    WEEK_SETS,
    FACULTY_TABLE,
    GROUPS,
    STUDENTS,
    COURSES,
    SECTIONS,
    COMPONENTS,
    ENROLLMENTS,
    AVAILABILITY,
    PINS,
    RULES,
    ENTRIES,
)
"""Every table, what is referred to before what refers."""

BY_NAME = {table.name: table for table in TABLES}
STORED = tuple(table for table in TABLES if table.model is not None)
"""The tables whose rows are rows of the database, one for one."""
