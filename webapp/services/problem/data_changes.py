"""How a stored timetable differs from the term's rows of today: who, when, and what is asked for at all."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Component, Course, EntryFaculty, EntryGroup, Section, TimetableEntry
from webapp.services.problem.calendar import clock
from webapp.services.problem.meetings import MeetingKey, MeetingRow
from webapp.services.problem.term_problem import TermProblem
from webapp.services.shared.day_patterns import Days, days_of
from webapp.services.shared.words import _


class DataChangeKind(StrEnum):
    """What has changed about a class."""

    GONE = "gone"
    TEACHERS = "teachers"
    GROUPS = "groups"
    WEEKS = "weeks"
    HOURS = "hours"


@dataclass(frozen=True, order=True)
class DataChange:
    """One way in which a class of a stored timetable is not what the data of today ask for."""

    label: str
    kind: DataChangeKind
    section_id: int

    @property
    def sentence(self) -> str:
        """The change in words."""
        words = {
            DataChangeKind.GONE: _("%(label)s is no longer asked for.", label=self.label),
            DataChangeKind.TEACHERS: _("%(label)s: who teaches it has changed since.", label=self.label),
            DataChangeKind.GROUPS: _("%(label)s: who attends it has changed since.", label=self.label),
            DataChangeKind.WEEKS: _("%(label)s: its weeks have changed since.", label=self.label),
            DataChangeKind.HOURS: _("%(label)s: the hours of its time slot have changed since.", label=self.label),
        }
        return words[self.kind]


def changed_since(problem: TermProblem, timetable_id: int) -> list[DataChange]:
    """The differences of a stored timetable from the term's rows of today, by class; four queries."""
    of_entry = TimetableEntry.timetable_id == timetable_id
    teachers = _linked(EntryFaculty, EntryFaculty.faculty_id, of_entry)
    attends = _linked(EntryGroup, EntryGroup.student_group_id, of_entry)
    entry = TimetableEntry
    hours = (entry.day, entry.days, entry.start_time, entry.end_time)
    named = (entry.entry_id, entry.component_id, entry.student_group_id, entry.ordinal, entry.section_id)
    entries = sa.select(*named, entry.week_set_id, entry.time_slot_id, *hours).where(of_entry)
    changes, gone = [], []
    for (
        entry_id,
        component_id,
        batch_id,
        ordinal,
        section_id,
        week_set_id,
        slot_id,
        day,
        days,
        *when,
    ) in db.session.execute(entries):
        index = problem.index_of.get(MeetingKey(component_id, batch_id, ordinal))
        if index is None:
            gone.append(entry_id)
            continue
        row = problem.rows[index]
        differs = {
            DataChangeKind.TEACHERS: set(row.faculty_ids) != teachers[entry_id],
            DataChangeKind.GROUPS: set(row.group_ids) != attends[entry_id],
            DataChangeKind.WEEKS: row.week_set_id != week_set_id,
            DataChangeKind.HOURS: slot_id is not None
            and (days_of(day, days), *clock_times) not in _hours(problem, slot_id, row),
        }
        changes += [DataChange(row.label, kind, section_id) for kind, is_other in differs.items() if is_other]
    return sorted([*changes, *_gone(gone)])


def _linked(model: Any, column: Any, of_entry: sa.ColumnElement[bool]) -> Mapping[int, set[int]]:
    """By entry, the keys of its teachers or groups."""
    found: dict[int, set[int]] = defaultdict(set)
    query = sa.select(model.entry_id, column).join(TimetableEntry, TimetableEntry.entry_id == model.entry_id)
    for entry_id, key in db.session.execute(query.where(of_entry)):
        found[entry_id].add(key)
    return found


def _gone(entry_ids: list[int]) -> list[DataChange]:
    """The classes that nothing asks for any more, by the names of their rows."""
    if not entry_ids:
        return []
    query = (
        sa.select(Course.code, Section.code, Component.code, TimetableEntry.ordinal, Section.section_id)
        .select_from(TimetableEntry)
        .join(Component, Component.component_id == TimetableEntry.component_id)
        .join(Section, Section.section_id == TimetableEntry.section_id)
        .join(Course, Course.course_id == TimetableEntry.course_id)
        .where(TimetableEntry.entry_id.in_(entry_ids))
    )
    return [
        DataChange(f"{course} {section}, {component} {ordinal}", DataChangeKind.GONE, section_id)
        for course, section, component, ordinal, section_id in db.session.execute(query)
    ]


def _hours(problem: TermProblem, time_slot_id: int, row: MeetingRow) -> set[tuple[Days, time, time]]:
    """Days, start and end that a meeting can have today when it begins in a slot."""
    chains = problem.calendar.chains(row.slots)
    days_of: dict[tuple[int, int], list[int]] = defaultdict(list)
    for day, first, pieces in chains:
        days_of[first, pieces].append(day)
    return {
        (days, clock(chain.first.start), clock(chain.end))
        for (_day, *hours), chain in chains.items()
        if chain.first.time_slot_id == time_slot_id
        for days in row.day_patterns.among(days_of[hours[0], hours[1]])
        if days[0] == chain.first.day
    }
