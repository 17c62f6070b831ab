"""What the compiled loops read and write of students, courses and where classes stand: flat arrays, named.

Lists of lists are stored flat: the items of ``i`` are ``x[x_at[i]:x_at[i + 1]]``. Costs are packed as in
`webapp.engine.search.arrays`.
"""

from typing import NamedTuple

from webapp.engine.search.arrays import Ints
from webapp.engine.search.compiled import inlined

HARD = 1 << 40
"""A hard violation, packed."""

START, END, DAYS, WEEKS, FIRST = range(5)
"""Columns of ``times``: first slot, slot after the last, masks, and the first week and day as one number."""

TIME, TIME_COST, ROOM, ROOM_COST = range(4)
"""Columns of ``place``: the time, the room, what they cost."""

LIMIT, PARENT = range(2)
"""Columns of ``bounds``: most students of a class, and the class that they attend, too; -1: none."""

STUDENT, COURSE = range(2)
"""Columns of ``demands``."""

CONFLICT, UNEVEN = range(2)
"""Places of ``weights``: packed costs of a student's conflict, and of classes that are not alike full."""


class Sections(NamedTuple):
    """The ways in which students can take courses; never written to."""

    times: Ints
    walk: Ints
    bounds: Ints
    """class -> limit and parent"""
    configs_at: Ints
    """course -> configurations (numbered through)"""
    parts_at: Ints
    """configuration -> subparts (numbered through), parents before their children"""
    classes_at: Ints
    classes: Ints
    """subpart -> classes"""
    demands_at: Ints
    demands: Ints
    """student -> demands (numbered through); each has its student and course"""
    asked_at: Ints
    asked: Ints
    """course -> demands"""
    open: Ints
    """demands for courses that can be taken in more than one way"""
    weights: Ints
    """packed cost of a student's conflict, and of each unit of the sum of the squares of the classes' students"""


class Rolls(NamedTuple):
    """Who attends what; ``place`` and ``shared`` are those of the `WideState`."""

    place: Ints
    shared: Ints
    taken: Ints
    """demand x place -> classes that the student takes, -1 beyond"""
    load: Ints
    """class -> students"""
    choice: Ints
    """scratch: ways to take a course"""


@inlined
def too_close(times: Ints, walk: Ints, t1: int, r1: int, t2: int, r2: int) -> bool:
    """Whether nobody can attend both: the times overlap, or lie closer than the way between the rooms."""
    way = walk[r1, r2]
    return bool(
        (times[t1, DAYS] & times[t2, DAYS]) != 0
        and (times[t1, WEEKS] & times[t2, WEEKS]) != 0
        and times[t1, START] < times[t2, END] + way
        and times[t2, START] < times[t1, END] + way
    )
