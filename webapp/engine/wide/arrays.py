"""What the compiled loop on wide weeks reads and writes: flat arrays, named.

Lists of lists are stored flat: the items of ``i`` are ``x[x_at[i]:x_at[i + 1]]``. Costs are packed as in
`webapp.engine.search.arrays`. The room after the last one stands for no room. Functions are handed what they need and
no more, since each array makes a compiled call longer: a table has several columns, and arrays stand in two tuples.
"""

from typing import NamedTuple

from webapp.engine.search.arrays import Ints

OTHER, KIND, AMOUNT, COST, IS_FIRST = range(5)
"""Columns of ``pairs``: the other class, the rule, its number, its packed cost, whether the class is named first."""

SET_KIND, SET_AMOUNT, SET_SECOND, SET_COST, SET_OVER, SET_FACTOR = range(6)
"""Columns of ``rules`` about sets: the rule, its numbers, packed cost of a unit, what the cost is divided by, and
what a whole point of it then counts for."""

AFTER, BEFORE = range(2)
"""Columns of ``links``: the next and the previous class of the same room; -1: none."""


class WideModel(NamedTuple):
    """Times, rooms and rules; never written to."""

    times: Ints
    options_at: Ints
    options: Ints
    """class -> possible times, and what each costs"""
    rooms_at: Ints
    rooms: Ints
    """class -> possible rooms (one that stands for none where none is needed), and what each costs"""
    closed: Ints
    """room x time -> 1 when the room is closed at some of it"""
    walk: Ints
    """room x room -> slots that it takes to walk"""
    overlap: Ints
    """time x time -> 1 when they have a slot in common"""
    apart_at: Ints
    apart: Ints
    """class -> classes that it must not overlap, once for each hard rule"""
    pairs_at: Ints
    pairs: Ints
    """class -> other rules about it and another"""
    sets_at: Ints
    sets: Ints
    """class -> set rules"""
    members_at: Ints
    members: Ints
    """set rule -> classes"""
    rules: Ints
    near_at: Ints
    near: Ints
    """class -> classes that a student may have beside it"""
    size: Ints
    """weeks, days, rooms, packed cost of a student's conflict"""


class WideState(NamedTuple):
    """A timetable, and what the loop keeps up to date about it."""

    place: Ints
    head: Ints
    links: Ints
    """room -> first class in it; the links from there"""
    amounts: Ints
    """set rule -> how much it is broken"""
    shared: Ints
    """class x class -> students of both"""
    chain: Ints
    """scratch: classes moved together, with their old options of time and room"""
    dates: Ints
    """scratch: begins and ends of a day"""


class Best(NamedTuple):
    """The best timetable so far, and the sums."""

    place: Ints
    taken: Ints
    totals: Ints
    """packed cost now, packed cost of the best, random state"""
