"""Compiles the search ahead, so that the first run is as quick as the second.

Each part compiles functions that no other does, and leaves them on disk: parts may be compiled at once by processes of
their own. The moves end a part soon. The seconds only say when it fails: a busy machine compiles for a quarter of an
hour.
"""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context

from webapp.engine.params import SolveParams
from webapp.engine.result import never
from webapp.engine.search.annealing import unreported
from webapp.engine.search.budget import WorkBudget
from webapp.engine.search.compile import compile_instance
from webapp.engine.search.days import MOST_TABLE_PERIODS
from webapp.engine.search.evictions import find_by_evictions
from webapp.engine.search.warmup import tiny
from webapp.engine.solution import Solution
from webapp.engine.solve import solve
from webapp.engine.wide.warmup import warm_wide

Grids = tuple[tuple[int, int], ...]

SHORT_DAYS: Grids = ((1, 3), (2, 3))
LONG_DAYS: Grids = ((1, MOST_TABLE_PERIODS + 1),)
"""Weeks and periods of a day. Of the annealing there is a form for short days and one for long ones."""


def warm_annealing(grids: Grids) -> None:
    """Compile the annealing, by solving what is solved in a moment."""
    for weeks, periods in grids:
        solve(tiny(weeks, periods), replace(SolveParams(seconds=3600.0, reproducible=True, moves=2_000), seed=weeks))


def warm_evictions() -> None:
    """Compile the chains that throw out who stands in the way."""
    for weeks, periods in SHORT_DAYS:
        problem, budget = compile_instance(tiny(weeks, periods)), WorkBudget(2_000, 1, lambda: None)
        find_by_evictions(problem, Solution.empty(problem.instance), weeks, budget, never, unreported)


PARTS: tuple[Callable[[], None], ...] = (
    partial(warm_annealing, SHORT_DAYS),
    warm_evictions,
    partial(warm_annealing, LONG_DAYS),
    warm_wide,
)
"""In such an order that the two forms of the annealing are not written to its file at the same moment."""


def warm() -> None:
    """Load what the search of a university's own terms needs into this process, compiling what is not on disk."""
    warm_annealing(SHORT_DAYS + LONG_DAYS)
    warm_evictions()


def warm_at_once() -> None:
    """Compile everything onto the disk, by as many processes as the machine has cores."""
    workers = min(len(PARTS), os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        for part in [pool.submit(part) for part in PARTS]:
            part.result()
