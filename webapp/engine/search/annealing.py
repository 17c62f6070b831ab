"""Annealing runs: chains cooled over a budget, the best of them reheated, the best of all kept."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from webapp.engine.params import SearchParams
from webapp.engine.result import Stop
from webapp.engine.search.arrays import SearchState, unpack
from webapp.engine.search.budget import Budget
from webapp.engine.search.compile import Compiled
from webapp.engine.search.kernel import anneal
from webapp.engine.search.scale import scaled
from webapp.engine.search.state import best_cost, best_of, empty_script, is_simple, state_of
from webapp.engine.solution import Solution

Report = Callable[[int, int], None]
"""Called with hard violations and cost whenever a chain's best is better than before."""


HARD_ALONE = 1e6
"""Price of a hard violation next to which no soft cost counts, for weights of up to `ORDINARY`."""

ORDINARY = 1_000

BETWEEN_SEEDS = 7_919
"""Seeds of two rounds are this far apart."""

HARD_START, HARD_END = 0.15, 0.03
"""Temperatures of the search for a feasible timetable, in prices of a hard violation."""


LEAST_MOVES, LEAST_OF_EACH = 300_000, 1_000
"""Moves, and moves for each meeting, that a first timetable is sought with though the time is over: half a second at
most. A process that had to compile the search had none left, and placed nothing."""


@dataclass(frozen=True)
class AnnealingResult:
    """What annealing came to: by the compiled count, which the truth still has to confirm."""

    solution: Solution
    hard: int
    cost: int
    moves: int


Judge = Callable[[AnnealingResult], AnnealingResult]
"""Replaces the compiled count by the truth's, where the search does not see all that counts."""

Share = Callable[[int, AnnealingResult], AnnealingResult]
"""Called before each round but the first with its number and the best so far: shows that to others that search at the
same time, and returns the better of it and theirs."""


@dataclass(frozen=True)
class Temperatures:
    """Where cooling begins and ends, and the price of a hard violation, in units of the cost."""

    start: float
    end: float
    hard_weight: float

    @classmethod
    def of(cls, problem: Compiled, params: SearchParams) -> "Temperatures":
        """Scale the parameters by the weights of the instance's soft rules, in units of the search."""
        lightest, heaviest = (scaled(weight, problem.unit) for weight in problem.instance.weight_range)
        start = params.start_temperature * heaviest
        return cls(start, min(start, params.end_temperature * lightest), params.hard_weight * start)


def price_alone(problem: Compiled) -> float:
    """The price of a hard violation next to which no soft cost of this instance counts."""
    return HARD_ALONE * max(1.0, problem.instance.weight_range[1] / problem.unit / ORDINARY)


def find_feasible(
    problem: Compiled, start: Solution, params: SearchParams, seed: int, budget: Budget, stop: Stop, report: Report
) -> AnnealingResult:
    """Anneal the hard violations alone, until there are none that the search sees or the budget is used up.

    The soft cost only decides between equals: where a meeting is in ninety curricula, it would
    otherwise be worth a violation.
    """
    state = state_of(problem, start, seed)
    simple, moves, known = is_simple(problem), 0, best_cost(state)
    alone = price_alone(problem)
    report(*known)
    least = min(LEAST_MOVES, LEAST_OF_EACH * len(problem.instance.meetings))
    while known[0] and not stop():
        used = budget.used()
        if used == math.inf or (used >= 1 and moves >= least):
            break
        share = used if used < 1 else moves / least
        temperature = alone * HARD_START * (HARD_END / HARD_START) ** share
        size = budget.slice()
        if not size:
            break
        try_moves(problem, state, size, temperature, alone, params, simple)
        budget.done(size)
        moves += size
        if best_cost(state) < known:
            known = best_cost(state)
            report(*known)
    return AnnealingResult(best_of(problem, state), *known, moves)


@dataclass(frozen=True)
class Round:
    """A stretch of the budget in which one chain cools down.

    Parameters
    ----------
    begin, end
        Shares of the budget.
    warmth
        How far up from the end temperature to the start temperature it begins, between 0 and 1.
    anew
        Whether it begins from the start rather than from the best timetable so far.
    cooler
        Its start temperature, in those of the run; None for that of the best trial.
    is_trial
        Whether it is only to see how well it begins so.
    """

    begin: float
    end: float
    warmth: float
    anew: bool
    cooler: float | None = 1.0
    is_trial: bool = False

    def warmth_at(self, used: float) -> float:
        """The warmth that is left when a share of the budget is used."""
        return self.warmth * (self.end - used) / (self.end - self.begin)


def rounds(params: SearchParams) -> list[Round]:
    """Trials, then chains from the start, then reheats of the best of them, in equal parts each."""
    trial = params.trial_share
    found = [
        Round(trial * i, trial * (i + 1), 1.0, True, cooler, is_trial=True)
        for i, cooler in enumerate(params.cooler if trial else ())
    ]
    begin = trial * len(found)
    share = (params.chains_share if params.reheats else 1.0) * (1.0 - begin)
    part, rest = share / params.chains, (1.0 - begin - share) / max(1, params.reheats)
    for i in range(params.chains):
        cooler = None if trial else params.cooler[i % len(params.cooler)]
        found.append(Round(begin + part * i, begin + part * (i + 1), 1.0, True, cooler))
    begin += share
    return found + [
        Round(begin + rest * i, begin + rest * (i + 1), params.reheat, False) for i in range(params.reheats)
    ]


def anneal_rounds(
    problem: Compiled,
    start: Solution,
    params: SearchParams,
    seed: int,
    budget: Budget,
    stop: Stop,
    report: Report,
    judge: Judge | None = None,
    *,
    least: int = 0,
    share: Share | None = None,
) -> AnnealingResult:
    """Cool several chains over the budget, then warm the best of them a little and cool it again, several times.

    Which valley a chain settles in is chance, and a slow chain chooses hardly better than a quick one:
    so several are tried, and what they saved goes into looking around in the best one. How warm a short one should
    begin depends on how the weights lie: trials tell.

    Parameters
    ----------
    judge
        Decides between rounds, and its counts are reported; without one the compiled count does.
    least
        What no timetable costs less than, by the compiled count: the search is over once it is reached.
    """
    best, moves = AnnealingResult(start, *best_cost(state_of(problem, start, seed)), 0), 0
    if judge is not None:
        best = judge(best)
    report(best.hard, best.cost)
    tried: dict[tuple[int, int], float] = {}
    for number, each in enumerate(rounds(params)):
        if share is not None and number:
            best = share(number, best)
        if each.cooler is None:
            each = replace(each, cooler=tried[min(tried)])
        origin = start if each.anew else best.solution
        inner = report if judge is None else unreported
        found = _cool(problem, origin, params, each, seed + number * BETWEEN_SEEDS, budget, stop, inner, least)
        moves += found.moves
        if judge is not None:
            found = judge(found)
            report(found.hard, found.cost)
        if each.is_trial:
            tried.setdefault((found.hard, found.cost), each.cooler or 1.0)
        # An equal timetable is taken too: it is another place to go on from.
        if (found.hard, found.cost) <= (best.hard, best.cost):
            best = found
        if (best.hard, best.cost) <= (0, least):
            break
    return replace(best, moves=moves)


def _cool(
    problem: Compiled,
    start: Solution,
    params: SearchParams,
    stretch: Round,
    seed: int,
    budget: Budget,
    stop: Stop,
    report: Report,
    least: int,
) -> AnnealingResult:
    """One round from a start.

    Hard violations are cheap enough to pass through while it is hot. If any are left in the second
    half their price rises until they go.
    """
    state = state_of(problem, start, seed)
    temperatures = Temperatures.of(problem, params)
    hard_weight = temperatures.hard_weight
    begin = max(temperatures.end, temperatures.start * (stretch.cooler or 1.0))
    simple, moves, known = is_simple(problem), 0, best_cost(state)
    while (used := budget.used()) < stretch.end and not stop() and known > (0, least):
        warmth = stretch.warmth_at(used)
        temperature = temperatures.end * (begin / temperatures.end) ** warmth
        if warmth < stretch.warmth / 2 and unpack(int(state.totals[0]))[0] and hard_weight < HARD_ALONE:
            hard_weight *= 1.2
        size = budget.slice()
        try_moves(problem, state, size, temperature, hard_weight, params, simple, params.ejections)
        budget.done(size)
        moves += size
        if best_cost(state) < known:
            known = best_cost(state)
            report(*known)
    return AnnealingResult(best_of(problem, state), *known, moves)


def unreported(_hard: int, _cost: int) -> None:
    """Report nothing: a count that the truth has not confirmed is nobody's business yet."""


def try_moves(
    problem: Compiled,
    state: SearchState,
    moves: int,
    temperature: float,
    hard: float,
    params: SearchParams,
    simple: bool,
    ejections: float = 0.0,
) -> None:
    """Try so many moves at a temperature and a price of a hard violation; ``simple`` as `is_simple` says.

    ``ejections``: the share of moves in the place of which one is begun (`webapp.engine.search.ejections`).
    """
    if len(problem.model.kind):
        shares = (params.share_room, params.share_time, ejections)
        anneal(problem.model, state, empty_script(), moves, temperature, hard, *shares, simple)
