"""The search loop: simulated annealing over the full state.

Every meeting has a time and a room, or waits unplaced at the price of a hard violation. A room
never holds two meetings; people may clash on the way, at a price. Moves, all with the one already
there changing places: another room, another time in the same room, both.

References
----------
R. Bellio, S. Ceschia, L. Di Gaspero, A. Schaerf, T. Urli, "Feature-based tuning of simulated
annealing applied to the curriculum-based course timetabling problem", Computers & Operations
Research 65 (2016): one annealing over the full state with moves and swaps.
"""

import numpy as np

from webapp.engine.search.arrays import CLOSED, SHIFT, Model, State
from webapp.engine.search.compiled import compiled, inlined
from webapp.engine.search.moves import N_MEETINGS, swap, swap_change

EXPONENTIAL = -np.log((np.arange(4096) + 0.5) / 4096)
"""Quantiles of the exponential distribution: a rise of temperature times one of them is accepted."""


@inlined
def next_random(seed: int) -> int:
    """Next state of the xorshift generator."""
    seed ^= seed << np.uint64(13)
    seed ^= seed >> np.uint64(7)
    seed ^= seed << np.uint64(17)
    return seed


@inlined
def below(bits: int, bound: int) -> int:
    """A number below the bound from 32 random bits."""
    return np.int64((np.uint64(bits & np.uint64(0xFFFFFFFF)) * np.uint64(bound)) >> np.uint64(32))


@inlined
def standing(model: Model, state: State, meeting: int, time: int, room: int) -> int:
    """Who stands in a room at a time: a meeting, -1 nobody, -2 a closed room or several."""
    found = -1
    for item in range(model.units_at[time], model.units_at[time + 1]):
        who = state.at[room, model.units[item]]
        if who == CLOSED:
            return -2
        if who >= 0 and who != meeting:
            if found >= 0 and found != who:
                return -2
            found = who
    return found


@inlined
def may_swap(model: Model, state: State, meeting: int, other: int, t1: int) -> bool:
    """Whether the one who stands at ``t1`` can take the meeting's place."""
    kind, kind2 = model.kind[meeting], model.kind[other]
    t0, r0 = state.time[meeting], state.room[meeting]
    if kind == kind2 or state.time[other] != t1:
        return False
    if t0 < 0:
        return True
    if t0 != t1 and (not model.time_ok[kind2, t0] or model.overlap[t0, t1]):
        return False
    return bool(model.room_ok[kind2, r0])


@compiled
def anneal(
    model: Model,
    state: State,
    moves: int,
    temperature: float,
    cooling: float,
    hard_weight: float,
    mix: float,
    mix2: float,
    simple: bool,
) -> float:
    """Try a number of moves; returns the temperature at the end."""
    seed = np.uint64(state.totals[2])
    meetings = model.size[N_MEETINGS]
    total, best = state.totals[0], state.totals[1]
    accepted = 0
    share_room = np.int64(mix * 65536)
    share_time = np.int64(mix2 * 65536) + share_room
    for step in range(moves):
        if step & 1023 == 0:
            temperature *= cooling
        seed = next_random(seed)
        meeting = below(seed, meetings)
        kind = model.kind[meeting]
        t0, r0 = state.time[meeting], state.room[meeting]
        way = np.int64(seed >> np.uint64(48))
        seed = next_random(seed)
        t1, r1 = t0, r0
        first, count = model.times_at[kind], model.times_at[kind + 1] - model.times_at[kind]
        if way >= share_room or t0 < 0:
            if count == 0:
                continue
            t1 = model.times[first + below(seed, count)]
        first, count = model.rooms_at[kind], model.rooms_at[kind + 1] - model.rooms_at[kind]
        if way < share_room or way >= share_time or t0 < 0:
            if count > 0:
                r1 = model.rooms[first + below(seed >> np.uint64(32), count)]
        if t0 == t1 and r0 == r1:
            continue
        other = -1
        if r1 >= 0:
            other = standing(model, state, meeting, t1, r1)
            if other == -2 or (other >= 0 and not may_swap(model, state, meeting, other, t1)):
                continue
        seed = next_random(seed)
        limit = temperature * EXPONENTIAL[np.int64(seed >> np.uint64(52))]
        change = swap_change(model, state, meeting, t1, r1, other, simple)
        soft = (change << (64 - SHIFT)) >> (64 - SHIFT)
        hard = (change - soft) >> SHIFT
        if hard * hard_weight + soft > limit:
            continue
        accepted += 1
        swap(model, state, meeting, t1, r1, other)
        total += change
        if total < best:
            best = total
            for each in range(meetings):
                state.best_time[each] = state.time[each]
                state.best_room[each] = state.room[each]
    state.totals[0], state.totals[1] = total, best
    state.totals[2] = np.int64(seed)
    state.totals[3] += accepted
    return temperature
