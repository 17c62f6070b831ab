"""Generates the variants of a term: loads it, solves it, saves each variant as soon as it is done.

Whatever is stored has been verified by the truth.
"""

from collections.abc import Mapping
from typing import Any, cast

import sqlalchemy as sa
import structlog

from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Placement
from webapp.engine.least_cost import least_cost
from webapp.engine.obstacles import reasons
from webapp.engine.params import SolveParams, WorkNotDone
from webapp.engine.result import Result
from webapp.engine.solution import Solution
from webapp.engine.solve import cluster, resolve, schedule
from webapp.extensions import db
from webapp.models import Stage, Term, Timetable
from webapp.services.checks.catalogue import find_blockers
from webapp.services.checks.term_data import problem_of, read_term_data
from webapp.services.jobs.failures import FailureCode
from webapp.services.jobs.kinds import GenerateOptions, options_of
from webapp.services.jobs.progress import RunTracker
from webapp.services.problem.holds import hold
from webapp.services.problem.results import TimetableResult
from webapp.services.problem.solutions import (
    TimetableFacts,
    replace_timetable,
    solution_from,
    store_timetable,
    tell_bound,
    trimmed,
)
from webapp.services.problem.term_problem import TermProblem
from webapp.services.problem.words.reasons import UnplacedReason
from webapp.services.problem.words.sentences import SearchRemark
from webapp.services.runs.options import choices_of
from webapp.services.runs.progress import variants_stored
from webapp.services.runs.time_budget import SAVING_SHARE, Shares, counts_of
from webapp.services.shared import transaction
from webapp.tasks.guard import Attempt, FailedAs
from webapp.tasks.pool import Pool
from webapp.tasks.threads import threads
from webapp.tasks.variant_choice import Judge, weighs_as

MOST_BLOCKERS = 20
MORE_SHARE = 0.1
"""Of a run's time must be left for searching on."""
PART_AGAIN = "{}, again"
"""What the part of a run is called in which a variant was searched for a second time."""

log = structlog.get_logger(__name__)


def carry_out(attempt: Attempt) -> None:
    """Go through the stages of a generation, the time shared out among them."""
    try:
        Generation(attempt).carry_out()
    except WorkNotDone as late:
        raise FailedAs(FailureCode.WORK_NOT_DONE) from late


class Generation:
    """One attempt at a generation: the stages in their order, and the time shared out among them."""

    def __init__(self, attempt: Attempt) -> None:
        job = attempt.job
        options = options_of(job, GenerateOptions)
        self.attempt, self.tracker = attempt, cast(RunTracker, attempt.tracker)
        self.names = options.profiles
        self.stored = variants_stored(job)
        self.seed = job.seed
        self.reproducible = options.reproducible
        self.choices = choices_of(job)
        self.own = options.weights
        self.term_id = job.term_id
        self.created_by_id = job.created_by_id
        todo = len(self.names) if self.reproducible else sum(name not in self.stored for name in self.names)
        self.seconds = job.seconds * (todo + 1) / (len(self.names) + 1)
        self.shares = Shares(self.seconds, len(self.names), by_work=self.reproducible)
        self.reasons: dict[tuple[Placement, ...], Mapping[int, UnplacedReason]] = {}
        """By timetable: why its classes without a place have none, which another timetable can't say."""
        self.open: list[str] = []
        """Variants that the clock ended, and not that nothing more was to be found."""
        self.bound = 0
        """What no complete timetable of the term can cost less than, by its own weights."""
        transaction.commit()

    def carry_out(self) -> None:
        """Go through the stages; raises Cancelled, HandedBack, LeaseLost or a Problem."""
        problem = self._cluster()
        self.held = hold(problem, self.choices)
        transaction.commit()
        self.judge = Judge(self.held, self.own)
        self.tracker.note(held=counts_of(self.held), broken=self.held.broken)
        self.pool = Pool(self.attempt.lease.job_id, self.held.instance)
        self.attempt.save(self.pool.begin)
        start = self._schedule(problem)
        for index, name in enumerate(self.names):
            self._improve(problem, start, index, name)
        self._go_on(problem, start)
        self._save(problem)

    def _enter(self, stage: Stage, low: float, high: float, seconds: float, **about: Any) -> None:
        self.tracker.enter(stage, low, high, seconds)
        log.info("stage", stage=stage.value, seconds=round(seconds, 1), left=round(self.shares.left, 1), **about)

    # Stages

    def _cluster(self) -> TermProblem:
        """Load the term, refuse what the check calls impossible unless a part will do, look at who shares people."""
        self._enter(Stage.CLUSTERING, 0, 20, 0.05 * self.seconds)
        data = read_term_data(db.session.get_one(Term, self.term_id))
        problem = problem_of(data)
        self.tracker.note(meetings=len(problem.rows), rooms=len(problem.room_ids))
        blockers = tuple(finding.words for finding in find_blockers(data))
        transaction.commit()
        if blockers and not self.choices.partial:
            raise FailedAs(FailureCode.IMPOSSIBLE, blockers)
        if blockers:
            self.tracker.note(blockers=blockers[:MOST_BLOCKERS], more_blockers=max(0, len(blockers) - MOST_BLOCKERS))
        self.tracker.note(clusters=len(cluster(problem.instance)))
        self.bound = least_cost(problem.instance)
        self.attempt.check_in(hands_back=False)
        return problem

    def _schedule(self, problem: TermProblem) -> Solution:
        """Find the timetable that all variants start from; an attempt before may have left some."""
        if self.stored and self.pool.first is None:  # made of other data than today's
            for name, timetable_id in self.stored.items():
                self.pool.add_given(name, solution_from(problem, timetable_id))
            self.attempt.save(self.pool.keep_all)
        if self.pool.first is not None:
            return self.pool.first.solution
        seconds = self.shares.of_scheduling()
        self._enter(Stage.SCHEDULING, 20, 70, seconds)
        params = self._params(seconds)
        result = schedule(self.held.instance, params, self.attempt.must_finish, self.tracker)
        self.attempt.check_in()
        solution = self._trimmed(problem, result)
        self.pool.add_first(params, result, solution)
        self.attempt.save(self.pool.keep_latest)
        return solution

    def _improve(self, problem: TermProblem, start: Solution, index: int, name: str) -> None:
        """Improve one variant and store it at once, so that a crash loses no more than this one."""
        step = 20 / len(self.names)
        if name in self.stored:
            return
        seconds = self.shares.of_variant(sum(each not in self.stored for each in self.names[index:]))
        self._enter(Stage.CONFLICT_RESOLUTION, 70 + step * index, 70 + step * (index + 1), seconds, variant=name)
        self.tracker.begin_variant(name)
        result, solution = self._search(problem, start, name, name)
        self._store(problem, name, solution, result)
        self.shares.stored()
        last = index == len(self.names) - 1
        self.attempt.check_in(hands_back=not last)

    def _go_on(self, problem: TermProblem, start: Solution) -> None:
        """Give the time of variants that were through early to those that may still gain, in their order."""
        for number, name in enumerate(self.open):
            if self.shares.left < MORE_SHARE * self.seconds or self.attempt.must_finish():
                return
            seconds = self.shares.of_variant(len(self.open) - number)
            self._enter(Stage.CONFLICT_RESOLUTION, 90, 90, seconds, variant=name)
            self._search(problem, start, name, PART_AGAIN.format(name))
            self.attempt.save(self.pool.keep_latest)
            self.shares.stored()
            self.attempt.check_in(hands_back=False)

    def _search(self, problem: TermProblem, start: Solution, name: str, part: str) -> tuple[Result, Solution]:
        """Search for a variant from the best that is known for it, and add what comes of it to the pool."""
        instance = self.judge.weighed(name)
        best = self.judge.best(name, [start, *self.pool])
        params = self._params(self.shares.of_search())
        result = resolve(instance, best, params, self.attempt.must_finish, self.tracker, is_tight=self.pool.is_tight)
        self.tracker.note(remark=tuple(map(SearchRemark.of, result.remarks)))
        # A search that a worker's end cut short is kept, but not as the answer of a run that has only one.
        self.attempt.check_in(hands_back=self.reproducible)
        if not result.hard:
            self.tracker.on_best(result.cost, result.hard, result.bound, result.seconds)
        if result.bound is not None and weighs_as(instance, problem.instance):
            self.bound = max(self.bound, result.bound)
        solution = self._trimmed(problem, result)
        self.pool.add_variant(part, instance, best, params, result, solution)
        if part == name and result.limit == "time" and not self.reproducible:
            self.open.append(name)
        return result, solution

    def _save(self, problem: TermProblem) -> None:
        """Give each variant the best of all timetables found, by what it is named for; then the run is complete."""
        self._enter(Stage.SAVING, 90, 100, SAVING_SHARE * self.seconds)
        for name in self.names:
            own = solution_from(problem, self.stored[name])
            best = self.judge.best(name, [own, *self.pool])
            known: dict[str, int] = {}
            if best != own:
                self._replace(problem, name, best)
                score = evaluate(self.judge.weighed(name), best)
                known = {} if score.hard else {"weighed": score.cost}
            self.tracker.end_variant(name, taken_from=self.pool.name_of(best), **known)
        self._tell_bound(problem)
        self.attempt.complete(stage=Stage.SAVING)

    # Storing

    def _tell_bound(self, problem: TermProblem) -> None:
        """Note of each variant what no timetable of the term can cost less than, as far as it is proven in the end.

        A word that excuses a class lets a timetable cost less than the rules do, so nothing is proven beside one.
        """
        if not self.held.overrides:
            self.attempt.save(lambda: tell_bound(problem, self.stored.values(), self.bound))

    def _trimmed(self, problem: TermProblem, result: Result) -> Solution:
        """What the engine found, less what the truth objects to."""
        solution, objections = trimmed(problem, result.solution, self.held.overrides)
        self.reasons[solution.placements] = self._reasons(solution) | objections
        return solution

    def _reasons(self, solution: Solution) -> dict[int, UnplacedReason]:
        found = reasons(self.held.instance, solution)
        from_engine = {unplaced.meeting: UnplacedReason.from_engine(unplaced) for unplaced in found}
        return from_engine | dict(self.held.reasons)

    def _facts(self, name: str, solution: Solution, result: TimetableResult) -> TimetableFacts:
        why = self.reasons.get(solution.placements)
        if why is None:  # of an attempt before this one
            why = self.reasons[solution.placements] = self._reasons(solution)
        placed = {meeting for meeting, place in enumerate(solution.placements) if place.time is not None}
        return TimetableFacts(
            name,
            self.attempt.lease.job_id,
            self.created_by_id,
            result=result,
            reasons=why,
            locks={meeting: locks for meeting, locks in self.held.locks.items() if meeting in placed},
            overrides={meeting: word for meeting, word in self.held.overrides.items() if meeting in placed},
        )

    def _store(self, problem: TermProblem, name: str, solution: Solution, result: Result) -> None:
        kept = TimetableResult(
            status=result.status.value,
            seed=result.seed,
            seconds=round(result.seconds, 2),
            limit=result.limit,
            cost_in_profile=result.cost,
            bound_in_profile=result.bound,
            versions=dict(result.versions),
        )

        def store() -> None:
            # Already there after a commit whose word was lost: the database kept it and went away.
            there = sa.select(Timetable.timetable_id).filter_by(
                generation_job_id=self.attempt.lease.job_id, variant_name=name
            )
            known = db.session.scalar(there)
            self.stored[name] = known or store_timetable(problem, solution, self._facts(name, solution, kept))
            self.pool.keep_latest()
            self._describe(name)

        try:
            self.attempt.save(store)
        except BaseException:
            self.stored.pop(name, None)
            raise

    def _replace(self, problem: TermProblem, name: str, solution: Solution) -> None:
        def replace() -> None:
            facts = self._facts(name, solution, TimetableResult(from_pool=True))
            if replace_timetable(problem, solution, facts, self.stored[name]):
                self._describe(name)

        self.attempt.save(replace)

    def _describe(self, name: str) -> None:
        """Tell what the row says of a variant that has just been stored."""
        row = db.session.get_one(Timetable, self.stored[name], populate_existing=True)
        quality = None if row.quality_score is None else float(row.quality_score)
        self.tracker.end_variant(name, cost=row.cost, quality=quality, unplaced=row.unplaced)

    def _params(self, seconds: float) -> SolveParams:
        number = 1 if self.reproducible else threads()
        return SolveParams(max(seconds, 0.1), self.seed, number, self.reproducible)
