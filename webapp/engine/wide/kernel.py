"""The search loop on wide weeks: annealing over times, rooms and who attends what, all at once.

Every class always has one of its times and rooms; whatever hard rule that breaks has a price. Moves: another room,
another time, both; a class with those that must follow it; a student to another way of taking a course, or two
students of a course changing places.

References
----------
E. Gashi, K. Sylejmani, A. Ymeri, "Simulated annealing with penalization for university course timetabling", PATAT
2021: annealing over the hard and the soft rules of ITC-2019.
T. Muller, "UniTime's approach to ITC-2019", PATAT 2021: students of a course changing places.
"""

import numpy as np

from webapp.engine.search.arrays import Ints
from webapp.engine.search.compiled import called, compiled
from webapp.engine.search.ejections import below, energy, next_random
from webapp.engine.search.kernel import EXPONENTIAL
from webapp.engine.sectioning.arrays import HARD, ROOM, ROOM_COST, TIME, TIME_COST, Rolls, Sections
from webapp.engine.sectioning.students import copy_row, move_student, swap_students
from webapp.engine.wide.arrays import AFTER, AMOUNT, COST, IS_FIRST, KIND, OTHER, Best, WideModel, WideState
from webapp.engine.wide.chains import chain, draw, undo
from webapp.engine.wide.moves import class_change, enter_room, move_class
from webapp.engine.wide.pairs import amount_of, broken, set_cost


@called
def _keep(state: WideState, rolls: Rolls, best: Best) -> None:
    for one in range(len(state.place)):
        copy_row(best.place, one, state.place, one)
    for demand in range(len(rolls.taken)):
        copy_row(best.taken, demand, rolls.taken, demand)


@compiled
def anneal_wide(
    model: WideModel,
    state: WideState,
    sections: Sections,
    rolls: Rolls,
    best: Best,
    moves: int,
    temperature: float,
    hard: float,
    shares: Ints,
) -> None:
    """Try random moves at a temperature.

    Parameters
    ----------
    hard
        What a hard violation weighs against the soft cost.
    shares
        Of 65,536 moves, those about students, and of the others those that take along what must follow.
    """
    seed = np.uint64(best.totals[2])
    total, least, is_kept = best.totals[0], best.totals[1], True
    of_students = shares[0] if len(sections.open) else 0
    for _ in range(moves):
        seed = next_random(seed)
        way = np.int64(seed >> np.uint64(48))
        one = below(seed, len(state.place))
        seed = next_random(seed)
        limit = temperature * EXPONENTIAL[np.int64(seed >> np.uint64(52))]
        follows = np.int64(seed & np.uint64(65535)) < shares[1]
        change = 0
        if (way < of_students or follows) and not is_kept:
            _keep(state, rolls, best)
            is_kept = True
        seed = next_random(seed)
        if way < of_students:
            demand = sections.open[below(seed, len(sections.open))]
            if way & 1:
                change, seed = move_student(sections, rolls, demand, seed, limit, hard)
            else:
                seed = next_random(seed)
                change = swap_students(sections, rolls, demand, seed, limit, hard)
        else:
            kind = below(seed >> np.uint64(16), 3)
            seed = next_random(seed)
            option, where = draw(model, state, one, kind, seed)
            if model.options[option, 0] == state.place[one, TIME] and model.rooms[where, 0] == state.place[one, ROOM]:
                continue
            if follows:
                change, length, seed = chain(model, state, one, option, where, seed)
                if energy(change, hard) > limit:
                    undo(model, state, length)
                    change = 0
            else:
                change = class_change(model, state, one, option, where)
                if energy(change, hard) > limit:
                    continue
                if change > 0 and not is_kept:
                    _keep(state, rolls, best)
                    is_kept = True
                move_class(model, state, one, option, where)
        total += change
        if total < least:
            least, is_kept = total, False
    if not is_kept:
        _keep(state, rolls, best)
    best.totals[0], best.totals[1], best.totals[2] = total, least, np.int64(seed)


@compiled
def enter_rooms(model: WideModel, state: WideState) -> None:
    """Enter all classes in the lists of their rooms."""
    for one in range(len(state.place)):
        enter_room(model, state, one)


@compiled
def count_places(model: WideModel, state: WideState) -> int:
    """The packed cost of times, rooms and rules, counted from nothing."""
    times, walk, place = model.times, model.walk, state.place
    total = 0
    for one in range(len(place)):
        t1, r1 = place[one, TIME], place[one, ROOM]
        total += place[one, TIME_COST] + place[one, ROOM_COST] + model.closed[r1, t1] * HARD
        other = state.links[one, AFTER] if r1 < model.size[2] else -1
        while other >= 0:
            total += HARD * model.overlap[t1, place[other, TIME]]
            other = state.links[other, AFTER]
        for item in range(model.apart_at[one], model.apart_at[one + 1]):
            if one < model.apart[item]:
                total += HARD * model.overlap[t1, place[model.apart[item], TIME]]
        for item in range(model.pairs_at[one], model.pairs_at[one + 1]):
            other, kind, amount = model.pairs[item, OTHER], model.pairs[item, KIND], model.pairs[item, AMOUNT]
            if model.pairs[item, IS_FIRST] and broken(
                times, walk, kind, amount, t1, r1, place[other, TIME], place[other, ROOM]
            ):
                total += model.pairs[item, COST]
    for which in range(len(model.rules)):
        state.amounts[which] = amount_of(model, state, which, -1, -1)
        total += set_cost(model, which, state.amounts[which])
    return int(total)
