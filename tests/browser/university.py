"""A university small enough to be placed by hand: its workbook, and its published term with an account per role."""

import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import openpyxl
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import Department, Faculty, Organization, Role, Student, Term, Timetable
from webapp.services.accounts import users
from webapp.services.accounts.passwords import hash_password
from webapp.services.imports import uploads
from webapp.services.timetables import publishing

PASSWORD = "warp-and-weft-7"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
HOURS = ("09", "10", "11", "14", "15")
Row = Sequence[Any]

TABLES: dict[str, tuple[str, list[Row]]] = {
    "term": (
        "academic_year semester name starts_on ends_on",
        [("2024-25", 3, "Odd 2024-25", "2024-08-01", "2024-12-15")],
    ),
    "departments": ("code name", [("CSE", "Computer Science"), ("MAT", "Mathematics")]),
    "rooms": (
        "code name capacity kind",
        [("R1", "Hall 1", 60, "lecture"), ("R2", "Hall 2", 60, "lecture"), ("LAB1", "Computer Lab", 30, "lab")],
    ),
    "time_slots": (
        "code label day start end",
        [
            (f"{day[:3].upper()}{number}", str(number), day, f"{hour}:00", f"{int(hour) + 1}:00")
            for day in DAYS
            for number, hour in enumerate(HOURS, 1)
        ],
    ),
    "faculty": (
        "code name department",
        [("F1", "Dr Meera Rao", "CSE"), ("F2", "Dr Arun Das", "CSE"), ("F3", "Prof Lila Sen", "MAT")],
    ),
    "groups": (
        "code name parent split department size",
        [
            ("CSE3-A", "CSE semester 3, section A", "", "", "CSE", 50),
            ("CSE3-A-B1", "CSE semester 3, section A, batch 1", "CSE3-A", "lab", "CSE", 25),
            ("CSE3-A-B2", "CSE semester 3, section A, batch 2", "CSE3-A", "lab", "CSE", 25),
            ("MAT3", "Mathematics semester 3", "", "", "MAT", 20),
        ],
    ),
    "students": (
        "code name department groups",
        [
            ("S1", "Asha Nair", "CSE", "CSE3-A-B1"),
            ("S2", "Ravi Iyer", "CSE", "CSE3-A-B2"),
            ("S3", "Nisha Paul", "MAT", "MAT3"),
        ],
    ),
    "courses": (
        "code title department",
        [
            ("CS301", "Operating Systems", "CSE"),
            ("CS302", "Databases", "CSE"),
            ("MA301", "Linear Algebra", "MAT"),
            ("MA302", "Topology", "MAT"),
        ],
    ),
    "sections": (
        "course section faculty groups",
        [
            ("CS301", "A", "F1", "CSE3-A"),
            ("CS302", "A", "F2", "CSE3-A"),
            ("MA301", "A", "F3", "CSE3-A"),
            ("MA302", "A", "F3", "MAT3"),
        ],
    ),
    "components": (
        "course section component kind meetings_per_week slots_per_meeting room_kind batches",
        [
            ("CS301", "A", "L", "lecture", 3, 1, "lecture", ""),
            ("CS301", "A", "P", "lab", 1, 2, "lab", "CSE3-A-B1, CSE3-A-B2"),
            ("CS302", "A", "L", "lecture", 2, 1, "lecture", ""),
            ("MA301", "A", "L", "lecture", 2, 1, "lecture", ""),
            ("MA302", "A", "L", "lecture", 3, 1, "lecture", ""),
        ],
    ),
}
ENTRIES: tuple[str, list[Row]] = (
    "course section component batch number slot room",
    [
        ("CS301", "A", "L", "", 1, "MON1", "R1"),
        ("CS301", "A", "L", "", 2, "TUE1", "R1"),
        ("CS301", "A", "L", "", 3, "WED1", "R1"),
        ("CS301", "A", "P", "CSE3-A-B1", 1, "MON4", "LAB1"),
        ("CS301", "A", "P", "CSE3-A-B2", 1, "TUE4", "LAB1"),
        ("CS302", "A", "L", "", 1, "MON2", "R1"),
        ("CS302", "A", "L", "", 2, "TUE2", "R1"),
        ("MA301", "A", "L", "", 1, "WED2", "R1"),
        ("MA301", "A", "L", "", 2, "THU2", "R1"),
        ("MA302", "A", "L", "", 1, "MON1", "R2"),
        ("MA302", "A", "L", "", 2, "TUE1", "R2"),
        ("MA302", "A", "L", "", 3, "FRI1", "R2"),
    ],
)
GROUPS = 4
"""How many groups have classes of their own, so how many sheets "all groups" are."""


@dataclass(frozen=True)
class University:
    """Who can sign in, and what there is to look at."""

    term_id: int | None
    timetable_id: int | None

    @staticmethod
    def email(role: Role | str, domain: str = "tiny.example") -> str:
        """The address of the account of a role."""
        return f"{Role(role).value}@{domain}"


def workbook(*, with_entries: bool = False) -> bytes:
    """The exchange workbook, as a registrar's spreadsheet saves it."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    tables = TABLES | ({"entries": ENTRIES} if with_entries else {})
    for name, (columns, rows) in tables.items():
        sheet = book.create_sheet(name)
        sheet.append(columns.split())
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def found_empty() -> University:
    """An organisation without data and its registrar."""
    organization = uploads.make_organization("TINY", "Tiny University", "Asia/Kolkata")
    _account(organization, Role.REGISTRAR, "Rita Registrar")
    db.session.commit()
    return University(None, None)


def found_published() -> University:
    """The whole of it, placed by hand and published, with an account of every role."""
    found_empty()
    organization = uploads.find_organization("TINY")
    assert organization is not None
    uploads.confirm(organization, None, uploads.read_upload("tiny.xlsx", workbook(with_entries=True)))
    add_people(organization)
    timetable = db.session.scalars(sa.select(Timetable)).one()
    publishing.publish(None, timetable, factories.EVERYTHING)
    return University(db.session.scalars(sa.select(Term.term_id)).one(), timetable.timetable_id)


def add_people(organization: Organization) -> None:
    """A head, a teacher and a student: of department CSE, F1 and batch B1."""
    head = db.session.scalars(sa.select(Department).filter_by(code="CSE")).one()
    teacher = db.session.scalars(sa.select(Faculty).filter_by(code="F1")).one()
    student = db.session.scalars(sa.select(Student).filter_by(code="S1")).one()
    _account(organization, Role.HOD, "Hema Head", department=head)
    _account(organization, Role.FACULTY, teacher.name, faculty=teacher)
    _account(organization, Role.STUDENT, student.name, student=student)
    db.session.commit()


def _account(organization: Organization, role: Role, name: str, **link: Any) -> None:
    user = users.create_user(organization, email=University.email(role), name=name, role=role, **link)
    user.password_hash = _hash()


@functools.cache
def _hash() -> str:
    """Made slow on purpose, so made once."""
    return hash_password(PASSWORD)
