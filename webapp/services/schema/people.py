"""Who there is: teachers, the groups that are timetabled together, and students."""

from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.models import Faculty, Student, StudentGroup, StudentGroupMember
from webapp.services.schema.columns import CODE_LENGTH, Column, Kind, Link, Many, Reach, Table
from webapp.services.schema.places import BETWEEN, code_column, code_words, department_column, link_column
from webapp.services.schema.questions import group_is_not_below_itself
from webapp.services.schema.row_checks import group_is_not_its_own_parent
from webapp.services.schema.values import EMAIL_LENGTH_MAX

GROUP = Link("student_group_id", "groups")
FACULTY_LINK = Link("faculty_id", "faculty")
STUDENT = Link("student_id", "students")


def groups_column(model: type[Any], owner: str, meaning: str, example: str, **options: Any) -> Column:
    """The groups of a row: codes, kept in ``model`` by its ``owner``; ``options`` say what a form needs of it."""
    many = Many(model, owner, GROUP)
    return Column("groups", Kind.ROWS, meaning=meaning, example=example, many=many, length=CODE_LENGTH, **options)


FACULTY = Table(
    name="faculty",
    meaning="Teachers.",
    columns=(
        code_column("Code of the teacher.", "F-RAO"),
        Column("name", Kind.TEXT, _l("Name"), "Name.", "Dr Meera Rao", required=True),
        department_column(required=True),
        Column("email", Kind.EMAIL, _l("E-mail"), "E-mail address.", "meera.rao@example.edu", length=EMAIL_LENGTH_MAX),
        Column("rank", Kind.TEXT, _l("Rank"), "Rank.", "Associate Professor", length=64, filtered=True),
        Column("max_slots_day", Kind.WHOLE, _l("Most slots a day"), "Most slots a day.", "4", least=0, most=24),
        Column("max_slots_week", Kind.WHOLE, _l("Most slots a week"), "Most slots a week.", "14", least=0, most=168),
        Column(
            "leaves_per_month",
            Kind.DECIMAL,
            _l("Leaves a month, on average"),
            "Average leaves a month.",
            "1.5",
            least=0,
            most=31,
            listed=False,
        ),
    ),
    key=("code",),
    reach=Reach.ORGANIZATION,
    model=Faculty,
    title=_l("Teachers"),
    singular=_l("Teacher"),
    lead=_l("Faculty with the load that may be asked of them, in slots; an empty limit is no limit."),
    caption=Faculty.code + BETWEEN + Faculty.name,
    search=(Faculty.code, Faculty.name, Faculty.email),
    sorts={"code": Faculty.code, "name": Faculty.name, "rank": Faculty.rank, "max_slots_week": Faculty.max_slots_week},
    order=(Faculty.code,),
    words=code_words("uq_faculty_organization_id_code"),
    owned=frozenset({"availability"}),
)

GROUPS = Table(
    name="groups",
    meaning="Students who are timetabled together, as a tree: a programme's semester, a section, a lab batch. "
    "Groups of one parent with the same split divide its students among them; another split divides them anew.",
    columns=(
        code_column("Code of the group.", "CSE3-A-B1"),
        Column(
            "name", Kind.TEXT, _l("Name"), "Name of the group.", "CSE semester 3, section A, batch 1", required=True
        ),
        link_column(
            "parent",
            _l("Below"),
            "Group it is a part of.",
            "CSE3-A",
            Link("parent_id", "groups"),
            listed=False,
            typed=True,
        ),
        Column(
            "split",
            Kind.TEXT,
            _l("Split"),
            "By what the parent is divided here.",
            "lab",
            length=64,
            is_word=True,
            hint=_l("By what the group above is divided here: lab batches, tutorial groups."),
        ),
        department_column(),
        Column(
            "programme",
            Kind.TEXT,
            _l("Programme"),
            "Programme.",
            "B.Tech Computer Science",
            is_word=True,
            filtered=True,
        ),
        Column("semester_of_study", Kind.WHOLE, _l("Semester of study"), "Semester of study.", "3", least=1, most=20),
        Column(
            "size",
            Kind.WHOLE,
            _l("Size"),
            "Number of students.",
            "30",
            default=0,
            least=0,
            most=100_000,
            hint=_l("Expected students."),
        ),
        Column(
            "members",
            Kind.ROWS,
            _l("Members"),
            many=Many(StudentGroupMember, "student_group_id", STUDENT),
            length=CODE_LENGTH,
            hint=_l("Codes of students, separated by commas or lines."),
            listed=False,
        ),
    ),
    key=("code",),
    reach=Reach.TERM,
    model=StudentGroup,
    checks=(group_is_not_its_own_parent,),
    title=_l("Groups"),
    singular=_l("Group"),
    lead=_l(
        "Students who are timetabled together. Below a group stand its batches; each way to divide it is independent."
    ),
    caption=StudentGroup.code + BETWEEN + StudentGroup.name,
    search=(StudentGroup.code, StudentGroup.name, StudentGroup.programme),
    sorts={"code": StudentGroup.code, "name": StudentGroup.name, "size": StudentGroup.size},
    order=(StudentGroup.code,),
    parent=StudentGroup.parent_id,
    words=code_words("uq_student_groups_term_id_code")
    | {"ck_student_groups_not_its_own_parent": ("parent_id", _l("A group can't stand below itself."))},
    owned=frozenset({"availability", "generation_job_groups", "user_tokens"}),
    question=group_is_not_below_itself,
)

STUDENTS = Table(
    name="students",
    meaning="Students and the groups they belong to.",
    columns=(
        code_column("Number of the student.", "2023CSE014", hint=_l("The roll number, say.")),
        Column("name", Kind.TEXT, _l("Name"), "Name.", "Asha Nair", required=True),
        department_column(),
        Column("email", Kind.EMAIL, _l("E-mail"), "E-mail address.", "asha.nair@example.edu", length=EMAIL_LENGTH_MAX),
        groups_column(
            StudentGroupMember,
            "student_id",
            "Smallest groups the student belongs to; the groups above them follow.",
            "CSE3-A-B1, CSE3-A-T2",
        ),
    ),
    key=("code",),
    reach=Reach.ORGANIZATION,
    model=Student,
    title=_l("Students"),
    singular=_l("Student"),
    lead=_l("Groups and enrolments say what a student attends in a term."),
    caption=Student.code + BETWEEN + Student.name,
    search=(Student.code, Student.name, Student.email),
    sorts={"code": Student.code, "name": Student.name},
    order=(Student.code,),
    words=code_words("uq_students_organization_id_code"),
)
