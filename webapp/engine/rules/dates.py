"""What is held on each date: placements by week and day, in the order of the day."""

from collections.abc import Mapping, Sequence, Set
from itertools import pairwise

from webapp.engine.instance import Instance, Placement
from webapp.engine.periods import bits
from webapp.engine.timegrid import TimeGrid


def same_weeks(held: Mapping[int, Placement], all_weeks: int) -> list[tuple[int, dict[int, Placement]]]:
    """The placements of each week, by meeting; weeks with the same ones together, as a mask, others left out."""
    found: list[tuple[int, dict[int, Placement]]] = [(all_weeks, {})]
    for meeting, place in held.items():
        split = []
        for weeks, there in found:
            if weeks & place.at.weeks:
                split.append((weeks & place.at.weeks, there | {meeting: place}))
            if weeks & ~place.at.weeks:
                split.append((weeks & ~place.at.weeks, there))
        found = split
    return [(weeks, there) for weeks, there in found if there]


def by_day(held: Mapping[int, Placement]) -> dict[int, list[Placement]]:
    """The placements of each day that has any, in the order of the day: by start, end, room, meeting."""
    found: dict[int, list[Placement]] = {}
    for _, place in sorted(held.items(), key=lambda item: (item[1].at.start, item[1].at.end, _room(item[1]), item[0])):
        for day in place.at.day_list():
            found.setdefault(day, []).append(place)
    return found


def _room(place: Placement) -> int:
    return -1 if place.room is None else place.room


def blocks(grid: TimeGrid, day: int, held: Sequence[Placement], gap: int) -> list[tuple[int, int, int]]:
    """The blocks of a day as (start, end, meetings): a meeting belongs to the one before it where at most ``gap``
    teaching slots fit between.
    """
    found: list[tuple[int, int, int]] = []
    for place in held:
        start, end = place.at.start, place.at.end
        if found and grid.periods_between(day, found[-1][1], start) <= gap:
            begun, ends, number = found[-1]
            found[-1] = begun, max(ends, end), number + 1
        else:
            found.append((start, end, 1))
    return found


def whole_days(days: int, halves: int) -> int:
    """The mask of days of the calendar in which a mask of days of the grid lies."""
    if halves == 1:
        return days
    return sum({1 << day // halves for day in bits(days)})


def slots_counted(grid: TimeGrid, cells: Set[int], day: int, start: int, end: int) -> int:
    """How many teaching slots of a day fit from a slot up to another, less the cells named there."""
    base = day * grid.slots_per_day
    named = sum(base + slot in cells for slot in range(start, end)) if cells else 0
    return max(0, grid.periods_between(day, start, end) - named)


def free_slots(grid: TimeGrid, cells: Set[int], day: int, held: Sequence[Placement]) -> int:
    """Free teaching slots of a day between meetings, which are in the order of the day, less the cells named."""
    found, end = 0, held[0].at.end
    for place in held:
        found += slots_counted(grid, cells, day, end, place.at.start)
        end = max(end, place.at.end)
    return found


def moves_between_buildings(instance: Instance, held: Sequence[Placement]) -> list[tuple[Placement, Placement]]:
    """Two meetings of a day in a row in different buildings; those in none that is known are passed over."""
    placed = [(instance.rooms[place.room].building, place) for place in held if place.room is not None]
    named = [(building, place) for building, place in placed if building]
    return [(place, then) for (here, place), (there, then) in pairwise(named) if here != there]
