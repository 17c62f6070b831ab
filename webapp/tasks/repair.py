"""Repairs a timetable after something has happened: the fewest classes to move, and what more moves would gain.

The ladder stands in the facts of the job's row; the registrar picks a rung of it.
"""

import time
from collections.abc import Callable, Mapping, Sequence

from webapp.engine.instance import Instance
from webapp.engine.obstacles import reasons
from webapp.engine.repair import Disruption, Grown, PersonOut, Repair, RepairRung, RoomOut, changed, displaced, repair
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time
from webapp.models import Stage
from webapp.services.jobs.kinds import (
    EventKind,
    MovedClass,
    RepairAnswer,
    RepairEvent,
    RepairOptions,
    Rung,
    UnplacedClass,
    options_of,
)
from webapp.services.problem.holds import excusing
from webapp.services.problem.repair_base import RepairBase, read_base
from webapp.services.problem.term_problem import TermProblem
from webapp.services.problem.words.labels import place_words
from webapp.services.problem.words.reasons import UnplacedReason
from webapp.services.problem.words.sentences import RepairCause
from webapp.services.shared import transaction
from webapp.tasks.guard import Attempt
from webapp.tasks.locks import hold_locked
from webapp.tasks.threads import threads

LEAST_SECONDS = 1.0
KEPT_BACK_SECONDS = 3.0
"""Kept back for writing down what was found, and why some of 1,500 classes have no place, which takes a while."""


def carry_out(attempt: Attempt) -> None:
    """Find the fewest classes to move after what has happened, and the ladder."""
    job = attempt.job
    seconds, seed, options = float(job.seconds), job.seed, options_of(job, RepairOptions)
    attempt.tracker.enter(Stage.CONFLICT_RESOLUTION, 0, 100, seconds)
    base = read_base(job.base_timetable_id)
    transaction.commit()
    answer = repair_timetable(
        base, options.changes, seconds, seed, attempt.must_stop, place_waiting=options.place_waiting
    )
    attempt.check_in()
    attempt.tracker.note(answer=answer)
    attempt.complete()


def repair_timetable(
    base: RepairBase,
    changes: Sequence[RepairEvent],
    seconds: float,
    seed: int,
    stop: Callable[[], bool],
    *,
    place_waiting: bool = False,
) -> RepairAnswer:
    """Find the least number of classes to move so that the timetable holds after the changes, and the ladder."""
    before = time.monotonic()
    events = [event for change in changes for event in _for_engine(base.problem, change)]
    excused = excusing(base.problem.instance, base.solution, base.overrides)
    hit = frozenset(displaced(changed(excused, events), base.solution))
    because = _because(base, excused, changes)
    whole = dict.fromkeys(base.overrides, (True, True))
    locks = {meeting: lock for meeting, lock in {**base.locks, **whole}.items() if meeting not in hit}
    left = max(LEAST_SECONDS, seconds - KEPT_BACK_SECONDS)
    result = repair(
        hold_locked(base, locks), base.solution, events, left, threads(), seed, stop, place_waiting=place_waiting
    )
    return RepairAnswer(
        revision=base.revision,
        status=result.status.value,
        proven=result.proven,
        bound=result.bound,
        classes=len(base.solution.placements),
        hit=len(hit),
        in_tray=len(base.solution.unplaced),
        held=len(locks),
        before=result.cost_before,
        rungs=tuple(_rung(base, result, rung, because) for rung in result.ladder),
        seconds=round(time.monotonic() - before, 1),
        looked_further=result.looked_further,
    )


def _for_engine(problem: TermProblem, change: RepairEvent) -> list[Disruption]:
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


def _because(
    base: RepairBase, instance: Instance, changes: Sequence[RepairEvent]
) -> dict[int, tuple[RepairCause, ...]]:
    """By meeting that can't stay where it stands: which of the changes are the reason."""
    causes: dict[int, tuple[RepairCause, ...]] = {}
    for change in changes:
        for meeting in displaced(changed(instance, _for_engine(base.problem, change)), base.solution):
            causes[meeting] = (*causes.get(meeting, ()), change.words)
    return causes


def _rung(base: RepairBase, result: Repair, rung: RepairRung, because: Mapping[int, Sequence[RepairCause]]) -> Rung:
    rows = base.problem.rows
    why = {
        unplaced.meeting: UnplacedReason.from_engine(unplaced) for unplaced in reasons(result.instance, rung.solution)
    }
    return Rung(
        moves=rung.moves,
        cost=rung.cost,
        lost=len(set(rung.solution.unplaced) - set(base.solution.unplaced)),
        places=tuple(base.places(rung.solution)),
        unplaced=tuple(
            UnplacedClass(
                (rows[m].key.component_id, rows[m].key.batch_id, rows[m].key.ordinal),
                rows[m].label,
                reason.after(because.get(m, ())),
            )
            for m, reason in why.items()
        ),
        moved=tuple(_move(base, m, rung.solution) for m in _moved(base.solution, rung.solution)),
    )


def _moved(before: Solution, after: Solution) -> list[int]:
    """The meetings that stand elsewhere afterwards."""
    pairs = enumerate(zip(before.placements, after.placements, strict=True))
    return [m for m, (old, new) in pairs if old != new]


def _move(base: RepairBase, meeting: int, after: Solution) -> MovedClass:
    row, people = base.problem.rows[meeting], base.problem.instance.resources
    return MovedClass(
        label=row.label,
        before=place_words(base.problem, base.solution.placements[meeting]),
        now=place_words(base.problem, after.placements[meeting]),
        teachers=tuple(people[base.problem.resource_of_faculty[key]].label for key in row.faculty_ids),
    )
