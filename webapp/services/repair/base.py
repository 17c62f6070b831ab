"""The timetable that is solved anew, as the term's classes of today, with what a registrar has said about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.engine.instance import UNPLACED, Placement
from webapp.engine.solution import Solution
from webapp.extensions import db
from webapp.models import Timetable, TimetableEntry
from webapp.services.problem.meetings import MeetingKey
from webapp.services.problem.solutions import Override, Overrides, solution_from
from webapp.services.problem.term_problem import TermProblem, build_problem
from webapp.services.repair.errors import BaseChanged, TimetableGone
from webapp.services.shared.words import _

Place = list[Any]
"""Where a class stands, as JSON: component, batch, number, time slot, end in minutes, room."""


@dataclass(frozen=True)
class Base:
    """A stored timetable and its term's problem.

    ``locks`` says of a meeting whether its time and its room are locked; ``overrides`` why it may stand where
    which rules forbid it.
    """

    timetable_id: int
    revision: int
    problem: TermProblem
    solution: Solution
    locks: Mapping[int, tuple[bool, bool]]
    overrides: Overrides

    def places(self, solution: Solution) -> list[Place]:
        """Where the classes stand that stand elsewhere than in the base."""
        pairs = enumerate(zip(self.solution.placements, solution.placements, strict=True))
        return [self._place(index, now) for index, (before, now) in pairs if before != now]

    def _place(self, index: int, placement: Placement) -> Place:
        row = self.problem.rows[index]
        named: Place = [row.key.component_id, row.key.batch_id, row.key.ordinal]
        if placement.time is None:
            return [*named, None, None, None]
        chain = self.problem.calendar.chain_of(placement.time, row.slots)
        room = None if placement.room is None else self.problem.room_ids[placement.room]
        return [*named, chain.first.time_slot_id, chain.end, room]

    def solution_with(self, places: Iterable[Place]) -> Solution:
        """The base with these classes elsewhere; raises `BaseChanged` where the term no longer has one of them."""
        return self.solution.moved(self._read(place) for place in places)

    def _read(self, place: Place) -> tuple[int, Placement]:
        component, batch, ordinal, slot, end, room = place
        problem = self.problem
        index = problem.index_of.get(MeetingKey(component, batch, ordinal))
        lost = slot is not None and (slot not in problem.calendar.by_id or room not in {None, *problem.room_index})
        if index is None or lost:
            raise BaseChanged(_("The term's data have changed since, so what was found no longer fits. Ask again."))
        if slot is None:
            return index, UNPLACED
        row = problem.rows[index]
        moment = problem.calendar.time_from(slot, row.slots, problem.calendar.weeks_mask(row.weeks), end)
        return index, Placement(moment, None if room is None else problem.room_index[room])


def read_base(timetable_id: int) -> Base:
    """Read a timetable and its term; raises `TimetableGone`, and what `build_problem` says."""
    timetable = db.session.get(Timetable, timetable_id, populate_existing=True)
    if timetable is None:
        raise TimetableGone(_("The timetable has been deleted meanwhile, so there is nothing left to work on."))
    problem = build_problem(timetable.term)
    solution = solution_from(problem, timetable_id)
    entry = TimetableEntry
    query = sa.select(
        entry.component_id, entry.student_group_id, entry.ordinal,
        entry.locked_time, entry.locked_room, entry.override_reason, entry.override_rules,
    ).where(
        entry.timetable_id == timetable_id,
        sa.or_(entry.locked_time, entry.locked_room, entry.override_reason.is_not(None)),
    )  # fmt: skip
    locks, overrides = {}, {}
    for component, batch, ordinal, time, room, reason, rules in db.session.execute(query):
        index = problem.index_of.get(MeetingKey(component, batch, ordinal))
        if index is None or solution.placements[index].time is None:
            continue
        if time or room:
            locks[index] = (time, room)
        if reason is not None:
            overrides[index] = Override(reason, frozenset(rules))
    return Base(timetable_id, timetable.revision, problem, solution, locks, overrides)
