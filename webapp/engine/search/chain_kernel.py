"""Chains: a meeting takes a place, those that stand against it go elsewhere, and so on; all of it is kept or undone.

Where people are busy in nearly every period no meeting can move alone. Whoever clashes with the one that moved, by a
hard rule, is thrown out of the way and placed anew: where the first one stood, or where it clashes with fewest; what it
meets there is thrown out in turn. What finds no place within the chain waits unplaced. The whole is accepted or
refused as one move of an annealing.

References
----------
L. Lalescu, "FET: free timetabling software", the description of its algorithm (recursive swapping).
T. Mueller, "Constraint-based timetabling", PhD thesis, Prague 2005: iterative forward search, which throws out too.
"""

import numpy as np

from webapp.engine.search.arrays import CLOSED, N_MEETINGS, SHIFT, Bits, Ints, Model, SearchState
from webapp.engine.search.compiled import compiled, inlined
from webapp.engine.search.ejections import below, energy, next_random
from webapp.engine.search.kernel import EXPONENTIAL, keep
from webapp.engine.search.moves import clash_change, other_change, sure_change, swap

AUDIT, BEGIN, CHOOSE, WEIGH, CLEAR, EJECT, NEXT, DECIDE, UNDO = range(9)
"""What comes next: look for meetings in trouble, begin a chain, choose a time, weigh it, clear the room, throw out whom
it clashes with, take the next that waits, accept or refuse, take back."""

FOCUS, LEAP, KEMPE, WILD, TRIES, LONGEST, MOST_WAITING = range(7)
"""Positions in ``how``: of 65536 chains so many begin at a meeting in trouble, and so many at any time; of as many that
wait so many take the time of who threw them out, and so many any; how many times are weighed otherwise; most placements
of a chain, and most that wait."""

ROOM_TO_WRITE = 1024
"""Steps of a chain that can be taken back."""


@inlined
def first_occupant(model: Model, state: SearchState, meeting: int, time: int, room: int) -> int:
    """One who is in a room at a time: a meeting, -1 nobody, -2 a closed room."""
    found = -1
    for item in range(model.units_at[time], model.units_at[time + 1]):
        who = state.at[room, model.units[item]]
        if who == CLOSED:
            return -2
        if who >= 0 and who != meeting:
            found = who
    return found


@inlined
def is_free(model: Model, state: SearchState, time: int, room: int) -> bool:
    """Whether nobody is in a room at a time, and it is open."""
    for item in range(model.units_at[time], model.units_at[time + 1]):
        if state.at[room, model.units[item]] != -1:
            return False
    return True


@inlined
def open_room(model: Model, state: SearchState, kind: int, time: int, begin: int) -> int:
    """A room of the kind's that is free at a time; the first looked at where none is, -1 where none is asked."""
    first, count = model.rooms_at[kind], model.rooms_at[kind + 1] - model.rooms_at[kind]
    if count == 0:
        return -1
    for item in range(count):
        room = model.rooms[first + (begin + item) % count]
        if is_free(model, state, time, room):
            return int(room)
    return int(model.rooms[first + begin % count])


@inlined
def least_clashing(model: Model, state: SearchState, kind: int, less: int, seed: Bits) -> int:
    """A time of the kind's at which it breaks fewest hard rules by clashing, by lot; never ``less``; -1 where none."""
    found, least, equal = -1, 0, 0
    for item in range(model.times_at[kind], model.times_at[kind + 1]):
        time = model.times[item]
        if time == less:
            continue
        cost = (state.clashes[kind, time] + model.time_cost[kind, time]) >> SHIFT
        if equal == 0 or cost < least:
            least, equal, found = cost, 1, time
        elif cost == least:
            equal += 1
            seed = next_random(seed)
            if below(seed, equal) == 0:
                found = time
    return int(found)


@inlined
def whom_it_hits(
    model: Model, state: SearchState, members_at: Ints, members: Ints, marks: Ints, mover: int, chain: int
) -> int:
    """One that clashes with a meeting by a hard rule and was not placed in this chain; -1 where none."""
    kind, t1 = model.kind[mover], state.time[mover]
    if (state.clashes[kind, t1] - model.clash_self[kind]) >> SHIFT <= 0:
        return -1
    for item in range(model.clash_at[kind], model.clash_at[kind + 1]):
        if model.clash_cost[item] >> SHIFT <= 0:
            continue
        its = model.clash[item]
        for position in range(members_at[its], members_at[its + 1]):
            other = members[position]
            time = state.time[other]
            if time >= 0 and other != mover and marks[other] != chain and model.overlap[time, t1]:
                return int(other)
    return -1


@compiled
def chase(
    model: Model,
    state: SearchState,
    members_at: Ints,
    members: Ints,
    trail: Ints,
    waiting: Ints,
    marks: Ints,
    trouble: Ints,
    how: Ints,
    chains: int,
    temperature: float,
    hard_weight: float,
    simple: bool,
) -> int:
    """Try so many chains at a temperature, or until no hard rule is broken.

    Parameters
    ----------
    members_at, members
        kind -> its meetings
    trail
        Room for what was moved: meeting, time and room before.
    waiting
        Room for those that wait for a place: meeting, the time of who threw it out, its own before.
    marks
        Room for a number a meeting: the last chain that placed it.
    trouble
        Room for the meetings whose absence would break no more rules than their presence.
    how
        Numbers at the positions above.
    simple
        One week, and every time on one day.

    Returns the number of moves.
    """
    seed = np.uint64(state.totals[2])
    meetings = model.size[N_MEETINGS]
    total, best = state.totals[0], state.totals[1]
    for each in range(meetings):
        marks[each] = -1
    stage, cursor, many, done, moves = AUDIT, 0, 0, 0, 0
    length, pending, placed, change, tries = 0, 0, 0, 0, 0
    mover, t1, r1, origin, given, trial, trial_room = 0, -1, -1, -1, -1, -1, -1
    lowest = 0.0
    while True:
        meeting, to, into = mover, -1, -1
        if stage == AUDIT:
            if cursor == meetings:
                stage = BEGIN
                continue
            meeting = cursor
            cursor += 1
            if state.time[meeting] < 0:
                trouble[many] = meeting
                many += 1
                continue
        elif stage == BEGIN:
            if done == chains or best >> SHIFT == 0:
                break
            done += 1
            if done % meetings == 0:
                stage, cursor, many = AUDIT, 0, 0
                continue
            seed = next_random(seed)
            if many > 0 and np.int64(seed >> np.uint64(48)) < how[FOCUS]:
                mover = trouble[below(seed, many)]
            else:
                mover = below(seed, meetings)
            marks[mover], origin, given = done, state.time[mover], -1
            length, pending, placed, change, tries, t1 = 0, 0, 0, 0, 0, -1
            stage = CHOOSE
            continue
        elif stage == CHOOSE:
            kind = model.kind[mover]
            first, count = model.times_at[kind], model.times_at[kind + 1] - model.times_at[kind]
            seed = next_random(seed)
            way = np.int64(seed >> np.uint64(48))
            if count == 0 or placed == how[LONGEST]:
                stage = NEXT
                continue
            if placed > 0 and tries == 0 and given >= 0 and way < how[KEMPE] and model.time_ok[kind, given]:
                trial, tries = given, how[TRIES]
            elif tries == 0 and np.int64(seed >> np.uint64(32)) & 65535 < (how[WILD] if placed > 0 else how[LEAP]):
                trial, tries = model.times[first + below(seed, count)], how[TRIES]
            else:
                seed = next_random(seed)
                trial = least_clashing(model, state, kind, state.time[mover], seed)
                if trial < 0:
                    trial = model.times[first]
            seed = next_random(seed)
            trial_room = open_room(model, state, kind, trial, below(seed, 1 << 20))
            to, into, stage = trial, trial_room, WEIGH
            if tries == how[TRIES] or how[TRIES] == 1:
                t1, r1, stage = trial, trial_room, CLEAR
                placed += 1
                if t1 == state.time[mover] and r1 == state.room[mover]:
                    stage = BEGIN
                continue
        elif stage == CLEAR:
            to, into, stage = t1, r1, EJECT
            if r1 >= 0:
                other = first_occupant(model, state, mover, t1, r1)
                if other == -2 or (other >= 0 and marks[other] == done):
                    stage = UNDO
                    continue
                if other >= 0:
                    meeting, to, into, stage = other, -1, -1, CLEAR
        elif stage == EJECT:
            meeting = whom_it_hits(model, state, members_at, members, marks, mover, done)
            if meeting < 0:
                stage = NEXT
                continue
        elif stage == NEXT:
            hopeless = energy(change, hard_weight) - (pending + 2) * hard_weight > 8 * temperature
            if hopeless or pending == 0 or placed == how[LONGEST]:
                stage = UNDO if hopeless else DECIDE
                continue
            pending -= 1
            mover, given, origin = waiting[pending, 0], waiting[pending, 1], waiting[pending, 2]
            marks[mover], tries, t1, stage = done, 0, -1, CHOOSE
            continue
        elif stage == DECIDE:
            seed = next_random(seed)
            limit = temperature * EXPONENTIAL[np.int64(seed >> np.uint64(52))]
            stage = BEGIN
            if energy(change, hard_weight) > limit:
                stage = UNDO
                continue
            total += change
            if total < best:
                best = total
                keep(state, meetings)
            continue
        else:
            if length == 0:
                stage = BEGIN
                continue
            length -= 1
            meeting, to, into = trail[length, 0], trail[length, 1], trail[length, 2]
        moves += 1
        if stage != UNDO:
            if meeting != mover and stage != AUDIT:
                waiting[pending, 0], waiting[pending, 1], waiting[pending, 2] = meeting, origin, state.time[meeting]
                pending += 1
            if length == ROOM_TO_WRITE or pending > how[MOST_WAITING]:
                stage = UNDO
                continue
            clashing = clash_change(model, state, model.kind[meeting], state.time[meeting], to)
            found = sure_change(model, state, meeting, to, into, -1, clashing if to != state.time[meeting] else 0)
            found += other_change(model, state, meeting, to, into, -1, simple)
            if stage == AUDIT:
                if energy(found, hard_weight) < 0.5 * hard_weight:
                    trouble[many] = meeting
                    many += 1
                continue
            if stage == WEIGH:
                price = energy(found, hard_weight)
                if into >= 0 and not is_free(model, state, to, into):
                    price += hard_weight
                tries += 1
                if t1 < 0 or price < lowest:
                    t1, r1, lowest = to, into, price
                stage = CHOOSE
                if tries == how[TRIES]:
                    stage = CLEAR
                    placed += 1
                continue
            change += found
            trail[length, 0], trail[length, 1], trail[length, 2] = meeting, state.time[meeting], state.room[meeting]
            length += 1
        swap(model, state, meeting, to, into, -1)
    state.totals[0], state.totals[1] = total, best
    state.totals[2] = np.int64(seed)
    return moves
