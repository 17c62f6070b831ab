"""Flattens an instance into the arrays of the search on wide weeks."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from webapp.engine.instance import Constraint, Instance, Meeting
from webapp.engine.rules.family import PairRule, SetRule
from webapp.engine.rules.operations import PairOp, SetOp
from webapp.engine.search.arrays import Ints, pack
from webapp.engine.search.lists import flattened
from webapp.engine.sectioning.arrays import DAYS, END, START, WEEKS, Sections
from webapp.engine.sectioning.compile import compile_sections, offsets, table_of, time_table, walks
from webapp.engine.timegrid import Time
from webapp.engine.wide.arrays import WideModel

HARD_ALWAYS = frozenset(("all_placed", "room_clash", "possible_time", "room_closed", "suitable_room"))
HARD_STUDENTS = frozenset(("course_requests", "parent_class", "class_limit"))
"""Hard rules that the search knows without looking at them: classes stand at times and in rooms of their own."""

CHOICES = frozenset(("time_penalty", "room_penalty"))

PAIR_OPS = frozenset(
    {
        *(PairOp.SAME_START, PairOp.SAME_TIME_OF_DAY, PairOp.DIFFERENT_TIME, PairOp.SAME_DAYS),
        *(PairOp.DIFFERENT_WEEKDAYS, PairOp.SAME_WEEKS, PairOp.DIFFERENT_WEEKS, PairOp.OVERLAP),
        *(PairOp.NO_OVERLAP, PairOp.SAME_ROOM, PairOp.DIFFERENT_ROOM, PairOp.SAME_ATTENDEES),
        *(PairOp.PRECEDENCE, PairOp.WORK_DAY, PairOp.MIN_GAP),
    }
)
SET_OPS = frozenset({SetOp.MAX_DAYS, SetOp.MAX_DAY_LOAD, SetOp.MAX_BREAKS, SetOp.MAX_BLOCK})
"""The functions of pair and set rules that this search knows."""

STUDENTS = "student_conflicts"


@dataclass(frozen=True)
class Wide:
    """The arrays, and how to read them."""

    instance: Instance
    model: WideModel
    sections: Sections
    times: tuple[Time, ...]
    time_at: dict[Time, int]


def is_wide(instance: Instance) -> bool:
    """Whether classes belong to courses that students take, and the search on wide weeks knows all that is asked."""
    used = [constraint for constraint in instance.constraints if constraint.weight != 0]
    hard = {constraint.rule.name for constraint in instance.constraints if constraint.hard}
    asks = hard >= HARD_ALWAYS and not hard & (CHOICES | {STUDENTS}) and all(map(_is_known, used))
    asks = asks and bool(instance.courses)
    return asks and (not instance.students or hard >= HARD_STUDENTS) and all(map(_has_place, instance.meetings))


def _is_known(constraint: Constraint) -> bool:
    rule = constraint.rule
    if isinstance(rule, PairRule):
        return rule.op in PAIR_OPS
    if isinstance(rule, SetRule):
        return rule.op in SET_OPS and not constraint.resources
    return rule.name in HARD_ALWAYS | HARD_STUDENTS | CHOICES | {STUDENTS}


def _has_place(meeting: Meeting) -> bool:
    return bool(meeting.times) and bool(meeting.rooms or not meeting.needs_room) and meeting.pin is None


def compile_wide(instance: Instance) -> Wide:
    """Flatten an instance for which `is_wide` holds."""
    times = tuple(sorted({option.time for meeting in instance.meetings for option in meeting.times}))
    time_at = {time: index for index, time in enumerate(times)}
    table = time_table(times)
    arrays = (
        {"times": table, "overlap": _overlaps(table)}
        | _rooms(instance, times)
        | _options(instance, time_at)
        | _pairs(instance)
    )
    arrays |= _sets(instance)
    near_at, near = flattened(_near(instance))
    weight = sum(c.weight or 0 for c in instance.constraints if c.rule.name == STUDENTS)
    size = np.array([instance.grid.weeks, instance.grid.days, len(instance.rooms), weight], np.int64)
    model = WideModel(**arrays, near_at=near_at, near=near, size=size)
    sections = compile_sections(instance, model.times, model.walk, weight)
    return Wide(instance, model, sections, times, time_at)


def _overlaps(table: Ints) -> Ints:
    overlap = np.zeros((len(table), len(table)), np.int8)
    for time, (start, end, days, weeks, _) in enumerate(table.tolist()):
        shares = ((table[:, DAYS] & days) != 0) & ((table[:, WEEKS] & weeks) != 0)
        overlap[time] = shares & (table[:, START] < end) & (table[:, END] > start)
    return overlap


def _rooms(instance: Instance, times: Sequence[Time]) -> dict[str, Ints]:
    count = len(instance.rooms)
    closed = np.zeros((count + 1, len(times)), np.int8)
    known: dict[Time, Ints] = {}
    for room, data in enumerate(instance.rooms):
        for shut in data.closed:
            if shut not in known:
                known[shut] = np.array([time.overlaps(shut) for time in times], np.int8)
            closed[room] |= known[shut]
    return {"closed": closed, "walk": walks(instance)}


def _options(instance: Instance, time_at: dict[Time, int]) -> dict[str, Ints]:
    of_time = sum(c.weight or 0 for c in instance.constraints if c.rule.name == "time_penalty")
    of_room = sum(c.weight or 0 for c in instance.constraints if c.rule.name == "room_penalty")
    none = len(instance.rooms)
    times = [sorted((time_at[o.time], o.penalty * of_time) for o in meeting.times) for meeting in instance.meetings]
    rooms = [sorted((o.room, o.penalty * of_room) for o in m.rooms) or [(none, 0)] for m in instance.meetings]
    return {
        "options_at": offsets(times), "options": table_of([item for row in times for item in row], 2),
        "rooms_at": offsets(rooms), "rooms": table_of([item for row in rooms for item in row], 2),
    }  # fmt: skip


def _weight(constraint: Constraint) -> int:
    return pack(1, 0) if constraint.weight is None else constraint.weight


def _pairs(instance: Instance) -> dict[str, Ints]:
    rows: list[list[tuple[int, int, int, int, int]]] = [[] for _ in instance.meetings]
    apart: list[list[int]] = [[] for _ in instance.meetings]
    for constraint in instance.constraints:
        rule, cost, amount = constraint.rule, _weight(constraint), constraint.amount
        if not isinstance(rule, PairRule) or not cost:
            continue
        for first, second in rule.pairs(constraint):
            if constraint.hard and rule.op is PairOp.NO_OVERLAP:
                apart[first].append(second)
                apart[second].append(first)
                continue
            rows[first].append((second, rule.op, amount, cost, 1))
            rows[second].append((first, rule.op, amount, cost, 0))
    for row in rows:  # what must hold first: a chain looks no further
        row.sort(key=lambda item: -item[3])
    apart_at, flat = flattened(apart)
    pairs = table_of([item for row in rows for item in row], 5)
    return {"apart_at": apart_at, "apart": flat, "pairs_at": offsets(rows), "pairs": pairs}


def _sets(instance: Instance) -> dict[str, Ints]:
    weeks = instance.grid.calendar_weeks
    found: list[tuple[Constraint, SetRule]] = [
        (c, c.rule) for c in instance.constraints if isinstance(c.rule, SetRule) and c.weight != 0
    ]
    of_class: list[list[int]] = [[] for _ in instance.meetings]
    for which, (constraint, _) in enumerate(found):
        for meeting in constraint.meetings:
            of_class[meeting].append(which)
    at, sets = flattened(of_class)
    members_at, members = flattened([list(constraint.meetings) for constraint, _ in found])
    rows = [
        (rule.op, c.amount, c.second_amount, _weight(c), weeks if rule.is_mean and not c.hard else 1, c.factor)
        for c, rule in found
    ]
    return {
        "sets_at": at, "sets": sets, "members_at": members_at, "members": members, "rules": table_of(rows, 6),
    }  # fmt: skip


def _near(instance: Instance) -> list[list[int]]:
    """Per class, those that a student may have beside it: of the same course, or of two courses asked for together."""
    classes: list[list[int]] = [[] for _ in instance.courses]
    for meeting, course in sorted(instance.course_of.items()):
        classes[course].append(meeting)
    together: dict[int, set[int]] = defaultdict(set)
    for student in instance.students:
        for course in student.courses:
            together[course].add(course)
        for one, two in combinations(student.courses, 2):
            together[one].add(two)
            together[two].add(one)
    found: list[list[int]] = [[] for _ in instance.meetings]
    for course, others in together.items():
        beside = sorted(m for other in others for m in classes[other])
        for meeting in classes[course]:
            found[meeting] = [m for m in beside if m != meeting]
    return found
