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
from webapp.services.problem.meetings import MeetingKey
from webapp.services.problem.term_problem import TermProblem
from webapp.services.shared.day_patterns import DayPatterns, Days, days_of
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
    query = sa.select(*named, entry.week_set_id, entry.time_slot_id, *hours).where(of_entry)
    changes, gone = [], []
    possible: dict[tuple[int, DayPatterns], set[Held]] = {}
    for entry_id, component_id, batch_id, ordinal, section_id, week_set_id, slot_id, *when in db.session.execute(query):
        day, days, *clock_times = when
        index = problem.index_of.get(MeetingKey(component_id, batch_id, ordinal))
        if index is None:
            gone.append(entry_id)
            continue
        row = problem.rows[index]
        kind_of = row.slots, row.day_patterns
        if kind_of not in possible:
            possible[kind_of] = _possible(problem, *kind_of)
        held = (slot_id, days_of(day, days), *clock_times)
        differs = {
            DataChangeKind.TEACHERS: set(row.faculty_ids) != teachers[entry_id],
            DataChangeKind.GROUPS: set(row.group_ids) != attends[entry_id],
            DataChangeKind.WEEKS: row.week_set_id != week_set_id,
            DataChangeKind.HOURS: slot_id is not None and held not in possible[kind_of],
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


Held = tuple[int, Days, time, time]
"""First slot, days, start and end of a meeting."""


def _possible(problem: TermProblem, slots: int, patterns: DayPatterns) -> set[Held]:
    """When meetings of that many slots can be held today."""
    chains = problem.calendar.chains(slots)
    days_of_hours: dict[tuple[int, int], list[int]] = defaultdict(list)
    for day, first, pieces in chains:
        days_of_hours[first, pieces].append(day)
    return {
        (chain.first.time_slot_id, days, clock(chain.first.start), clock(chain.end))
        for (day, first, pieces), chain in chains.items()
        for days in patterns.among(days_of_hours[first, pieces])
        if days[0] == day
    }
