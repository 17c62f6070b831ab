"""Moving a class together with those that must follow it, compiled."""

import numpy as np

from webapp.engine.search.arrays import Bits
from webapp.engine.search.compiled import called, inlined
from webapp.engine.search.kernel import below, next_random
from webapp.engine.sectioning.arrays import HARD, ROOM, TIME
from webapp.engine.wide.arrays import AFTER, AMOUNT, COST, IS_FIRST, KIND, OTHER, WideModel, WideState
from webapp.engine.wide.moves import class_change, move_class, room_option, time_option
from webapp.engine.wide.pairs import SAME_ROOM, broken

TRIES = 12
"""So many places are tried for a class that must follow another."""

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
def _follow(
    model: WideModel, state: WideState, length: int, one: int, other: int, rule: int, seed: Bits
) -> tuple[int, int, Bits]:
    """Move another class to where it no longer breaks a hard rule with one that has moved, the best of some places.

    ``rule`` is a row of ``model.pairs``, `TAKEN` or `APART`. Returns the packed change, the chain's length, the seed.
    """
    times, walk, place = model.times, model.walk, state.place
    best_option, best_where, best = -1, -1, 0
    t1, r1 = place[one, TIME], place[one, ROOM]
    kind = rule if rule < 0 else model.pairs[rule, KIND]
    for _ in range(TRIES):
        seed = next_random(seed)
        way = below(seed >> np.uint64(16), 3)
        if kind == SAME_ROOM:
            way = 0
        elif kind != TAKEN and way == 0:
            way = 1
        seed = next_random(seed)
        option, where = draw(model, state, other, way, seed)
        t2, r2 = model.options[option, 0], model.rooms[where, 0]
        if kind == TAKEN:
            wrong = r1 == r2 and model.overlap[t1, t2] != 0
        elif kind == APART:
            wrong = model.overlap[t1, t2] != 0
        elif model.pairs[rule, IS_FIRST]:
            wrong = broken(times, walk, kind, model.pairs[rule, AMOUNT], t1, r1, t2, r2)
        else:
            wrong = broken(times, walk, kind, model.pairs[rule, AMOUNT], t2, r2, t1, r1)
        if not wrong:
            change = class_change(model, state, other, option, where)
            if best_option < 0 or change < best:
                best_option, best_where, best = option, where, change
    if best_option >= 0:
        _enter(model, state, length, other, best_option, best_where)
        length += 1
    return best, length, seed


@called
def chain(model: WideModel, state: WideState, one: int, option: int, where: int, seed: Bits) -> tuple[int, int, Bits]:
    """Move a class and, one after the other, those whose hard rules with a moved one that breaks.

    Returns the packed change, the number of classes moved, and the seed.
    """
    times, walk, place = model.times, model.walk, state.place
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
                    continue
                kind, amount = model.pairs[rule, KIND], model.pairs[rule, AMOUNT]
                if model.pairs[rule, IS_FIRST]:
                    wrong = broken(times, walk, kind, amount, t1, r1, place[other, TIME], place[other, ROOM])
                else:
                    wrong = broken(times, walk, kind, amount, place[other, TIME], place[other, ROOM], t1, r1)
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
