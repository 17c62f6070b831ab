"""A timetable that merely holds: times and rooms in turn until the rooms suffice."""

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
    hint: Solution | None = None,
    deterministic: float | None = None,
) -> Solution | None:
    """A timetable in which every hard rule holds, whatever it costs; None when none is found in time.

    Soft rules are left out, so this is quick where everything else is not. Sets of rooms that turn
    out too small for the times that were found are counted in the next round.
    """
    hard = replace(instance, constraints=tuple(c for c in instance.constraints if c.hard))
    clock = Clock(Limits(seconds, workers, seed, stop, deterministic))
    cuts: dict[frozenset[int], None] = {}
    for _ in range(ROUNDS):
        if clock.over:
            return None
        times = solve_times(
            hard, clock.left, workers, seed, hint, stop, None, deterministic, partial=False, cuts=tuple(cuts)
        )
        if times.solution is None:
            return None
        rooms = solve_rooms(hard, times.solution, max(1.0, clock.left), workers, seed, stop, deterministic)
        if rooms.solution is not None and not rooms.unplaced and rooms.status is not Status.INFEASIBLE:
            return Solution(rooms.solution.placements, () if hint is None else hint.sectioning)
        known = len(cuts)
        cuts.update(dict.fromkeys(frozenset(shortage.rooms) for shortage in rooms.shortages))
        if len(cuts) == known:
            return None
        hint = times.solution
    return None
