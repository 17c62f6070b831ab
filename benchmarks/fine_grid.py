"""How quick the search is where the week is cut finely: `python -m benchmarks.fine_grid`.

An invented term of ten hours a day on slots of 60, 30 and 5 minutes: the same classes of an hour, which may begin at
every slot. Said are, for each grid, how long compiling takes, the memory of the arrays, and the moves per CPU second
from hot to cold, in turns, so that a busy machine slows all of them alike. The same timetable must cost the same on
each.
"""

import argparse
import sys
import time
from dataclasses import replace

import numpy as np

from tests.engine.drawn import drawn, scattered
from tests.engine.finer import finer, finer_solution
from webapp.engine.instance import Constraint, Instance
from webapp.engine.rules import rule_named
from webapp.engine.search.arrays import SearchState
from webapp.engine.search.compile import Compiled, compile_instance
from webapp.engine.search.kernel import anneal
from webapp.engine.search.state import best_cost, empty_script, is_simple, state_of

TEMPERATURES = (40.0, 10.0, 3.0, 1.0, 0.3)


def main() -> int:
    """Measure each size on each grid; 1 where costs differ between the grids."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("sizes", nargs="*", type=int, default=[300, 1500], help="classes")
    arguments.add_argument("--minutes", type=int, nargs="*", default=[60, 30, 5])
    arguments.add_argument("--moves", type=int, default=400_000, help="at each of five temperatures")
    arguments.add_argument("--turns", type=int, default=3)
    arguments.add_argument("--hours", type=int, default=10, help="of a day")
    wanted = arguments.parse_args()
    differ = False
    for size in wanted.sizes:
        term = _term(size, wanted.hours)
        timetable = scattered(term)
        grids, costs = [], set()
        for minutes in wanted.minutes:
            began = time.process_time()
            problem = compile_instance(finer(term, 60 // minutes))
            seconds = time.process_time() - began
            state = state_of(problem, finer_solution(timetable, 60 // minutes), 1)
            costs.add(best_cost(state))
            grids.append((minutes, problem, state, seconds))
            _moves(problem, state, 1_000, 40.0)
        paces = {minutes: [0.0] * len(TEMPERATURES) for minutes in wanted.minutes}
        for _ in range(wanted.turns):
            for place, temperature in enumerate(TEMPERATURES):
                for minutes, problem, state, _ in grids:
                    pace = _moves(problem, state, wanted.moves, temperature)
                    paces[minutes][place] = max(paces[minutes][place], pace)
        first = _mean(paces[wanted.minutes[0]])
        for minutes, problem, state, seconds in grids:
            pace = _mean(paces[minutes])
            mean = f"{pace / 1e6:.2f} million moves/s, {pace / first:.2f} of the first"
            print(
                f"{size} classes, {minutes} minutes: {len(problem.times)} times, compiled in {seconds:.1f} s,",
                f"{_megabytes(problem, state):.0f} MB, {mean}",
                f"({', '.join(f'{each / 1e6:.2f}' for each in paces[minutes])}), unseen: {problem.left_out or 'none'}",
                flush=True,
            )
        print(f"{size} classes: cost of one timetable on the grids: {sorted(costs)}", flush=True)
        differ |= len(costs) > 1
    return int(differ)


def _term(classes: int, hours: int) -> Instance:
    base = drawn(classes, slots=hours)
    more = (Constraint(rule_named("max_per_week"), None, amount=20), Constraint(rule_named("lone_meetings"), 1))
    return replace(base, constraints=(*base.constraints, *more))


def _moves(problem: Compiled, state: SearchState, moves: int, temperature: float) -> float:
    """Moves per CPU second at a temperature."""
    began = time.process_time()
    anneal(problem.model, state, empty_script(), moves, temperature, 200.0, 0.2, 0.4, 0.0, is_simple(problem))
    return moves / (time.process_time() - began)


def _mean(paces: list[float]) -> float:
    return len(paces) / sum(1 / pace for pace in paces)


def _megabytes(problem: Compiled, state: SearchState) -> float:
    arrays = [*problem.model.walk, *state, *(part for part in problem.model if isinstance(part, np.ndarray))]
    return float(sum(array.nbytes for array in arrays) / 1e6)


if __name__ == "__main__":
    sys.exit(main())
