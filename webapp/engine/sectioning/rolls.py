"""Who attends what, between a solution and the arrays."""

from itertools import pairwise

import numpy as np

from webapp.engine.instance import Instance
from webapp.engine.rules.family import Attendance
from webapp.engine.search.arrays import Ints
from webapp.engine.sectioning.arrays import COURSE, Sections

WAYS_TRIED = 60
"""So many ways to take a course are looked at before a student has the first one."""


def given_classes(instance: Instance, sections: Sections, attends: Attendance) -> Ints:
    """What students attend as `Rolls.taken` has it, demand by demand, -1 beyond; nothing where nobody is sectioned."""
    parts, course_of, ends = np.diff(sections.parts_at), instance.course_of, sections.demands_at.tolist()
    given = np.full((len(sections.demands), int(parts.max()) if len(parts) else 1), -1, np.int32)
    for student, classes in enumerate(attends):
        for demand in range(ends[student], ends[student + 1]):
            mine = [m for m in classes if course_of[m] == sections.demands[demand, COURSE]]
            if len(mine) <= given.shape[1]:
                given[demand, : len(mine)] = mine
    return given


def attendance(sections: Sections, taken: Ints) -> tuple[tuple[int, ...], ...]:
    """Per student the classes attended, from rows of `Rolls.taken`."""
    rows, ends = taken.tolist(), sections.demands_at.tolist()
    return tuple(
        tuple(sorted(meeting for demand in range(begin, end) for meeting in rows[demand] if meeting >= 0))
        for begin, end in pairwise(ends)
    )
