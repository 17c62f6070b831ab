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

FEW_ROUNDS, COOL = 0.1, 0.05
"""Below so many times `ENOUGH_MOVES` there is one chain that begins cool, in start temperatures: 400 moves for each of
7,750 meetings came to 43,000 from there, to 51,000 from four times as warm and to 48,000 from a third of it."""

COOLER = 1 / 16
"""Where every other chain or worker begins up to `MANY_ROUNDS`. How warm is best depends on how the weights lie: 5,000
moves for each of 1,500 meetings came to 3,950 from 10 and 7,900 from 200 where one rule of 50 stands among others of 1
to 5, and to 41,000 from 40 and 17,000 from 800 where there are three rules of 200."""

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

    What is melted has to freeze again: with few moves for each meeting there are fewer rounds, and with very few one
    that begins cool. In between, one of two chains, or every other worker, begins much cooler than the rest. None of
    these has the time to come back from a hard violation, which therefore costs more than moving any one class can
    save.
    """
    rounds = moves / max(1, len(problem.instance.meetings)) / ENOUGH_MOVES
    if rounds < FEW_ROUNDS:
        search = replace(search, start_temperature=COOL * search.start_temperature, chains=1, cooler=(1.0,), reheats=0)
    else:
        reheats = min(search.reheats, int((1.0 - search.chains_share) * rounds))
        search = replace(search, chains=max(1, min(search.chains, int(search.chains_share * rounds))), reheats=reheats)
    if rounds >= MANY_ROUNDS:
        return search
    if rounds >= FEW_ROUNDS:
        starts = (1.0, COOLER) if workers == 1 else (COOLER if worker % 2 else 1.0,)
        search = replace(search, chains=len(starts), cooler=starts)
    temperatures = Temperatures.of(problem, search)
    price = max(search.hard_weight, (dearest(problem.model) + 1) / temperatures.start)
    return replace(search, hard_weight=price)
