"""Improving a timetable close to where it stands: every meeting that moves has a price.

Annealing in the neighbourhood of a given timetable, as in the minimal perturbation problem of T. Müller, H. Rudová and
R. Barták, "Minimal Perturbation Problem in Course Timetabling", PATAT 2004 (LNCS 3616, 2005): the rule about changes is
added with the price as its weight, and the search stays cool, so that what stands well stays. A high price gives few
moves that gain much, a low one many that gain little.
"""

import math
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.params import SearchParams
from webapp.engine.pins import with_pins
from webapp.engine.result import Stop, never
from webapp.engine.rules import rule_named
from webapp.engine.search.annealing import anneal_rounds, unreported
from webapp.engine.search.budget import TimeBudget
from webapp.engine.search.compile import Compiled, compile_instance
from webapp.engine.search.scale import scaled
from webapp.engine.search.state import best_cost, state_of
from webapp.engine.solution import Solution

STEPS = 6
MOST_RUNGS = 6
DEAREST = 20
"""The dearest price of a ladder, in the heaviest weight of a soft rule; the cheapest is the lightest weight."""

WARMTH = 0.4
"""Where cooling begins, in prices of a move: much warmer and everything drifts, since there are many places to be."""
WARMEST = 2.0
"""The most of it, in the lightest weight of a soft rule."""
HARD_PRICE = 10.0
"""Price of a hard violation, in the price of a move or the heaviest weight, whichever is larger."""
ROUND_SECONDS = 2.0


def prices(instance: Instance) -> list[int]:
    """Prices for a ladder, the dearest first, each by the same factor below the one before."""
    lightest, heaviest = instance.weight_range
    return [round(price) for price in np.geomspace(DEAREST * heaviest, lightest, STEPS)]


def priced(instance: Instance, before: Solution, price: int, among: Collection[int] = ()) -> Instance:
    """The instance in which each meeting (of those ``among``, if any) that leaves its place costs so much."""
    near = Constraint(rule_named("changes"), price, meetings=tuple(sorted(among)))
    return replace(instance, reference=before.placements, constraints=(*instance.constraints, near))


@dataclass(frozen=True)
class Near:
    """A timetable close to another one, by the compiled count: the truth still has to confirm it.

    Attributes
    ----------
    hard
        Hard violations.
    cost
        What it costs without the price of its moves.
    moves
        Meetings that had a place and have another one.
    """

    solution: Solution
    hard: int
    cost: int
    moves: int

    def at(self, price: int) -> tuple[int, int]:
        """What it is worth where a move costs so much."""
        return self.hard, self.cost + price * self.moves


def stay_close(
    instance: Instance,
    before: Solution,
    start: Solution,
    price: int,
    seconds: float,
    workers: int = 1,
    seed: int = 0,
    stop: Stop = never,
) -> Solution:
    """Improve a timetable where each move away from ``before`` costs a price.

    Parameters
    ----------
    price
        In units of the instance's cost.
    seconds
        Wall time.

    Returns
    -------
    Solution
        No worse than the start by hard violations first, then by cost and price together.
    """
    found = sweep(instance, before, start, [[price]] * workers, seconds, seed, stop)
    best = settled(instance, before, _best(found, price).solution)
    return min((start, best), key=lambda solution: _grade(priced(instance, before, price), solution))


def _best(found: Sequence[Near], price: int) -> Near:
    return min(found, key=lambda near: near.at(price))


def settled(instance: Instance, before: Solution, after: Solution) -> Solution:
    """The same timetable with interchangeable meetings named so that each stays, or stays at its time, where it can.

    To the rules the lectures of a course are alike; to who reads a list of moves, two that change places are two moves.
    """
    found = list(after.placements)
    for group in instance.interchangeable:
        moved = [m for m in group if found[m] != before.placements[m]]
        free = [found[m] for m in moved]
        for alike in (_same_place, _same_time, _any_place):
            for meeting in list(moved):
                place = next((place for place in free if alike(before.placements[meeting], place)), None)
                if place is not None:
                    found[meeting] = place
                    moved.remove(meeting)
                    free.remove(place)
    return Solution(tuple(found), after.sectioning)


def _same_place(old: Placement, new: Placement) -> bool:
    return old == new


def _same_time(old: Placement, new: Placement) -> bool:
    return old.time == new.time


def _any_place(_old: Placement, _new: Placement) -> bool:
    return True


def _grade(instance: Instance, solution: Solution) -> tuple[int, int]:
    score = evaluate(instance, solution)
    return score.hard, score.cost


def sweep(
    instance: Instance,
    before: Solution,
    start: Solution,
    lists: Sequence[Sequence[int]],
    seconds: float,
    seed: int = 0,
    stop: Stop = never,
    most_of_step: float = math.inf,
    free: Collection[int] | None = None,
) -> list[Near]:
    """Improve a timetable at one price of a move after the other, one thread for each list of prices.

    Each step goes on from what is best at its price among the start and the thread's own steps before, and takes at
    most so many seconds, beside what it takes to compile the problem. All meetings but those that are ``free`` stay
    where they were before: that keeps what is compiled small.

    Returns
    -------
    list of Near
        The start, and what each step has come to.
    """
    end = time.monotonic() + seconds
    search = NearbySearch(instance, before, free)
    first = search.judged(start)

    def climb(number: int) -> list[Near]:
        """What the prices of one list come to, one after the other."""
        pool = [first]
        for step, price in enumerate(lists[number]):
            share = min(most_of_step, (end - time.monotonic()) / (len(lists[number]) - step))
            if share <= 0 or stop():
                break
            origin = _best(pool, price).solution
            pool.append(search.anneal(origin, price, share, seed + 1_009 * number + step, stop))
        return pool[1:]

    with ThreadPoolExecutor(len(lists), thread_name_prefix="nearby") as threads:
        return [first, *(near for pool in threads.map(climb, range(len(lists))) for near in pool)]


def efficient(worth: Mapping[int, tuple[int, int]]) -> list[int]:
    """Numbers of moves, the least first, each of which gains more for a move than those after it.

    Nobody wants a rung that is no better than one with fewer moves, or gains less for a move than a later one: what is
    left is the lower hull of moves against worth.

    Parameters
    ----------
    worth
        By number of moves, hard violations and cost; the fewer the better.
    """
    dear = 1 + max((cost for _hard, cost in worth.values()), default=0)
    value = {moves: hard * dear + cost for moves, (hard, cost) in worth.items()}
    hull: list[int] = []
    for moves in sorted(value):
        if hull and value[moves] >= value[hull[-1]]:
            continue
        while len(hull) > 1:
            before, last = hull[-2], hull[-1]
            if (value[before] - value[last]) * (moves - before) > (value[before] - value[moves]) * (last - before):
                break
            hull.pop()
        hull.append(moves)
    return hull[:MOST_RUNGS]


class NearbySearch:
    """The problem compiled once: another price of a move is another table of what places cost."""

    def __init__(self, instance: Instance, before: Solution, free: Collection[int] | None = None) -> None:
        self.before = before
        self.lightest, self.heaviest = instance.weight_range
        among = frozenset(range(len(instance.meetings)) if free is None else free)
        if free is not None:
            stays = {m: p for m, p in enumerate(before.placements) if m not in among and p.time is not None}
            instance = with_pins(instance, stays)
        self.problem = problem = compile_instance(priced(instance, before, self.lightest, free or ()))
        model = problem.model
        width = len(problem.instance.rooms) + 1
        self.moved = np.zeros_like(model.both_cost)
        for meeting, place in enumerate(before.placements):
            row = model.both_row[model.kind[meeting]]
            if place.time is None or row < 0 or meeting not in among:
                continue
            self.moved[row] = 1
            time_index = problem.time_index(place.time)
            if time_index >= 0:
                self.moved[row, time_index * width + (width - 1 if place.room is None else place.room)] = 0

    def at(self, price: int) -> Compiled:
        """The problem in which a move costs so much."""
        model = self.problem.model
        costs = model.both_cost + (self._scaled(price) - self._scaled(self.lightest)) * self.moved
        return replace(self.problem, model=model._replace(both_cost=costs))

    def anneal(self, start: Solution, price: int, seconds: float, seed: int, stop: Stop) -> Near:
        """Cool down from as warm as the price allows, again and again from the best."""
        temperature = min(WARMTH * price, WARMEST * self.lightest)
        params = SearchParams(
            start_temperature=temperature / self.heaviest,
            hard_weight=HARD_PRICE * max(price, self.heaviest) / temperature,
            chains=1,
            reheats=int(seconds / ROUND_SECONDS),
            chains_share=1 / (1 + int(seconds / ROUND_SECONDS)),
            reheat=1.0,
        )
        began = time.monotonic()
        budget = TimeBudget(time.monotonic, began, began + seconds, params.slices)
        found = anneal_rounds(self.at(price), start, params, seed, budget, stop, unreported)
        moves = self._moves(found.solution)
        return self._near(found.solution, found.hard, found.cost - self._scaled(price) * moves, moves)

    def judged(self, solution: Solution) -> Near:
        """A timetable that was not found here."""
        hard, cost = best_cost(state_of(self.problem, solution, 1))
        moves = self._moves(solution)
        return self._near(solution, hard, cost - self._scaled(self.lightest) * moves, moves)

    def _near(self, solution: Solution, hard: int, cost: int, moves: int) -> Near:
        return Near(solution, hard, cost * self.problem.unit, moves)

    def _scaled(self, price: int) -> int:
        return scaled(price, self.problem.unit)

    def _moves(self, solution: Solution) -> int:
        pairs = zip(self.before.placements, solution.placements, strict=True)
        return sum(old.time is not None and new.time is not None and old != new for old, new in pairs)
