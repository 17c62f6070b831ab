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

from webapp.engine.search.arrays import CLOSED, N_MEETINGS, SHIFT, Ints, Model, SearchState
from webapp.engine.search.compiled import compiled, inlined
from webapp.engine.search.ejections import (
    BEST,
    GOES,
    IDLE,
    PHASE,
    PRICE,
    SEEKS,
    TO_ROOM,
    TO_TIME,
    begin_ejection,
    below,
    energy,
    go_on,
    next_random,
    proposal,
)
from webapp.engine.search.moves import clash_change, may_clash, other_change, stakes, sure_change, swap

EXPONENTIAL = -np.log((np.arange(4096) + 0.5) / 4096)
"""Quantiles of the exponential distribution: a rise of temperature times one of them is accepted."""


@inlined
def hard_of(packed: int) -> int:
    """The hard violations of a packed cost."""
    return (packed + (1 << (SHIFT - 1))) >> SHIFT


@inlined
def saving(relief: int, total: int, hard_weight: float) -> float:
    """The energy that a relief can save of a timetable's packed cost: no more hard violations than there are."""
    if relief >> (SHIFT - 1) == 0:
        return float(relief)
    soft = (relief << (64 - SHIFT)) >> (64 - SHIFT)
    broken = (total - ((total << (64 - SHIFT)) >> (64 - SHIFT))) >> SHIFT
    return float(min((relief - soft) >> SHIFT, broken) * hard_weight + soft)


@inlined
def occupant(model: Model, state: SearchState, meeting: int, time: int, room: int) -> int:
    """Who is in a room at a time: a meeting, -1 nobody, -2 a closed room or several."""
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
def may_swap(model: Model, state: SearchState, meeting: int, other: int, t1: int) -> bool:
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


@inlined
def keep(state: SearchState, meetings: int) -> None:
    """Keep the timetable as the best."""
    for each in range(meetings):
        state.best_time[each] = state.time[each]
        state.best_room[each] = state.room[each]


@compiled
def anneal(
    model: Model,
    state: SearchState,
    script: Ints,
    moves: int,
    temperature: float,
    hard_weight: float,
    share_room: float,
    share_time: float,
    share_ejections: float,
    simple: bool,
) -> None:
    """Carry out the moves of a script where nobody stands in the way, then try random ones.

    Parameters
    ----------
    script
        Rows of meeting, time and room to enter whatever it costs.
    moves
        Random moves to try at the temperature.
    hard_weight
        What a hard violation weighs against the soft cost.
    share_room, share_time
        Shares of moves that change the room only, the time only.
    share_ejections
        Of moves in the place of which an ejection is begun; what it weighs counts as moves.
    simple
        One week, and every time on one day.
    """
    seed = np.uint64(state.totals[2])
    meetings = model.size[N_MEETINGS]
    total, best, scripted = state.totals[0], state.totals[1], len(script)
    is_best = False
    ejections = np.int64(share_ejections * 65536)
    room_only = np.int64(share_room * 65536)
    time_only = np.int64(share_time * 65536) + room_only
    step = 0
    while step < scripted + moves or state.ejection[PHASE] != IDLE:
        step += 1
        seed = next_random(seed)
        way = np.int64(seed >> np.uint64(48))
        limit, price = temperature * EXPONENTIAL[np.int64(seed >> np.uint64(32)) & 4095], hard_weight
        is_forced, phase = False, state.ejection[PHASE]
        if phase != IDLE:
            meeting, t1, r1 = proposal(model, state, seed)
            is_forced = state.ejection[PHASE] != SEEKS
            if not is_forced:
                limit, price = state.ejection_price[BEST], state.ejection_price[PRICE]
        elif step <= scripted:
            meeting, t1, r1, is_forced = script[step - 1, 0], script[step - 1, 1], script[step - 1, 2], True
        elif way < ejections:
            seed = begin_ejection(model, state, seed, total, limit, hard_weight)
            continue
        else:
            meeting = below(seed, meetings)
            kind = model.kind[meeting]
            t1, r1 = state.time[meeting], state.room[meeting]
            is_out = t1 < 0
            seed = next_random(seed)
            first, count = model.times_at[kind], model.times_at[kind + 1] - model.times_at[kind]
            if count == 0:
                continue
            if way >= room_only or is_out:
                t1 = model.times[first + below(seed, count)]
            first, count = model.rooms_at[kind], model.rooms_at[kind + 1] - model.rooms_at[kind]
            if (way < room_only or way >= time_only or is_out) and count > 0:
                r1 = model.rooms[first + below(seed >> np.uint64(32), count)]
        kind, t0, r0 = model.kind[meeting], state.time[meeting], state.room[meeting]
        if (t0 == t1 and r0 == r1) or (phase == SEEKS and not is_forced and t0 == t1):
            continue
        other = -1
        if r1 >= 0:
            other = occupant(model, state, meeting, t1, r1)
            if other == -2:
                continue
        alone = clash_change(model, state, kind, t0, t1) if t0 != t1 else 0
        if not is_forced and hard_of(alone) > 0 and hard_of(total) <= 0:
            # Most moves: people are busy there, and nobody who would leave is among them.
            kind2 = model.kind[other] if other >= 0 else kind
            if other < 0 or not may_clash(model, kind, kind2):
                relief = model.relief[kind] + (model.relief[kind2] if other >= 0 else 0)
                if energy(alone, price) > limit + saving(relief, total, price):
                    continue
        if other >= 0 and (step <= scripted or not may_swap(model, state, meeting, other, t1)):
            continue
        change = sure_change(model, state, meeting, t1, r1, other, alone)
        if not is_forced:
            relief = model.relief[kind] + (model.relief[model.kind[other]] if other >= 0 else 0)
            if energy(change, price) > limit + saving(relief, total, price):
                continue
            if model.listed is not None:
                relief = stakes(model, state, meeting, t1, other)
                if energy(change, price) > limit + saving(relief, total, price):
                    continue
        change += other_change(model, state, meeting, t1, r1, other, simple)
        if not is_forced:
            if energy(change, price) > limit:
                continue
            if phase != IDLE:
                if t0 >= 0 or other < 0:  # an unplaced one would leave the other without a place
                    state.ejection[TO_TIME], state.ejection[TO_ROOM] = t1, r1
                    state.ejection_price[BEST] = energy(change, price)
                continue
        if is_best and change > 0:
            # Written down when it is left, not at every step of a descent: that took as long as the search.
            keep(state, meetings)
            is_best = False
        swap(model, state, meeting, t1, r1, other)
        total += change
        if total < best:
            best, is_best = total, True
        if state.ejection[PHASE] == GOES:
            seed = go_on(model, state, meeting, t0, r0, total, hard_weight, seed)
    if is_best:
        keep(state, meetings)
    state.totals[0], state.totals[1] = total, best
    state.totals[2] = np.int64(seed)
