"""A timetable as the compiled search keeps it: made from a solution, and read back."""

import numpy as np

from webapp.engine.instance import UNPLACED, Placement
from webapp.engine.search.arrays import CLOSED, N_LAYOUTS, Ints, SearchState, unpack
from webapp.engine.search.compile import Compiled
from webapp.engine.search.day_lists import FIRST_RUN
from webapp.engine.search.ejections import MOST_TURNS
from webapp.engine.search.kernel import anneal
from webapp.engine.search.set_counts import no_counts
from webapp.engine.solution import Solution


def new_state(problem: Compiled, seed: int) -> SearchState:
    """The timetable in which nothing is placed yet."""
    model = problem.model
    meetings, kinds, times, rooms, units, parts, days, weeks, periods, subjects, places = model.size.tolist()[:11]
    layouts = int(model.size[N_LAYOUTS])
    tables, lists = (0, subjects) if layouts else (subjects, 0)
    entries = len(model.day_table) if layouts else 0
    together = int(np.diff(model.day_at).max(initial=0))
    at = np.full((rooms, units), -1, np.int32)
    for room, unit in problem.closed:
        at[room, unit] = CLOSED
    set_count, order = no_counts(problem.model.sets, problem.instance.grid.days)
    empty = sum(int(problem.model.unplaced_cost[kind]) for kind in problem.model.kind)
    empty += int(problem.model.place_cost[:, 0].sum()) + _patterns_of_nothing(problem)
    return SearchState(
        time=np.full(meetings, -1, np.int32),
        room=np.full(meetings, -1, np.int32),
        at=at,
        clashes=np.zeros((kinds, times), np.int64),
        load=np.zeros((tables, parts * periods), np.int16),
        busy=np.zeros((tables, parts), np.int64),
        twice=np.zeros((tables, parts), np.int64),
        used=np.zeros((subjects, weeks), np.int64),
        hours=np.zeros((subjects, weeks), np.int32),
        many=np.zeros((lists, parts), np.int32),
        items=np.zeros(int(model.item_at[-1]) * parts, np.int32),
        loads=np.zeros((lists, parts), np.int32),
        tangled=np.zeros((lists, parts), np.int32),
        counted=np.zeros((entries, parts), np.int64),
        summed=np.zeros((entries, days), np.int64),
        found=np.zeros(FIRST_RUN + periods + 1, np.int64),
        line=np.zeros(periods + 1, np.int64),
        gained=np.zeros((together, days), np.int64),
        used_then=np.zeros(weeks, np.int64),
        hours_then=np.zeros(weeks, np.int64),
        in_room=np.zeros((places, max(1, rooms)), np.int16),
        distinct=np.zeros(places, np.int32),
        set_count=set_count,
        order=order,
        ejection=np.zeros(8, np.int64),
        ejection_price=np.zeros(3, np.float64),
        trail=np.zeros((MOST_TURNS, 3), np.int32),
        best_time=np.full(meetings, -1, np.int32),
        best_room=np.full(meetings, -1, np.int32),
        totals=np.array([empty, empty, random_state(seed)], np.int64),
    )


def _patterns_of_nothing(problem: Compiled) -> int:
    """What week patterns cost before anything is placed (missing working days, for instance)."""
    model, found = problem.model, 0
    for entry, table in enumerate(model.week_table.tolist()):
        found += int(model.week_weight[entry]) * int(model.week_tables[table, 0])
    for entry, table in enumerate(model.total_table.tolist()):
        found += int(model.total_weight[entry]) * int(model.total_tables[table, 0])
    return found


def random_state(seed: int) -> int:
    """A state of the generator that is never 0 (splitmix64 of the seed)."""
    mask = (1 << 64) - 1
    value = (seed * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) & mask
    value = ((value ^ value >> 30) * 0xBF58476D1CE4E5B9) & mask
    value = ((value ^ value >> 27) * 0x94D049BB133111EB) & mask
    value = (value ^ value >> 31) or 1
    return value - (1 << 64) if value >> 63 else value


def is_simple(problem: Compiled) -> bool:
    """Whether there is one week and every time lies on one day."""
    parts = np.diff(problem.model.parts_at)
    return problem.instance.grid.weeks == 1 and bool((parts == 1).all())


def state_of(problem: Compiled, solution: Solution, seed: int) -> SearchState:
    """The state of a solution; what stands where it can't, or where another stands, stays unplaced."""
    model, state = problem.model, new_state(problem, seed)
    script = []
    for meeting, placement in enumerate(solution.placements):
        kind, time = int(model.kind[meeting]), problem.time_index(placement.time)
        roomless = model.rooms_at[kind] == model.rooms_at[kind + 1]
        room = -1 if placement.room is None or roomless else placement.room
        if time >= 0 and model.time_ok[kind, time] and (roomless or (room >= 0 and model.room_ok[kind, room])):
            script.append((meeting, time, room))
    entries = np.array(script, np.int32).reshape(-1, 3)
    anneal(model, state, entries, 0, 1.0, 1.0, 0.0, 0.0, 0.0, is_simple(problem))
    state.best_time[:], state.best_room[:] = state.time, state.room
    state.totals[1] = state.totals[0]
    return state


def empty_script() -> Ints:
    """No entries for `anneal` to make."""
    return np.zeros((0, 3), np.int32)


def best_of(problem: Compiled, state: SearchState) -> Solution:
    """The best timetable of a state as a solution."""
    placements = []
    for time, room in zip(state.best_time.tolist(), state.best_room.tolist(), strict=True):
        placed = Placement(problem.times[time], room if room >= 0 else None) if time >= 0 else UNPLACED
        placements.append(placed)
    return Solution(tuple(placements))


def best_cost(state: SearchState) -> tuple[int, int]:
    """Hard violations and weighted soft cost of the best timetable."""
    return unpack(int(state.totals[1]))
