"""The students who ask for courses in a term, found by number or name, with what they ask for and what they have."""

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Course, CourseEnrollment, CourseRequest, Section, Student, Term

MOST_FOUND = 30
"""So many students a search shows; more of them are told to be narrowed down."""


@dataclass(frozen=True)
class AskingStudent:
    """A student with the courses asked for, and the sections of the term in which the student is enrolled."""

    student_id: int
    name: str
    asked: tuple[str, ...]
    enrolled: tuple[str, ...]


@dataclass(frozen=True)
class AskingStudents:
    """Those whom a search has found, and how many more there are."""

    students: tuple[AskingStudent, ...]
    more: int


def students_asking(term: Term, text: str) -> AskingStudents:
    """Find students with requests in a term whose number or name has a text in it, in the order of their numbers."""
    asking = sa.select(CourseRequest.student_id).where(CourseRequest.term_id == term.term_id)
    query = sa.select(Student).where(
        Student.student_id.in_(asking),
        Student.code.icontains(text, autoescape=True) | Student.name.icontains(text, autoescape=True),
    )
    rows = db.session.scalars(query.order_by(Student.code).limit(MOST_FOUND)).all()
    number = db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    keys = [row.student_id for row in rows]
    asked: dict[int, list[str]] = defaultdict(list)
    courses = sa.select(CourseRequest.student_id, Course.code).join(Course, Course.course_id == CourseRequest.course_id)
    courses = courses.where(CourseRequest.term_id == term.term_id, CourseRequest.student_id.in_(keys))
    for student, course in db.session.execute(courses.order_by(CourseRequest.priority, Course.code)):
        asked[student].append(course)
    enrolled: dict[int, list[str]] = defaultdict(list)
    seats = sa.select(CourseEnrollment.student_id, Course.code, Section.code)
    seats = seats.join(Section, Section.section_id == CourseEnrollment.section_id)
    seats = seats.join(Course, Course.course_id == Section.course_id)
    seats = seats.where(Section.term_id == term.term_id, CourseEnrollment.student_id.in_(keys))
    for student, course, section in db.session.execute(seats.order_by(Course.code, Section.code)):
        enrolled[student].append(f"{course} {section}")
    found = (
        AskingStudent(
            row.student_id, f"{row.code} {row.name}", tuple(asked[row.student_id]), tuple(enrolled[row.student_id])
        )
        for row in rows
    )
    return AskingStudents(tuple(found), number - len(rows))
