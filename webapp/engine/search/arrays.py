"""What the compiled loop reads and writes: flat arrays, named.

Costs are *packed*: hard violations times 2**40 plus the weighted soft cost, in one 64-bit number, so that
one sum tells both exactly (`pack`, `unpack`).
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.signedinteger[Any]]
"""An array of signed integers."""

Bits: TypeAlias = Any
"""64 random bits: np.uint64 in compiled code."""

SHIFT = 40
"""Bits of the soft part of a packed cost."""

CLOSED = -2
"""In `SearchState.at`: nothing may stand here. -1 means free."""


def pack(hard: int, soft: int) -> int:
    """Hard violations and weighted soft cost in one number."""
    return (hard << SHIFT) + soft


def unpack(packed: int) -> tuple[int, int]:
    """Hard violations and weighted soft cost of a packed number."""
    soft = packed & ((1 << SHIFT) - 1)
    if soft >> (SHIFT - 1):
        soft -= 1 << SHIFT
    return (packed - soft) >> SHIFT, soft


class Model(NamedTuple):
    """The problem; never written to.

    Lists of lists are stored flat: the items of ``i`` are ``x[x_at[i]:x_at[i + 1]]``. Meetings that
    differ in nothing but their name are one *kind*.
    """

    size: Ints
    """meetings, kinds, times, rooms, units, day-weeks, days, weeks, periods, subjects, places, calendar weeks"""
    kind: Ints
    """meeting -> kind"""
    unplaced_cost: Ints
    """kind -> packed cost of a meeting without a time"""
    time_cost: Ints
    """kind x time -> packed cost"""
    time_ok: Ints
    """kind x time -> 1 when the time is possible"""
    times_at: Ints
    times: Ints
    """kind -> possible times"""
    room_cost: Ints
    """kind x room -> packed cost"""
    room_ok: Ints
    """kind x room -> 1 when the room is possible"""
    rooms_at: Ints
    rooms: Ints
    """kind -> possible rooms; empty for a meeting without a room"""
    both_row: Ints
    """kind -> row of ``both_cost``, or -1"""
    both_cost: Ints
    """row x (time * (rooms + 1) + room) -> packed cost of time and room together; the last room: none"""
    units_at: Ints
    units: Ints
    """time -> (week, day, slot) cells that it occupies: ``(week * days + day) * slots + slot``"""
    parts_at: Ints
    parts: Ints
    """time -> day-weeks (``week * days + day``) that it touches"""
    days_of: Ints
    """time -> mask of the days that it touches in any week"""
    marks_at: Ints
    marks: Ints
    """time -> periods in which it is held: ``(week * days + day) * periods + period``"""
    period_mask: Ints
    """time x day -> bit mask of the periods of the day in which it is held"""
    first_mask: Ints
    """time -> the same on the first of its days"""
    week_size: Ints
    """week -> weeks of the calendar that it stands for"""
    touches: Ints
    """time x day-week -> 1 when it touches"""
    overlap: Ints
    """time x time -> 1 when they overlap"""
    overlaps_at: Ints
    overlaps: Ints
    """time -> times that overlap it, itself included"""
    clash_at: Ints
    clash: Ints
    clash_cost: Ints
    """kind -> kinds it clashes with, and the packed cost of one such pair"""
    clash_self: Ints
    """kind -> packed cost of a pair within the kind"""
    subjects_at: Ints
    subjects: Ints
    """kind -> subjects of pattern rules, ascending"""
    day_at: Ints
    day_table: Ints
    day_weight: Ints
    """subject -> (table of each day) of day patterns, and packed weights"""
    day_tables: Ints
    """table x busy mask -> count (or packed cost, where there is one week)"""
    week_at: Ints
    week_table: Ints
    week_weight: Ints
    """subject -> week-pattern tables and packed weights"""
    week_tables: Ints
    """table x mask of used days -> count (or packed cost, where there is one week)"""
    relief: Ints
    """kind -> the most that moving one meeting can save in patterns, places and pairs"""
    places_at: Ints
    places: Ints
    """kind -> subjects of same-place rules"""
    place_cost: Ints
    """place x number of distinct rooms -> packed cost"""
    pairs_at: Ints
    pair_other: Ints
    pair_form: Ints
    """meeting -> other meeting and function of each pair"""
    forms: Any
    """functions of pairs: `webapp.engine.search.joint.FormModel`"""
    sets: Any
    """sets of meetings: `webapp.engine.search.joint.SetModel`"""
    dates: Any
    """times and rooms as these look at them: `webapp.engine.search.dates.DateModel`"""


class SearchState(NamedTuple):
    """A timetable and what the loop keeps up to date about it."""

    time: Ints
    """meeting -> time, or -1"""
    room: Ints
    """meeting -> room, or -1"""
    at: Ints
    """room x unit -> meeting that stands there, -1 free, `CLOSED`"""
    clashes: Ints
    """kind x time -> packed cost of the clashes that a meeting of the kind has there, itself included"""
    load: Ints
    """subject x mark -> meetings of the subject"""
    busy: Ints
    """subject x day-week -> mask of periods with a meeting"""
    twice: Ints
    """subject x day-week -> mask of periods with two or more"""
    used: Ints
    """subject x week -> mask of days with a meeting"""
    in_room: Ints
    """place x room -> meetings held there"""
    distinct: Ints
    """place -> distinct rooms"""
    set_count: Ints
    """set x day -> what it counts"""
    order: Ints
    """room to order a set's meetings in"""
    best_time: Ints
    best_room: Ints
    """the best timetable so far"""
    totals: Ints
    """packed cost now, packed cost of the best, random state"""
