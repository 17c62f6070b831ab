"""The functions of set rules, compiled; tests hold them equal to the truth.

What a set counts stands in ``state.set_count``: for each day, or, where a week is looked at as a whole, in the first
place, and behind it what each day adds where all weeks are alike. A move counts anew the days that it touches, over the
set's meetings of them in the order of the day.
"""

import numpy as np

from webapp.engine.rules.operations import SetOp
from webapp.engine.search.arrays import Ints
from webapp.engine.search.compiled import compiled
from webapp.engine.search.dates import BEGINS, DAYS, END, ENDS, LOAD, PERIODS, START, WEEKS, WHOLE_DAYS, DateModel
from webapp.engine.search.joint import (
    ALLOWED,
    AMOUNT,
    BY_DAY,
    BY_WEEK,
    CELLS,
    COST,
    FACTOR,
    IS_HARD,
    IS_MEAN,
    LEVEL,
    OP,
    SECOND,
    TIME_ONLY,
    WHOLE,
    SetModel,
)
from webapp.engine.search.pair_counts import periods_between

MAX_DAY_LOAD, MAX_BREAKS, MAX_BLOCK = int(SetOp.MAX_DAY_LOAD), int(SetOp.MAX_BREAKS), int(SetOp.MAX_BLOCK)
GROUPED, MOST_AT_ONCE, MOST_SLOTS_OF = int(SetOp.GROUPED), int(SetOp.MOST_AT_ONCE), int(SetOp.MOST_SLOTS_OF)
BEGINS_BY, INTERVAL_DAYS, WALKING_TIME = int(SetOp.BEGINS_BY), int(SetOp.INTERVAL_DAYS), int(SetOp.WALKING_TIME)
CHANGES_A_DAY, CHANGES_A_WEEK = int(SetOp.BUILDING_CHANGES_A_DAY), int(SetOp.BUILDING_CHANGES_A_WEEK)
CHANGE_GAP = int(SetOp.BUILDING_CHANGE_GAP)
GAPS_A_DAY, GAPS_A_WEEK = int(SetOp.GAPS_A_DAY), int(SetOp.GAPS_A_WEEK)


@compiled
def gather(
    dates: DateModel,
    sets: SetModel,
    times: Ints,
    rooms: Ints,
    which: int,
    moved: int,
    t1: int,
    r1: int,
    order: Ints,
    some: int,
) -> int:
    """Write the set's times on some days and their rooms into ``order``, as after a move, in the order of the day.

    Returns how many they are.
    """
    none = dates.building.shape[0] - 1
    count = 0
    for item in range(sets.member_at[which], sets.member_at[which + 1]):
        member = sets.members[item]
        time, room = (t1, r1) if member == moved else (times[member], rooms[member])
        if time < 0 or not dates.time[time, DAYS] & some:
            continue
        key = (dates.time[time, START] << 40) + (dates.time[time, END] << 24) + room + 1
        place = count
        while place > 0 and order[place - 1, 2] > key:
            order[place, 0], order[place, 1] = order[place - 1, 0], order[place - 1, 1]
            order[place, 2] = order[place - 1, 2]
            place -= 1
        order[place, 0], order[place, 1], order[place, 2] = time, room if room >= 0 else none, key
        count += 1
    return count


@compiled
def is_held(dates: DateModel, time: int, week: int, day: int) -> bool:
    """Whether a time is held on a day of a week."""
    return bool(dates.time[time, WEEKS] >> week & 1 and dates.time[time, DAYS] >> day & 1)


@compiled
def blocks_of_day(dates: DateModel, op: int, gap: int, most: int, week: int, day: int, order: Ints, count: int) -> int:
    """How many blocks a day has; of `MAX_BLOCK` those of several meetings into which more than ``most`` periods fit."""
    found, number, begun, end = 0, 0, 0, 0
    for place in range(count):
        time = order[place, 0]
        if not is_held(dates, time, week, day):
            continue
        if number > 0 and periods_between(dates, day, end, dates.time[time, START]) <= gap:
            number += 1
            end = max(end, dates.time[time, END])
        else:
            is_long = number > 1 and periods_between(dates, day, begun, end) > most
            found += int(is_long) if op == MAX_BLOCK else 1
            number, begun, end = 1, dates.time[time, START], dates.time[time, END]
    if op == MAX_BLOCK and number > 1 and periods_between(dates, day, begun, end) > most:
        found += 1
    return found


@compiled
def most_at_once(dates: DateModel, sets: SetModel, cells: int, week: int, day: int, order: Ints, count: int) -> int:
    """The most meetings of a day at one moment among the cells: they all stand where the last of them has begun."""
    found = 0
    for place in range(count):
        time = order[place, 0]
        moment = sets.next_cell[cells, day, dates.time[time, START]]
        if moment >= dates.time[time, END] or not is_held(dates, time, week, day):
            continue
        together = 0
        for other in range(count):
            its = order[other, 0]
            if dates.time[its, START] > moment:
                break
            if dates.time[its, END] > moment and is_held(dates, its, week, day):
                together += 1
        found = max(found, together)
    return found


@compiled
def slots_of_day(dates: DateModel, sets: SetModel, cells: int, week: int, day: int, order: Ints, count: int) -> int:
    """Busy periods of a day among the cells."""
    found, covered, held = 0, 0, 0
    for place in range(count):
        time = order[place, 0]
        if not is_held(dates, time, week, day):
            continue
        held |= dates.time[time, PERIODS]
        start, end = max(dates.time[time, START], covered), dates.time[time, END]
        if end > start:
            found += sets.cells_up_to[cells, day, end] - sets.cells_up_to[cells, day, start]
            covered = end
    if dates.fits.shape[0] == 0:
        return found
    held &= sets.period_cells[cells, day]
    found = 0
    while held:
        held &= held - 1
        found += 1
    return found


@compiled
def slots_counted(dates: DateModel, sets: SetModel, cells: int, day: int, start: int, end: int) -> int:
    """How many periods of a day fit from a slot up to another, less the cells named there."""
    if end <= start:
        return 0
    named = sets.cells_up_to[cells, day, end] - sets.cells_up_to[cells, day, start]
    return int(max(0, periods_between(dates, day, start, end) - named))


@compiled
def gaps_of_day(dates: DateModel, sets: SetModel, cells: int, week: int, day: int, order: Ints, count: int) -> int:
    """Free periods of a day between meetings, less the cells named."""
    found, ends = 0, -1
    for place in range(count):
        time = order[place, 0]
        if not is_held(dates, time, week, day):
            continue
        if ends >= 0:
            found += slots_counted(dates, sets, cells, day, ends, dates.time[time, START])
        ends = max(ends, dates.time[time, END])
    return int(found)


@compiled
def ways_of_day(dates: DateModel, op: int, gap: int, week: int, day: int, order: Ints, count: int) -> int:
    """Ways of a day, from one meeting to the next, that are too short of time, or that change the building."""
    found, room0, time0 = 0, 0, -1
    for place in range(count):
        time, room = order[place, 0], order[place, 1]
        if not is_held(dates, time, week, day) or (op != WALKING_TIME and dates.building[room] == 0):
            continue
        if time0 >= 0 and op == WALKING_TIME:
            way = dates.travel[room0, room]
            found += int(way > 0 and dates.time[time, BEGINS] - dates.time[time0, ENDS] < way)
        elif time0 >= 0 and dates.building[room0] != dates.building[room]:
            is_short = (
                op != CHANGE_GAP or periods_between(dates, day, dates.time[time0, END], dates.time[time, START]) < gap
            )
            found += int(is_short)
        room0, time0 = room, time
    return found


@compiled
def of_day(dates: DateModel, sets: SetModel, which: int, week: int, day: int, order: Ints, count: int) -> int:
    """What the set's rule says of one day of one week."""
    op, amount, cells, found = sets.what[which, OP], sets.what[which, AMOUNT], sets.what[which, CELLS], 0
    if op in (MAX_BREAKS, MAX_BLOCK, GROUPED):
        found = blocks_of_day(dates, op, sets.what[which, SECOND], amount, week, day, order, count)
        return max(0, found - 1 - amount) if op == MAX_BREAKS else found
    if op == MOST_AT_ONCE:
        return int(max(0, most_at_once(dates, sets, cells, week, day, order, count) - amount))
    if op == MOST_SLOTS_OF:
        return slots_of_day(dates, sets, cells, week, day, order, count)
    if op in (WALKING_TIME, CHANGES_A_DAY, CHANGES_A_WEEK, CHANGE_GAP):
        found = ways_of_day(dates, op, amount, week, day, order, count)
        return max(0, found - amount) if op == CHANGES_A_DAY else found
    if op in (GAPS_A_DAY, GAPS_A_WEEK):
        found = gaps_of_day(dates, sets, cells, week, day, order, count)
        return max(0, found - amount) if op == GAPS_A_DAY else found
    for place in range(count):
        time = order[place, 0]
        if not is_held(dates, time, week, day):
            continue
        if op == MAX_DAY_LOAD:
            found += dates.time[time, LOAD]
        elif op == BEGINS_BY:
            return int(slots_counted(dates, sets, cells, day, 0, dates.time[time, START]) >= max(1, amount))
        elif op == INTERVAL_DAYS and sets.next_cell[cells, day, dates.time[time, START]] < dates.time[time, END]:
            return 1
    return int(max(0, found - amount))


@compiled
def part_count(
    dates: DateModel, sets: SetModel, which: int, part: int, order: Ints, count: int, days: int, calendar: int
) -> int:
    """What a part of a set counts over all weeks: a day, or the whole."""
    level = sets.what[which, LEVEL]
    if level == WHOLE:
        used, together = 0, sets.what[which, SECOND]
        for place in range(count):
            used |= dates.time[order[place, 0], DAYS if together else WHOLE_DAYS]
        if together:
            apart, used = used, 0
            for day in range(days):
                used |= (apart >> day & 1) << day // together
        number = 0
        while used:
            used &= used - 1
            number += 1
        return int(max(0, number - sets.what[which, AMOUNT]))
    total = 0
    for item in range(sets.week_at[which], sets.week_at[which + 1]):
        week = sets.week[item]
        if level == BY_DAY:
            found = of_day(dates, sets, which, week, part, order, count)
        else:
            found = 0
            for day in range(days):
                found += of_day(dates, sets, which, week, day, order, count)
            found = max(0, found - sets.what[which, ALLOWED])
        total += sets.week_size[item] * found
    return total if sets.what[which, IS_MEAN] else (total + calendar - 1) // calendar


@compiled
def set_change(
    dates: DateModel,
    sets: SetModel,
    times: Ints,
    rooms: Ints,
    counts: Ints,
    order: Ints,
    which: int,
    moved: int,
    t1: int,
    r1: int,
    calendar: int,
    keep: bool,
) -> int:
    """Packed change of what a set costs when one of its meetings moves; ``keep`` writes the new counts down."""
    t0, days = times[moved], dates.layout.shape[0]
    if t0 == t1 and sets.what[which, TIME_ONLY]:
        return 0
    touched = (dates.time[t0, DAYS] if t0 >= 0 else 0) | (dates.time[t1, DAYS] if t1 >= 0 else 0)
    level, item = sets.what[which, LEVEL], sets.week_at[which]
    is_alike = level == BY_WEEK and sets.week_at[which + 1] == item + 1 and not sets.what[which, IS_MEAN]
    some = touched if is_alike or level == BY_DAY else -1
    count = gather(dates, sets, times, rooms, which, moved, t1, r1, order, some)
    change, before = 0, 0
    if is_alike:
        for day in range(days):
            added = counts[which, 1 + day]
            if touched >> day & 1:
                added = of_day(dates, sets, which, sets.week[item], day, order, count)
                if keep:
                    counts[which, 1 + day] = added
            change += added
        change = sets.week_size[item] * max(0, change - sets.what[which, ALLOWED])
        change = (change + calendar - 1) // calendar - counts[which, 0]
        if keep:
            counts[which, 0] += change
        return int(sets.what[which, COST] * change)
    if sets.what[which, IS_MEAN]:
        for day in range(days):
            before += counts[which, day]
    parts = days if level == BY_DAY else 1
    for part in range(parts):
        if parts > 1 and not touched >> part & 1:
            continue
        now = part_count(dates, sets, which, part, order, count, days, calendar)
        change += now - counts[which, part]
        if keep:
            counts[which, part] = now
    cost = sets.what[which, COST]
    if sets.what[which, IS_MEAN] and not sets.what[which, IS_HARD]:
        return int(sets.what[which, FACTOR] * ((cost * (before + change)) // calendar - (cost * before) // calendar))
    return int(cost * change)


@compiled
def sets_change(
    dates: DateModel,
    sets: SetModel,
    times: Ints,
    rooms: Ints,
    counts: Ints,
    order: Ints,
    moved: int,
    kind: int,
    t1: int,
    r1: int,
    other: int,
    calendar: int,
    keep: bool,
) -> int:
    """Packed change of a kind's sets when one of its meetings moves, but for those of another kind (-1: none)."""
    found, at, end = 0, 0, 0
    if other >= 0:
        at, end = sets.kind_at[other], sets.kind_at[other + 1]
    for item in range(sets.kind_at[kind], sets.kind_at[kind + 1]):
        which = sets.kind_sets[item]
        while at < end and sets.kind_sets[at] < which:
            at += 1
        if at == end or sets.kind_sets[at] != which:
            found += set_change(dates, sets, times, rooms, counts, order, which, moved, t1, r1, calendar, keep)
    return found


def no_counts(sets: SetModel, days: int) -> tuple[Ints, Ints]:
    """What sets count while nothing is placed, and room to order their meetings in."""
    largest = int(np.diff(sets.member_at).max(initial=0))
    return np.zeros((len(sets.what), days + 1), np.int64), np.zeros((largest + 1, 3), np.int64)
