"""Stores who attends which section: what was assigned, all of it taken back, and one student moved by hand."""

from dataclasses import dataclass

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import CourseEnrollment, Section, Student, Term, Timetable
from webapp.services.reference.errors import RecordChanged, RecordRefused
from webapp.services.schema.scope import Scope
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.errors import Conflict, NotFound
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _
from webapp.services.terms.requests.outcome import RequestOutcome, names_of_sections, preview, reasons_against
from webapp.services.terms.requests.term_requests import TermRequests
from webapp.services.timetables.lifecycle import published_timetable

WITHOUT = "none"
"""Asks for no timetable: as if nothing had an hour yet."""


class SeatsOutdated(Conflict):
    """What would be assigned is not what was shown any more."""


def timetables_to_choose(term: Term) -> list[Timetable]:
    """The timetables of a term by which students can be assigned: the published one first, then the latest."""
    query = sa.select(Timetable).filter_by(term_id=term.term_id).order_by(Timetable.timetable_id.desc())
    published = published_timetable(term)
    others = [one for one in db.session.scalars(query) if one is not published]
    return [*([published] if published else []), *others]


def chosen_timetable(term: Term, text: str) -> Timetable | None:
    """The timetable that a form names, else the published one; None where it is to be without hours.

    Raises NotFound where the term has no such timetable.
    """
    if text == WITHOUT:
        return None
    if not text:
        return published_timetable(term)
    return load(term, Timetable, int(text) if text.isdecimal() else None, Timetable.term_id == term.term_id)


def take(scope: Scope, term: Term, timetable: Timetable | None, seen: str) -> RequestOutcome:
    """Enrol everybody as a preview has shown, instead of what was assigned before.

    Raises `SeatsOutdated` where requests, enrolments or sections have changed so that another assignment comes out.
    """
    optimistic_lock.lock(scope.organization)
    outcome, given = preview(term, timetable)
    if outcome.mark != seen:
        raise SeatsOutdated(
            _("Requests, enrolments or sections have changed since this was shown. Nothing was stored; look again.")
        )
    kept = set()
    for row in _assigned_rows(term):
        if given.get((row.student_id, row.section_id), False) == row.student_group_id:
            kept.add((row.student_id, row.section_id))
        else:
            db.session.delete(row)
    db.session.flush()
    db.session.add_all(
        CourseEnrollment(student_id=student, section_id=section, student_group_id=batch, from_request=True)
        for (student, section), batch in given.items()
        if (student, section) not in kept
    )
    counts = {"requests": outcome.asked, "got": outcome.got, "added": outcome.added, "removed": outcome.removed}
    by = timetable.variant_name if timetable else ""
    audit.record(scope.organization, scope.actor, "requests.assign", term, after={**counts, "timetable": by})
    db.session.flush()
    return outcome


def take_back(scope: Scope, term: Term) -> int:
    """Remove every enrolment that was assigned, and return how many; those made by hand stay."""
    optimistic_lock.lock(scope.organization)
    rows = _assigned_rows(term)
    for row in rows:
        db.session.delete(row)
    audit.record(scope.organization, scope.actor, "requests.take-back", term, before={"enrolments": len(rows)})
    db.session.flush()
    return len(rows)


def _assigned_rows(term: Term) -> list[CourseEnrollment]:
    query = sa.select(CourseEnrollment).join(Section, Section.section_id == CourseEnrollment.section_id)
    query = query.where(Section.term_id == term.term_id, CourseEnrollment.from_request.is_(True))
    return list(db.session.scalars(query))


# One student


@dataclass(frozen=True)
class SeatChoice:
    """A way to attend a course, and what it costs: who would be in it before and after, and what clashes."""

    value: str
    label: str
    taken: bool
    students: int
    after: int
    capacity: int | None
    clashes: str

    @property
    def over(self) -> int:
        """So many students above its size it would have."""
        return max(0, self.after - self.capacity) if self.capacity is not None else 0


@dataclass(frozen=True)
class StudentCourse:
    """A course that a student asks for; ``value`` is the seat held, as a form names it, ``seen`` the mark of it."""

    course_id: int
    code: str
    title: str
    priority: int
    alternative: str
    seat: str
    value: str
    by_group: bool
    assigned: bool
    choices: tuple[SeatChoice, ...]
    reasons: tuple[str, ...]
    seen: str


@dataclass(frozen=True)
class StudentSeats:
    """A student's requests in a term with every way to meet each."""

    student: Student
    term: Term
    has_times: bool
    courses: tuple[StudentCourse, ...]


def student_seats(term: Term, student_id: int, timetable: Timetable | None) -> StudentSeats:
    """What a student asks for and has, and what each other section would cost. Raises NotFound."""
    student = load(term, Student, student_id)
    found = TermRequests(term, timetable, student.student_id)
    courses = []
    for request in found.requests:
        courses.append(_course(found, student_id, request.course_id, request.priority, request.alternative_id))
        alternative = request.alternative_id
        if (
            alternative
            and found.seat_of(student_id, alternative)
            and alternative not in {one.course_id for one in found.requests}
        ):
            courses.append(_course(found, student_id, alternative, request.priority, None))
    return StudentSeats(student, term, bool(found.hours), tuple(courses))


def _course(
    found: TermRequests, student_id: int, course_id: int, priority: int, alternative: int | None
) -> StudentCourse:
    course, held = found.rows.courses[course_id], found.seat_of(student_id, course_id)
    own = found.held.get(student_id, {})
    value = _value(held.section_id, held.batch_id) if held else ""
    by_group = held is not None and held.section_id not in own
    return StudentCourse(
        course_id=course_id,
        code=course.code,
        title=course.title,
        priority=priority,
        alternative=found.rows.courses[alternative].code if alternative else "",
        seat=_seat_name(found, held.section_id, held.batch_id) if held else "",
        value=value,
        by_group=by_group,
        assigned=held is not None and held.assigned,
        choices=() if by_group else tuple(
            _choice(found, student_id, section, batch, held.section_id if held else None, value)
            for section in found.sections_of.get(course_id, ())
            for batch in found.ways(section)
        ),
        reasons=() if held else reasons_against(found, student_id, course_id),
        seen=optimistic_lock.mark({"seat": (value, held.assigned if held else None)}),
    )  # fmt: skip


def _choice(
    found: TermRequests, student_id: int, section: int, batch: int | None, held: int | None, value: str
) -> SeatChoice:
    clashes = found.clashes_of(student_id, section, batch)
    return SeatChoice(
        value=_value(section, batch),
        label=_seat_name(found, section, batch),
        taken=_value(section, batch) == value,
        students=found.load[section],
        after=found.load[section] + (section != held),
        capacity=found.capacity[section],
        clashes=names_of_sections(found, clashes) if clashes else "",
    )


def _value(section: int, batch: int | None) -> str:
    return f"{section}-{batch or 0}"


def _seat_name(found: TermRequests, section: int, batch: int | None) -> str:
    code = found.rows.sections[section].code
    return code if batch is None else f"{code} ({found.rows.groups[batch].code})"


@dataclass(frozen=True)
class SeatMove:
    """What a form asks for: the seat that a student shall have of a course ("": none), and whether it stays when
    everybody is assigned anew; ``seen`` is the mark of the seat held when the form was shown."""

    student_id: int
    course_id: int
    seat: str
    stays: bool
    seen: str


@dataclass(frozen=True)
class SeatMoved:
    """What was done, in words, and what undoes it."""

    words: str
    before: str
    stayed: bool


def move(scope: Scope, term: Term, wanted: SeatMove) -> SeatMoved:
    """Give a student another seat of a course, or none; clashes and full sections were shown, and do not refuse it.

    Raises NotFound, `RecordRefused`, and `RecordChanged` where the student has another seat by now.
    """
    optimistic_lock.lock(scope.organization)
    page = student_seats(term, wanted.student_id, None)
    course = next((one for one in page.courses if one.course_id == wanted.course_id), None)
    if course is None:
        raise NotFound(_("The student does not ask for this course any more."))
    name = f"{page.student.code} {page.student.name}"
    if course.seen != wanted.seen:
        words = (
            _("%(name)s has section %(seat)s of %(course)s now.", name=name, seat=course.seat, course=course.code)
            if course.seat
            else _("%(name)s has no section of %(course)s now.", name=name, course=course.code)
        )
        raise RecordChanged({"": words})
    if course.by_group:
        words = _("%(name)s attends %(course)s %(seat)s by group. Change the student's groups to change it.",
                  name=name, course=course.code, seat=course.seat)  # fmt: skip
        raise RecordRefused(words, {"": words})
    choice = next((one for one in course.choices if one.value == wanted.seat), None)
    if wanted.seat and choice is None:
        raise NotFound(_("The course has no such section; it may have been taken out meanwhile."))
    row = _row_of(page.student, wanted.course_id, term)
    if row is not None:
        before = {"student_id": page.student.code, "section_id": f"{course.code} {course.seat}"}
        audit.record(scope.organization, scope.actor, "enrollments.delete", row, before=before)
        db.session.delete(row)
        db.session.flush()
    if choice is not None:
        section, batch = (int(part) for part in choice.value.split("-"))
        row = CourseEnrollment(student_id=page.student.student_id, section_id=section, student_group_id=batch or None)
        row.from_request = not wanted.stays
        db.session.add(row)
        db.session.flush()
        after = {"student_id": page.student.code, "section_id": f"{course.code} {choice.label}"}
        audit.record(scope.organization, scope.actor, "enrollments.create", row, after=after)
    db.session.flush()
    words = (
        _("%(name)s has section %(seat)s of %(course)s.", name=name, seat=choice.label, course=course.code)
        if choice
        else _("%(name)s has no section of %(course)s.", name=name, course=course.code)
    )
    return SeatMoved(words, course.value, bool(course.value) and not course.assigned)


def _row_of(student: Student, course_id: int, term: Term) -> CourseEnrollment | None:
    query = sa.select(CourseEnrollment).join(Section, Section.section_id == CourseEnrollment.section_id)
    query = query.where(
        Section.term_id == term.term_id, Section.course_id == course_id, Section.held.is_(True),
        CourseEnrollment.student_id == student.student_id,
    )  # fmt: skip
    return db.session.scalars(query.order_by(Section.code)).first()
