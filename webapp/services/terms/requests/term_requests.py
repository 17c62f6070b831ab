"""What students ask for in a term, what they have, and which sections there are, read at once and looked up by key."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import (
    CourseEnrollment,
    CourseRequest,
    EntryGroup,
    Student,
    StudentGroupMember,
    Term,
    Timetable,
    TimetableEntry,
)
from webapp.services.problem.rows import TermRows, read_term
from webapp.services.shared.day_patterns import days_of
from webapp.services.terms.requests.assignment import AskedCourse, Seat, SeatProblem
from webapp.services.terms.requests.hours import Hours, clash, joined, minutes_taken


@dataclass(frozen=True)
class HeldSeat:
    """What a student is enrolled in; ``assigned`` where it was given for a request, and may be given anew."""

    section_id: int
    batch_id: int | None
    assigned: bool


@dataclass(frozen=True)
class GroupClasses:
    """What the members of some groups attend by them: sections, and the hours of each."""

    sections: frozenset[int]
    hours: Mapping[int, Hours]


class TermRequests:
    """The requests of a term beside its sections; with a timetable their hours and rooms are known.

    ``student_id`` narrows the requests to those of one student; what others attend is read all the same.
    """

    def __init__(self, term: Term, timetable: Timetable | None, student_id: int | None = None) -> None:
        self.term, self.timetable = term, timetable
        self.rows: TermRows = read_term(term)
        asked = sa.select(CourseRequest).filter_by(term_id=term.term_id)
        if student_id is not None:
            asked = asked.filter_by(student_id=student_id)
        order = (CourseRequest.student_id, CourseRequest.priority, CourseRequest.course_id)
        self.requests: Sequence[CourseRequest] = db.session.scalars(asked.order_by(*order)).all()
        own = {request.student_id for request in self.requests} | ({student_id} if student_id is not None else set())
        self.students = {row.student_id: row for row in db.session.scalars(_students_of(own))}
        self.held = self._read_held()
        self._read_entries()
        self.member_of = self._read_members()

    # What is read

    def _read_held(self) -> dict[int, dict[int, HeldSeat]]:
        """By student and section, the enrolments of the term."""
        one = CourseEnrollment
        query = sa.select(one.student_id, one.section_id, one.student_group_id, one.from_request)
        held: dict[int, dict[int, HeldSeat]] = defaultdict(dict)
        query = query.where(one.section_id.in_(self.rows.sections))
        for student, section, batch, assigned in db.session.execute(query):
            held[student][section] = HeldSeat(section, batch, assigned)
        return held

    def _read_entries(self) -> None:
        """The hours of each section and batch, of each group by section, and the smallest room of each section."""
        self.hours: dict[tuple[int, int | None], Hours] = {}
        self.group_hours: dict[int, dict[int, Hours]] = defaultdict(dict)
        self.rooms: dict[int, int] = {}
        if self.timetable is None:
            return
        of_timetable = TimetableEntry.timetable_id == self.timetable.timetable_id
        capacity = {room.room_id: room.capacity for room in self.rows.rooms}
        entry, attending = TimetableEntry, defaultdict(list)
        groups = sa.select(EntryGroup.entry_id, EntryGroup.student_group_id)
        groups = groups.join(entry, entry.entry_id == EntryGroup.entry_id).where(of_timetable)
        for key, group in db.session.execute(groups):
            attending[key].append(group)
        query = sa.select(
            entry.entry_id, entry.section_id, entry.student_group_id, entry.week_set_id, entry.day, entry.days,
            entry.start_time, entry.end_time, entry.room_id,
        )  # fmt: skip
        for key, section, batch, weeks, day, days, start, end, room in db.session.execute(query.where(of_timetable)):
            if start is None or end is None:
                continue
            taken = {weeks: minutes_taken(days_of(day, days), start, end)}
            self.hours[section, batch] = joined(self.hours.get((section, batch), {}), taken)
            if section not in self.rows.options_of_section:
                for group in attending[key]:
                    self.group_hours[group][section] = joined(self.group_hours[group].get(section, {}), taken)
            if room is not None and batch is None:
                self.rooms[section] = min(capacity[room], self.rooms.get(section, capacity[room]))

    def _read_members(self) -> dict[int, frozenset[int]]:
        """By student who asks, the groups that the student belongs to, those above included."""
        member, own = StudentGroupMember, defaultdict(list)
        query = sa.select(member.student_id, member.student_group_id)
        for student, group in db.session.execute(query.where(member.student_group_id.in_(self.rows.groups))):
            if student in self.students:
                own[student].append(group)
        return {student: self.rows.tree.with_ancestors(groups) for student, groups in own.items()}

    # Sections

    def label(self, section_id: int) -> str:
        """Course and section: "CS301 A"."""
        section = self.rows.sections[section_id]
        return f"{self.rows.courses[section.course_id].code} {section.code}"

    @cached_property
    def sections_of(self) -> Mapping[int, list[int]]:
        """By course, its sections that are held, in the order of their codes."""
        found: dict[int, list[int]] = defaultdict(list)
        for section in sorted(self.rows.sections.values(), key=lambda one: (one.code, one.section_id)):
            found[section.course_id].append(section.section_id)
        return found

    @cached_property
    def batches_of(self) -> Mapping[int, list[int]]:
        """By section, the batches in which its weekly classes are held."""
        found: dict[int, list[int]] = defaultdict(list)
        for component in self.rows.components:
            for batch in self.rows.batches.get(component.component_id, ()):
                if batch not in found[component.section_id]:
                    found[component.section_id].append(batch)
        return found

    def ways(self, section_id: int) -> tuple[int | None, ...]:
        """The batches in which a section can be attended; None alone where it has no batches."""
        return tuple(self.batches_of.get(section_id, ())) or (None,)

    @cached_property
    def capacity(self) -> Mapping[int, int | None]:
        """By section, the most students: those expected, or its smallest room's seats; None where neither is known."""
        found: dict[int, int | None] = {}
        for key, section in self.rows.sections.items():
            known = [size for size in (section.expected_size, self.rooms.get(key)) if size]
            found[key] = min(known) if known else None
        return found

    @cached_property
    def in_groups(self) -> Mapping[int, int]:
        """By section, the students who attend by their groups."""
        found = {}
        for key in self.rows.sections:
            groups = self.rows.section_groups.get(key, ())
            found[key] = sum(max(self.rows.groups[g].size, self.rows.member_counts.get(g, 0)) for g in groups)
        return found

    @cached_property
    def load(self) -> Mapping[int, int]:
        """By section, all who attend now."""
        found = dict(self.in_groups)
        for own in self.held.values():
            for section in own:
                found[section] += 1
        return found

    @cached_property
    def fixed_load(self) -> Mapping[int, int]:
        """By section, who attends whatever is assigned: groups, and enrolments made by hand."""
        found = dict(self.in_groups)
        for own in self.held.values():
            for section, seat in own.items():
                found[section] += not seat.assigned
        return found

    # Students

    @cached_property
    def _by_groups(self) -> dict[frozenset[int], GroupClasses]:
        return {}

    def group_classes(self, student_id: int) -> GroupClasses:
        """What a student attends by groups; students of the same groups share one answer."""
        groups = self.member_of.get(student_id, frozenset())
        if groups not in self._by_groups:
            hours: dict[int, Hours] = {}
            for group in groups:
                for section, taken in self.group_hours.get(group, {}).items():
                    hours[section] = joined(hours.get(section, {}), taken)
            named = {section for section, own in self.rows.section_groups.items() if groups.intersection(own)}
            self._by_groups[groups] = GroupClasses(frozenset(named | set(hours)), hours)
        return self._by_groups[groups]

    def seat_of(self, student_id: int, course_id: int) -> HeldSeat | None:
        """What the student attends of a course: by group, or the enrolment."""
        own = self.held.get(student_id, {})
        for section in self.sections_of.get(course_id, ()):
            if section in own:
                return own[section]
        for section in self.sections_of.get(course_id, ()):
            if section in self.group_classes(student_id).sections:
                return HeldSeat(section, None, assigned=False)
        return None

    def hours_of(self, section_id: int, batch_id: int | None) -> Hours:
        """The hours of a section for who is in that batch."""
        whole = self.hours.get((section_id, None), {})
        return whole if batch_id is None else joined(whole, self.hours.get((section_id, batch_id), {}))

    def clashes_of(self, student_id: int, section_id: int, batch_id: int | None) -> list[int]:
        """The sections that the student attends at the hours of this one, those of its course aside."""
        wanted, course = self.hours_of(section_id, batch_id), self.rows.sections[section_id].course_id
        own = {
            seat.section_id: self.hours_of(seat.section_id, seat.batch_id)
            for seat in self.held.get(student_id, {}).values()
        }
        attended = {**self.group_classes(student_id).hours, **own}
        return sorted(
            section
            for section, hours in attended.items()
            if (section not in self.rows.sections or self.rows.sections[section].course_id != course)
            and clash(wanted, hours, self.rows.week_sets)
        )

    # What is to be decided

    @cached_property
    def seats(self) -> tuple[Seat, ...]:
        """The ways to attend the courses that are asked for."""
        courses = {key for request in self.requests for key in (request.course_id, request.alternative_id) if key}
        return tuple(
            Seat(course, section, batch)
            for course in sorted(courses)
            for section in self.sections_of.get(course, ())
            for batch in self.ways(section)
        )

    def problem(self) -> SeatProblem:
        """What is open, with everything that was assigned before taken back."""
        hours = [self.hours_of(seat.section_id, seat.batch_id) for seat in self.seats]
        clashes = [0] * len(self.seats)
        for one, seat in enumerate(self.seats):
            for other in range(one + 1):
                same = seat.course_id == self.seats[other].course_id
                if same or clash(hours[one], hours[other], self.rows.week_sets):
                    clashes[one] |= 1 << other
                    clashes[other] |= 1 << one
        of_course: dict[int, list[int]] = defaultdict(list)
        for index, seat in enumerate(self.seats):
            of_course[seat.course_id].append(index)
        asked = [
            AskedCourse(
                request.student_id,
                request.course_id,
                request.priority,
                tuple(of_course[request.course_id]),
                tuple(of_course[request.alternative_id]) if request.alternative_id else (),
            )
            for request in self.open_requests()
        ]
        blocked = self._blocked(hours, {one.student_id for one in asked})
        return SeatProblem(self.seats, clashes, self.capacity, self.fixed_load, asked, blocked, bool(self.hours))

    def open_requests(self) -> list[CourseRequest]:
        """The requests whose course the student attends neither by group nor by an enrolment made by hand."""
        found = []
        for request in self.requests:
            seat = self.seat_of(request.student_id, request.course_id)
            if seat is None or seat.assigned:
                found.append(request)
        return found

    def _blocked(self, hours: Sequence[Hours], students: Iterable[int]) -> dict[int, int]:
        """By student, the seats that clash with groups' classes or enrolments made by hand, or are of their courses."""
        known: dict[Any, int] = {}
        found = {}
        for student in students:
            own = [seat for seat in self.held.get(student, {}).values() if not seat.assigned]
            groups = self.group_classes(student)
            key = (self.member_of.get(student), tuple(own))
            if key not in known:
                attended = joined(
                    *groups.hours.values(), *(self.hours_of(seat.section_id, seat.batch_id) for seat in own)
                )
                sections = {*groups.sections, *(seat.section_id for seat in own)} & self.rows.sections.keys()
                courses = {self.rows.sections[section].course_id for section in sections}
                known[key] = sum(
                    1 << index
                    for index, seat in enumerate(self.seats)
                    if seat.course_id in courses or clash(hours[index], attended, self.rows.week_sets)
                )
            found[student] = known[key]
        return found

    def hold(self, given: Mapping[tuple[int, int], int | None]) -> None:
        """Look at the term as if students had been given these batches of sections, and nothing assigned before."""
        for student, own in self.held.items():
            self.held[student] = {section: seat for section, seat in own.items() if not seat.assigned}
        for (student, section), batch in given.items():
            self.held[student][section] = HeldSeat(section, batch, assigned=True)
        self.__dict__.pop("load", None)

    def given(self) -> dict[tuple[int, int], int | None]:
        """By student and section, the batch of what was assigned."""
        return {
            (student, seat.section_id): seat.batch_id
            for student, own in self.held.items()
            for seat in own.values()
            if seat.assigned
        }


def _students_of(keys: Iterable[int]) -> sa.Select[Any]:
    return sa.select(Student).where(Student.student_id.in_(list(keys)))
