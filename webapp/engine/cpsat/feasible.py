"""A timetable that merely holds: times and rooms in turn until the rooms suffice."""

import math
from dataclasses import replace

from webapp.engine.cpsat.room_model import solve_rooms
from webapp.engine.cpsat.run import Clock, Limits
from webapp.engine.cpsat.time_model import solve_times
from webapp.engine.instance import Instance
from webapp.engine.result import Status, Stop, never
from webapp.engine.solution import Solution

ROUNDS = 40
"""Most times that the rooms may send the times back."""


def find_feasible(
    instance: Instance,
    seconds: float,
    workers: int = 1,
    seed: int = 0,
    stop: Stop = never,
    start: Solution | None = None,
    deterministic: float | None = None,
) -> Solution | Status:
    """A timetable in which every hard rule holds, whatever it costs; else how far the proof came.

    Soft rules are left out, so this is quick where everything else is not. Sets of rooms that turn
    out too small for the times that were found are counted in the next round. Infeasible is what has
    no timetable in which all meetings take place.

    Parameters
    ----------
    deterministic
        Work for all rounds together, in CP-SAT's deterministic time.
    """
    hard = replace(instance, constraints=tuple(c for c in instance.constraints if c.hard))
    clock = Clock(Limits(seconds, workers, seed, stop))
    work = math.inf if deterministic is None else deterministic
    cuts: dict[frozenset[int], None] = {}
    for _ in range(ROUNDS):
        if clock.over or work <= 0:
            break
        left = None if deterministic is None else work
        times = solve_times(hard, clock.left, workers, seed, start, stop, left, cuts=tuple(cuts))
        work -= times.work
        if times.solution is None:
            return times.status
        left = None if deterministic is None else max(0.0, work)
        rooms = solve_rooms(hard, times.solution, max(1.0, clock.left), workers, seed, stop, left)
        work -= rooms.work
        if rooms.solution is not None and not rooms.unplaced and rooms.status is not Status.INFEASIBLE:
            return Solution(rooms.solution.placements, () if start is None else start.sectioning)
        known = len(cuts)
        cuts.update(dict.fromkeys(frozenset(shortage.rooms) for shortage in rooms.shortages))
        if len(cuts) == known:
            break
        start = times.solution
    return Status.UNKNOWN
