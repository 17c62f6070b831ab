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


N_MEETINGS, N_KINDS, N_TIMES, N_ROOMS, N_UNITS, N_PARTS, N_DAYS, N_WEEKS, N_PERIODS, N_SUBJECTS, N_PLACES = range(11)
N_CALENDAR_WEEKS, N_LAYOUTS = 11, 12
"""Positions in `Model.size`."""


def pack(hard: int, soft: int) -> int:
    """Hard violations and weighted soft cost in one number."""
    return (hard << SHIFT) + soft


def unpack(packed: int) -> tuple[int, int]:
    """Hard violations and weighted soft cost of a packed number."""
    soft = packed & ((1 << SHIFT) - 1)
    if soft >> (SHIFT - 1):
        soft -= 1 << SHIFT
    return (packed - soft) >> SHIFT, soft


class Walk(NamedTuple):
    """What the times of long days are, for the walk through what stands on one; empty where days are short."""

    piece_at: Ints
    piece: Ints
    """(time * layouts + layout) -> its runs there, a row of first slot, slot after the last, number of periods, first
    period and the one that ends last"""
    held_at: Ints
    held: Ints
    """(time * layouts + layout) -> periods of the day that it holds"""
    span: Ints
    """layout x period -> first slot and the one after the last"""
    follow: Ints
    """layout x period x period -> 1 when the second follows the first"""
    fit: Ints
    """layout x slot x slot -> most periods that can be held from one up to another"""


class Model(NamedTuple):
    """The problem; never written to.

    Lists of lists are stored flat: the items of ``i`` are ``x[x_at[i]:x_at[i + 1]]``. Meetings that
    differ in nothing but their name are one *kind*.
    """

    size: Ints
    """meetings, kinds, times, rooms, units, day-weeks, days, weeks, periods, subjects, places, calendar weeks, and
    layouts of long days (0 where days are short, and have tables)"""
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
    """time -> day-weeks (``week * days + day``) on which it holds periods"""
    days_of: Ints
    """time -> mask of the days that it touches in any week"""
    marks_at: Ints
    marks: Ints
    """time -> periods in which it is held: ``(week * days + day) * periods + period``"""
    period_mask: Ints
    """time x day -> bit mask of the periods of the day in which it is held"""
    first_mask: Ints
    """time -> the same on the first of its days"""
    layout_of_day: Ints
    """day -> its layout: days of one have the same periods"""
    listed: int | None
    """None where days are short: the search is compiled once for tables and once for lists, each without the other"""
    walk: Walk
    """what the walk through a long day reads"""
    reach: Ints
    """(time * layouts + layout) -> first slot, slot after the last, number of the periods that it holds"""
    item_at: Ints
    """subject -> its place among the lists (to be multiplied by the day-weeks); up to the next's: the room of a list"""
    week_size: Ints
    """week -> weeks of the calendar that it stands for"""
    touches: Ints
    """time x day-week -> 1 when it holds periods there"""
    overlap: Ints
    """time x time -> 1 when they overlap"""
    overlaps_at: Ints
    overlaps: Ints
    """time -> times that overlap it, itself included"""
    clash_at: Ints
    clash: Ints
    clash_cost: Ints
    """kind -> kinds it clashes with, and the packed cost of one such pair"""
    clash_bits: Ints
    """kind x (kind // 64) -> a bit for each kind that it clashes with"""
    clash_self: Ints
    """kind -> packed cost of a pair within the kind"""
    subjects_at: Ints
    subjects: Ints
    """kind -> subjects of pattern rules, ascending"""
    walks: Ints
    """subject -> 1 when a day pattern of it prices more than the load"""
    day_at: Ints
    day_table: Ints
    day_weight: Ints
    """subject -> (table of each day) of day patterns, and packed weights"""
    day_tables: Ints
    """table x busy mask -> count (or packed cost, where there is one week); on long days table x number -> its price,
    of loads, then of runs, then of free periods"""
    week_at: Ints
    week_table: Ints
    week_weight: Ints
    """subject -> week-pattern tables and packed weights"""
    week_tables: Ints
    """table x mask of used days -> count (or packed cost, where there is one week)"""
    total_at: Ints
    total_table: Ints
    total_weight: Ints
    """subject -> tables of patterns of a week's load and packed weights"""
    total_tables: Ints
    """table x sum of the loads of a week -> count (or packed cost, where there is one week)"""
    relief: Ints
    """kind -> packed: the most that moving one meeting can save in patterns, places and pairs"""
    rest_relief: Ints
    """kind -> the same without day patterns"""
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
    hours: Ints
    """subject x week -> sum of the loads of its days, for subjects of which it matters"""
    many: Ints
    items: Ints
    """subject x day-week -> its times there, ascending, on long days, like all up to ``found``"""
    loads: Ints
    """subject x day-week -> busy periods, where that matters"""
    tangled: Ints
    """subject x day-week -> 1 where two of the times overlap"""
    counted: Ints
    """entry of a day pattern x day-week -> what it counts"""
    summed: Ints
    """entry of a day pattern x day -> the sum over the weeks of the calendar"""
    found: Ints
    line: Ints
    gained: Ints
    used_then: Ints
    hours_then: Ints
    """room to count in"""
    in_room: Ints
    """place x room -> meetings held there"""
    distinct: Ints
    """place -> distinct rooms"""
    set_count: Ints
    """set x day -> what it counts; see `webapp.engine.search.set_counts`"""
    order: Ints
    """room to order a set's meetings in"""
    ejection: Ints
    ejection_price: Any
    trail: Ints
    """the ejection that is under way, its costs, and (meeting, time, room) from where each of its moves went:
    `webapp.engine.search.ejections`"""
    best_time: Ints
    best_room: Ints
    """the best timetable so far"""
    totals: Ints
    """packed cost now, packed cost of the best, random state"""
