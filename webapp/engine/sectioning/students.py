"""Who attends what, compiled: drawing a way to take a course, what it costs, and giving it to a student;
and annealing over that alone."""

import numpy as np

from webapp.engine.search.arrays import Bits, Ints
from webapp.engine.search.compiled import called, compiled, inlined
from webapp.engine.search.ejections import below, energy, next_random
from webapp.engine.search.kernel import EXPONENTIAL
from webapp.engine.sectioning.arrays import (
    CONFLICT,
    COURSE,
    HARD,
    LIMIT,
    PARENT,
    ROOM,
    STUDENT,
    TIME,
    UNEVEN,
    Rolls,
    Sections,
    too_close,
)

OLD, NEW, SPARE = range(3)
"""Rows of ``Rolls.choice``."""


@inlined
def _holds(choice: Ints, row: int, one: int) -> bool:
    found = False
    for place in range(choice.shape[1]):
        if choice[row, place] == one:
            found = True
    return found


@called
def copy_row(target: Ints, to: int, source: Ints, row: int) -> None:
    """Copy a row of one table into a row of another, or of the same."""
    for place in range(target.shape[1]):
        target[to, place] = source[row, place]


@called
def propose(sections: Sections, choice: Ints, demand: int, seed: Bits) -> Bits:
    """Draw a way to take the demanded course into row `NEW`; its first item is -1 where none was found.

    Classes of row `OLD` are kept more often than not, since most changes of all at once are for the worse.
    """
    course = sections.demands[demand, COURSE]
    for place in range(choice.shape[1]):
        choice[NEW, place] = -1
    first, count = sections.configs_at[course], sections.configs_at[course + 1] - sections.configs_at[course]
    if count == 0:
        return seed
    seed = next_random(seed)
    config = first + below(seed, count)
    kept = below(seed >> np.uint64(32), 3)  # of three: 0 keeps none
    for place in range(sections.parts_at[config + 1] - sections.parts_at[config]):
        part = sections.parts_at[config] + place
        seed = next_random(seed)
        keeps = kept > 0 and below(seed, 3) > 0
        chosen, seen = -1, 0
        for item in range(sections.classes_at[part], sections.classes_at[part + 1]):
            one = sections.classes[item]
            parent = sections.bounds[one, PARENT]
            if parent >= 0 and not _holds(choice, NEW, parent):
                continue
            if keeps and _holds(choice, OLD, one):
                chosen = one
                break
            seen += 1
            seed = next_random(seed)
            if below(seed, seen) == 0:
                chosen = one
        if chosen < 0:
            choice[NEW, 0] = -1
            break
        choice[NEW, place] = chosen
    return seed


@called
def conflicts(sections: Sections, rolls: Rolls, demand: int, row: int) -> int:
    """Pairs that a student can't attend: of a way to take a course with the other courses, and within the way."""
    times, walk, at = sections.times, sections.walk, rolls.place
    found, student, width = 0, sections.demands[demand, STUDENT], rolls.taken.shape[1]
    for place in range(width):
        one = rolls.choice[row, place]
        if one < 0:
            break
        t1, r1 = at[one, TIME], at[one, ROOM]
        for beside in range(sections.demands_at[student], sections.demands_at[student + 1]):
            for item in range(place if beside == demand else width):
                other = rolls.choice[row, item] if beside == demand else rolls.taken[beside, item]
                if other < 0:
                    break
                found += int(too_close(times, walk, t1, r1, at[other, TIME], at[other, ROOM]))
    return found


@called
def enroll(sections: Sections, rolls: Rolls, demand: int, row: int, sign: int) -> None:
    """Enter (1) or take out (-1) a way to take a course for a student, in loads and shared students."""
    student, width = sections.demands[demand, STUDENT], rolls.taken.shape[1]
    for place in range(width):
        one = rolls.choice[row, place]
        if one < 0:
            break
        rolls.load[one] += sign
        for beside in range(sections.demands_at[student], sections.demands_at[student + 1]):
            for item in range(place if beside == demand else width):
                other = rolls.choice[row, item] if beside == demand else rolls.taken[beside, item]
                if other < 0:
                    break
                rolls.shared[one, other] += sign
                rolls.shared[other, one] += sign


@called
def crowding(sections: Sections, rolls: Rolls) -> int:
    """Change of students above the limits when one goes from the way in row `OLD` to that in row `NEW`."""
    found = 0
    for place in range(rolls.choice.shape[1]):
        one = rolls.choice[OLD, place]
        if one >= 0 and 0 <= sections.bounds[one, LIMIT] < rolls.load[one] and not _holds(rolls.choice, NEW, one):
            found -= 1
        one = rolls.choice[NEW, place]
        if one >= 0 and 0 <= sections.bounds[one, LIMIT] <= rolls.load[one] and not _holds(rolls.choice, OLD, one):
            found += 1
    return found


@called
def unevenness(rolls: Rolls) -> int:
    """Change of the sum of the squares of students in classes when one goes from `OLD` to `NEW`."""
    found = 0
    for place in range(rolls.choice.shape[1]):
        one = rolls.choice[OLD, place]
        if one >= 0 and not _holds(rolls.choice, NEW, one):
            found -= 2 * rolls.load[one] - 1
        one = rolls.choice[NEW, place]
        if one >= 0 and not _holds(rolls.choice, OLD, one):
            found += 2 * rolls.load[one] + 1
    return found


@called
def give(sections: Sections, rolls: Rolls, demand: int) -> None:
    """Put a demand from the way in row `OLD` to that in row `NEW`."""
    enroll(sections, rolls, demand, OLD, -1)
    copy_row(rolls.taken, demand, rolls.choice, NEW)
    enroll(sections, rolls, demand, NEW, 1)


@called
def move_student(
    sections: Sections, rolls: Rolls, demand: int, seed: Bits, limit: float, hard: float
) -> tuple[int, Bits]:
    """Try another way for a demand; returns the packed change that was made."""
    copy_row(rolls.choice, OLD, rolls.taken, demand)
    seed = propose(sections, rolls.choice, demand, seed)
    if rolls.choice[NEW, 0] < 0:
        return 0, seed
    change = crowding(sections, rolls) * HARD
    if energy(change, hard) > limit:
        return 0, seed
    change += sections.weights[CONFLICT] * (
        conflicts(sections, rolls, demand, NEW) - conflicts(sections, rolls, demand, OLD)
    )
    if sections.weights[UNEVEN]:
        change += sections.weights[UNEVEN] * unevenness(rolls)
    if energy(change, hard) > limit:
        return 0, seed
    give(sections, rolls, demand)
    return change, seed


@called
def swap_students(sections: Sections, rolls: Rolls, demand: int, seed: Bits, limit: float, hard: float) -> int:
    """Try to let two students of a course change places; returns the packed change that was made."""
    course, choice = sections.demands[demand, COURSE], rolls.choice
    low, high = sections.asked_at[course], sections.asked_at[course + 1]
    other = sections.asked[low + below(seed, high - low)]
    is_same = rolls.taken[demand, 0] < 0 or rolls.taken[other, 0] < 0
    if not is_same:
        is_same = True
        for place in range(choice.shape[1]):
            is_same = is_same and rolls.taken[demand, place] == rolls.taken[other, place]
    if is_same:
        return 0
    copy_row(choice, OLD, rolls.taken, demand)
    copy_row(choice, NEW, rolls.taken, other)
    change = 0
    for side in range(2):
        one, plus, minus = (demand, NEW, OLD) if side == 0 else (other, OLD, NEW)
        change += conflicts(sections, rolls, one, plus) - conflicts(sections, rolls, one, minus)
    change *= sections.weights[CONFLICT]
    if energy(change, hard) > limit:
        return 0
    give(sections, rolls, demand)
    copy_row(choice, SPARE, choice, OLD)
    copy_row(choice, OLD, choice, NEW)
    copy_row(choice, NEW, choice, SPARE)
    give(sections, rolls, other)
    return int(change)


@compiled
def fill_students(sections: Sections, rolls: Rolls, totals: Ints, order: Ints, tries: int) -> None:
    """Give each demand, in this order, the best of several ways drawn: within the limits, then with few conflicts."""
    seed = np.uint64(totals[2])
    for item in range(len(order)):
        demand, least, is_found = order[item], 0, False
        for _ in range(tries):
            copy_row(rolls.choice, OLD, rolls.taken, demand)
            seed = propose(sections, rolls.choice, demand, seed)
            if rolls.choice[NEW, 0] < 0:
                continue
            change = crowding(sections, rolls) * HARD
            change += sections.weights[CONFLICT] * conflicts(sections, rolls, demand, NEW)
            if sections.weights[UNEVEN]:
                change += sections.weights[UNEVEN] * unevenness(rolls)
            if not is_found or change < least:
                least, is_found = change, True
                copy_row(rolls.choice, SPARE, rolls.choice, NEW)
            if change == 0:
                break
        if is_found:
            copy_row(rolls.choice, NEW, rolls.choice, SPARE)
            give(sections, rolls, demand)
    totals[2] = np.int64(seed)


@compiled
def enter_students(sections: Sections, rolls: Rolls, given: Ints) -> None:
    """Enter what students are given (as in `Rolls.taken`) who take nothing yet."""
    for demand in range(len(rolls.taken)):
        copy_row(rolls.choice, NEW, given, demand)
        enroll(sections, rolls, demand, NEW, 1)
        copy_row(rolls.taken, demand, given, demand)


@compiled
def anneal_students(
    sections: Sections, rolls: Rolls, totals: Ints, best: Ints, moves: int, temperature: float, hard: float
) -> None:
    """Try random moves of students alone at a temperature; ``best`` keeps the best of ``Rolls.taken``."""
    seed = np.uint64(totals[2])
    total, least = totals[0], totals[1]
    for _ in range(moves if len(sections.open) else 0):
        seed = next_random(seed)
        limit = temperature * EXPONENTIAL[np.int64(seed >> np.uint64(52))]
        seed = next_random(seed)
        demand = sections.open[below(seed, len(sections.open))]
        seed = next_random(seed)
        if np.int64(seed >> np.uint64(63)):
            change, seed = move_student(sections, rolls, demand, seed, limit, hard)
        else:
            change = swap_students(sections, rolls, demand, seed, limit, hard)
        total += change
        if total < least:
            least = total
            for each in range(len(best)):
                copy_row(best, each, rolls.taken, each)
    totals[0], totals[1], totals[2] = total, least, np.int64(seed)


@compiled
def count_students(sections: Sections, rolls: Rolls) -> int:
    """The packed cost of who attends what, counted from nothing."""
    total, at = 0, rolls.place
    for one in range(len(rolls.load)):
        load, limit = np.int64(rolls.load[one]), sections.bounds[one, LIMIT]
        total += sections.weights[UNEVEN] * load * load
        if limit >= 0:
            total += max(0, load - limit) * HARD
        for other in range(one):
            if rolls.shared[one, other]:
                t1, r1, t2, r2 = at[one, TIME], at[one, ROOM], at[other, TIME], at[other, ROOM]
                clash = int(too_close(sections.times, sections.walk, t1, r1, t2, r2))
                total += sections.weights[CONFLICT] * clash * rolls.shared[one, other]
    for demand in range(len(rolls.taken)):
        if rolls.taken[demand, 0] < 0:
            total += HARD
    return int(total)
