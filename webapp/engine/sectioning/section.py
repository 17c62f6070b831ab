"""Sectioning as a library: classes stand where they stand, and students get classes of the courses they ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from webapp.engine.instance import Instance, Placement
from webapp.engine.result import Stop, never
from webapp.engine.rules.course_requests import CourseRequests
from webapp.engine.search.arrays import Ints, unpack
from webapp.engine.search.budget import Budget
from webapp.engine.search.state import random_state
from webapp.engine.sectioning.arrays import ROOM, TIME, Rolls, Sections
from webapp.engine.sectioning.compile import compile_sections, time_table, walks
from webapp.engine.sectioning.rolls import WAYS_TRIED, attendance, given_classes
from webapp.engine.sectioning.students import anneal_students, count_students, enter_students, fill_students
from webapp.engine.solution import Solution

WARM, COLD = 3.0, 0.1
"""Temperatures, in the cost of a conflict at the beginning and of the lightest unit at the end."""

PRICE = 1e6
"""What a student too many in a class weighs: next to it no conflict counts."""


@dataclass(frozen=True)
class Weights:
    """What counts beside the limits: a student's two classes that can't both be attended, and classes unlike full.

    ``uneven`` is the cost of each unit of the sum of the squares of the classes' students: 0 lets sizes be.
    """

    conflict: int = 10
    uneven: int = 0


BALANCED = Weights(conflict=10, uneven=1)


@dataclass(frozen=True)
class Sectioning:
    """Who attends what.

    Attributes
    ----------
    attends
        Per student, the classes (indices of meetings) attended, as in `Solution.sectioning`.
    hard
        Students above limits, and courses that a student asks for and gets no classes of.
    cost
        Conflicts and unevenness, weighed.
    """

    attends: tuple[tuple[int, ...], ...]
    hard: int
    cost: int

    def unmet(self, instance: Instance) -> tuple[int, ...]:
        """The students who do not get all that they ask for, once for each course."""
        found = CourseRequests().found(instance, (), self.attends)
        return tuple(student for student, _, _ in found if student is not None)


def section(
    instance: Instance,
    placements: Sequence[Placement],
    seed: int,
    budget: Budget,
    weights: Weights = BALANCED,
    start: Solution | None = None,
    stop: Stop = never,
) -> Sectioning:
    """Give every student of an instance classes of the courses asked for.

    One after the other gets the best of several ways, then students change classes, alone or with another of the
    course, in an annealing that knows limits, parents, conflicts with walks, and how evenly classes are filled. What
    a student can't have at all is left out and counted as hard.

    Parameters
    ----------
    placements
        Where the meetings stand, one each; one without a time conflicts with nothing.
    budget
        How long to go on, such as `TimeBudget`, or `WorkBudget` for the same answer each time.
    start
        A sectioning to improve; students without classes in it get some.
    """
    sections, place = _compiled(instance, placements, weights)
    given = given_classes(instance, sections, start.sectioning if start else ())
    classes = len(instance.meetings)
    taken = np.full_like(given, -1)
    choice = np.full((3, taken.shape[1]), -1, np.int32)
    rolls = Rolls(place, np.zeros((classes, classes), np.int16), taken, np.zeros(classes, np.int32), choice)
    totals = np.array([0, 0, random_state(seed)], np.int64)
    enter_students(sections, rolls, given)
    order = np.random.default_rng(seed).permutation(np.flatnonzero(taken[:, 0] < 0).astype(np.int32))
    fill_students(sections, rolls, totals, order, WAYS_TRIED)
    totals[:2], best = count_students(sections, rolls), taken.copy()
    warm = WARM * max(weights.conflict, weights.uneven, 1)
    cold = COLD * min(filter(None, (weights.conflict, weights.uneven)), default=1)
    while len(sections.open) and (used := budget.used()) < 1 and not stop():
        moves = budget.slice()
        anneal_students(sections, rolls, totals, best, moves, cold * (warm / cold) ** (1 - used), PRICE)
        budget.done(moves)
    return Sectioning(attendance(sections, best), *unpack(int(totals[1])))


def _compiled(instance: Instance, placements: Sequence[Placement], weights: Weights) -> tuple[Sections, Ints]:
    """The sections, and where the classes stand: each has a time of its own in the table."""
    place = np.zeros((len(placements), 4), np.int64)
    none = len(instance.rooms)
    for index, placement in enumerate(placements):
        place[index, TIME], place[index, ROOM] = index, none if placement.room is None else placement.room
    times = time_table([placement.time for placement in placements])
    return compile_sections(instance, times, walks(instance), weights.conflict, weights.uneven), place
