"""Solves the rest of a draft anew around its locks; what is better becomes a draft of its own."""

import time
from collections.abc import Callable

from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Instance, Placement
from webapp.engine.nearby import priced, stay_close
from webapp.engine.params import SolveParams
from webapp.engine.solution import Solution
from webapp.engine.solve import resolve
from webapp.extensions import db
from webapp.models import Stage, User
from webapp.services.jobs.kinds import Figures, ResolveAnswer, ResolveOptions, options_of
from webapp.services.problem.repair_base import RepairBase, SolvedTimetable, read_base
from webapp.services.repair.drafts import store_draft
from webapp.services.shared import transaction
from webapp.tasks.guard import Attempt
from webapp.tasks.locks import hold_locked
from webapp.tasks.threads import threads

LEAST_SECONDS = 1.0
STORING_SECONDS = 1.0
"""Kept back for writing down what was found."""


def carry_out(attempt: Attempt) -> None:
    """Improve what no lock holds; the draft and the end of the job are stored in one transaction."""
    job = attempt.job
    seconds, seed, closeness = float(job.seconds), job.seed, options_of(job, ResolveOptions).closeness
    attempt.tracker.enter(Stage.CONFLICT_RESOLUTION, 0, 100, seconds)
    base = read_base(job.base_timetable_id)
    transaction.commit()
    solution, answer = resolve_rest(base, closeness, seconds, seed, attempt.must_stop)
    attempt.check_in()
    attempt.tracker.note(answer=answer)

    def store() -> None:
        if answer.moved:
            user = db.session.get(User, job.created_by_id) if job.created_by_id else None
            store_draft(base, SolvedTimetable(job, solution), user)

    attempt.complete(store)


def resolve_rest(
    base: RepairBase, closeness: int, seconds: float, seed: int, stop: Callable[[], bool]
) -> tuple[Solution, ResolveAnswer]:
    """Improve all classes that no lock holds; the timetable is never worse than the base, by the term's own weights.

    ``closeness`` times the lightest soft rule is what a class must gain for moving.
    """
    before = time.monotonic()
    instance = hold_locked(base, base.locks)
    limit = max(LEAST_SECONDS, seconds - STORING_SECONDS)
    if closeness:
        price = closeness * instance.weight_range[0]
        improved = stay_close(instance, base.solution, base.solution, price, limit, threads(), seed, stop)
        instance = priced(instance, base.solution, price)
    else:
        improved = resolve(instance, base.solution, SolveParams(limit, seed, threads()), stop).solution
    kept = improved.moved((m, _as_locked(base, m, improved.placements[m])) for m in base.locks)
    best = min((base.solution, kept), key=lambda solution: _grade(instance, solution))
    own = base.problem.instance
    return best, ResolveAnswer(
        classes=len(own.meetings),
        locked=len(base.locks),
        moved=len(base.places(best)),
        before=_figures(own, base.solution),
        after=_figures(own, best),
        seconds=round(time.monotonic() - before, 1),
    )


def _as_locked(base: RepairBase, meeting: int, placement: Placement) -> Placement:
    """The place of a locked class, where it stood, should the search have lost it."""
    was, (time_locked, room_locked) = base.solution.placements[meeting], base.locks[meeting]
    has_moved = (time_locked and placement.time != was.time) or (room_locked and placement.room != was.room)
    return was if has_moved or placement.time is None else placement


def _grade(instance: Instance, solution: Solution) -> tuple[int, int]:
    score = evaluate(instance, solution)
    return score.hard, score.cost


def _figures(instance: Instance, solution: Solution) -> Figures:
    return Figures(evaluate(instance, solution).cost, len(solution.unplaced))
