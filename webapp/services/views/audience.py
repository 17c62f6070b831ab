"""Who sees which part of a timetable: the published one to everybody, each their own.

A registrar sees every timetable of the organisation; a head the classes of the own department's courses; a teacher
the classes they teach; a student those of their own groups and enrolments. What is not allowed here is refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from webapp.extensions import db
from webapp.models import (
    BasketSection,
    Course,
    CourseEnrollment,
    Department,
    EntryFaculty,
    EntryGroup,
    Faculty,
    GenerationJob,
    Room,
    StudentGroup,
    StudentGroupMember,
    Term,
    Timetable,
    TimetableEntry,
    User,
)
from webapp.services.accounts.permissions import Permission, may
from webapp.services.problem.groups import Direction, GroupTree, closure, read_tree
from webapp.services.problem.parts import PartOfTerm, entries_of_part, groups_of_part
from webapp.services.shared.errors import Forbidden, NotFound
from webapp.services.shared.scoped import load
from webapp.services.shared.words import _
from webapp.services.timetables.lifecycle import published_timetable
from webapp.services.views.entries import SeenEntry, read_entries, read_slot_views
from webapp.services.views.grid import EntryView, Grid, Sheet, SheetKind, SheetSubject, build_grid


class SubjectUnknown(NotFound):
    """The term has no such group, teacher, room or department."""


class NotYours(Forbidden):
    """The caller's role does not reach so far."""


class Lens(StrEnum):
    """By whom or what a timetable is looked at."""

    GROUP = "group"
    FACULTY = "faculty"
    ROOM = "room"
    DEPARTMENT = "department"


@dataclass(frozen=True)
class Subject:
    """Somebody or something that has a timetable of its own."""

    lens: Lens
    key: int
    code: str
    name: str
    department_id: int | None = None

    @property
    def label(self) -> str:
        """Code and name, once where they are the same."""
        return self.code if self.code == self.name else f"{self.code}: {self.name}"


# The lists: what belongs to whom


def department_entries(user: User, department_id: int, term: Term | None) -> list[EntryView]:
    """The published classes of a department's courses, and no others.

    Raises NotFound outside the organisation, `NotYours` for another department than a head's own and for
    every role but registrar and head.
    """
    department = department_of(user, department_id)
    timetable = published_timetable(term)
    if timetable is None:
        return []
    own = sa.select(Course.course_id).where(Course.department_id == department.department_id)
    return _views(read_entries(timetable.timetable_id, TimetableEntry.course_id.in_(own)))


def department_of(user: User, department_id: int) -> Department:
    """A department that the user may look at; raises as `department_entries` does."""
    department = load(user, Department, department_id)
    if not _heads(user, department) and not may(user, Permission.SEE_TIMETABLES):
        raise NotYours(_("Only the registrar and the head of %(name)s may see this.", name=department.name))
    return department


def headed_department(user: User, department_id: int) -> Department:
    """The department for which the user speaks as its head; raises NotFound, and `NotYours` for any other."""
    department = load(user, Department, department_id)
    if not _heads(user, department):
        raise NotYours(_("Only the head of %(name)s may do this.", name=department.name))
    return department


def _heads(user: User, department: Department) -> bool:
    return may(user, Permission.SEE_DEPARTMENT) and user.department_id == department.department_id


def own_entries(user: User, lens: Lens, term: Term | None) -> list[EntryView]:
    """The published classes that are the user's own, see `own_classes`."""
    return _views(own_seen(user, lens, published_timetable(term)))


def own_seen(user: User, lens: Lens, timetable: Timetable | None) -> list[SeenEntry]:
    """A timetable's classes that are the user's own, with the keys by which they are; see `own_classes`."""
    own = own_classes(user, lens, timetable.term_id if timetable is not None else 0)
    return [] if timetable is None else read_entries(timetable.timetable_id, own)


def seen_of(timetable: Timetable, subject: Subject, department_id: int) -> list[SeenEntry]:
    """A subject's classes as the head of a department sees them, see `sheets_for`."""
    tree = read_tree(timetable.term_id) if subject.lens is Lens.GROUP else None
    entries = read_entries(timetable.timetable_id)
    return _of(subject, [_as_seen_by(department_id, entry) for entry in entries], tree)


def _as_seen_by(department_id: int, entry: SeenEntry) -> SeenEntry:
    return entry if entry.department_id == department_id else entry.as_busy()


def own_classes(user: User, lens: Lens, term_id: int) -> sa.ColumnElement[bool]:
    """Which entries of a term's timetables are the user's own.

    By the lens of teachers those that the user teaches, as first or further teacher; by that of groups those of the
    user's own groups and enrolments: section and batch. Raises `NotYours` for whoever has no such week.
    """
    if lens is Lens.FACULTY and user.faculty_id is not None and may(user, Permission.SEE_OWN_TEACHING):
        return _taught_by(user.faculty_id)
    if lens is Lens.GROUP and user.student_id is not None and may(user, Permission.SEE_OWN_STUDIES):
        return _attended_by(user.student_id, term_id)
    raise NotYours(_("Only teachers and students have a week of their own."))


def timetable_entries(timetable: Timetable) -> list[EntryView]:
    """Every entry of a timetable that the caller has looked up in their own scope."""
    return _views(read_entries(timetable.timetable_id))


def classes_on(timetable: Timetable, which: sa.ColumnElement[bool]) -> list[EntryView]:
    """The entries of a timetable that meet a condition, see `classes_of_sheet`."""
    return _views(read_entries(timetable.timetable_id, which))


def tray_of(job: GenerationJob) -> tuple[Timetable, list[EntryView]] | None:
    """Of a run's stored variants the one with the fewest classes without a place, if it has any, and those classes."""
    query = sa.select(Timetable).filter_by(generation_job_id=job.job_id)
    best = db.session.scalars(query.order_by(Timetable.unplaced, Timetable.timetable_id).limit(1)).first()
    if best is None or not best.unplaced:
        return None
    return best, [entry for entry in timetable_entries(best) if not entry.placed]


def _views(seen: Iterable[SeenEntry]) -> list[EntryView]:
    return [entry.view for entry in seen]


def _taught_by(faculty_id: int) -> sa.ColumnElement[bool]:
    taught = sa.select(EntryFaculty.entry_id).where(EntryFaculty.faculty_id == faculty_id)
    return TimetableEntry.entry_id.in_(taught)


def _attended_by(student_id: int, term_id: int) -> sa.ColumnElement[bool]:
    """Classes of the student's groups and their ancestors, and of the sections and batches chosen.

    Of a basket from which the student has chosen, only what was chosen.
    """
    own = sa.select(StudentGroupMember.student_group_id).where(StudentGroupMember.student_id == student_id)
    is_own = sa.and_(StudentGroup.student_group_id.in_(own), StudentGroup.term_id == term_id)
    with_ancestors = closure(is_own, Direction.UP)
    in_groups = sa.select(EntryGroup.entry_id).where(
        EntryGroup.student_group_id.in_(sa.select(with_ancestors.c.student_group_id))
    )
    chosen = (
        sa.select(CourseEnrollment.section_id)
        .where(
            CourseEnrollment.student_id == student_id,
            CourseEnrollment.section_id == TimetableEntry.section_id,
            sa.or_(
                TimetableEntry.student_group_id.is_(None),
                TimetableEntry.student_group_id == CourseEnrollment.student_group_id,
            ),
        )
        .correlate(TimetableEntry)
    )
    has_chosen = _has_chosen_beside(student_id)
    return sa.or_(sa.and_(TimetableEntry.entry_id.in_(in_groups), sa.not_(has_chosen)), chosen.exists())


def _has_chosen_beside(student_id: int) -> sa.ColumnElement[bool]:
    """Return whether an entry is of an option, and the student has chosen from its basket."""
    option, other = aliased(BasketSection), aliased(BasketSection)
    return (
        sa.select(CourseEnrollment.section_id)
        .join(other, other.section_id == CourseEnrollment.section_id)
        .join(option, option.basket_id == other.basket_id)
        .where(CourseEnrollment.student_id == student_id, option.section_id == TimetableEntry.section_id)
        .correlate(TimetableEntry)
        .exists()
    )


# The grids: one timetable by group, teacher, room or department


def subjects(timetable: Timetable, lens: Lens, department_id: int | None = None) -> list[Subject]:
    """Whom a timetable can be looked at by; of one department where it is named."""
    key, order, used, join = _SUBJECTS[lens]
    model = key.class_
    in_use = sa.select(used).where(TimetableEntry.timetable_id == timetable.timetable_id, join)
    query = sa.select(key, model.code, model.name, model.department_id).where(key.in_(in_use)).order_by(order)
    if department_id is not None:
        query = query.where(model.department_id == department_id)
    return [Subject(lens, *row) for row in db.session.execute(query)]


_SUBJECTS: Mapping[Lens, tuple[Any, Any, Any, Any]] = {
    Lens.GROUP: (
        StudentGroup.student_group_id,
        StudentGroup.code,
        EntryGroup.student_group_id,
        EntryGroup.entry_id == TimetableEntry.entry_id,
    ),
    Lens.FACULTY: (
        Faculty.faculty_id,
        Faculty.name,
        EntryFaculty.faculty_id,
        EntryFaculty.entry_id == TimetableEntry.entry_id,
    ),
    Lens.ROOM: (Room.room_id, Room.code, TimetableEntry.room_id, sa.true()),
    Lens.DEPARTMENT: (
        Department.department_id,
        Department.code,
        Course.department_id,
        Course.course_id == TimetableEntry.course_id,
    ),
}
"""Key and order of the subjects; the same key beside an entry, and what joins the two."""


def subjects_of_part(timetable: Timetable, lens: Lens, part: PartOfTerm) -> list[Subject]:
    """Who has a class of a part of the term; of groups only those that the part is about, where it is about groups."""
    _key, _order, used, join = _SUBJECTS[lens]
    inside = entries_of_part(timetable.term_id, part)
    query = sa.select(used).where(TimetableEntry.timetable_id == timetable.timetable_id, join, inside)
    keys = set(db.session.scalars(query))
    groups = groups_of_part(timetable.term_id, part) if lens is Lens.GROUP else None
    return [one for one in subjects(timetable, lens) if one.key in keys and (groups is None or one.key in groups)]


def sheets_for(
    timetable: Timetable,
    lens: Lens,
    keys: Sequence[int] | None = None,
    department_id: int | None = None,
) -> list[Sheet]:
    """One sheet for each subject of a lens, or for those of ``keys``; the queries don't grow with the sheets.

    With ``department_id`` it is that department's view: its own groups and teachers alone, in whose grids the classes
    of other departments are busy hours with the owner's name. Raises `SubjectUnknown`.
    """
    shown = subjects(timetable, lens, department_id)
    if keys is not None:
        by_key = {subject.key: subject for subject in shown}
        if any(key not in by_key for key in keys):
            raise SubjectUnknown(_("This timetable has no such %(lens)s.", lens=lens.value))
        shown = [by_key[key] for key in keys]
    slots = read_slot_views(timetable.term_id)
    tree = read_tree(timetable.term_id) if lens is Lens.GROUP else None
    entries = read_entries(timetable.timetable_id)
    if department_id is not None:
        entries = [_as_seen_by(department_id, entry) for entry in entries]
    grids = ((subject, build_grid(slots, _views(_of(subject, entries, tree)))) for subject in shown)
    return [_sheet(subject, grid, department_id) for subject, grid in grids]


def _sheet(subject: Subject, grid: Grid, department_id: int | None) -> Sheet:
    entries = tuple(entry for day in grid.days for entry in day.entries)
    subtitle = "" if subject.code == subject.name else subject.code
    shows = SheetSubject(SheetKind(subject.lens.value), subject.key, subject.code, department_id)
    return Sheet(subject.name, subtitle, grid, grid.legend, entries, shows=shows)


def _of(subject: Subject, entries: Iterable[SeenEntry], tree: GroupTree[int] | None) -> list[SeenEntry]:
    match subject.lens:
        case Lens.GROUP:
            related = tree.related([subject.key]) if tree else frozenset({subject.key})
            return [entry for entry in entries if not related.isdisjoint(entry.group_ids)]
        case Lens.FACULTY:
            return [entry for entry in entries if subject.key in entry.faculty_ids]
        case Lens.ROOM:
            return [entry for entry in entries if entry.room_id == subject.key]
        case Lens.DEPARTMENT:
            return [entry for entry in entries if entry.department_id == subject.key]


def week_of(term: Term | None, entries: Sequence[EntryView]) -> Grid:
    """A list of classes as a grid, over the term's slots."""
    return build_grid(read_slot_views(term.term_id) if term else [], entries)


def own_sheet(user: User, lens: Lens, term: Term | None) -> Sheet:
    """The own week of a teacher or student on one sheet, see `own_classes`."""
    entries = own_entries(user, lens, term)
    grid = week_of(term, entries)
    if lens is Lens.FACULTY and user.faculty is not None:
        shows = SheetSubject(SheetKind.FACULTY, user.faculty.faculty_id, user.faculty.code)
    elif user.student is not None:
        shows = SheetSubject(SheetKind.STUDENT, user.student.student_id, user.student.code)
    else:
        shows = None  # only whoever has a week of their own comes here, see `own_classes`
    return Sheet(user.name, shows.code if shows else "", grid, grid.legend, tuple(entries), shows=shows)


def classes_of_sheet(shows: SheetSubject, term_id: int) -> sa.ColumnElement[bool]:
    """Which entries of a term's timetables stand on a sheet as classes, not as another department's busy hours."""
    match shows.kind:
        case SheetKind.STUDENT:
            return _attended_by(shows.key, term_id)
        case SheetKind.FACULTY:
            mine = _taught_by(shows.key)
        case SheetKind.ROOM:
            mine = TimetableEntry.room_id == shows.key
        case SheetKind.DEPARTMENT:
            mine = TimetableEntry.course_id.in_(sa.select(Course.course_id).filter_by(department_id=shows.key))
        case SheetKind.GROUP:
            related = read_tree(term_id).related([shows.key])
            inside = sa.select(EntryGroup.entry_id).where(EntryGroup.student_group_id.in_(related))
            mine = TimetableEntry.entry_id.in_(inside)
    if shows.department_id is None:
        return mine
    own = sa.select(Course.course_id).filter_by(department_id=shows.department_id)
    return sa.and_(mine, TimetableEntry.course_id.in_(own))
