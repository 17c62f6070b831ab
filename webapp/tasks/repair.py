"""The bodies of two short jobs: the rest of a draft solved anew around its locks, and a timetable repaired.

Runs in a worker. Both answer with JSON for the job's row. A re-solve stores its draft at once; of a repair the
registrar picks a rung of the ladder first.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from webapp.engine.domains import meetings_of
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Instance, Placement
from webapp.engine.nearby import priced, stay_close
from webapp.engine.params import SolveParams
from webapp.engine.pins import with_pins
from webapp.engine.placement import reasons
from webapp.engine.repair import Change as EngineChange
from webapp.engine.repair import Grown, PersonOut, Repair, RoomOut, Rung, changed, displaced, repair
from webapp.engine.rules.family import ChoiceRule
from webapp.engine.solution import Solution
from webapp.engine.solve import resolve
from webapp.engine.timegrid import Time
from webapp.services.problem.labels import placement_in_words
from webapp.services.problem.stored_entries import Overrides
from webapp.services.problem.term_problem import TermProblem
from webapp.services.repair.base import RepairBase
from webapp.services.repair.events import EventKind, RepairEvent

MOST_WORKERS = 8
LEAST_SECONDS = 1.0
STORING_SECONDS = 1.0
"""Kept back for writing down what was found."""
TELLING_SECONDS = 2.0
"""Kept back of a repair besides: with 1,500 classes, why some have no place takes a while to tell."""

Stop = Callable[[], bool]


# Solving the rest


def resolve_rest(
    base: RepairBase, closeness: int, seconds: float, seed: int, stop: Stop
) -> tuple[Solution, dict[str, Any]]:
    """Improve all classes that no lock holds; the timetable is never worse than the base, by the term's own weights.

    ``closeness`` times the lightest soft rule is what a class must gain for moving.
    """
    before = time.monotonic()
    instance = _held(base, base.locks)
    limit = max(LEAST_SECONDS, seconds - STORING_SECONDS)
    if closeness:
        price = closeness * instance.weight_range[0]
        found = stay_close(instance, base.solution, base.solution, price, limit, workers(), seed, stop)
        instance = priced(instance, base.solution, price)
    else:
        found = resolve(instance, base.solution, SolveParams(limit, seed, workers()), stop).solution
    kept = found.moved((m, _as_locked(base, m, found.placements[m])) for m in base.locks)
    best = min((base.solution, kept), key=lambda solution: _grade(instance, solution))
    own = base.problem.instance
    return best, {
        "classes": len(own.meetings),
        "locked": len(base.locks),
        "moved": len(base.places(best)),
        "before": _figures(own, base.solution),
        "after": _figures(own, best),
        "seconds": round(time.monotonic() - before, 1),
    }


def workers() -> int:
    """Threads for a search: one for each core that this process may use."""
    return min(MOST_WORKERS, len(os.sched_getaffinity(0)))


def _as_locked(base: RepairBase, meeting: int, found: Placement) -> Placement:
    """Where a locked class belongs, should the search have lost it: where it stood."""
    was, (time_locked, room_locked) = base.solution.placements[meeting], base.locks[meeting]
    astray = (time_locked and found.time != was.time) or (room_locked and found.room != was.room)
    return was if astray or found.time is None else found


def _grade(instance: Instance, solution: Solution) -> tuple[int, int]:
    score = evaluate(instance, solution)
    return score.hard, score.cost


def _figures(instance: Instance, solution: Solution) -> dict[str, int]:
    return {"cost": evaluate(instance, solution).cost, "unplaced": len(solution.unplaced)}


# Holding classes where they stand


def _held(base: RepairBase, locks: Mapping[int, tuple[bool, bool]]) -> Instance:
    """The term's instance in which these classes are pinned where their locks hold them.

    A class that stands by a registrar's word where a rule forbids it is pinned as a whole, and excused from that rule.
    """
    held = {meeting: override for meeting, override in base.overrides.items() if meeting in locks}
    pins = {}
    for meeting, (time_locked, room_locked) in locks.items():
        place, whole = base.solution.placements[meeting], meeting in base.overrides
        pins[meeting] = Placement(
            place.time if time_locked or whole else None,
            place.room if room_locked or whole else None,
        )
    return with_pins(_excusing(base.problem.instance, base.solution, held), pins)


def _excusing(instance: Instance, solution: Solution, overrides: Overrides) -> Instance:
    """The instance in which no rule about single placements that a word excuses forbids a meeting where it stands."""
    found = []
    for constraint in instance.constraints:
        rule = constraint.rule
        if not constraint.hard or not isinstance(rule, ChoiceRule):
            found.append(constraint)
            continue
        concerned = meetings_of(instance, constraint)
        excused = (m for m, override in overrides.items() if m in concerned and override.excuses(rule.name))
        guilty = {m for m in excused if rule.cost(instance, constraint, m, solution.placements[m])}
        rest = tuple(sorted(m for m in concerned if m not in guilty))
        if not guilty:
            found.append(constraint)
        elif rest:
            found.append(replace(constraint, resources=(), meetings=rest))
    return replace(instance, constraints=tuple(found))


# Repairing


def repair_timetable(
    base: RepairBase, changes: Sequence[RepairEvent], seconds: float, seed: int, stop: Stop
) -> dict[str, Any]:
    """Find the least number of classes to move so that the timetable holds after the changes, and the ladder."""
    before = time.monotonic()
    wanted = [one for change in changes for one in _for_engine(base.problem, change)]
    excused = _excusing(base.problem.instance, base.solution, base.overrides)
    hit = frozenset(displaced(changed(excused, wanted), base.solution))
    because = _because(base, excused, changes)
    whole = dict.fromkeys(base.overrides, (True, True))
    held = {meeting: lock for meeting, lock in {**base.locks, **whole}.items() if meeting not in hit}
    left = max(LEAST_SECONDS, seconds - STORING_SECONDS - TELLING_SECONDS)
    found = repair(_held(base, held), base.solution, wanted, left, workers(), seed, stop)
    return {
        "revision": base.revision,
        "status": found.status.value,
        "proven": found.proven,
        "bound": found.bound,
        "classes": len(base.solution.placements),
        "hit": len(hit),
        "in_tray": len(base.solution.unplaced),
        "held": len(held),
        "before": evaluate(found.instance, base.solution).cost,
        "rungs": [_rung(base, found, rung, because) for rung in found.ladder],
        "seconds": round(time.monotonic() - before, 1),
    }


def _for_engine(problem: TermProblem, change: RepairEvent) -> list[EngineChange]:
    """A change as the engine has it; nothing where it concerns no class of the term."""
    calendar = problem.calendar
    slots = [slot for slot in change.slots if slot in calendar.by_id]
    if change.slots and not slots:
        return []
    if change.what is EventKind.ROOM:
        room = problem.room_index.get(change.key)
        return [] if room is None else [RoomOut(room, tuple(_time(problem, slot) for slot in slots))]
    if change.what is EventKind.FACULTY:
        person = problem.resource_of_faculty.get(change.key)
        cells = frozenset(cell for slot in slots for cell in calendar.cells_of(slot))
        return [] if person is None else [PersonOut(person, cells)]
    rows = enumerate(problem.rows)
    whole = tuple(index for index, row in rows if row.section_id == change.key and row.key.batch_id is None)
    return [Grown(whole, change.size)] if whole else []


def _time(problem: TermProblem, slot: int) -> Time:
    first, last = problem.calendar.reach[slot]
    day = 1 << problem.calendar.by_id[slot].day
    return Time(first, last - first, day, problem.calendar.grid.all_weeks)


def _because(base: RepairBase, instance: Instance, changes: Sequence[RepairEvent]) -> dict[int, str]:
    """By meeting that can't stay where it stands: which of the changes are the reason."""
    found: dict[int, str] = {}
    for change in changes:
        for meeting in displaced(changed(instance, _for_engine(base.problem, change)), base.solution):
            found[meeting] = f"{found.get(meeting, '')}{change.words}. "
    return found


def _rung(base: RepairBase, found: Repair, rung: Rung, because: Mapping[int, str]) -> dict[str, Any]:
    rows = base.problem.rows
    why = {one.meeting: one.reason for one in reasons(found.instance, rung.solution)}
    return {
        "moves": rung.moves,
        "cost": rung.cost,
        "lost": len(set(rung.solution.unplaced) - set(base.solution.unplaced)),
        "places": base.places(rung.solution),
        "unplaced": [
            {
                "key": [rows[m].key.component_id, rows[m].key.batch_id, rows[m].key.ordinal],
                "label": rows[m].label,
                "reason": f"{because.get(m, '')}{reason}",
            }
            for m, reason in why.items()
        ],
        "moved": [_move(base, m, rung.solution) for m in found_moved(base.solution, rung.solution)],
    }


def found_moved(before: Solution, after: Solution) -> list[int]:
    """The meetings that stand elsewhere afterwards."""
    pairs = enumerate(zip(before.placements, after.placements, strict=True))
    return [m for m, (old, new) in pairs if old != new]


def _move(base: RepairBase, meeting: int, after: Solution) -> dict[str, Any]:
    row, people = base.problem.rows[meeting], base.problem.instance.resources
    return {
        "label": row.label,
        "before": placement_in_words(base.problem, base.solution.placements[meeting]),
        "now": placement_in_words(base.problem, after.placements[meeting]),
        "teachers": [people[base.problem.resource_of_faculty[key]].label for key in row.faculty_ids],
    }
