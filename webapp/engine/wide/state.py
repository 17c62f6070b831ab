"""A timetable as the search on wide weeks keeps it: made from a solution, and read back."""

from dataclasses import dataclass

import numpy as np

from webapp.engine.instance import Placement
from webapp.engine.search.arrays import Ints, unpack
from webapp.engine.search.state import random_state
from webapp.engine.sectioning.arrays import ROOM, TIME, Rolls
from webapp.engine.sectioning.rolls import WAYS_TRIED, attendance, given_classes
from webapp.engine.sectioning.students import count_students, enter_students, fill_students
from webapp.engine.solution import Solution
from webapp.engine.wide.arrays import Best, WideState
from webapp.engine.wide.compile import Wide
from webapp.engine.wide.kernel import anneal_wide, count_places, enter_rooms

MOST_FOLLOWING = 16
"""So many classes move in one chain."""


@dataclass(frozen=True)
class WideTimetable:
    """A problem, and a timetable of it in the making."""

    problem: Wide
    state: WideState
    rolls: Rolls
    best: Best

    @classmethod
    def of(cls, problem: Wide, start: Solution, seed: int) -> "WideTimetable":
        """Begin with a solution; what stands nowhere possible is put somewhere, students without classes get some."""
        random = np.random.default_rng(seed)
        place = _placed(problem, start, random)
        given = given_classes(problem.instance, problem.sections, start.sectioning)
        taken = np.full_like(given, -1)
        classes, rooms = len(place), len(problem.instance.rooms)
        shared = np.zeros((classes, classes) if len(taken) else (1, 1), np.int16)
        members = np.diff(problem.model.members_at)
        state = WideState(
            place=place,
            head=np.full(rooms + 1, -1, np.int32),
            links=np.full((classes, 2), -1, np.int32),
            amounts=np.zeros(len(problem.model.rules), np.int64),
            shared=shared,
            chain=np.zeros((MOST_FOLLOWING, 3), np.int32),
            dates=np.zeros((int(members.max()) + 1 if len(members) else 1, 2), np.int64),
        )
        rolls = Rolls(place, shared, taken, np.zeros(classes, np.int32), np.full((3, taken.shape[1]), -1, np.int32))
        best = Best(np.zeros_like(place), np.zeros_like(taken), np.array([0, 0, random_state(seed)], np.int64))
        enter_rooms(problem.model, state)
        enter_students(problem.sections, rolls, given)
        without = np.flatnonzero(taken[:, 0] < 0).astype(np.int32)
        fill_students(problem.sections, rolls, best.totals, random.permutation(without), WAYS_TRIED)
        made = cls(problem, state, rolls, best)
        best.totals[:2] = made.counted()
        best.place[:], best.taken[:] = place, taken
        return made

    def anneal(self, moves: int, temperature: float, hard: float, shares: Ints) -> None:
        """Try random moves: see `anneal_wide`."""
        problem = self.problem
        anneal_wide(
            problem.model, self.state, problem.sections, self.rolls, self.best, moves, temperature, hard, shares
        )

    def counted(self) -> int:
        """The packed cost, counted from nothing."""
        students = count_students(self.problem.sections, self.rolls)
        return int(count_places(self.problem.model, self.state) + students)

    def now(self) -> tuple[int, int]:
        """Hard violations and soft cost of the timetable as it stands."""
        return unpack(int(self.best.totals[0]))

    def least(self) -> tuple[int, int]:
        """Hard violations and soft cost of the best timetable so far."""
        return unpack(int(self.best.totals[1]))

    def solution(self) -> Solution:
        """The best timetable so far, with who attends what."""
        problem, none = self.problem, len(self.problem.instance.rooms)
        placements = tuple(
            Placement(problem.times[row[TIME]], None if row[ROOM] == none else row[ROOM])
            for row in self.best.place.tolist()
        )
        return Solution(placements, attendance(problem.sections, self.best.taken))


def _placed(problem: Wide, start: Solution, random: np.random.Generator) -> Ints:
    """Where the solution has the classes, or at random."""
    model, none = problem.model, len(problem.instance.rooms)
    place = np.zeros((len(start.placements), 4), np.int64)
    for index, placement in enumerate(start.placements):
        options = model.options[model.options_at[index] : model.options_at[index + 1]]
        rooms = model.rooms[model.rooms_at[index] : model.rooms_at[index + 1]]
        option, room = int(random.integers(len(options))), int(random.integers(len(rooms)))
        if placement.time is not None:
            same = np.flatnonzero(options[:, 0] == problem.time_at.get(placement.time, -1))
            option = int(same[0]) if len(same) else option
            same = np.flatnonzero(rooms[:, 0] == (none if placement.room is None else placement.room))
            room = int(same[0]) if len(same) else room
        place[index] = *options[option], *rooms[room]
    return place
