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
from webapp.engine.search.kernel import EXPONENTIAL, below, energy, next_random
from webapp.engine.wide.arrays import (
    AFTER,
    AMOUNT,
    COST,
    IS_FIRST,
    KIND,
    LIMIT,
    OTHER,
    ROOM,
    ROOM_COST,
    TIME,
    TIME_COST,
    Best,
    Rolls,
    Sections,
    WideModel,
    WideState,
)
from webapp.engine.wide.chains import chain, draw, undo
from webapp.engine.wide.moves import HARD, class_change, enter_room, move_class
from webapp.engine.wide.pairs import amount_of, broken, overlap, set_cost, too_close
from webapp.engine.wide.students import (
    NEW,
    OLD,
    SPARE,
    conflicts,
    copy_row,
    crowding,
    enroll,
    give,
    move_student,
    propose,
    swap_students,
)


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
def fill_students(sections: Sections, rolls: Rolls, best: Best, order: Ints, tries: int) -> None:
    """Give each demand, in this order, the best of several ways drawn: within the limits, then with few conflicts."""
    seed = np.uint64(best.totals[2])
    for item in range(len(order)):
        demand, least, is_found = order[item], 0, False
        for _ in range(tries):
            copy_row(rolls.choice, OLD, rolls.taken, demand)
            seed = propose(sections, rolls.choice, demand, seed)
            if rolls.choice[NEW, 0] < 0:
                continue
            change = crowding(sections, rolls) * HARD + conflicts(sections, rolls, demand, NEW)
            if not is_found or change < least:
                least, is_found = change, True
                copy_row(rolls.choice, SPARE, rolls.choice, NEW)
            if change == 0:
                break
        if is_found:
            copy_row(rolls.choice, NEW, rolls.choice, SPARE)
            give(sections, rolls, demand)
    best.totals[2] = np.int64(seed)


@compiled
def enter_all(model: WideModel, state: WideState, sections: Sections, rolls: Rolls, given: Ints) -> None:
    """Enter all classes in their rooms, and what students are given (as in `Rolls.taken`) who take nothing yet."""
    for one in range(len(state.place)):
        enter_room(model, state, one)
    for demand in range(len(rolls.taken)):
        copy_row(rolls.choice, NEW, given, demand)
        enroll(sections, rolls, demand, NEW, 1)
        copy_row(rolls.taken, demand, given, demand)


@compiled
def count_all(model: WideModel, state: WideState, sections: Sections, rolls: Rolls) -> int:
    """The packed cost, counted from nothing."""
    times, walk, place = model.times, model.walk, state.place
    total = 0
    for one in range(len(place)):
        t1, r1 = place[one, TIME], place[one, ROOM]
        total += place[one, TIME_COST] + place[one, ROOM_COST] + model.closed[r1, t1] * HARD
        if sections.bounds[one, LIMIT] >= 0:
            total += max(0, rolls.load[one] - sections.bounds[one, LIMIT]) * HARD
        other = state.links[one, AFTER] if r1 < model.size[2] else -1
        while other >= 0:
            total += HARD * int(overlap(times, t1, place[other, TIME]))
            other = state.links[other, AFTER]
        for item in range(model.pairs_at[one], model.pairs_at[one + 1]):
            other, kind, amount = model.pairs[item, OTHER], model.pairs[item, KIND], model.pairs[item, AMOUNT]
            if model.pairs[item, IS_FIRST] and broken(
                times, walk, kind, amount, t1, r1, place[other, TIME], place[other, ROOM]
            ):
                total += model.pairs[item, COST]
        for item in range(model.near_at[one], model.near_at[one + 1]):
            other = model.near[item]
            if one < other and state.shared[one, other]:
                clash = int(too_close(times, walk, t1, r1, place[other, TIME], place[other, ROOM]))
                total += state.shared[one, other] * model.size[3] * clash
    for which in range(len(model.rules)):
        state.amounts[which] = amount_of(model, state, which, -1, -1)
        total += set_cost(model, which, state.amounts[which])
    for demand in range(len(rolls.taken)):
        if rolls.taken[demand, 0] < 0:
            total += HARD
    return int(total)
