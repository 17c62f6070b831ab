"""The search for a timetable that holds where annealing finds none: chains, cooled again and again.

What stays without a place costs more each time: else those that are hardest to place would be left over for ever.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from webapp.engine.result import Stop
from webapp.engine.search.annealing import AnnealingResult, Report, price_alone
from webapp.engine.search.arrays import N_KINDS, SHIFT, Ints, SearchState, pack
from webapp.engine.search.budget import Budget
from webapp.engine.search.chain_kernel import ROOM_TO_WRITE, chase
from webapp.engine.search.compile import Compiled
from webapp.engine.search.lists import flattened
from webapp.engine.search.state import best_cost, best_of, is_simple, state_of
from webapp.engine.solution import Solution

MOVES_OF_CHAIN = 16
"""Moves of annealing that take about as long as a chain."""

WARM, COLD = 0.4, 0.12
"""Temperatures between which it goes, in prices of a hard violation."""

COOLED = (0.0, 0.05, 0.15, 0.3, 0.5, 0.75, 1.0)
"""Shares of the budget between which it cools: what is not tight is through soon, what is has longer."""

ONE_PLACE, LEFT_OVER = pack(4, 0), pack(1, 0)
"""What a meeting costs more without a time if it has only one, and once more each time that it is left over."""

HOW = (32768, 32768, 32768, 6554, 3, 24, 24)
"""Numbers at the positions that `webapp.engine.search.chain_kernel` names."""


def find_by_evictions(
    problem: Compiled, start: Solution, seed: int, budget: Budget, stop: Stop, report: Report
) -> AnnealingResult:
    """Move meetings together with those that stand in their way, until no hard rule is broken or the budget used up."""
    state = state_of(problem, start, seed)
    best, moves = AnnealingResult(start, *best_cost(state), 0), 0
    report(best.hard, best.cost)
    dearer, used = _dearer(problem), budget.used()
    for number, (begin, end) in enumerate(pairwise(COOLED)):
        if not best.hard or used >= 1 or stop():
            break
        state = state_of(dearer, best_of(dearer, state), seed + number)
        known = best_cost(state)
        for found, tried in _cool(dearer, state, begin, end, budget, used, stop):
            moves, used = moves + tried, found
            if best_cost(state) >= known:
                continue
            known, solution = best_cost(state), best_of(dearer, state)
            hard, cost = best_cost(state_of(problem, solution, seed))
            if (hard, cost) < (best.hard, best.cost):
                best = AnnealingResult(solution, hard, cost, 0)
                report(hard, cost)
        dearer = _left_over(dearer, state)
    return replace(best, moves=moves)


def _cool(
    problem: Compiled, state: SearchState, begin: float, end: float, budget: Budget, used: float, stop: Stop
) -> Iterator[tuple[float, int]]:
    """Cool once from one share of the budget to another; yields the share that is used and the moves tried since."""
    meetings, alone, simple = len(problem.instance.meetings), price_alone(problem), is_simple(problem)
    trail, waiting = (np.zeros((ROOM_TO_WRITE, 3), np.int64) for _ in range(2))
    marks, trouble = (np.zeros(meetings, np.int64) for _ in range(2))
    room, how = (*_members(problem), trail, waiting, marks, trouble), np.array(HOW, np.int64)
    while used < end and best_cost(state)[0] and not stop():
        temperature = alone * WARM * (COLD / WARM) ** max(0.0, (used - begin) / (end - begin))
        size = budget.slice()
        chains = max(1, size // MOVES_OF_CHAIN)
        moves = chase(problem.model, state, *room, how, chains, temperature, alone, simple)
        budget.done(size)
        used = budget.used()
        yield used, moves


def _dearer(problem: Compiled) -> Compiled:
    """The problem with a higher price of having no time for meetings that have only one."""
    model = problem.model
    one = (np.diff(model.times_at) == 1) & (model.unplaced_cost >> SHIFT > 0)
    return replace(problem, model=model._replace(unplaced_cost=model.unplaced_cost + ONE_PLACE * one))


def _left_over(problem: Compiled, state: SearchState) -> Compiled:
    """The problem with a higher price for what has no time in the best timetable of a state."""
    model, raised = problem.model, problem.model.unplaced_cost.copy()
    raised[np.unique(model.kind[state.best_time < 0])] += LEFT_OVER
    return replace(
        problem, model=model._replace(unplaced_cost=np.where(raised >> SHIFT > 1, raised, model.unplaced_cost))
    )


def _members(problem: Compiled) -> tuple[Ints, Ints]:
    """Kind -> its meetings."""
    kinds: list[list[int]] = [[] for _ in range(int(problem.model.size[N_KINDS]))]
    for meeting, kind in enumerate(problem.model.kind.tolist()):
        kinds[kind].append(meeting)
    return flattened(kinds)
