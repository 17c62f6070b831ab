"""Moving a class together with those that must follow it, compiled."""

import numpy as np

from webapp.engine.search.arrays import Bits
from webapp.engine.search.compiled import called, inlined
from webapp.engine.search.ejections import below, next_random
from webapp.engine.sectioning.arrays import HARD, ROOM, TIME
from webapp.engine.wide.arrays import AFTER, AMOUNT, COST, IS_FIRST, KIND, OTHER, WideModel, WideState
from webapp.engine.wide.moves import class_change, move_class, option_at, room_option, time_option
from webapp.engine.wide.pairs import SAME_ROOM, broken

TRIES = 12
"""So many places are tried for a class that must follow another."""

MOST_LOOKED_AT = 64
"""All possible times of such a class are looked at where there are no more."""

TAKEN, APART = -1, -2
"""In place of a rule: that a room holds one class at a time, that two classes must not overlap."""


@inlined
def draw(model: WideModel, state: WideState, one: int, way: int, seed: Bits) -> tuple[int, int]:
    """Number of a time option and of a room option: the room anew (0), the time (1), or both (2)."""
    low, high = model.options_at[one], model.options_at[one + 1]
    first, last = model.rooms_at[one], model.rooms_at[one + 1]
    option = low + below(seed, high - low)
    where = first + below(seed >> np.uint64(32), last - first)
    if way == 0:
        option = time_option(model, state, one)
    elif way == 1:
        where = room_option(model, state, one)
    return option, where


@called
def _is_moved(state: WideState, length: int, one: int) -> bool:
    found = False
    for link in range(length):
        if state.chain[link, 0] == one:
            found = True
    return found


@called
def _enter(model: WideModel, state: WideState, length: int, one: int, option: int, where: int) -> None:
    """Move a class as a link of the chain, keeping where it was."""
    state.chain[length, 0] = one
    state.chain[length, 1] = time_option(model, state, one)
    state.chain[length, 2] = room_option(model, state, one)
    move_class(model, state, one, option, where)


@called
def _broken_with_moved(model: WideModel, state: WideState, length: int, one: int, time: int, room: int) -> int:
    """How many hard rules a class would break with those of the chain."""
    found = 0
    for item in range(model.pairs_at[one], model.pairs_at[one + 1]):
        other = model.pairs[item, OTHER]
        if model.pairs[item, COST] < HARD:
            break  # the hard ones stand first
        if _is_moved(state, length, other):
            found += int(_is_broken(model, state, item, time, room))
    return found


@called
def _is_broken(model: WideModel, state: WideState, rule: int, time: int, room: int) -> bool:
    """Whether a class breaks a rule of its own (a row of ``model.pairs``) at a place."""
    other, kind, amount = model.pairs[rule, OTHER], model.pairs[rule, KIND], model.pairs[rule, AMOUNT]
    its_time, its_room = state.place[other, TIME], state.place[other, ROOM]
    if model.pairs[rule, IS_FIRST]:
        return broken(model.times, model.walk, kind, amount, time, room, its_time, its_room)
    return broken(model.times, model.walk, kind, amount, its_time, its_room, time, room)


@called
def _follow(
    model: WideModel, state: WideState, length: int, one: int, other: int, rule: int, seed: Bits
) -> tuple[int, int, Bits]:
    """Move another class to where it breaks fewest hard rules with those that have moved, the best of such places.

    ``rule`` is a row of ``model.pairs``, `TAKEN` or `APART`. Returns the packed change, the chain's length, the seed.
    """
    kind = rule if rule < 0 else model.pairs[rule, KIND]
    r1 = state.place[one, ROOM]
    low, options = model.options_at[other], model.options_at[other + 1] - model.options_at[other]
    own_option, own_room = time_option(model, state, other), room_option(model, state, other)
    best_option, best_where, best = own_option, own_room, 0
    fewest = _broken_with_moved(model, state, length, other, state.place[other, TIME], state.place[other, ROOM])
    if rule < 0:
        fewest += 1
    tries = 1 if kind == SAME_ROOM else TRIES
    looks_at_all = rule >= 0 and kind != SAME_ROOM and options <= MOST_LOOKED_AT
    for number in range(options if looks_at_all else tries):
        seed = next_random(seed)
        option, where = low + number, own_room
        if kind == SAME_ROOM:  # one room alone will do
            option, where = own_option, option_at(model.rooms, model.rooms_at[other], model.rooms_at[other + 1], r1)
        elif not looks_at_all:
            option, where = draw(model, state, other, below(seed >> np.uint64(16), 3), seed)
        t2, r2 = model.options[option, 0], model.rooms[where, 0]
        wrong = _broken_with_moved(model, state, length, other, t2, r2)
        if rule < 0 and (rule == APART or r1 == r2):
            wrong += model.overlap[state.place[one, TIME], t2]
        if wrong > fewest or (option == own_option and where == own_room):
            continue
        change = class_change(model, state, other, option, where)
        if wrong < fewest or ((best_option != own_option or best_where != own_room) and change < best):
            best_option, best_where, best, fewest = option, where, change, wrong
    if best_option != own_option or best_where != own_room:
        _enter(model, state, length, other, best_option, best_where)
        length += 1
    return best, length, seed


@called
def chain(model: WideModel, state: WideState, one: int, option: int, where: int, seed: Bits) -> tuple[int, int, Bits]:
    """Move a class and, one after the other, those whose hard rules with a moved one that breaks.

    Returns the packed change, the number of classes moved, and the seed.
    """
    place = state.place
    total = class_change(model, state, one, option, where)
    _enter(model, state, 0, one, option, where)
    length, link, most = 1, 0, state.chain.shape[0]
    while link < length:
        here = state.chain[link, 0]
        t1, r1 = place[here, TIME], place[here, ROOM]
        item, last = model.pairs_at[here], model.pairs_at[here + 1]
        near, farthest = model.apart_at[here], model.apart_at[here + 1]
        guest = state.head[r1] if r1 < model.size[2] else -1
        while (item < last or near < farthest or guest >= 0) and length < most:
            if item < last:
                rule, other = item, model.pairs[item, OTHER]
                item += 1
                if model.pairs[rule, COST] < HARD:
                    item = last  # the hard ones stand first
                    continue
                wrong = _is_broken(model, state, rule, t1, r1)
            elif near < farthest:
                rule, other = APART, model.apart[near]
                near += 1
                wrong = model.overlap[t1, place[other, TIME]] != 0
            else:
                rule, other = TAKEN, guest
                guest = state.links[guest, AFTER]
                wrong = other != here and model.overlap[t1, place[other, TIME]] != 0
            if wrong and not _is_moved(state, length, other):
                change, length, seed = _follow(model, state, length, here, other, rule, seed)
                total += change
        link += 1
    return total, length, seed


@called
def undo(model: WideModel, state: WideState, length: int) -> None:
    """Take a chain back."""
    for link in range(length - 1, -1, -1):
        move_class(model, state, state.chain[link, 0], state.chain[link, 1], state.chain[link, 2])
