"""How many students get what they ask for, who does not and why, and how full each section is."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from webapp.models import CourseRequest, Term, Timetable
from webapp.services.shared import optimistic_lock
from webapp.services.shared.words import _, enumerated
from webapp.services.terms.requests.assignment import assign
from webapp.services.terms.requests.term_requests import TermRequests

MOST_WAITING = 100
MOST_CLASHES = 3


@dataclass(frozen=True)
class SectionFill:
    """How full a section is; ``capacity`` None where it is not known; ``change`` against now, in a preview."""

    label: str
    students: int
    capacity: int | None
    change: int

    @property
    def full(self) -> bool:
        """Whether there is no place left."""
        return self.capacity is not None and self.students >= self.capacity


@dataclass(frozen=True)
class CourseDemand:
    """A course that is asked for: by how many, how many get it, or its alternative, and its sections."""

    code: str
    title: str
    asked: int
    got: int
    instead: int
    sections: tuple[SectionFill, ...]

    @property
    def without(self) -> int:
        """Who asks and gets neither."""
        return self.asked - self.got - self.instead


@dataclass(frozen=True)
class WaitingRequest:
    """A request that is not met, and why: a reason for each section."""

    student_id: int
    student: str
    course: str
    priority: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class RequestOutcome:
    """What comes of the requests of a term; ``mark`` is what a form that takes it sends back."""

    asked: int
    got: int
    instead: int
    must_waiting: int
    students: int
    students_served: int
    courses: tuple[CourseDemand, ...]
    waiting: tuple[WaitingRequest, ...]
    assigned: int
    by_hand: int
    has_times: bool
    added: int = 0
    removed: int = 0
    mark: str = ""

    @property
    def without(self) -> int:
        """Requests that are not met, not by an alternative either."""
        return self.asked - self.got - self.instead

    @property
    def more_waiting(self) -> int:
        """How many of them are not listed."""
        return self.without - len(self.waiting)


def standing(term: Term, timetable: Timetable | None) -> RequestOutcome:
    """What students have of their requests now."""
    found = TermRequests(term, timetable)
    return _outcome(found, found.load)


def preview(term: Term, timetable: Timetable | None) -> tuple[RequestOutcome, dict[tuple[int, int], int | None]]:
    """What comes of assigning everybody anew, and by student and section the batch given; nothing is stored."""
    found = TermRequests(term, timetable)
    before, load = found.given(), found.load
    problem = found.problem()
    given = {
        (asked.student_id, problem.seats[seat].section_id): problem.seats[seat].batch_id
        for asked, seat in zip(problem.asked, assign(problem), strict=True)
        if seat is not None
    }
    found.hold(given)
    return _outcome(found, load, before, given), given


def _outcome(
    found: TermRequests,
    load: Mapping[int, int],
    before: Mapping[tuple[int, int], int | None] | None = None,
    given: Mapping[tuple[int, int], int | None] | None = None,
) -> RequestOutcome:
    got: Counter[int] = Counter()
    instead: Counter[int] = Counter()
    open_ones = []
    for request in found.requests:
        if found.seat_of(request.student_id, request.course_id):
            got[request.course_id] += 1
        elif request.alternative_id and found.seat_of(request.student_id, request.alternative_id):
            instead[request.course_id] += 1
        else:
            open_ones.append(request)
    open_ones.sort(key=lambda one: (one.priority, found.students[one.student_id].code, one.course_id))
    students = {request.student_id for request in found.requests}
    before, given = before or {}, given or {}
    shares = {"given": sorted(given.items(), key=repr), "before": sorted(before.items(), key=repr)}
    return RequestOutcome(
        asked=len(found.requests),
        got=got.total(),
        instead=instead.total(),
        must_waiting=sum(request.priority == 1 for request in open_ones),
        students=len(students),
        students_served=len(students - {request.student_id for request in open_ones}),
        courses=_courses(found, load, got, instead),
        waiting=tuple(_waiting(found, request) for request in open_ones[:MOST_WAITING]),
        assigned=len(found.given()),
        by_hand=sum(not seat.assigned for student in students for seat in found.held.get(student, {}).values()),
        has_times=bool(found.hours),
        added=len(given.items() - before.items()),
        removed=len(before.items() - given.items()),
        mark=optimistic_lock.mark(shares),
    )


def _courses(
    found: TermRequests, load: Mapping[int, int], got: Counter[int], instead: Counter[int]
) -> tuple[CourseDemand, ...]:
    asked: dict[int, int] = defaultdict(int)
    for request in found.requests:
        asked[request.course_id] += 1
    lines = [
        CourseDemand(
            code=found.rows.courses[key].code,
            title=found.rows.courses[key].title,
            asked=asked.get(key, 0),
            got=got[key],
            instead=instead[key],
            sections=tuple(
                SectionFill(
                    found.rows.sections[section].code,
                    found.load[section],
                    found.capacity[section],
                    found.load[section] - load[section],
                )
                for section in found.sections_of.get(key, ())
            ),
        )
        for key in {*asked, *(seat.course_id for seat in found.seats)}
    ]
    return tuple(sorted(lines, key=lambda line: (-line.without, line.code)))


def _waiting(found: TermRequests, request: CourseRequest) -> WaitingRequest:
    student = found.students[request.student_id]
    return WaitingRequest(
        student_id=student.student_id,
        student=f"{student.code} {student.name}",
        course=found.rows.courses[request.course_id].code,
        priority=request.priority,
        reasons=reasons_against(found, request.student_id, request.course_id),
    )


def reasons_against(found: TermRequests, student_id: int, course_id: int) -> tuple[str, ...]:
    """Per section of a course, why the student is not in it."""
    sections = found.sections_of.get(course_id, ())
    if not sections:
        return (_("The course has no section in this term."),)
    return tuple(_reason(found, student_id, section) for section in sections)


def _reason(found: TermRequests, student_id: int, section: int) -> str:
    code, size = found.rows.sections[section].code, found.capacity[section]
    clashes = min((found.clashes_of(student_id, section, batch) for batch in found.ways(section)), key=len)
    if clashes:
        return _("%(section)s clashes with %(others)s.", section=code, others=names_of_sections(found, clashes))
    if size is not None and found.load[section] >= size:
        return _("%(section)s is full (%(students)d of %(size)d).", section=code, students=found.load[section],
                 size=size)  # fmt: skip
    return _("%(section)s has a place.", section=code)


def names_of_sections(found: TermRequests, sections: list[int]) -> str:
    """Sections in one line; one that is not held any more is named so."""
    names = [found.label(key) if key in found.rows.sections else _("a class not held any more") for key in sections]
    return enumerated(names, MOST_CLASHES)
