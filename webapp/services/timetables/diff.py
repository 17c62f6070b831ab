"""What differs between two timetables of a term: which classes stand elsewhere, how, and whom it concerns.

The meetings of one component are alike to everybody who attends them. So a first lecture on Monday and a second one on
Tuesday are no difference from the other way round: meetings are paired by where they stand first, by number last.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from webapp.extensions import db
from webapp.models import (
    Component,
    Course,
    CourseEnrollment,
    EntryFaculty,
    Faculty,
    Room,
    Section,
    StudentGroup,
    StudentGroupMember,
    Timetable,
    TimetableEntry,
    WeekSet,
)
from webapp.services.problem.groups import Direction, closure
from webapp.services.problem.words.labels import entry_in_words
from webapp.services.shared.day_patterns import days_of
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _
from webapp.services.views.entries import SeenEntry, read_entries


class NotOfOneTerm(Problem):
    """Timetables of two terms have no class in common, so there is nothing to compare."""


class How(StrEnum):
    """The way in which a class differs."""

    TIME = "time"
    ROOM = "room"
    BOTH = "both"
    PLACED = "placed"
    UNPLACED = "unplaced"
    TEACHERS = "teachers"
    ADDED = "added"
    GONE = "gone"

    @property
    def words(self) -> str:
        """What it is called on a page."""
        return {
            How.TIME: _("other time"),
            How.ROOM: _("other room"),
            How.BOTH: _("other time and room"),
            How.PLACED: _("placed"),
            How.UNPLACED: _("loses its place"),
            How.TEACHERS: _("other teachers"),
            How.ADDED: _("new"),
            How.GONE: _("gone"),
        }[self]


@dataclass(frozen=True, slots=True)
class Moved:
    """A class that differs: as it is in the first timetable and in the second; None where it is not there at all."""

    label: str
    title: str
    how: How
    before: SeenEntry | None
    now: SeenEntry | None

    @property
    def either(self) -> SeenEntry:
        """The class as it is now, or as it was."""
        entry = self.now or self.before
        if entry is None:
            raise ValueError(f"{self.label} is in neither timetable")
        return entry

    @property
    def sides(self) -> tuple[SeenEntry, ...]:
        """The class on the sides on which it is there."""
        return tuple(side for side in (self.before, self.now) if side is not None)

    @property
    def faculty_ids(self) -> frozenset[int]:
        """Those who teach it, before or now."""
        return frozenset(key for side in self.sides for key in side.faculty_ids)

    @property
    def group_ids(self) -> frozenset[int]:
        """Those who attend it as a group, before or now."""
        return frozenset(key for side in self.sides for key in side.group_ids)

    @property
    def room_ids(self) -> frozenset[int]:
        """The rooms that it takes, before or now."""
        return frozenset(side.room_id for side in self.sides if side.room_id is not None)


@dataclass(frozen=True, slots=True)
class InBrief:
    """A class that differs, for a list that says no more than its places: its entry in the second timetable, if any."""

    entry_id: int | None
    label: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Affected:
    """Somebody whose week differs, and by how many classes; ``students`` says how many they are."""

    key: int
    code: str
    name: str
    department_id: int | None
    classes: int
    students: int = 0

    @property
    def label(self) -> str:
        """Code and name, once where they are the same."""
        return self.code if self.code == self.name else f"{self.code}: {self.name}"


@dataclass(frozen=True)
class Differences:
    """All that differs from the first timetable to the second.

    Attributes
    ----------
    moved
        The classes, by course and section.
    same
        How many classes are the same in both.
    teachers, groups
        Whom it concerns, those of most classes first.
    electives
        Sections that students have chosen one by one, with those who did.
    students
        Students known by name whom it concerns, each counted once.
    """

    moved: tuple[Moved, ...]
    same: int
    teachers: tuple[Affected, ...]
    groups: tuple[Affected, ...]
    electives: tuple[Affected, ...]
    students: int

    @property
    def by_how(self) -> dict[How, int]:
        """How many classes differ in each way, ways that occur only."""
        counts = Counter(moved.how for moved in self.moved)
        return {how: counts[how] for how in How if counts[how]}


@dataclass(frozen=True, slots=True)
class _Row:
    """A class of one timetable, as far as it takes to tell it from the other's."""

    entry_id: int
    label: str
    title: str
    time: tuple[Any, ...]
    room_id: int | None
    faculty_ids: tuple[int, ...]
    weeks: str
    room: str

    @property
    def placed(self) -> bool:
        return bool(self.time[0])

    @property
    def whole(self) -> tuple[Any, ...]:
        return self.time, self.room_id, self.faculty_ids


Pair = tuple[_Row | None, _Row | None]
LIKENESSES: tuple[Callable[[_Row], Any], ...] = (attrgetter("whole"), attrgetter("time"))
"""By what two meetings of one component are taken for the same one, the closer likeness first."""


def differences(a: Timetable, b: Timetable) -> Differences:
    """The differences from ``a`` to ``b``; the number of queries is the same for every size.

    Raises `NotOfOneTerm`.
    """
    if a.term_id != b.term_id:
        raise NotOfOneTerm(_("Only timetables of one term can be compared."))
    pairs, same = _differing(a, b)
    moved = tuple(_seen(a, b, pairs))
    return Differences(
        moved=moved,
        same=same,
        teachers=_teachers(moved),
        groups=_groups(moved),
        electives=_electives(moved),
        students=_students(moved),
    )


def differences_for(a: Timetable, b: Timetable, own: sa.ColumnElement[bool]) -> tuple[Moved, ...]:
    """The differences for somebody, of the entries that ``own`` lets through: what goes to others is gone for them."""
    return tuple(_seen(a, b, _differing(a, b, own)[0]))


def in_brief(a: Timetable, b: Timetable) -> list[InBrief]:
    """The differences from ``a`` to ``b``, in three queries: for a list beside something else."""
    return [
        InBrief(now.entry_id if now else None, shown.label, _where(before), _where(now))
        for before, now in _differing(a, b)[0]
        if (shown := now or before)
    ]


def where(seen: SeenEntry | None) -> str:
    """Describe where a class is: "Tuesday 09:00, LH-2"."""
    if seen is None:
        return _("not there")
    view = seen.view
    return entry_in_words(view.days, view.start, view.room_code, view.weeks)


def _where(row: _Row | None) -> str:
    return _("not there") if row is None else entry_in_words(row.time[0], row.time[1], row.room, row.weeks)


Key = tuple[int, int | None]
"""A component and a batch: whose meetings are alike."""


EVERYONES = sa.true()


def _differing(a: Timetable, b: Timetable, own: sa.ColumnElement[bool] = EVERYONES) -> tuple[list[Pair], int]:
    """The meetings that differ, by label, and how many are the same; three queries."""
    differ, same = _apart(a, b, own)
    before, now = (_rows(timetable, differ, own) if differ else {} for timetable in (a, b))
    pairs: list[Pair] = []
    for key in sorted(differ, key=lambda key: (before.get(key) or now[key])[0].label):
        paired = list(_paired(before.get(key, []), now.get(key, [])))
        apart = [(row, other) for row, other in paired if not row or not other or row.whole != other.whole]
        pairs += apart
        same += len(paired) - len(apart)
    return pairs, same


def _apart(a: Timetable, b: Timetable, own: sa.ColumnElement[bool]) -> tuple[set[Key], int]:
    """The components and batches whose meetings differ in any way, and how many meetings all others have."""
    if a.timetable_id == b.timetable_id:
        whole = sa.select(sa.func.count()).select_from(TimetableEntry).filter_by(timetable_id=a.timetable_id)
        return set(), db.session.scalar(whole.where(own)) or 0
    entry, both = TimetableEntry, (a.timetable_id, b.timetable_id)
    taught = _taught(both)
    columns = (
        entry.day,
        entry.days,
        entry.start_time,
        entry.end_time,
        entry.week_set_id,
        entry.room_id,
        taught.c.faculty_ids,
    )
    place = sa.func.concat_ws(";", *(sa.func.coalesce(sa.cast(column, sa.Text), "-") for column in columns))
    batch = entry.student_group_id
    sides = (
        sa.select(
            entry.timetable_id,
            entry.component_id,
            batch,
            sa.func.count().label("number"),
            sa.func.string_agg(place, aggregate_order_by(sa.literal_column("'|'"), place)).label("places"),
        )
        .outerjoin(taught, taught.c.entry_id == entry.entry_id)
        .where(entry.timetable_id.in_(both), own)
        .group_by(entry.timetable_id, entry.component_id, batch)
        .subquery()
    )
    alike = sa.and_(sa.func.count() == 2, sa.func.min(sides.c.places) == sa.func.max(sides.c.places))
    query = sa.select(
        sides.c.component_id, sides.c.student_group_id, sa.func.max(sides.c.number), alike.label("alike")
    ).group_by(sides.c.component_id, sides.c.student_group_id)
    differ, same = set(), 0
    for component_id, batch_id, number, is_alike in db.session.execute(query):
        if is_alike:
            same += number
        else:
            differ.add((component_id, batch_id))
    return differ, same


def _taught(timetable_ids: Sequence[int]) -> sa.Subquery:
    """The teachers of each entry, in one order."""
    faculty = sa.func.array_agg(aggregate_order_by(EntryFaculty.faculty_id, EntryFaculty.faculty_id))
    return (
        sa.select(EntryFaculty.entry_id, faculty.label("faculty_ids"))
        .join(TimetableEntry, TimetableEntry.entry_id == EntryFaculty.entry_id)
        .where(TimetableEntry.timetable_id.in_(timetable_ids))
        .group_by(EntryFaculty.entry_id)
        .subquery()
    )


def _rows(timetable: Timetable, keys: set[Key], own: sa.ColumnElement[bool]) -> dict[Key, list[_Row]]:
    """Classes of a timetable by component and batch, in order of their numbers; one query."""
    entry, batch = TimetableEntry, StudentGroup
    taught = _taught((timetable.timetable_id,))
    query = (
        sa.select(
            entry.entry_id, entry.component_id, entry.student_group_id, entry.ordinal,
            entry.day, entry.days, entry.start_time, entry.end_time, entry.week_set_id, entry.room_id,
            taught.c.faculty_ids, Room.code.label("room"), WeekSet.name.label("weeks"),
            Course.code, Course.title, Section.code.label("section"),
            Component.code.label("component"), batch.code.label("batch"),
        )
        .join(Course, Course.course_id == entry.course_id)
        .join(Section, Section.section_id == entry.section_id)
        .join(Component, Component.component_id == entry.component_id)
        .outerjoin(batch, batch.student_group_id == entry.student_group_id)
        .outerjoin(taught, taught.c.entry_id == entry.entry_id)
        .outerjoin(Room, Room.room_id == entry.room_id)
        .outerjoin(WeekSet, WeekSet.week_set_id == entry.week_set_id)
        .where(
            entry.timetable_id == timetable.timetable_id,
            entry.component_id.in_({component_id for component_id, _batch in keys}),
            own,
        )
        .order_by(entry.component_id, entry.student_group_id, entry.ordinal)
    )  # fmt: skip
    rows: dict[Key, list[_Row]] = defaultdict(list)
    for row in db.session.execute(query):
        if (row.component_id, row.student_group_id) not in keys:
            continue
        named = f" ({row.batch})" if row.batch else ""
        rows[row.component_id, row.student_group_id].append(
            _Row(
                entry_id=row.entry_id,
                label=f"{row.code} {row.section}, {row.component} {row.ordinal}{named}",
                title=row.title,
                time=(days_of(row.day, row.days), row.start_time, row.end_time, row.week_set_id),
                room_id=row.room_id,
                faculty_ids=tuple(row.faculty_ids or ()),
                weeks=row.weeks or "",
                room=row.room or "",
            )
        )
    return dict(rows)


def _paired(before: Sequence[_Row], now: Sequence[_Row]) -> Iterable[Pair]:
    """Meetings of one component, each with its like: the same in all, then at the same time, then by number."""
    left, right = list(before), list(now)
    for like in LIKENESSES:
        waiting: dict[Any, list[_Row]] = defaultdict(list)
        for row in right:
            waiting[like(row)].append(row)
        rest = []
        for row in left:
            if waiting[like(row)]:
                other = waiting[like(row)].pop(0)
                right.remove(other)
                yield row, other
            else:
                rest.append(row)
        left = rest
    yield from zip(left, right, strict=False)
    yield from ((row, None) for row in left[len(right) :])
    yield from ((None, row) for row in right[len(left) :])


def _how(before: _Row | None, now: _Row | None) -> How:
    if before is None:
        return How.ADDED
    if now is None:
        return How.GONE
    if before.placed != now.placed:
        return How.PLACED if now.placed else How.UNPLACED
    if before.time != now.time:
        return How.TIME if before.room_id == now.room_id else How.BOTH
    return How.ROOM if before.room_id != now.room_id else How.TEACHERS


def _seen(a: Timetable, b: Timetable, pairs: Sequence[Pair]) -> Iterable[Moved]:
    """The pairs as a reader sees them; three queries for each timetable."""
    if not pairs:
        return
    old = _by_key(a, [before.entry_id for before, _now in pairs if before])
    new = _by_key(b, [now.entry_id for _before, now in pairs if now])
    for before, now in pairs:
        shown = now or before
        if shown is not None:
            yield Moved(
                label=shown.label,
                title=shown.title,
                how=_how(before, now),
                before=old[before.entry_id] if before else None,
                now=new[now.entry_id] if now else None,
            )


def _by_key(timetable: Timetable, keys: list[int]) -> dict[int, SeenEntry]:
    entries = read_entries(timetable.timetable_id, TimetableEntry.entry_id.in_(keys))
    return {seen.view.entry_id: seen for seen in entries}


def _teachers(moved: Sequence[Moved]) -> tuple[Affected, ...]:
    classes = Counter(key for change in moved for key in change.faculty_ids)
    columns = (Faculty.faculty_id, Faculty.code, Faculty.name, Faculty.department_id)
    rows = db.session.execute(sa.select(*columns).where(Faculty.faculty_id.in_(classes)))
    return _most_first(Affected(*row, classes=classes[row.faculty_id]) for row in rows)


def _groups(moved: Sequence[Moved]) -> tuple[Affected, ...]:
    """The groups; as many students as the group is said to have, or as are members of it and its parts."""
    classes = Counter(key for change in moved for key in change.group_ids)
    below = closure(StudentGroup.student_group_id.in_(classes), Direction.DOWN)
    members = (
        sa.select(below.c.root_id, sa.func.count(sa.distinct(StudentGroupMember.student_id)).label("number"))
        .join(StudentGroupMember, StudentGroupMember.student_group_id == below.c.student_group_id)
        .group_by(below.c.root_id)
        .subquery()
    )
    group = StudentGroup
    students = sa.func.greatest(group.size, sa.func.coalesce(members.c.number, 0))
    query = (
        sa.select(group.student_group_id, group.code, group.name, group.department_id, students.label("students"))
        .outerjoin(members, members.c.root_id == group.student_group_id)
        .where(group.student_group_id.in_(classes))
    )
    return _most_first(
        Affected(
            row.student_group_id, row.code, row.name, row.department_id, classes[row.student_group_id], row.students
        )
        for row in db.session.execute(query)
    )


def _electives(moved: Sequence[Moved]) -> tuple[Affected, ...]:
    classes = Counter(change.either.section_id for change in moved)
    students = sa.func.count(CourseEnrollment.student_id)
    query = (
        sa.select(Section.section_id, Course.code, Section.code, Course.title, Course.department_id, students)
        .join(Course, Course.course_id == Section.course_id)
        .join(CourseEnrollment, CourseEnrollment.section_id == Section.section_id)
        .where(Section.section_id.in_(classes))
        .group_by(Section.section_id, Course.course_id)
    )
    return _most_first(
        Affected(key, f"{course} {section}", title, department_id, classes[key], number)
        for key, course, section, title, department_id, number in db.session.execute(query)
    )


def _students(moved: Sequence[Moved]) -> int:
    """Members of the groups and their parts, and those who have chosen the very class, each once."""
    attending = {key for change in moved for key in change.group_ids}
    below = closure(StudentGroup.student_group_id.in_(attending), Direction.DOWN)
    members = sa.select(StudentGroupMember.student_id).where(
        StudentGroupMember.student_group_id.in_(sa.select(below.c.student_group_id))
    )
    chosen = sa.select(CourseEnrollment.student_id).where(
        CourseEnrollment.section_id.in_({change.either.section_id for change in moved})
    )
    return db.session.scalar(sa.select(sa.func.count()).select_from(members.union(chosen).subquery())) or 0


def _most_first(affected: Iterable[Affected]) -> tuple[Affected, ...]:
    return tuple(sorted(affected, key=lambda item: (-item.classes, item.code)))
