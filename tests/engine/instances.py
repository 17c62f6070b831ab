"""Small random problems in which every family of rules has a say, and random timetables of them.

The three forms of the rules (the truth, CP-SAT, the compiled search) are held equal on these. An
`instances()` draw is shrunk by hypothesis; placements need not be possible ones, so that every rule
finds something to count.
"""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st

from webapp.engine.instance import (
    UNPLACED,
    Constraint,
    Instance,
    InstanceRoom,
    Meeting,
    Placement,
    Resource,
    RoomOption,
    TimeOption,
)
from webapp.engine.periods import Periods
from webapp.engine.rule import ResourceKind
from webapp.engine.rules import RULES, rule_named
from webapp.engine.rules.family import ChoiceRule, PairRule, SetRule
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time, TimeGrid

Draw = Callable[[st.SearchStrategy], object]

WITH_CELLS = ("unavailable", "avoided_times", "preferred_times", "most_at_once", "most_slots_of", "interval_days")
WITH_AMOUNT = ("max_per_day", "max_in_row", "max_per_week", "min_working_days", "min_per_day", "max_rooms")
ABOUT_SETS = ("min_working_days", "room_stability", "max_per_day", "isolated_meetings", "avoided_times", "unavailable")
"""Rules that are also tried on a set of meetings instead of resources."""


@st.composite
def grids(draw, weeks: bool = True, plain: bool = False) -> TimeGrid:
    """Up to 4 days of up to 5 slots, sometimes with a long break, sometimes with 2 or 3 weeks of any size.

    Sometimes, but not where it is ``plain``, the periods are others than the slots: they overlap, and days differ; or
    ways are told in minutes, or a day of the grid is half of one of the calendar.
    """
    slots, days = draw(st.integers(2, 5)), draw(st.integers(1, 4))
    number = draw(st.sampled_from([1, 1, 1, 2, 3])) if weeks else 1
    return TimeGrid(
        days=days,
        slots_per_day=slots,
        weeks=number,
        breaks=draw(st.frozensets(st.integers(0, slots - 2), max_size=1)),
        periods=draw(periods(days, slots)) if not plain and draw(st.booleans()) else None,
        week_sizes=draw(st.tuples(*[st.integers(1, 9)] * number)) if draw(st.booleans()) else (),
        minutes=draw(minutes(slots)) if not plain and draw(st.booleans()) else (),
        halves=1 if plain else draw(st.sampled_from([1, 1, 1, 2])),
    )


@st.composite
def minutes(draw, slots: int) -> tuple[tuple[int, int], ...]:
    """When each slot begins and ends: of 30 or 50 minutes, with up to 20 minutes between."""
    at, found = 480, []
    for _ in range(slots):
        found.append((at, at + draw(st.sampled_from([30, 50]))))
        at = found[-1][1] + draw(st.sampled_from([0, 0, 10, 20]))
    return tuple(found)


@st.composite
def periods(draw, days: int, slots: int) -> Periods:
    """Some periods of one to three slots, of which the first day has all and the others some."""
    anywhere = [(start, end) for start in range(slots) for end in range(start + 1, min(slots, start + 3) + 1)]
    spans = tuple(sorted(draw(st.lists(st.sampled_from(anywhere), min_size=1, max_size=6, unique=True))))
    pause, every = draw(st.integers(0, 1)), (1 << len(spans)) - 1
    return Periods(
        spans,
        tuple(sum(1 << i for i, (start, _) in enumerate(spans) if 0 <= start - end <= pause) for _, end in spans),
        (every, *(draw(st.integers(1, every)) for _ in range(days - 1))),
    )


@st.composite
def times(draw, grid: TimeGrid) -> Time:
    """Any time of 1 or 2 slots, on one day or several at the same hour, in all weeks or some."""
    weeks = grid.all_weeks if draw(st.booleans()) else draw(st.integers(1, grid.all_weeks))
    also = draw(st.frozensets(st.integers(0, grid.days - 1), max_size=3)) if draw(st.integers(0, 4)) == 0 else ()
    if grid.periods is not None:
        found = draw(st.sampled_from(single_times(grid, 1) + single_times(grid, 2))).time
        held = sum(1 << day for day in also if not found.periods & ~grid.periods.held[day])
        return replace(found, weeks=weeks, days=found.days | held)
    length = draw(st.sampled_from([1, 1, 2]))
    start = draw(st.integers(0, grid.slots_per_day - length))
    days = 1 << draw(st.integers(0, grid.days - 1))
    return Time(start, length, days | sum(1 << day for day in also), weeks)


def single_times(grid: TimeGrid, length: int = 1) -> tuple[TimeOption, ...]:
    """Every single-day time of a number of periods, in all weeks, later ones with a penalty."""
    if grid.periods is not None:
        return tuple(
            TimeOption(time, penalty=time.start)
            for day in range(grid.days)
            for time in _chains(grid.periods, day, length, grid.all_weeks)
        )
    return tuple(
        TimeOption(Time(start, length, 1 << day, grid.all_weeks), penalty=start)
        for day in range(grid.days)
        for start in range(grid.slots_per_day - length + 1)
    )


def _chains(own: Periods, day: int, length: int, weeks: int) -> list[Time]:
    """One period, or two of which the second begins when the first ends."""
    held = [i for i in range(len(own.spans)) if own.held[day] >> i & 1]
    pairs = [(i, j) for i in held for j in held if length == 2 and own.spans[i][1] == own.spans[j][0]]
    found = {}
    for chain in pairs if length == 2 else [(i,) for i in held]:
        start, end = own.spans[chain[0]][0], own.spans[chain[-1]][1]
        mask = sum(1 << i for i in chain)
        found.setdefault((start, end), Time(start, end - start, 1 << day, weeks, mask))
    return [*found.values()]


@st.composite
def instances(
    draw,
    rules: tuple[str, ...] | None = None,
    hard: tuple[str, ...] = (),
    weeks: bool = True,
    max_meetings: int = 6,
    plain: bool = False,
) -> Instance:
    """A small problem with the given rules (None: some of all), soft unless named ``hard``.

    With ``weeks`` false there is one week and every possible time is on a single day. With ``plain`` the slots of the
    grid are the periods.
    """
    grid = draw(grids(weeks=weeks, plain=plain))
    rooms = tuple(
        InstanceRoom(
            f"R{i}",
            capacity=draw(st.sampled_from([10, 20, 30])),
            closed=draw(_few(times(grid), 1)),
            travel={other: draw(st.integers(0, 25 if grid.minutes else 3)) for other in range(i)},
            building=draw(st.sampled_from(["", "A", "B"])),
        )
        for i in range(draw(st.integers(1, 3)))
    )
    kinds = (ResourceKind.INSTRUCTOR, ResourceKind.GROUP, ResourceKind.GROUP, ResourceKind.STUDENTS)
    resources = tuple(Resource(f"{k.value}{i}", k, weight=1 + 2 * i % 5) for i, k in enumerate(kinds))
    meetings = tuple(
        draw(_meetings(f"M{i}", grid, len(rooms), len(resources), weeks))
        for i in range(draw(st.integers(1, max_meetings)))
    )
    chosen = rules if rules is not None else tuple(rule.name for rule in RULES)
    found: list[Constraint] = []
    for name in chosen:
        for _ in range(1 if rules is not None else draw(st.integers(0, 2))):
            weight = None if name in hard else draw(st.integers(0, 5))
            found.append(draw(constraints(name, weight, grid, len(resources), len(meetings), len(rooms))))
    instance = Instance("random", grid, rooms, resources, meetings, tuple(found))
    if draw(st.booleans()):
        instance = replace(instance, reference=draw(solutions(instance)).placements)
    return instance


@st.composite
def _meetings(draw, code: str, grid: TimeGrid, rooms: int, resources: int, weeks: bool) -> Meeting:
    if weeks:
        options = draw(st.lists(times(grid), min_size=1, max_size=6, unique=True))
        possible = tuple(TimeOption(time, draw(st.integers(0, 3))) for time in options)
    else:
        possible = single_times(grid, draw(st.sampled_from([1, 1, 2]))) or single_times(grid)
    suitable = draw(_few(st.integers(0, rooms - 1), rooms, least=1))
    pin = None
    if draw(st.integers(0, 4)) == 0:
        pin = Placement(draw(st.sampled_from([None, possible[0].time])), draw(st.sampled_from([None, suitable[0]])))
    return Meeting(
        code,
        possible,
        tuple(RoomOption(room, draw(st.integers(0, 3))) for room in suitable),
        draw(_few(st.integers(0, resources - 1), resources)),
        size=draw(st.sampled_from([0, 10, 15, 25])),
        needs_room=draw(st.sampled_from([True, True, True, False])),
        pin=pin,
    )


@st.composite
def constraints(
    draw, name: str, weight: int | None, grid: TimeGrid, resources: int, meetings: int, rooms: int
) -> Constraint:
    """A constraint of a rule, about whatever it can be about."""
    rule = rule_named(name)
    people: tuple[int, ...] = ()
    about: tuple[int, ...] = ()
    if isinstance(rule, PairRule):
        about = draw(_few(st.integers(0, meetings - 1), 3, least=min(2, meetings)))
    elif rule.is_mean or ((name in ABOUT_SETS or isinstance(rule, SetRule)) and draw(st.booleans())):
        about = draw(_few(st.integers(0, meetings - 1), meetings, least=1))
    elif (rule.kinds or isinstance(rule, ChoiceRule | SetRule)) and draw(st.booleans()):
        people = draw(_few(st.integers(0, resources - 1), 2, least=1))
    return Constraint(
        rule,
        weight,
        resources=people,
        meetings=about,
        cells=draw(st.frozensets(st.integers(0, grid.cells - 1), max_size=4)) if name in WITH_CELLS else frozenset(),
        amount=draw(st.integers(0, 3)) if name in WITH_AMOUNT or isinstance(rule, PairRule | SetRule) else 0,
        second_amount=draw(st.integers(0, 2)) if isinstance(rule, SetRule) else 0,
        factor=draw(st.integers(1, 3)) if rule.is_mean else 1,
        rooms=draw(_few(st.integers(0, rooms - 1), rooms)) if name == "home_room" else (),
    )


@st.composite
def placements(draw, instance: Instance, meeting: int) -> Placement:
    """Anywhere at all, mostly at one of the meeting's possible times and rooms, sometimes nowhere."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return UNPLACED
    what = instance.meetings[meeting]
    if kind == 1:
        room = draw(st.sampled_from([None, *range(len(instance.rooms))]))
        return Placement(draw(times(instance.grid)), room)
    return draw(possible_placements(what))


@st.composite
def possible_placements(draw, meeting: Meeting) -> Placement:
    """One of the meeting's possible times and, where it needs a room, one of its possible rooms."""
    time = draw(st.sampled_from(meeting.times)).time
    rooms = [option.room for option in meeting.rooms] if meeting.needs_room else [None]
    return Placement(time, draw(st.sampled_from(rooms or [None])))


@st.composite
def solutions(draw, instance: Instance, possible: bool = False) -> Solution:
    """A timetable; with ``possible``, every meeting stands at a possible time and room."""
    return Solution(
        tuple(
            draw(possible_placements(what) if possible else placements(instance, meeting))
            for meeting, what in enumerate(instance.meetings)
        )
    )


def _few(strategy: st.SearchStrategy, most: int, least: int = 0) -> st.SearchStrategy:
    return st.lists(strategy, min_size=least, max_size=most, unique=True).map(tuple)
