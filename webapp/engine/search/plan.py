"""How a search is laid out by the moves that it has: chains, their warmth, reheats, the price of a hard violation."""

from collections.abc import Callable
from dataclasses import replace

from webapp.engine.params import SearchParams
from webapp.engine.search.annealing import Temperatures, try_moves
from webapp.engine.search.compile import Compiled
from webapp.engine.search.scale import most_soft
from webapp.engine.search.state import is_simple, state_of
from webapp.engine.solution import Solution

ENOUGH_MOVES = 30_000
"""Moves for each meeting that make a full annealing worth its while; with more there are several chains and reheats."""

MANY_ROUNDS = 8
"""So many times `ENOUGH_MOVES` let all chains begin warm."""

STARTS, TRIAL_SHARE = (1 / 16, 1 / 4, 1.0), 0.08
"""Where a chain may begin up to `MANY_ROUNDS`, and the share of the moves in which each is tried. How warm is best
depends on how the weights lie, and shows early: 5,000 moves for each of 1,500 meetings came to 3,950 from 10 and 7,900
from 200 where one rule of 50 stands among others of 1 to 5, and to 41,000 from 40 and 17,000 from 800 where there are
three rules of 200; 400 to 650 moves for each of 7,750 had the same order."""

FEW_ROUNDS = 0.02
"""Below so many times `ENOUGH_MOVES` nothing is tried, and the coolest start taken."""

EJECTIONS = 0.006
"""Share of moves in the place of which a short run ejects: with some fifty times each these take a third of it."""

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
    if seconds <= 0:
        return 0.0
    state, moves, tried, took = state_of(problem, start, 1), PROBE_MOVES, 0, 0.0
    least = min(PROBE_SECONDS, PROBE_SHARE * seconds)
    warm = Temperatures.of(problem, params)
    began = clock()
    while took <= least:
        try_moves(problem, state, moves, warm.end, warm.hard_weight, params, is_simple(problem))
        tried, moves, took = tried + moves, 2 * moves, clock() - began
    return tried / took


def planned(problem: Compiled, search: SearchParams, moves: float) -> SearchParams:
    """The search's parameters for so many moves of one worker.

    What is melted has to freeze again: with few moves for each meeting there are fewer rounds, that begin as warm as
    trials have shown to be best, or cool where there are too few for trials. None of these has the time to come back
    from a hard violation, which therefore costs more than moving any one class can save.
    """
    rounds = moves / max(1, len(problem.instance.meetings)) / ENOUGH_MOVES
    chains = max(1, min(search.chains, int(search.chains_share * rounds)))
    reheats = min(search.reheats, int((1.0 - search.chains_share) * rounds))
    search = replace(search, chains=chains, reheats=reheats)
    if rounds >= MANY_ROUNDS:
        return search
    search = replace(search, ejections=EJECTIONS)
    if rounds >= FEW_ROUNDS:
        search = replace(search, cooler=STARTS, trial_share=TRIAL_SHARE)
    else:
        search = replace(search, cooler=STARTS[:1])
    temperatures = Temperatures.of(problem, search)
    price = max(search.hard_weight, (most_soft(problem.instance) + 1) / temperatures.start)
    return replace(search, hard_weight=price)
