"""What the editor shows: one draft by one group, teacher, room or department, and the class that is chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from webapp.engine.evaluate import Violation
from webapp.engine.instance import UNPLACED
from webapp.engine.rules import rule_named
from webapp.extensions import db
from webapp.models import (
    Course,
    EntryFaculty,
    EntryGroup,
    Room,
    Section,
    Timetable,
    TimetableEntry,
)
from webapp.services.editor.alternatives import HERE, Place, RoomChoice, rooms_for, where_else
from webapp.services.editor.baskets import basket_of
from webapp.services.editor.board_cache import board_of
from webapp.services.editor.errors import ClassGone, NothingInPart
from webapp.services.editor.moves import uncovered_by
from webapp.services.editor.spots import Spot
from webapp.services.problem.groups import read_tree
from webapp.services.problem.parts import PartOfTerm, entries_of_part, part_in_words
from webapp.services.problem.results import reason_in_words
from webapp.services.problem.stored_entries import EntryState
from webapp.services.problem.words.labels import entry_in_words, placement_in_words
from webapp.services.shared.day_patterns import days_of
from webapp.services.shared.words import _
from webapp.services.timetables.diff import InBrief, in_brief
from webapp.services.views.audience import Lens, Subject
from webapp.services.views.entries import read_entries, read_slot_views
from webapp.services.views.grid import EntryView, Grid, build_grid

MOST_PLACES = 8
MOST_ROOMS = 40


@dataclass(frozen=True)
class Reason:
    """One rule that a class has to do with where it stands."""

    title: str
    sentence: str
    is_hard: bool
    cost: int
    is_excused: bool

    @property
    def badge(self) -> tuple[str, str] | None:
        """What is said of a rule that must hold, and its mood; None of a soft one, which has a cost."""
        if self.is_excused:
            return _("by a reason"), "warn"
        return (_("must hold"), "bad") if self.is_hard else None


@dataclass(frozen=True)
class Chosen:
    """The class that is looked at."""

    entry_id: int
    index: int
    label: str
    title: str
    where: str
    teachers: tuple[str, ...]
    groups: tuple[str, ...]
    size: int
    state: EntryState
    placed: bool
    reasons: tuple[Reason, ...]
    why_unplaced: str
    pin: str
    basket: str
    """The basket whose other options move with it."""
    places: tuple[Place, ...]
    rooms: tuple[RoomChoice, ...]

    @property
    def by_slot(self) -> dict[int, Place]:
        """The places by the slots in which they begin; of several that share a slot the present one, else the best."""
        ordered = sorted(self.places, key=lambda place: (place.mark != HERE, place.rank))
        return {slot: place for place in reversed(ordered) for slot in place.slots}

    @property
    def uncovered(self) -> list[Reason]:
        """The rules that must hold, are broken here, and for which no reason has been given."""
        return [reason for reason in self.reasons if reason.is_hard and not reason.is_excused]

    @property
    def best(self) -> list[Place]:
        """The places other than the present one, best first."""
        return sorted((place for place in self.places if place.mark != HERE), key=lambda place: place.rank)

    @property
    def best_first(self) -> list[Place]:
        """The best of them."""
        return self.best[:MOST_PLACES]

    @property
    def best_rest(self) -> list[Place]:
        """The others, which are folded."""
        return self.best[MOST_PLACES:]

    @property
    def other_rooms(self) -> list[RoomChoice]:
        """The best of the other rooms at its present time."""
        return [room for room in self.rooms[:MOST_ROOMS] if not room.is_current]

    @property
    def place_value(self) -> str:
        """What a form sends to name where it is."""
        return Spot(self.state.time_slot_id, self.state.days).in_room(self.state.room_id)

    @property
    def locks(self) -> list[tuple[str, str, bool]]:
        """What can be locked: its name in a form, in words, and whether it is."""
        room = [("room", _("Room locked"), self.state.locked_room)] if self.state.room_id else []
        return [("time", _("Time locked"), self.state.locked_time), *room]


@dataclass(frozen=True)
class Overridden:
    """A class that stands where a rule forbids it, and why."""

    entry_id: int
    label: str
    where: str
    reason: str


def week_of(
    timetable: Timetable, subject: Subject | None, given: Sequence["Overridden"] = ()
) -> tuple[Grid, list[EntryView]]:
    """The week of a group, teacher, room or department with the reasons given, and the tray of the whole draft."""
    condition: Any = TimetableEntry.time_slot_id.is_(None)
    if subject is not None:
        condition = sa.or_(condition, _of_subject(timetable, subject))
    reasons = {overridden.entry_id: overridden.reason for overridden in given}
    entries = [
        replace(seen.view, note=_("By a reason: %(reason)s", reason=reasons[seen.view.entry_id]))
        if seen.view.entry_id in reasons
        else seen.view
        for seen in read_entries(timetable.timetable_id, condition)
    ]
    grid = build_grid(read_slot_views(timetable.term_id), [entry for entry in entries if entry.placed])
    return grid, [entry for entry in entries if not entry.placed]


def entries_of(timetable: Timetable, subject: Subject, day: int | None = None) -> list[int]:
    """The entries of a group, teacher, room or department, of one day where it is named; for locks in bulk."""
    return _placed(timetable, _of_subject(timetable, subject), day)


def entries_within(timetable: Timetable, part: PartOfTerm, day: int | None = None) -> list[int]:
    """The entries of a part of the term, of one day where it is named; for locks in bulk.

    Raises `NothingInPart`.
    """
    found = _placed(timetable, entries_of_part(timetable.term_id, part), day)
    if not found:
        raise NothingInPart(_("No class that has a place is of that part: %(part)s.", part=part_in_words(part)))
    return found


def _placed(timetable: Timetable, condition: Any, day: int | None) -> list[int]:
    query = sa.select(TimetableEntry.entry_id).where(
        TimetableEntry.timetable_id == timetable.timetable_id, TimetableEntry.time_slot_id.is_not(None), condition
    )
    if day is not None:
        query = query.where(sa.or_(TimetableEntry.day == day, sa.literal(day) == sa.any_(TimetableEntry.days)))
    return list(db.session.scalars(query))


def _of_subject(timetable: Timetable, subject: Subject) -> Any:
    match subject.lens:
        case Lens.GROUP:
            kin = read_tree(timetable.term_id).related([subject.key])
            attended = sa.select(EntryGroup.entry_id).where(EntryGroup.student_group_id.in_(kin))
            return TimetableEntry.entry_id.in_(attended)
        case Lens.FACULTY:
            taught = sa.select(EntryFaculty.entry_id).where(EntryFaculty.faculty_id == subject.key)
            return TimetableEntry.entry_id.in_(taught)
        case Lens.ROOM:
            return TimetableEntry.room_id == subject.key
        case Lens.DEPARTMENT:
            taught = sa.select(Course.course_id).where(Course.department_id == subject.key)
            return TimetableEntry.course_id.in_(taught)


def own_subject(timetable: Timetable, lens: Lens, entry_id: int) -> str | None:
    """Whose grid an entry stands in, where nobody was asked for: its first group, teacher, room, or its department."""
    entry = db.session.get(TimetableEntry, entry_id)
    if entry is None or entry.timetable_id != timetable.timetable_id:
        return None
    keys = {
        Lens.GROUP: entry.groups[0].student_group_id if entry.groups else None,
        Lens.FACULTY: entry.faculty_id,
        Lens.ROOM: entry.room_id,
        Lens.DEPARTMENT: entry.course.department_id,
    }
    return None if keys[lens] is None else str(keys[lens])


def chosen(timetable: Timetable, entry_id: int) -> Chosen:
    """A class with everything about it, and where else it could go; raises `ClassGone`."""
    with board_of(timetable) as board:
        index = board.index_of(entry_id)
        row, state = board.problem.rows[index], board.states[index]
        here, what = board.counted.placements[index], board.instance.meetings[index]
        entry = db.session.get(TimetableEntry, entry_id)
        if entry is None:
            raise ClassGone(_("This class is not in the timetable any more. It may have been deleted meanwhile."))
        resources, of_faculty = board.instance.resources, board.problem.resource_of_faculty
        return Chosen(
            entry_id=entry_id,
            index=index,
            label=row.label,
            title=entry.course.title,
            where=_("without a place") if here == UNPLACED else board.where(here),
            teachers=tuple(resources[of_faculty[key]].label for key in row.faculty_ids),
            groups=tuple(group.code for group in entry.groups),
            size=what.size,
            state=state,
            placed=here != UNPLACED,
            reasons=tuple(_reason(violation, state) for violation in board.violations_of(index)),
            why_unplaced="" if state.unplaced_reason is None else state.unplaced_reason.sentence,
            pin="" if what.pin is None else placement_in_words(board.problem, what.pin),
            basket=basket_of(board, index),
            places=tuple(where_else(board, index)),
            rooms=tuple(rooms_for(board, index)),
        )


def _reason(violation: Violation, state: EntryState) -> Reason:
    cost = (violation.weight or 0) * violation.count
    is_hard = violation.weight is None
    is_excused = is_hard and not uncovered_by(state, [violation])
    return Reason(rule_named(violation.rule).title, violation.sentence, is_hard, cost, is_excused)


def differences(timetable: Timetable) -> list[InBrief]:
    """The differences from the timetable that the draft was made from."""
    origin = None if timetable.based_on_id is None else db.session.get(Timetable, timetable.based_on_id)
    return [] if origin is None else in_brief(origin, timetable)


def overrides(timetable: Timetable) -> Sequence[Overridden]:
    """The classes that stand where a rule forbids it, with the reasons given; one query."""
    entry = TimetableEntry
    query = (
        sa.select(
            entry.entry_id,
            Course.code,
            Section.code,
            entry.day,
            entry.days,
            entry.start_time,
            Room.code,
            entry.override_reason,
        )
        .join(Course, Course.course_id == entry.course_id)
        .join(Section, Section.section_id == entry.section_id)
        .outerjoin(Room, Room.room_id == entry.room_id)
        .where(entry.timetable_id == timetable.timetable_id, entry.override_reason.is_not(None))
        .order_by(Course.code, Section.code, entry.ordinal)
    )
    return [
        Overridden(
            entry_id,
            f"{course} {section}",
            entry_in_words(days_of(day, days), start, room),
            reason_in_words(timetable, reason or ""),
        )
        for entry_id, course, section, day, days, start, room, reason in db.session.execute(query)
    ]
