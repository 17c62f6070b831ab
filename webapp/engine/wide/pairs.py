"""Rules about two or more classes as compiled functions: what the truth in `webapp.engine.rules` says of two places."""

from webapp.engine.rules.operations import PairOp, SetOp
from webapp.engine.search.arrays import Ints
from webapp.engine.search.compiled import called, inlined
from webapp.engine.sectioning.arrays import DAYS, END, FIRST, START, TIME, WEEKS, too_close
from webapp.engine.wide.arrays import (
    SET_AMOUNT,
    SET_COST,
    SET_FACTOR,
    SET_KIND,
    SET_OVER,
    SET_SECOND,
    WideModel,
    WideState,
)

SAME_START, SAME_TIME = int(PairOp.SAME_START), int(PairOp.SAME_TIME_OF_DAY)
DIFFERENT_TIME, SAME_DAYS = int(PairOp.DIFFERENT_TIME), int(PairOp.SAME_DAYS)
DIFFERENT_DAYS, SAME_WEEKS = int(PairOp.DIFFERENT_WEEKDAYS), int(PairOp.SAME_WEEKS)
DIFFERENT_WEEKS, OVERLAP = int(PairOp.DIFFERENT_WEEKS), int(PairOp.OVERLAP)
NOT_OVERLAP, SAME_ROOM = int(PairOp.NO_OVERLAP), int(PairOp.SAME_ROOM)
DIFFERENT_ROOM, SAME_ATTENDEES = int(PairOp.DIFFERENT_ROOM), int(PairOp.SAME_ATTENDEES)
PRECEDENCE, WORK_DAY = int(PairOp.PRECEDENCE), int(PairOp.WORK_DAY)
"""Functions of two placements, as numbers that compiled code knows; what is left is the least gap."""

MAX_DAYS, MAX_DAY_LOAD, MAX_BREAKS = int(SetOp.MAX_DAYS), int(SetOp.MAX_DAY_LOAD), int(SetOp.MAX_BREAKS)
"""The same of sets; what is left is the longest block."""


@inlined
def overlap(times: Ints, one: int, two: int) -> bool:
    """Whether two times have a slot in common."""
    return bool(
        times[one, START] < times[two, END]
        and times[two, START] < times[one, END]
        and (times[one, DAYS] & times[two, DAYS]) != 0
        and (times[one, WEEKS] & times[two, WEEKS]) != 0
    )


@called
def broken(times: Ints, walk: Ints, kind: int, amount: int, t1: int, r1: int, t2: int, r2: int) -> bool:
    """Whether two places, the first class's first, break a rule."""
    if kind == NOT_OVERLAP:
        return bool(overlap(times, t1, t2))
    if kind == SAME_ATTENDEES:
        return bool(too_close(times, walk, t1, r1, t2, r2))
    if kind == SAME_ROOM:
        return bool(r1 != r2)
    if kind == DIFFERENT_ROOM:
        return bool(r1 == r2)
    s1, e1, d1, w1 = times[t1, START], times[t1, END], times[t1, DAYS], times[t1, WEEKS]
    s2, e2, d2, w2 = times[t2, START], times[t2, END], times[t2, DAYS], times[t2, WEEKS]
    if kind == SAME_START:
        return bool(s1 != s2)
    if kind == SAME_TIME:
        return bool(not ((s1 <= s2 and e2 <= e1) or (s2 <= s1 and e1 <= e2)))
    if kind == DIFFERENT_TIME:
        return bool(s1 < e2 and s2 < e1)
    if kind == SAME_DAYS:
        return bool((d1 | d2) != d1 and (d1 | d2) != d2)
    if kind == DIFFERENT_DAYS:
        return bool((d1 & d2) != 0)
    if kind == SAME_WEEKS:
        return bool((w1 | w2) != w1 and (w1 | w2) != w2)
    if kind == DIFFERENT_WEEKS:
        return bool((w1 & w2) != 0)
    if kind == OVERLAP:
        return bool(not overlap(times, t1, t2))
    if kind == PRECEDENCE:
        f1, f2 = times[t1, FIRST], times[t2, FIRST]
        return bool(not (f1 < f2 or (f1 == f2 and e1 <= s2)))
    if (d1 & d2) == 0 or (w1 & w2) == 0:
        return False
    if kind == WORK_DAY:
        return bool(max(e1, e2) - min(s1, s2) > amount)
    return bool(s1 < e2 + amount and s2 < e1 + amount)


@inlined
def set_cost(model: WideModel, which: int, amount: int) -> int:
    """Packed cost of a set rule that is broken so much."""
    rules = model.rules
    return int(rules[which, SET_COST] * amount // rules[which, SET_OVER] * rules[which, SET_FACTOR])


@called
def amount_of(model: WideModel, state: WideState, which: int, moved: int, time: int) -> int:
    """How much a set rule is broken when one of its classes is at another time."""
    times, place, dates = model.times, state.place, state.dates
    kind, amount, second = model.rules[which, SET_KIND], model.rules[which, SET_AMOUNT], model.rules[which, SET_SECOND]
    low, high = model.members_at[which], model.members_at[which + 1]
    found = 0
    if kind == MAX_DAYS:
        used = 0
        for item in range(low, high):
            member = model.members[item]
            used |= times[time if member == moved else place[member, TIME], DAYS]
        while used:
            used &= used - 1
            found += 1
        return int(max(0, found - amount))
    for week in range(model.size[0]):
        for day in range(model.size[1]):
            count = 0
            for item in range(low, high):
                member = model.members[item]
                at = time if member == moved else place[member, TIME]
                if times[at, WEEKS] >> week & 1 and times[at, DAYS] >> day & 1:
                    row = count
                    while row > 0 and dates[row - 1, 0] > times[at, START]:
                        dates[row, 0], dates[row, 1] = dates[row - 1, 0], dates[row - 1, 1]
                        row -= 1
                    dates[row, 0], dates[row, 1] = times[at, START], times[at, END]
                    count += 1
            if count:
                found += _of_day(dates, kind, amount, second, count)
    return int(found)


@called
def _of_day(dates: Ints, kind: int, amount: int, second: int, count: int) -> int:
    """How much a rule is broken on one day, whose begins and ends stand in order."""
    if kind == MAX_DAY_LOAD:
        load = 0
        for item in range(count):
            load += dates[item, 1] - dates[item, 0]
        return int(max(0, load - amount))
    blocks, found = 1, 0
    begin, end, held = dates[0, 0], dates[0, 1], 1
    for item in range(1, count + 1):
        if item < count and dates[item, 0] <= end + second:
            end = max(end, dates[item, 1])
            held += 1
            continue
        if held > 1 and end - begin > amount:
            found += 1
        if item < count:
            blocks += 1
            begin, end, held = dates[item, 0], dates[item, 1], 1
    if kind == MAX_BREAKS:
        return int(max(0, blocks - amount - 1))
    return int(found)
