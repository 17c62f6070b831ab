"""Times and rooms as rules about two meetings or a set of them look at them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from webapp.engine.instance import Instance
from webapp.engine.rules.dates import whole_days
from webapp.engine.rules.patterns import first_bit
from webapp.engine.search.arrays import Ints
from webapp.engine.timegrid import Time, TimeGrid

MOST_BITS = 62
"""Weeks and periods of a mask in compiled code."""


START, END, DAYS, WEEKS, FIRST, LOAD, PERIODS, BEGINS, ENDS, WHOLE_DAYS = range(10)
"""Columns of `DateModel.time`."""


class DateModel(NamedTuple):
    """Times by their index, days, and rooms, of which the last is no room."""

    time: Ints
    """a row of each: first slot, slot after the last, masks of days and weeks; first day of its first week (``week *
    days + day``); how many periods of a day it takes, and their mask, 0 where slots are the periods; when it begins
    and ends in the units that ways are told in; mask of the days of the calendar"""
    layout: Ints
    """day -> row of ``fits``"""
    fits: Ints
    """layout x slot x slot -> how many periods fit from one up to another; empty where as many as there are slots"""
    travel: Ints
    """room x room -> the way"""
    building: Ints
    """room -> its building, 0 where it is not known"""


def dates_of(instance: Instance, times: Sequence[Time]) -> DateModel:
    """The times and rooms of an instance."""
    grid, buildings = instance.grid, {"": 0}
    for room in instance.rooms:
        buildings.setdefault(room.building, len(buildings))
    spans = grid.minutes or tuple((slot, slot + 1) for slot in range(grid.slots_per_day))
    layout, fits = _fits(grid)
    held = [0 if grid.periods is None or len(grid.periods.spans) > MOST_BITS else time.periods for time in times]
    rows = [
        [
            *(time.start, time.end, time.days, time.weeks & (1 << MOST_BITS) - 1),
            *(first_bit(time.weeks) * grid.days + first_bit(time.days), time.load),
            *(periods, spans[time.start][0], spans[time.end - 1][1]),
            whole_days(time.days, grid.halves),
        ]
        for time, periods in zip(times, held, strict=True)
    ]
    return DateModel(
        time=np.array(rows, np.int64).reshape(-1, 10),
        layout=layout,
        fits=fits,
        travel=_travel(instance),
        building=np.array([buildings[room.building] for room in instance.rooms] + [0], np.int64),
    )


def _fits(grid: TimeGrid) -> tuple[Ints, Ints]:
    layouts = list(dict.fromkeys(grid.days_periods))
    layout = np.array([layouts.index(day) for day in grid.days_periods], np.int64)
    if grid.periods is None:
        return layout, np.zeros((0, 0, 0), np.int16)
    slots = range(grid.slots_per_day + 1)
    return layout, np.array([[[day.fit(start, end) for end in slots] for start in slots] for day in layouts], np.int16)


def _travel(instance: Instance) -> Ints:
    rooms = len(instance.rooms)
    found = np.zeros((rooms + 1, rooms + 1), np.int32)
    for one, room in enumerate(instance.rooms):
        for two, way in room.travel.items():
            if one != two:
                found[one, two] = found[two, one] = max(way, found[one, two])
    return found
