"""How a search is laid out by the moves that it has: chains, their warmth, reheats, the price of a hard violation."""

from collections.abc import Callable
from dataclasses import replace

from webapp.engine.params import SearchParams
from webapp.engine.search.annealing import Temperatures, try_moves
from webapp.engine.search.compile import Compiled
from webapp.engine.search.price import dearest
from webapp.engine.search.state import is_simple, state_of
from webapp.engine.solution import Solution

ENOUGH_MOVES = 30_000
"""Moves for each meeting that make a full annealing worth its while; with more there are several chains and reheats."""

MANY_ROUNDS = 8
"""So many times `ENOUGH_MOVES` let all chains begin warm."""

LEAST_WARMTH = 0.05
"""Of the start temperature, at least: with 400 moves a meeting of 7,750, cooler and warmer starts came to more."""

COOLER = 1 / 16
"""Where the others begin else: terms of 590 and 1,500 classes whose heaviest rule weighs 50 and whose others weigh 1 to
5 came to 50 and 550 from 10, to 80 and 25,000 from 200; with three rules of 200 it was the other way round."""

FEWEST_MEETINGS, MOVES_OF_TRIPLE = 20, 2_500
"""An instance of n meetings has had enough after so many times n cubed moves, two of the three n being at least the
first: two classes are through in a fraction of a second, three hundred never."""

PROBE_SECONDS, PROBE_SHARE, PROBE_MOVES = 0.03, 0.01, 500
"""How long moves are tried to see how fast they are, at most which share of the time, and how many to begin with."""


def moves_enough(meetings: int) -> int:
    """Moves after which no instance of so many meetings is searched any longer."""
    return MOVES_OF_TRIPLE * max(1, meetings) * max(FEWEST_MEETINGS, meetings) ** 2


def measured_pace(
    problem: Compiled, start: Solution, params: SearchParams, clock: Callable[[], float], seconds: float
) -> float:
    """Moves a second that this instance allows on this machine now, tried on a copy of the start.

    Parameters
    ----------
    seconds
        That are left: no more than a hundredth of them goes into it.
    """
    state, moves, tried = state_of(problem, start, 1), PROBE_MOVES, 0
    least = min(PROBE_SECONDS, PROBE_SHARE * seconds)
    warm = Temperatures.of(problem, params)
    began = clock()
    while (took := clock() - began) <= least:
        try_moves(problem, state, moves, warm.end, warm.hard_weight, params, is_simple(problem))
        tried, moves = tried + moves, 2 * moves
    return tried / took


def planned(problem: Compiled, search: SearchParams, moves: float, worker: int, workers: int) -> SearchParams:
    """The search's parameters for so many moves of one worker.

    What is melted has to freeze again: where there are few moves for each meeting there are fewer rounds, and they begin
    cooler. How warm they should begin depends on how the weights lie, not only on the heaviest: in such a run one of two
    chains, or every other worker, begins much cooler than the rest. Nor has it the time to come back from a hard
    violation, which therefore costs more than moving any one class can save.
    """
    rounds = moves / max(1, len(problem.instance.meetings)) / ENOUGH_MOVES
    search = replace(
        search,
        start_temperature=search.start_temperature * max(LEAST_WARMTH, min(1.0, rounds)),
        chains=max(1, min(search.chains, int(search.chains_share * rounds))),
        reheats=min(search.reheats, int((1.0 - search.chains_share) * rounds)),
    )
    if rounds >= MANY_ROUNDS:
        return search
    starts = (COOLER if worker % 2 else 1.0,)
    if workers == 1 and rounds >= 1:
        starts = (1.0, COOLER)
    temperatures = Temperatures.of(problem, search)
    price = max(search.hard_weight, (dearest(problem.model) + 1) / temperatures.start)
    return replace(search, chains=len(starts), cooler=starts, hard_weight=price)
