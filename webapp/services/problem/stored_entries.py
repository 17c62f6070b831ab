"""What a stored timetable says of each meeting: where it is, what is locked, by which reason it may break rules.

The one reader of locks, reasons and places of a timetable; one query, however many classes there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from webapp.engine.instance import UNPLACED, Placement
from webapp.engine.solution import Solution
from webapp.extensions import db
from webapp.models import TimetableEntry
from webapp.services.problem.calendar import minutes
from webapp.services.problem.meetings import MeetingKey
from webapp.services.problem.term_problem import TermProblem
from webapp.services.problem.words.reasons import UnplacedReason

DOUBLE_BOOKINGS = frozenset({"room_clash", "instructor_clash", "group_clash"})
"""Rules that no reason given by hand excuses, and no what-if breaks; the database refuses what does."""


@dataclass(frozen=True)
class Override:
    """A registrar's word that a class may be where rules forbid it: why, and which rules it was said about."""

    reason: str
    rules: frozenset[str]

    def excuses(self, rule: str) -> bool:
        """Return whether the reason was given for that rule; double bookings nothing excuses."""
        return rule in self.rules and rule not in DOUBLE_BOOKINGS


Overrides = Mapping[int, Override]
"""By meeting."""


@dataclass(frozen=True, slots=True)
class EntryState:
    """Where an entry is, and what a registrar has said about it; the unit of undo."""

    time_slot_id: int | None
    room_id: int | None
    locked_time: bool = False
    locked_room: bool = False
    override_reason: str | None = None
    override_rules: tuple[str, ...] = ()
    """The rules that the reason was given for; others ask for one anew."""
    unplaced_reason: UnplacedReason | None = None
    days: tuple[int, ...] = ()
    """All the days on which it is held, that of its slot first; nothing where that is the only one."""

    def stands_as(self, other: "EntryState") -> bool:
        """Return whether both are at the same time in the same room."""
        return (self.time_slot_id, self.days, self.room_id) == (other.time_slot_id, other.days, other.room_id)

    @property
    def is_locked(self) -> bool:
        """Whether its time or its room is locked."""
        return self.locked_time or self.locked_room

    @property
    def override(self) -> Override | None:
        """The reason by which it may break rules, where one was given."""
        return None if self.override_reason is None else Override(self.override_reason, frozenset(self.override_rules))

    def as_json(self) -> dict[str, Any]:
        """For the row of a change; by the names of an entry's columns."""
        values = {name: getattr(self, name) for name in STATE_COLUMNS}
        reason = None if self.unplaced_reason is None else self.unplaced_reason.as_json()
        lists = {"override_rules": list(self.override_rules), "days": list(self.days)}
        return values | lists | {"unplaced_reason": reason}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "EntryState":
        """As the row of a change, or of an entry, has it."""
        reason = UnplacedReason.from_json(values.get("unplaced_reason"))
        lists = {name: tuple(values.get(name, ())) for name in ("override_rules", "days")}
        return cls(**{**values, **lists, "unplaced_reason": reason})


STATE_COLUMNS = tuple(field.name for field in fields(EntryState))


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """The entry of a meeting; ``end_minute`` is when it ends, in minutes since midnight."""

    entry_id: int
    key: MeetingKey
    end_minute: int | None
    state: EntryState

    def placement(self, problem: TermProblem) -> Placement:
        """Its place as the engine has it, for a meeting that the term asks for today."""
        slot, room, calendar = self.state.time_slot_id, self.state.room_id, problem.calendar
        if slot is None or slot not in calendar.by_id:
            return UNPLACED
        row = problem.rows[problem.index_of[self.key]]
        weeks = calendar.weeks_mask(row.weeks)
        moment = calendar.time_from(slot, row.slots, weeks, self.end_minute, self.state.days)
        return Placement(moment, None if room is None else problem.room_index.get(room))


def read_entries(timetable_id: int) -> list[StoredEntry]:
    """All entries of a timetable, those of meetings that the term no longer asks for too."""
    entry = TimetableEntry
    states = (getattr(entry, name) for name in STATE_COLUMNS)
    query = sa.select(
        entry.entry_id, entry.component_id, entry.student_group_id, entry.ordinal, entry.end_time, *states
    ).where(entry.timetable_id == timetable_id)
    return [
        StoredEntry(
            entry_id,
            MeetingKey(component, batch, ordinal),
            None if end is None else minutes(end),
            EntryState.from_json(dict(zip(STATE_COLUMNS, state, strict=True))),
        )
        for entry_id, component, batch, ordinal, end, *state in db.session.execute(query)
    ]


def entries_of(problem: TermProblem, timetable_id: int) -> dict[int, StoredEntry]:
    """The entries by the meetings of today; what the term no longer asks for is left out."""
    entries = read_entries(timetable_id)
    return {problem.index_of[entry.key]: entry for entry in entries if entry.key in problem.index_of}


def solution_of(problem: TermProblem, entries: Mapping[int, StoredEntry]) -> Solution:
    """The entries as a solution; meetings without an entry are unplaced."""
    placements = [UNPLACED] * len(problem.rows)
    for index, entry in entries.items():
        placements[index] = entry.placement(problem)
    return Solution(tuple(placements))
