"""Rows of a timetable as its readers see them, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from webapp.extensions import db
from webapp.models import (
    Basket,
    BasketSection,
    Building,
    Component,
    Course,
    Department,
    EntryFaculty,
    EntryGroup,
    Faculty,
    Room,
    Section,
    StudentGroup,
    TimeSlot,
    TimetableEntry,
    WeekSet,
)
from webapp.services.problem.words.reasons import sentence_of
from webapp.services.shared.day_patterns import days_of
from webapp.services.views.grid import EntryView, SlotView


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """What a reader sees of an entry, and the keys by which it belongs to somebody."""

    view: EntryView
    department_id: int
    department_name: str
    section_id: int
    room_id: int | None
    faculty_ids: tuple[int, ...]
    group_ids: tuple[int, ...]

    def as_busy(self) -> "SeenEntry":
        """The entry as another department may see it: taken, and by whom."""
        view = self.view
        hidden = EntryView(
            entry_id=view.entry_id,
            course_code=view.department_code,
            course_title="",
            section="",
            kind="",
            faculty=(),
            groups=(),
            room_code=None,
            room_name=None,
            day=view.day,
            days=view.days,
            start=view.start,
            end=view.end,
            weeks=view.weeks,
            week_numbers=view.week_numbers,
            department_code=view.department_code,
            time_slot_id=view.time_slot_id,
            foreign=True,
            note=self.department_name,
        )
        return replace(self, view=hidden)


def read_entries(timetable_id: int, *conditions: Any) -> list[SeenEntry]:
    """The entries of a timetable that meet all conditions, by day and hour; three queries.

    Conditions speak of `TimetableEntry` alone; what lies beyond it they ask in a query of their own.
    """
    where = (TimetableEntry.timetable_id == timetable_id, *conditions)
    rows = _rows(where)
    teachers = _by_entry(where, EntryFaculty, Faculty.faculty_id, Faculty.name, EntryFaculty.position)
    groups = _by_entry(where, EntryGroup, StudentGroup.student_group_id, StudentGroup.code)
    return [_seen(row, teachers[row.entry_id], groups[row.entry_id]) for row in rows]


def _rows(where: Sequence[Any]) -> Sequence[Any]:
    batch = aliased(StudentGroup)
    basket = (
        sa.select(sa.func.min(Basket.name))
        .join(BasketSection, BasketSection.basket_id == Basket.basket_id)
        .where(BasketSection.section_id == TimetableEntry.section_id)
        .correlate(TimetableEntry)
        .scalar_subquery()
    )
    query = (
        sa.select(
            TimetableEntry.entry_id,
            Course.code.label("course_code"),
            Course.title.label("course_title"),
            Section.section_id,
            Section.code.label("section"),
            Component.kind,
            batch.code.label("batch"),
            Room.room_id,
            Room.code.label("room_code"),
            Room.name.label("room_name"),
            Building.name.label("building"),
            TimetableEntry.day,
            TimetableEntry.days,
            TimetableEntry.start_time,
            TimetableEntry.end_time,
            WeekSet.name.label("weeks"),
            WeekSet.weeks.label("week_numbers"),
            Department.department_id,
            Department.code.label("department_code"),
            Department.name.label("department_name"),
            TimetableEntry.time_slot_id,
            TimetableEntry.locked_time,
            TimetableEntry.locked_room,
            TimetableEntry.unplaced_reason,
            basket.label("basket"),
        )
        .join(Course, Course.course_id == TimetableEntry.course_id)
        .join(Department, Department.department_id == Course.department_id)
        .join(Section, Section.section_id == TimetableEntry.section_id)
        .join(Component, Component.component_id == TimetableEntry.component_id)
        .outerjoin(batch, batch.student_group_id == TimetableEntry.student_group_id)
        .outerjoin(Room, Room.room_id == TimetableEntry.room_id)
        .outerjoin(Building, Building.building_id == Room.building_id)
        .outerjoin(WeekSet, WeekSet.week_set_id == TimetableEntry.week_set_id)
        .where(*where)
        .order_by(TimetableEntry.day, TimetableEntry.start_time, Course.code, Section.code, TimetableEntry.entry_id)
    )
    return db.session.execute(query).all()


def _by_entry(where: Sequence[Any], link: Any, key: Any, name: Any, *order: Any) -> dict[int, list[tuple[int, str]]]:
    """By entry: key and name of those whom a table links with it, in order."""
    query = (
        sa.select(link.entry_id, key, name)
        .join(TimetableEntry, TimetableEntry.entry_id == link.entry_id)
        .join(key.class_, key == getattr(link, key.key))
        .where(*where)
        .order_by(link.entry_id, *order, name)
    )
    people: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for entry_id, person, label in db.session.execute(query):
        people[entry_id].append((person, label))
    return people


def _seen(row: Any, teachers: list[tuple[int, str]], groups: list[tuple[int, str]]) -> SeenEntry:
    view = EntryView(
        entry_id=row.entry_id,
        course_code=row.course_code,
        course_title=row.course_title,
        section=f"{row.section} ({row.batch})" if row.batch else row.section,
        kind=row.kind,
        faculty=tuple(name for _, name in teachers),
        groups=tuple(code for _, code in groups),
        room_code=row.room_code,
        room_name=row.room_name,
        day=row.day,
        days=days_of(row.day, row.days),
        start=row.start_time,
        end=row.end_time,
        weeks=row.weeks or "",
        department_code=row.department_code,
        time_slot_id=row.time_slot_id,
        locked=row.locked_time or row.locked_room,
        reason=sentence_of(row.unplaced_reason),
        basket=row.basket or "",
        week_numbers=row.week_numbers,
        building=row.building or "",
    )
    return SeenEntry(
        view=view,
        department_id=row.department_id,
        department_name=row.department_name,
        section_id=row.section_id,
        room_id=row.room_id,
        faculty_ids=tuple(key for key, _ in teachers),
        group_ids=tuple(key for key, _ in groups),
    )


def read_slot_views(term_id: int) -> list[SlotView]:
    """The term's slots, to draw the empty grid."""
    query = sa.select(TimeSlot).filter_by(term_id=term_id).order_by(TimeSlot.day, TimeSlot.start_time)
    return [
        SlotView(slot.time_slot_id, slot.day, slot.start_time, slot.end_time, slot.label)
        for slot in db.session.scalars(query)
    ]
