"""What moving a class would change on wide weeks, and changing it: the compiled form."""

from webapp.engine.search.arrays import Ints
from webapp.engine.search.compiled import called, inlined
from webapp.engine.sectioning.arrays import HARD, ROOM, ROOM_COST, TIME, TIME_COST, too_close
from webapp.engine.wide.arrays import AFTER, AMOUNT, BEFORE, COST, IS_FIRST, KIND, OTHER, WideModel, WideState
from webapp.engine.wide.pairs import amount_of, broken, set_cost


@called
def class_change(model: WideModel, state: WideState, one: int, option: int, where: int) -> int:
    """Packed change when a class goes to a time option and a room option (numbers of the flat lists)."""
    times, walk, place = model.times, model.walk, state.place
    t0, r0 = place[one, TIME], place[one, ROOM]
    t1, r1 = model.options[option, 0], model.rooms[where, 0]
    found = model.options[option, 1] - place[one, TIME_COST] + model.rooms[where, 1] - place[one, ROOM_COST]
    found += (model.closed[r1, t1] - model.closed[r0, t0]) * HARD
    overlap, crossed = model.overlap, 0
    for side in range(2):
        room, time = (r0, t0) if side == 0 else (r1, t1)
        other = state.head[room] if room < model.size[2] else -1
        while other >= 0:
            if other != one:
                crossed += overlap[time, place[other, TIME]] if side else -overlap[time, place[other, TIME]]
            other = state.links[other, AFTER]
    if t0 != t1:
        for item in range(model.apart_at[one], model.apart_at[one + 1]):
            to = place[model.apart[item], TIME]
            crossed += overlap[t1, to] - overlap[t0, to]
    found += crossed * HARD
    for item in range(model.pairs_at[one], model.pairs_at[one + 1]):
        other, kind, amount = model.pairs[item, OTHER], model.pairs[item, KIND], model.pairs[item, AMOUNT]
        to, ro = place[other, TIME], place[other, ROOM]
        if model.pairs[item, IS_FIRST]:
            old = broken(times, walk, kind, amount, t0, r0, to, ro)
            new = broken(times, walk, kind, amount, t1, r1, to, ro)
        else:
            old = broken(times, walk, kind, amount, to, ro, t0, r0)
            new = broken(times, walk, kind, amount, to, ro, t1, r1)
        if old != new:
            found += model.pairs[item, COST] if new else -model.pairs[item, COST]
    if t0 != t1:
        for item in range(model.sets_at[one], model.sets_at[one + 1]):
            which = model.sets[item]
            new_amount = amount_of(model, state, which, one, t1)
            found += set_cost(model, which, new_amount) - set_cost(model, which, state.amounts[which])
    conflict = model.size[3]
    if conflict:
        for item in range(model.near_at[one], model.near_at[one + 1]):
            other = model.near[item]
            students = state.shared[one, other]
            if students:
                to, ro = place[other, TIME], place[other, ROOM]
                change = int(too_close(times, walk, t1, r1, to, ro)) - int(too_close(times, walk, t0, r0, to, ro))
                found += students * conflict * change
    return int(found)


@called
def move_class(model: WideModel, state: WideState, one: int, option: int, where: int) -> None:
    """Carry out what `class_change` weighs."""
    place, t0, t1 = state.place, state.place[one, TIME], model.options[option, 0]
    if t0 != t1:
        for item in range(model.sets_at[one], model.sets_at[one + 1]):
            which = model.sets[item]
            state.amounts[which] = amount_of(model, state, which, one, t1)
    if place[one, ROOM] != model.rooms[where, 0]:
        leave_room(model, state, one)
        place[one, ROOM] = model.rooms[where, 0]
        enter_room(model, state, one)
    place[one, TIME], place[one, TIME_COST] = t1, model.options[option, 1]
    place[one, ROOM_COST] = model.rooms[where, 1]


@inlined
def leave_room(model: WideModel, state: WideState, one: int) -> None:
    """Take a class out of the list of its room."""
    links, room = state.links, state.place[one, ROOM]
    if room < model.size[2]:
        back, on = links[one, BEFORE], links[one, AFTER]
        if back >= 0:
            links[back, AFTER] = on
        else:
            state.head[room] = on
        if on >= 0:
            links[on, BEFORE] = back


@inlined
def enter_room(model: WideModel, state: WideState, one: int) -> None:
    """Enter a class in the list of its room."""
    links, room = state.links, state.place[one, ROOM]
    if room < model.size[2]:
        on = state.head[room]
        links[one, BEFORE], links[one, AFTER] = -1, on
        if on >= 0:
            links[on, BEFORE] = one
        state.head[room] = one


@called
def option_at(table: Ints, low: int, high: int, wanted: int) -> int:
    """Number of an option among the sorted ones from ``low`` up to ``high``."""
    high -= 1
    while low < high:
        middle = (low + high) >> 1
        if table[middle, 0] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@inlined
def time_option(model: WideModel, state: WideState, one: int) -> int:
    """Number of the time option at which a class stands."""
    return option_at(model.options, model.options_at[one], model.options_at[one + 1], state.place[one, TIME])


@inlined
def room_option(model: WideModel, state: WideState, one: int) -> int:
    """Number of the room option at which a class stands."""
    return option_at(model.rooms, model.rooms_at[one], model.rooms_at[one + 1], state.place[one, ROOM])
