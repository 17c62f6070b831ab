"""The functions of pair rules, compiled; tests hold them equal to the truth."""

from webapp.engine.rules.operations import PairOp
from webapp.engine.search.compiled import compiled
from webapp.engine.search.dates import BEGINS, DAYS, END, ENDS, FIRST, START, WEEKS, WHOLE_DAYS, DateModel

SAME_ALL, SAME_START, SAME_TIME_OF_DAY = int(PairOp.SAME_ALL), int(PairOp.SAME_START), int(PairOp.SAME_TIME_OF_DAY)
DIFFERENT_TIME, OVERLAP, NO_OVERLAP = int(PairOp.DIFFERENT_TIME), int(PairOp.OVERLAP), int(PairOp.NO_OVERLAP)
SAME_DAYS, SAME_WEEKS = int(PairOp.SAME_DAYS), int(PairOp.SAME_WEEKS)
DIFFERENT_DAYS, DIFFERENT_WEEKDAYS = int(PairOp.DIFFERENT_DAYS), int(PairOp.DIFFERENT_WEEKDAYS)
DIFFERENT_WEEKS, PRECEDENCE = int(PairOp.DIFFERENT_WEEKS), int(PairOp.PRECEDENCE)
SAME_ROOM, DIFFERENT_ROOM = int(PairOp.SAME_ROOM), int(PairOp.DIFFERENT_ROOM)
SAME_ATTENDEES, ENDS_DAY = int(PairOp.SAME_ATTENDEES), int(PairOp.ENDS_DAY)
WORK_DAY, MIN_GAP, DAYS_BETWEEN = int(PairOp.WORK_DAY), int(PairOp.MIN_GAP), int(PairOp.DAYS_BETWEEN)
TOGETHER_ON_A_DAY, CONSECUTIVE = int(PairOp.TOGETHER_ON_A_DAY), int(PairOp.CONSECUTIVE)


@compiled
def periods_between(dates: DateModel, day: int, start: int, end: int) -> int:
    """How many periods of a day fit from a slot up to another."""
    if end <= start:
        return 0
    if dates.fits.shape[0] == 0:
        return int(end - start)
    return int(dates.fits[dates.layout[day], start, end])


@compiled
def _most_between(dates: DateModel, days: int, start: int, end: int, least: bool) -> int:
    """The most periods that fit from a slot up to another on any of some days; or the least."""
    found, day = -1, 0
    while days:
        if days & 1:
            fit = periods_between(dates, day, start, end)
            if found < 0 or (fit < found if least else fit > found):
                found = fit
        days >>= 1
        day += 1
    return int(found)


@compiled
def _nearest(one: int, two: int) -> int:
    """The least distance from a day of one mask to a day of another."""
    distance = 0
    while not (one & (two << distance) or two & (one << distance)):
        distance += 1
    return int(distance)


@compiled
def _is_apart(dates: DateModel, op: int, amount: int, one: int, two: int) -> bool:
    """Whether two times that meet on some day of some week break a rule about what lies between them."""
    start1, end1, days1 = dates.time[one, START], dates.time[one, END], dates.time[one, DAYS]
    start2, end2, days2 = dates.time[two, START], dates.time[two, END], dates.time[two, DAYS]
    common, first, last = days1 & days2, min(end1, end2), max(start1, start2)
    if op == WORK_DAY:
        return bool(_most_between(dates, common, min(start1, start2), max(end1, end2), False) > amount)
    if op == CONSECUTIVE:
        return bool(days1 != days2 or end1 > start2 or _most_between(dates, common, end1, start2, False) > 0)
    if start1 < end2 and start2 < end1:
        return True
    if op == MIN_GAP:
        return bool(_most_between(dates, common, first, last, True) < amount)
    return bool(_most_between(dates, common, first, last, False) > 0)


@compiled
def _are_days_wrong(op: int, days1: int, weeks1: int, days2: int, weeks2: int) -> bool:
    """Whether the days and weeks of two times break a rule about them."""
    if op == SAME_DAYS:
        return bool((days1 | days2) != days1 and (days1 | days2) != days2)
    if op == SAME_WEEKS:
        return bool((weeks1 | weeks2) != weeks1 and (weeks1 | weeks2) != weeks2)
    if op == DIFFERENT_WEEKDAYS:
        return bool(days1 & days2)
    if op == DIFFERENT_WEEKS:
        return bool(weeks1 & weeks2)
    return op == DIFFERENT_DAYS and bool(days1 & days2) and bool(weeks1 & weeks2)


@compiled
def pair_count(dates: DateModel, op: int, amount: int, one: int, room1: int, two: int, room2: int) -> int:
    """What a pair rule counts of two times and two rooms; rooms that are none have the number after the last."""
    start1, end1, days1 = dates.time[one, START], dates.time[one, END], dates.time[one, DAYS]
    start2, end2, days2 = dates.time[two, START], dates.time[two, END], dates.time[two, DAYS]
    weeks1, weeks2 = dates.time[one, WEEKS], dates.time[two, WEEKS]
    meets = bool(days1 & days2) and bool(weeks1 & weeks2)
    overlap = start1 < end2 and start2 < end1
    broken = False
    if op in (SAME_DAYS, SAME_WEEKS, DIFFERENT_WEEKDAYS, DIFFERENT_WEEKS, DIFFERENT_DAYS):
        broken = _are_days_wrong(op, days1, weeks1, days2, weeks2)
    elif op == SAME_ALL:
        broken = start1 != start2 or days1 != days2 or weeks1 != weeks2
    elif op == PRECEDENCE:
        first, then = dates.time[one, FIRST], dates.time[two, FIRST]
        broken = first > then or (first == then and end1 > start2)
    elif op == SAME_ATTENDEES:
        earlier, later = (one, two) if start1 <= start2 else (two, one)
        between = dates.time[later, BEGINS] - dates.time[earlier, ENDS]
        broken = meets and (overlap or between < dates.travel[room1, room2])
    elif op == NO_OVERLAP:
        broken = meets and overlap
    elif op == OVERLAP:
        broken = not (meets and overlap)
    elif op == SAME_ROOM:
        broken = room1 != room2
    elif op == DIFFERENT_ROOM:
        broken = room1 == room2
    elif op == SAME_START:
        broken = start1 != start2
    elif op == SAME_TIME_OF_DAY:
        broken = not ((start1 <= start2 and end2 <= end1) or (start2 <= start1 and end1 <= end2))
    elif op == DIFFERENT_TIME:
        broken = overlap
    elif op == ENDS_DAY:
        broken = meets and end2 > end1
    elif op in (WORK_DAY, MIN_GAP, TOGETHER_ON_A_DAY, CONSECUTIVE):
        broken = _is_apart(dates, op, amount, one, two) if meets else op == CONSECUTIVE
    elif op == DAYS_BETWEEN and weeks1 & weeks2:
        return int(max(0, amount - _nearest(dates.time[one, WHOLE_DAYS], dates.time[two, WHOLE_DAYS])))
    return int(broken)
