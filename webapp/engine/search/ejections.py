"""Ejection chains: a class that stands dear goes where somebody is in the way, who then finds another place.

An ejection is a few moves of the search loop. In each, all times of one class are weighed, each with one room;
the best is taken whatever it costs, and whoever is then worst in its way is next. At a price that is drawn anew each
time hard violations may stand meanwhile. If the whole has not come out well in the end, all is undone.

References
----------
F. Glover, "Ejection chains, reference structures and alternating path methods for traveling salesman problems",
Discrete Applied Mathematics 65 (1996).
"""

import numpy as np

from webapp.engine.search.arrays import CLOSED, N_MEETINGS, SHIFT, Bits, Model, SearchState
from webapp.engine.search.compiled import inlined
from webapp.engine.search.moves import clash_between, may_clash

IDLE, SEEKS, GOES, RETURNS = range(4)
"""What an ejection does: nothing, weighs the places of its class, takes the best, or is undone."""

PHASE, MOVER, TRIED, FROM, TURNS, BASE, TO_TIME, TO_ROOM = range(8)
"""Positions in `SearchState.ejection`: what it does; whose turn it is, how many of its times are weighed, where they
begin; moves made; packed cost before the first; the best place of the mover so far."""

BEST, PRICE, LIMIT = range(3)
"""Positions in `SearchState.ejection_price`: what the best place costs, a hard violation, and the whole at most."""

MOST_TURNS = 3
"""Moves of an ejection."""

DRAWN = 6
"""Classes of which the one that stands dearest begins it."""


@inlined
def next_random(seed: Bits) -> Bits:
    """Next state of the xorshift generator."""
    seed ^= seed << np.uint64(13)
    seed ^= seed >> np.uint64(7)
    seed ^= seed << np.uint64(17)
    return seed


@inlined
def below(bits: Bits, bound: int) -> int:
    """A number below the bound from 32 random bits."""
    return int(np.int64((np.uint64(bits & np.uint64(0xFFFFFFFF)) * np.uint64(bound)) >> np.uint64(32)))


@inlined
def energy(packed: int, hard_weight: float) -> float:
    """One number for hard violations and soft cost."""
    soft = (packed << (64 - SHIFT)) >> (64 - SHIFT)
    return float(((packed - soft) >> SHIFT) * hard_weight + soft)


@inlined
def dearness(model: Model, state: SearchState, meeting: int) -> int:
    """Packed cost of the clashes and the placement of a meeting where it stands."""
    kind, time, room = model.kind[meeting], state.time[meeting], state.room[meeting]
    if time < 0:
        return int(model.unplaced_cost[kind])
    found = state.clashes[kind, time] - model.clash_self[kind] + model.time_cost[kind, time]
    return int(found + model.room_cost[kind, room] if room >= 0 else found)


@inlined
def begin_ejection(model: Model, state: SearchState, seed: Bits, total: int, limit: float, hard_weight: float) -> Bits:
    """Begin with the dearest of a few meetings; the next state of the generator."""
    chosen, most = 0, -1
    for _ in range(DRAWN):
        seed = next_random(seed)
        meeting = below(seed, model.size[N_MEETINGS])
        dear = dearness(model, state, meeting)
        if dear > most:
            chosen, most = meeting, dear
    state.ejection[PHASE], state.ejection[TURNS], state.ejection[BASE] = SEEKS, 0, total
    share = float(np.int64(seed >> np.uint64(44))) / (1 << 20)
    state.ejection_price[PRICE] = min(hard_weight, energy(most, hard_weight) * share)
    state.ejection_price[LIMIT] = limit
    return hand_over(model, state, chosen, seed)


@inlined
def hand_over(model: Model, state: SearchState, meeting: int, seed: Bits) -> Bits:
    """It is a meeting's turn: its times are weighed from anyone on."""
    seed = next_random(seed)
    kind = model.kind[meeting]
    state.ejection[MOVER], state.ejection[TRIED], state.ejection[TO_TIME] = meeting, 0, -1
    state.ejection[FROM] = below(seed, model.times_at[kind + 1] - model.times_at[kind])
    state.ejection_price[BEST] = np.inf
    return seed


@inlined
def room_at(model: Model, state: SearchState, meeting: int, time: int, start: int) -> int:
    """The cheapest free room at a time; where none is free the one at ``start``, and -1 for a meeting without rooms."""
    kind = model.kind[meeting]
    first, count = model.rooms_at[kind], model.rooms_at[kind + 1] - model.rooms_at[kind]
    if count == 0:
        return -1
    found, least = model.rooms[first + start], np.int64(1) << 62
    for position in range(count):
        room = model.rooms[first + (position + start if position + start < count else position + start - count)]
        cost = model.room_cost[kind, room]
        if cost >= least:
            continue
        is_free = True
        for item in range(model.units_at[time], model.units_at[time + 1]):
            who = state.at[room, model.units[item]]
            is_free &= who == meeting or (who < 0 and who != CLOSED)
        if is_free:
            found, least = room, cost
    return int(found)


@inlined
def proposal(model: Model, state: SearchState, seed: Bits) -> tuple[int, int, int]:
    """Meeting, time and room of the next move, to be weighed or to be made."""
    ejection = state.ejection
    if ejection[PHASE] == RETURNS:
        ejection[TURNS] -= 1
        turn = ejection[TURNS]
        if turn == 0:
            ejection[PHASE] = IDLE
        return int(state.trail[turn, 0]), int(state.trail[turn, 1]), int(state.trail[turn, 2])
    meeting = ejection[MOVER]
    kind = model.kind[meeting]
    first, count = model.times_at[kind], model.times_at[kind + 1] - model.times_at[kind]
    if ejection[TRIED] == count and ejection[TO_TIME] < 0:
        # There is no place at all for it: it stays, and what went before is undone.
        ejection[PHASE] = RETURNS if ejection[TURNS] else IDLE
        return int(meeting), int(state.time[meeting]), int(state.room[meeting])
    if ejection[TRIED] == count:
        ejection[PHASE] = GOES
        return int(meeting), int(ejection[TO_TIME]), int(ejection[TO_ROOM])
    position = ejection[FROM] + ejection[TRIED]
    ejection[TRIED] += 1
    time = model.times[first + (position if position < count else position - count)]
    start = below(seed, max(1, model.rooms_at[kind + 1] - model.rooms_at[kind]))
    return int(meeting), int(time), room_at(model, state, meeting, time, start)


@inlined
def in_the_way(model: Model, state: SearchState, meeting: int) -> int:
    """The meeting that clashes worst with another where it stands; -1 where none does."""
    kind, time = model.kind[meeting], state.time[meeting]
    found, most = -1, 0
    if state.clashes[kind, time] - model.clash_self[kind] > 0:
        for other in range(model.size[N_MEETINGS]):
            its_time = state.time[other]
            if its_time < 0 or other == meeting or not model.overlap[time, its_time]:
                continue
            if may_clash(model, kind, model.kind[other]):
                cost = clash_between(model, kind, model.kind[other])
                if cost > most:
                    found, most = other, cost
    return int(found)


@inlined
def go_on(
    model: Model, state: SearchState, meeting: int, t0: int, r0: int, total: int, hard_weight: float, seed: Bits
) -> Bits:
    """After a move from ``(t0, r0)``: it is done, another's turn, or to be undone."""
    ejection, turn = state.ejection, state.ejection[TURNS]
    state.trail[turn, 0], state.trail[turn, 1], state.trail[turn, 2] = meeting, t0, r0
    ejection[TURNS] = turn + 1
    if energy(total - ejection[BASE], hard_weight) <= state.ejection_price[LIMIT]:
        ejection[PHASE] = IDLE
        return seed
    victim = in_the_way(model, state, meeting) if turn + 1 < MOST_TURNS else -1
    if victim < 0:
        ejection[PHASE] = RETURNS
        return seed
    if turn + 2 == MOST_TURNS:
        state.ejection_price[PRICE] = hard_weight
    ejection[PHASE] = SEEKS
    return hand_over(model, state, victim, seed)
