"""A student's own requests: what is asked for, what can be, and the change of it while the window is open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from webapp.extensions import db
from webapp.models import (
    Course,
    CourseEnrollment,
    CourseRequest,
    Section,
    SectionGroup,
    Student,
    StudentGroup,
    StudentGroupMember,
    Term,
    User,
)
from webapp.services.problem.groups import Direction, closure
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.errors import Conflict, Forbidden, NotFound
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _
from webapp.services.terms.requests.window import RequestWindow, terms_with_requests, window_of

MOST_FOUND = 20
MOST_REQUESTS = 20
PRIORITIES = range(1, 10)


class WindowClosed(Conflict):
    """Requests can't be changed on this day."""


class RequestsRefused(Conflict):
    """The request can't be made as it was asked for."""


@dataclass(frozen=True)
class OwnRequest:
    """A course asked for, and the section got of it, where there is one."""

    course_id: int
    code: str
    title: str
    priority: int
    alternative: str
    section: str


@dataclass(frozen=True)
class OwnRequests:
    """A student's page: the term, how its window stands, what is asked for, and courses found by a text."""

    term: Term | None
    window: RequestWindow
    requests: tuple[OwnRequest, ...]
    text: str
    found: tuple[Course, ...]
    more: bool

    @property
    def may_change(self) -> bool:
        """Whether today is within the window."""
        return self.window is RequestWindow.OPEN


def student_of(user: User) -> Student:
    """The student whose account it is; raises Forbidden."""
    if user.student is None:
        raise Forbidden(_("This account belongs to no student."))
    return user.student


def own_requests(user: User, text: str = "") -> OwnRequests:
    """What a student asks for in the term whose window is open, else the next, else the last; raises Forbidden."""
    student = student_of(user)
    term = next(iter(terms_with_requests(user.organization)), None)
    if term is None:
        return OwnRequests(None, RequestWindow.UNSET, (), text, (), more=False)
    asked = _asked(term, student)
    window = window_of(term)
    found = _find(term, text, [one.course_id for one in asked]) if window is RequestWindow.OPEN else []
    return OwnRequests(term, window, asked, text, tuple(found[:MOST_FOUND]), len(found) > MOST_FOUND)


def _asked(term: Term, student: Student) -> tuple[OwnRequest, ...]:
    other = aliased(Course)
    query = (
        sa.select(Course.course_id, Course.code, Course.title, CourseRequest.priority, other.code, other.course_id)
        .join(CourseRequest, CourseRequest.course_id == Course.course_id)
        .outerjoin(other, other.course_id == CourseRequest.alternative_id)
        .where(CourseRequest.term_id == term.term_id, CourseRequest.student_id == student.student_id)
        .order_by(CourseRequest.priority, Course.code)
    )
    attended = _sections_attended(term, student)
    return tuple(
        OwnRequest(key, code, title, priority, instead or "", attended.get(key, "") or attended.get(instead_key, ""))
        for key, code, title, priority, instead, instead_key in db.session.execute(query)
    )


def _sections_attended(term: Term, student: Student) -> dict[int, str]:
    """By course, the section that the student attends by enrolment or by group: "CS301 A"."""
    mine = sa.select(StudentGroupMember.student_group_id).where(StudentGroupMember.student_id == student.student_id)
    is_own = sa.and_(StudentGroup.student_group_id.in_(mine), StudentGroup.term_id == term.term_id)
    groups = sa.select(closure(is_own, Direction.UP).c.student_group_id)
    by_group = sa.select(SectionGroup.section_id).where(SectionGroup.student_group_id.in_(groups))
    enrolled = sa.select(CourseEnrollment.section_id).where(CourseEnrollment.student_id == student.student_id)
    query = (
        sa.select(Course.course_id, Course.code, Section.code)
        .join(Section, Section.course_id == Course.course_id)
        .where(Section.term_id == term.term_id, Section.held.is_(True))
        .where(sa.or_(Section.section_id.in_(enrolled), Section.section_id.in_(by_group)))
        .order_by(Section.section_id.in_(enrolled), Section.code.desc())
    )
    return {key: f"{course} {section}" for key, course, section in db.session.execute(query)}


def _find(term: Term, text: str, asked: Sequence[int]) -> list[Course]:
    """Courses that have a section in the term and are not asked for, one more than are shown."""
    query = _offered(term).where(Course.course_id.not_in(asked))
    if text.strip():
        like = (column.icontains(text.strip(), autoescape=True) for column in (Course.code, Course.title))
        query = query.where(sa.or_(*like))
    return list(db.session.scalars(query.order_by(Course.code).limit(MOST_FOUND + 1)))


def _offered(term: Term) -> sa.Select[Course]:
    held = sa.select(Section.course_id).where(Section.term_id == term.term_id, Section.held.is_(True))
    return sa.select(Course).where(Course.course_id.in_(held))


def ask(user: User, term_id: int, course_id: int, priority: int, alternative: str = "") -> Course:
    """Ask for a course, or change how; raises NotFound, `WindowClosed`, `RequestsRefused`."""
    student, term = _open_term(user, term_id)
    course = db.session.scalar(_offered(term).where(Course.course_id == course_id))
    if course is None:
        raise NotFound(_("This course is not offered in the term."))
    if priority not in PRIORITIES:
        raise RequestsRefused(_("The priority is a number from 1 to 9."))
    other = _alternative(term, course, alternative)
    row = _row(term, student, course_id)
    if row is None:
        if len(_asked(term, student)) >= MOST_REQUESTS:
            raise RequestsRefused(
                _("You ask for %(number)d courses already; take one back first.", number=MOST_REQUESTS)
            )
        row = CourseRequest(term_id=term.term_id, student_id=student.student_id, course_id=course_id)
        before = None
        db.session.add(row)
    else:
        before = {"priority": row.priority}
    row.priority, row.alternative_id = priority, other.course_id if other else None
    db.session.flush()
    after = {"student_id": student.code, "course_id": course.code, "priority": priority}
    action = "requests.create" if before is None else "requests.edit"
    audit.record(user.organization, user, action, row, before=before, after=after)
    return course


def _alternative(term: Term, course: Course, code: str) -> Course | None:
    if not code.strip():
        return None
    query = _offered(term).where(sa.func.lower(Course.code) == code.strip().lower())
    other = db.session.scalar(query)
    if other is None:
        raise RequestsRefused(_("No course “%(code)s” is offered in the term.", code=code.strip()[:64]))
    if other is course:
        raise RequestsRefused(_("The alternative is the course itself."))
    return other


def withdraw(user: User, term_id: int, course_id: int) -> None:
    """Ask for a course no more; what is not asked for is no fault. Raises NotFound, `WindowClosed`."""
    student, term = _open_term(user, term_id)
    row = _row(term, student, course_id)
    if row is not None:
        course = db.session.get_one(Course, course_id)
        before = {"student_id": student.code, "course_id": course.code, "priority": row.priority}
        audit.record(user.organization, user, "requests.delete", row, before=before)
        db.session.delete(row)
        db.session.flush()


def _open_term(user: User, term_id: int) -> tuple[Student, Term]:
    student = student_of(user)
    optimistic_lock.lock(user.organization)
    term = load(user, Term, term_id, fresh=True)
    if window_of(term) is not RequestWindow.OPEN:
        raise WindowClosed(_("Courses can't be asked for today; nothing was changed."))
    return student, term


def _row(term: Term, student: Student, course_id: int) -> CourseRequest | None:
    query = sa.select(CourseRequest).filter_by(term_id=term.term_id, student_id=student.student_id)
    return db.session.scalar(query.filter_by(course_id=course_id))


def codes_of_offers(term: Term | None) -> Iterable[tuple[str, str]]:
    """Code and title of every course that can be asked for."""
    if term is None:
        return []
    return [(course.code, course.title) for course in db.session.scalars(_offered(term).order_by(Course.code))]
