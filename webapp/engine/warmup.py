"""Compiles the search ahead, so that the first run is as quick as the second.

Each part compiles functions that no other does, and leaves them on disk: parts may be compiled at once by processes of
their own. The moves end a part soon. The seconds only say when it fails: a busy machine compiles for a quarter of an
hour.
"""

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
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

GRIDS = ((1, 3), (2, 3), (1, MOST_TABLE_PERIODS + 1))
"""Weeks and periods of a day: one form of the compiled code each, or one that loads it."""


def warm_annealing() -> None:
    """Compile the annealing, by solving what is solved in a moment."""
    for weeks, periods in GRIDS:
        solve(tiny(weeks, periods), replace(SolveParams(seconds=3600.0, reproducible=True, moves=2_000), seed=weeks))


def warm_evictions() -> None:
    """Compile the chains that throw out who stands in the way."""
    for weeks, periods in GRIDS:
        problem, budget = compile_instance(tiny(weeks, periods)), WorkBudget(2_000, 1, lambda: None)
        find_by_evictions(problem, Solution.empty(problem.instance), weeks, budget, never, unreported)


PARTS = (warm_annealing, warm_evictions, warm_wide)
"""The longest first."""


def warm() -> None:
    """Load what the search of a university's own terms needs into this process, compiling what is not on disk."""
    warm_annealing()
    warm_evictions()


def warm_at_once() -> None:
    """Compile everything onto the disk, by as many processes as the machine has cores."""
    workers = min(len(PARTS), os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        for part in [pool.submit(part) for part in PARTS]:
            part.result()
