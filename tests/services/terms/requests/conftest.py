"""A small college: one course in two sections, one that clashes with the first of them, and students who ask."""

from dataclasses import dataclass, field

import pytest

from tests import factories
from webapp.extensions import db
from webapp.models import Course, Section, Student, Term, Timetable, TimetableStatus, User
from webapp.services.schema.scope import Scope


@dataclass
class College:
    """A published timetable: OS in A (Monday first) and B (Monday second), DB in A (Monday first)."""

    user: User = field(default_factory=factories.user)

    def __post_init__(self) -> None:
        self.term: Term = factories.term(self.user.organization)
        self.scope = Scope(self.user.organization, self.term, self.user)
        self.department = factories.department(self.user.organization)
        self.os, self.db = (factories.course(self.department, code, title=f"The {code}") for code in ("OS", "DB"))
        published = {"status": TimetableStatus.PUBLISHED, "number": 1}
        self.timetable: Timetable = factories.timetable(self.term, **published)
        self.a, self.b = self.add(self.os, "A", 0, size=2), self.add(self.os, "B", 1, size=2)
        self.only = self.add(self.db, "A", 0, size=9)
        db.session.commit()

    def add(self, course: Course, code: str, slot: int, size: int) -> Section:
        """A section with one class a week, held on Monday."""
        section = factories.section(self.term, course, code, expected_size=size)
        component = factories.component(section, meetings_per_week=1)
        factories.entry(self.timetable, component, factories.slot(self.term, 0, slot))
        return section

    def ask(self, code: str, *courses: Course, **fields: object) -> Student:
        """A student who asks for courses."""
        student = factories.student(self.user.organization, code)
        for course in courses:
            factories.course_request(self.term, student, course, **fields)
        db.session.commit()
        return student


@pytest.fixture
def college(session) -> College:
    return College()
