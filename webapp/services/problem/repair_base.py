"""The timetable that is solved anew, as the term's classes of today, with what a registrar has said about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from webapp.engine.instance import UNPLACED, Placement
from webapp.engine.solution import Solution
from webapp.extensions import db
from webapp.models import GenerationJob, Timetable
from webapp.services.jobs.kinds import Place
from webapp.services.problem.meetings import MeetingKey
from webapp.services.problem.stored_entries import Overrides, entries_of, solution_of
from webapp.services.problem.term_problem import TermProblem, build_problem
from webapp.services.problem.words.reasons import UnplacedReason
from webapp.services.problem.words.sentences import RepairCause
from webapp.services.problem.words.statements import told
from webapp.services.shared.errors import Conflict, NotFound


class TimetableGone(NotFound):
    """The timetable that was to be repaired has been deleted meanwhile."""


class BaseChanged(Conflict):
    """The timetable or the term's data have changed since the repair was found, so it no longer fits."""


@dataclass(frozen=True)
class SolvedTimetable:
    """A timetable that came of a job: why what it left out has no place, its rung of a ladder, what had happened."""

    job: GenerationJob
    solution: Solution
    reasons: Mapping[int, UnplacedReason] = field(default_factory=dict)
    rung: int | None = None
    changes: tuple[RepairCause, ...] = ()


@dataclass(frozen=True)
class RepairBase:
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
        """The places of the classes that stand elsewhere than in the base."""
        pairs = enumerate(zip(self.solution.placements, solution.placements, strict=True))
        return [self._place(index, now) for index, (before, now) in pairs if before != now]

    def staying(self, solution: Solution) -> set[int]:
        """The meetings (indices) that stand where they stood."""
        pairs = enumerate(zip(self.solution.placements, solution.placements, strict=True))
        return {index for index, (before, now) in pairs if before == now}

    def locks_kept(self, solution: Solution) -> dict[int, tuple[bool, bool]]:
        """The locks that still say the truth: of a class that had to move only the part that stayed."""
        kept = {}
        for index, (time, room) in self.locks.items():
            before, now = self.solution.placements[index], solution.placements[index]
            lock = (time and before.time == now.time, room and before.room == now.room)
            if now.time is not None and any(lock):
                kept[index] = lock
        return kept

    def _place(self, index: int, placement: Placement) -> Place:
        row = self.problem.rows[index]
        named = (row.key.component_id, row.key.batch_id, row.key.ordinal)
        if placement.time is None:
            return (*named, None, None, None)
        chain = self.problem.calendar.chain_of(placement.time, row.slots)
        room = None if placement.room is None else self.problem.room_ids[placement.room]
        return (*named, chain.first.time_slot_id, chain.end, room, *placement.time.day_list())

    def solution_with(self, places: Iterable[Place]) -> Solution:
        """The base with these classes elsewhere; raises `BaseChanged` where the term no longer has one of them."""
        return self.solution.moved(self._read(place) for place in places)

    def _read(self, place: Place) -> tuple[int, Placement]:
        slot, end, room = place[3:6]
        days = [day for day in place[6:] if day is not None]
        problem = self.problem
        index = problem.index_of.get(key_of(place))
        lost = slot is not None and (slot not in problem.calendar.by_id or room not in {None, *problem.room_index})
        if index is None or lost:
            raise BaseChanged(told("base_changed"))
        if slot is None:
            return index, UNPLACED
        row = problem.rows[index]
        moment = problem.calendar.time_from(slot, row.slots, problem.calendar.weeks_mask(row.weeks), end, days)
        return index, Placement(moment, None if room is None else problem.room_index[room])


def key_of(place: Place) -> MeetingKey:
    """The meeting that a place is of."""
    component, batch, ordinal = place[:3]
    return MeetingKey(component or 0, batch, ordinal or 0)


def read_base(timetable_id: int | None) -> RepairBase:
    """Read a timetable and its term; raises `TimetableGone`, and what `build_problem` says."""
    timetable = None if timetable_id is None else db.session.get(Timetable, timetable_id, populate_existing=True)
    if timetable is None or timetable_id is None:
        raise TimetableGone(told("timetable_gone"))
    problem = build_problem(timetable.term)
    entries = entries_of(problem, timetable_id)
    solution = solution_of(problem, entries)
    placed = {index: entry.state for index, entry in entries.items() if solution.placements[index].time is not None}
    locks = {index: (state.locked_time, state.locked_room) for index, state in placed.items() if state.is_locked}
    overrides = {index: state.override for index, state in placed.items() if state.override is not None}
    return RepairBase(timetable_id, timetable.revision, problem, solution, locks, overrides)
