"""Flattens courses, students and times into the arrays of sectioning."""

from collections.abc import Iterable, Sequence, Sized

import numpy as np

from webapp.engine.instance import Configuration, Instance, Meeting
from webapp.engine.search.arrays import Ints
from webapp.engine.search.lists import flattened
from webapp.engine.sectioning.arrays import Sections
from webapp.engine.timegrid import Time


def time_table(times: Sequence[Time | None]) -> Ints:
    """The rows of ``Sections.times``; no time is one that is on no day."""
    rows = []
    for time in times:
        if time is None:
            rows.append((0, 0, 0, 0, 0))
            continue
        first = (time.weeks & -time.weeks).bit_length() * 64 + (time.days & -time.days).bit_length()
        rows.append((time.start, time.end, time.days, time.weeks, first))
    return table_of(rows, 5)


def walks(instance: Instance) -> Ints:
    """Slots from room to room; the last room stands for none."""
    count = len(instance.rooms)
    found = np.zeros((count + 1, count + 1), np.int16)
    for room in range(count):
        for other in range(count):
            found[room, other] = instance.travel(room, other)
    return found


def table_of(rows: Sequence[tuple[int, ...]], columns: int) -> Ints:
    """Rows of numbers as an array, also where there are none."""
    return np.array(rows, np.int64).reshape(len(rows), columns)


def offsets(rows: Iterable[Sized]) -> Ints:
    """Where each list begins in a flat one, and where the last ends."""
    return np.cumsum([0, *map(len, rows)]).astype(np.int32)


def compile_sections(instance: Instance, times: Ints, walk: Ints, conflict: int, uneven: int = 0) -> Sections:
    """Flatten courses and students; ``conflict`` and ``uneven`` are the costs of `Sections.weights`."""
    meetings = instance.meetings
    configurations = [c for course in instance.courses for c in course.configurations]
    ordered = [_parents_first(configuration, meetings) for configuration in configurations]
    configs_at = offsets([course.configurations for course in instance.courses])
    parts_at = offsets(ordered)
    classes_at, classes = flattened([list(part) for parts in ordered for part in parts])
    demands_at, course = flattened([list(student.courses) for student in instance.students])
    asked: list[list[int]] = [[] for _ in instance.courses]
    for demand, wanted in enumerate(course.tolist()):
        asked[wanted].append(demand)
    asked_at, asked_by = flattened(asked)
    several = [_has_several_ways(each.configurations) for each in instance.courses]
    owner = [student for student, each in enumerate(instance.students) for _ in each.courses]
    bounds = [(-1 if m.limit is None else m.limit, -1 if m.parent is None else m.parent) for m in meetings]
    arrays = {
        "configs_at": configs_at, "parts_at": parts_at, "classes_at": classes_at, "classes": classes,
        "demands_at": demands_at, "demands": table_of(list(zip(owner, course.tolist(), strict=True)), 2),
        "asked_at": asked_at, "asked": asked_by, "bounds": table_of(bounds, 2),
        "open": np.array([d for d, wanted in enumerate(course.tolist()) if several[wanted]], np.int32),
    }  # fmt: skip
    return Sections(times=times, walk=walk, weights=np.array([conflict, uneven], np.int64), **arrays)


def _parents_first(configuration: Configuration, meetings: Sequence[Meeting]) -> list[tuple[int, ...]]:
    """The subparts of a configuration, those of parents before those of their children."""
    part_of = {m: part for part, each in enumerate(configuration.subparts) for m in each.meetings}

    def depth(part: int) -> int:
        found = 0
        for meeting in configuration.subparts[part].meetings:
            steps, above = 0, meetings[meeting].parent
            while above is not None:
                steps += above in part_of
                above = meetings[above].parent
            found = max(found, steps)
        return found

    order = sorted(range(len(configuration.subparts)), key=lambda part: (depth(part), part))
    return [configuration.subparts[part].meetings for part in order]


def _has_several_ways(configurations: Iterable[Configuration]) -> bool:
    found = list(configurations)
    return len(found) > 1 or any(len(part.meetings) > 1 for each in found for part in each.subparts)
