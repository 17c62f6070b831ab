"""The same term on a finer grid: every slot cut into parts, a class may begin at each of them.

The periods that are counted are as long as the slots were, one from each part on, so that a timetable of the coarse
grid costs on the fine one what it cost.
"""

from dataclasses import replace

from webapp.engine.instance import Instance, Meeting, Placement, TimeOption
from webapp.engine.periods import Periods
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time, TimeGrid


def finer(instance: Instance, parts: int) -> Instance:
    """An instance whose grid has ``parts`` slots where it had one; the slots of the grid are its periods."""
    grid = _grid(instance.grid, parts)
    domains = {id(meeting.times): _options(instance.grid, meeting.times, parts) for meeting in instance.meetings}
    return replace(
        instance,
        grid=grid,
        rooms=tuple(replace(room, closed=tuple(finer_time(t, parts) for t in room.closed)) for room in instance.rooms),
        meetings=tuple(
            replace(meeting, times=domains[id(meeting.times)], pin=_pin(meeting, parts))
            for meeting in instance.meetings
        ),
        constraints=tuple(
            replace(c, cells=frozenset(cell * parts + part for cell in c.cells for part in range(parts)))
            for c in instance.constraints
        ),
        reference=tuple(_placement(place, parts) for place in instance.reference),
    )


def finer_solution(solution: Solution, parts: int) -> Solution:
    """The same timetable on the finer grid."""
    return Solution(tuple(_placement(place, parts) for place in solution.placements))


def finer_time(time: Time, parts: int) -> Time:
    """The same hours on the finer grid."""
    return _from(time, time.start * parts, parts)


def _from(time: Time, start: int, parts: int) -> Time:
    periods = sum(1 << start + slot * parts for slot in range(time.length))
    return Time(start, time.length * parts, time.days, time.weeks, periods)


def _grid(grid: TimeGrid, parts: int) -> TimeGrid:
    slots, starts = grid.slots_per_day * parts, range((grid.slots_per_day - 1) * parts + 1)
    ends = {(slot + 1) * parts for slot in grid.breaks}
    follows = tuple(
        0 if start + parts in ends or start + parts not in starts else 1 << start + parts for start in starts
    )
    spans = tuple((start, start + parts) for start in starts)
    periods = Periods(spans, follows, ((1 << len(spans)) - 1,) * grid.days)
    return TimeGrid(grid.days, slots, grid.weeks, periods=periods, week_sizes=grid.week_sizes)


def _options(grid: TimeGrid, options: tuple[TimeOption, ...], parts: int) -> tuple[TimeOption, ...]:
    """The options, and each begun up to a slot later where the day allows it."""
    found: dict[Time, TimeOption] = {}
    for option in options:
        latest = (grid.slots_per_day - option.time.length) * parts
        for start in range(option.time.start * parts, min(latest, (option.time.start + 1) * parts - 1) + 1):
            time = _from(option.time, start, parts)
            found[time] = TimeOption(time, option.penalty)
    return tuple(found.values())


def _placement(place: Placement, parts: int) -> Placement:
    return place if place.time is None else replace(place, time=finer_time(place.time, parts))


def _pin(meeting: Meeting, parts: int) -> Placement | None:
    return None if meeting.pin is None else _placement(meeting.pin, parts)
