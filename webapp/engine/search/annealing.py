"""Annealing runs: one chain per worker, cooled over a budget, the best of all kept."""

from collections.abc import Callable
from dataclasses import dataclass

from webapp.engine.instance import Instance
from webapp.engine.params import SearchParams
from webapp.engine.result import Stop
from webapp.engine.search.arrays import State, unpack
from webapp.engine.search.budget import Budget
from webapp.engine.search.compile import Compiled
from webapp.engine.search.kernel import anneal
from webapp.engine.search.state import best_cost, best_of, empty_script, is_simple, state_of
from webapp.engine.solution import Solution

Told = Callable[[int, int], None]
"""Called with hard violations and cost whenever a chain's best is better than before."""


HARD_ALONE = 1e6
"""Price of a hard violation next to which no soft cost counts."""

HARD_START, HARD_END = 0.15, 0.03
"""Temperatures of the search for a feasible timetable, in prices of a hard violation."""


@dataclass(frozen=True)
class Found:
    """What annealing came to: by the compiled count, which the truth still has to confirm."""

    solution: Solution
    hard: int
    cost: int
    moves: int


@dataclass(frozen=True)
class Temperatures:
    """Where cooling begins and ends, and the price of a hard violation, in units of the cost."""

    start: float
    end: float
    hard_weight: float

    @classmethod
    def of(cls, instance: Instance, params: SearchParams) -> "Temperatures":
        """Scale the parameters by the weights of the instance's soft rules."""
        weights = [c.weight for c in instance.constraints if c.weight] or [1]
        start = params.start_temperature * max(weights)
        return cls(start, min(start, params.end_temperature * min(weights)), params.hard_weight * start)


def find_feasible(
    problem: Compiled, start: Solution, params: SearchParams, seed: int, budget: Budget, stop: Stop, told: Told
) -> Found:
    """Anneal the hard violations alone, until there are none or the budget is used up.

    The soft cost only decides between equals: where a meeting is in ninety curricula, it would
    otherwise be worth a violation.
    """
    state = state_of(problem, start, seed)
    simple, moves, known = is_simple(problem), 0, best_cost(state)
    told(*known)
    while known[0] and (used := budget.used()) < 1 and not stop():
        temperature = HARD_ALONE * HARD_START * (HARD_END / HARD_START) ** used
        size = budget.slice()
        _slice(problem, state, size, temperature, HARD_ALONE, params, simple)
        budget.done(size)
        moves += size
        if best_cost(state) < known:
            known = best_cost(state)
            told(*known)
    return Found(best_of(problem, state), *known, moves)


def anneal_once(
    problem: Compiled, start: Solution, params: SearchParams, seed: int, budget: Budget, stop: Stop, told: Told
) -> Found:
    """Cool one chain down over the budget.

    Hard violations are cheap enough to pass through while it is hot. If any are left in the second
    half their price rises until they go.
    """
    state = state_of(problem, start, seed)
    temperatures = Temperatures.of(problem.instance, params)
    hard_weight = temperatures.hard_weight
    simple, moves, known = is_simple(problem), 0, best_cost(state)
    told(*known)
    while (used := budget.used()) < 1 and not stop() and known != (0, 0):
        temperature = temperatures.start * (temperatures.end / temperatures.start) ** used
        if used > 0.5 and unpack(int(state.totals[0]))[0] and hard_weight < HARD_ALONE:
            hard_weight *= 1.2
        size = budget.slice()
        _slice(problem, state, size, temperature, hard_weight, params, simple)
        budget.done(size)
        moves += size
        if best_cost(state) < known:
            known = best_cost(state)
            told(*known)
    return Found(best_of(problem, state), *known, moves)


def _slice(
    problem: Compiled, state: State, moves: int, temperature: float, hard: float, params: SearchParams, simple: bool
) -> None:
    if len(problem.model.kind):
        shares = (params.share_room, params.share_time)
        anneal(problem.model, state, empty_script(), moves, temperature, hard, *shares, simple)
