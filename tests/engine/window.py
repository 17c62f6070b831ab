"""Windows: some meetings are placed anew, times and rooms together, while all others stay."""

from collections.abc import Iterable

from webapp.engine.cpsat.constraints import add_constraints
from webapp.engine.cpsat.room_model import UNPLACED_WEIGHT
from webapp.engine.cpsat.run import Limits, run
from webapp.engine.cpsat.time_model import cost, hint, read
from webapp.engine.cpsat.variables import Variables
from webapp.engine.domains import Domains
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Instance
from webapp.engine.result import Stop, never
from webapp.engine.solution import Solution


def window(
    instance: Instance,
    solution: Solution,
    free_meetings: Iterable[int],
    seconds: float,
    workers: int = 1,
    seed: int = 0,
    stop: Stop = never,
    deterministic: float | None = None,
    domains: Domains | None = None,
    *,
    partial: bool = False,
) -> Solution:
    """The best timetable in which only the given meetings may stand elsewhere.

    Violations among the meetings that stay are let be; everything that a free meeting touches must
    hold. Where that is impossible, or nothing better is found in time, the same timetable returns;
    the truth judges which is better.

    Parameters
    ----------
    domains
        The instance's domains, where a caller keeps them: many windows of one instance build faster.
    partial
        Whether free meetings may be left unplaced, as few as possible.
    """
    free = set(free_meetings)
    fixed = {m: p for m, p in enumerate(solution.placements) if m not in free and p.time is not None}
    variables = Variables(instance, free, fixed, domains, named_rooms=True, partial=partial)
    objective = add_constraints(variables)
    goal = cost(instance, variables, objective)
    variables.model.minimize(goal + UNPLACED_WEIGHT * variables.missing if partial else goal)
    hint(variables, solution)
    outcome = run(variables.model, Limits(seconds, workers, seed, stop, deterministic))
    if not outcome.solved:
        return solution
    found = Solution(read(variables, outcome).placements, solution.sectioning)
    before, after = evaluate(instance, solution), evaluate(instance, found)
    return found if (after.hard, after.cost) <= (before.hard, before.cost) else solution
