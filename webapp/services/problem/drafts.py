"""A draft made of places that somebody else has chosen: what breaks a hard rule is taken off and goes to the tray."""

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.engine.instance import UNPLACED, Placement
from webapp.engine.solution import Solution
from webapp.models import Term
from webapp.services.problem.held_times import time_at
from webapp.services.problem.meetings import MeetingKey
from webapp.services.problem.results import TimetableResult
from webapp.services.problem.solutions import TimetableFacts, store_timetable, trimmed
from webapp.services.problem.term_problem import TermProblem, build_problem
from webapp.services.problem.words.reasons import UnplacedReason


@dataclass(frozen=True, slots=True)
class ChosenPlace:
    """Where a meeting shall stand: its first slot, its days, its room, and which of them is locked."""

    time_slot_id: int | None
    room_id: int | None
    locked_time: bool = False
    locked_room: bool = False
    days: tuple[int, ...] = ()


def store_draft(
    term: Term,
    places: Mapping[MeetingKey, ChosenPlace],
    *,
    name: str,
    user_id: int | None,
    result: TimetableResult,
    no_place: UnplacedReason,
) -> int:
    """Add a draft of a term's meetings where ``places`` puts them, without commit; return its key.

    ``no_place`` is the reason of a meeting that has no place there. Locks are kept by what could be placed.
    """
    problem = build_problem(term)
    chosen = {index: places[row.key] for index, row in enumerate(problem.rows) if row.key in places}
    placements = [_placement(problem, index, chosen.get(index)) for index in range(len(problem.rows))]
    solution, reasons = trimmed(problem, Solution(tuple(placements)))
    reasons |= {index: no_place for index, placement in enumerate(placements) if placement.time is None}
    locks = {
        index: (place.locked_time, place.locked_room)
        for index, place in chosen.items()
        if solution.placements[index].time is not None
    }
    facts = TimetableFacts(variant_name=name, created_by_id=user_id, result=result, reasons=reasons, locks=locks)
    return store_timetable(problem, solution, facts)


def _placement(problem: TermProblem, index: int, place: ChosenPlace | None) -> Placement:
    if place is None or place.time_slot_id is None:
        return UNPLACED
    row = problem.rows[index]
    weeks = problem.calendar.weeks_mask(row.weeks)
    time = time_at(problem, index, place.time_slot_id, place.days)
    if time is None or (place.days and tuple(time.day_list()) != place.days):
        time = problem.calendar.time_from(place.time_slot_id, row.slots, weeks, days=place.days)
    return Placement(time, problem.room_index.get(place.room_id) if place.room_id is not None else None)
