"""What a worker does with a job: load the term, solve it, save the variants.

A job carries its id alone and returns nothing: the row of ``generation_jobs`` says how it stands. The worker holds a
lease on it, and whatever is stored has been verified by the truth.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from webapp.engine.params import SolveParams
from webapp.engine.result import Result
from webapp.engine.solution import Solution
from webapp.engine.solve import cluster, resolve, schedule
from webapp.extensions import QueueUnavailable, db
from webapp.models import GenerationJob, JobKind, JobStatus, Stage, Term, Timetable
from webapp.services.checks import Case, Look, Trial, blocking, look_at
from webapp.services.jobs import lease as job_lease
from webapp.services.jobs.lease import Heartbeat, JobNotFree, Lease, LeaseLost
from webapp.services.jobs.progress import Tracker
from webapp.services.problem.holds import hold
from webapp.services.problem.solutions import TimetableFacts, replace_timetable, solution_from, store_timetable, trimmed
from webapp.services.problem.term_problem import TermProblem
from webapp.services.repair.base import read_base
from webapp.services.repair.drafts import SolvedTimetable, finish_resolve
from webapp.services.repair.events import event_from
from webapp.services.runs.options import choices_of
from webapp.services.runs.requests import variants_stored
from webapp.services.runs.time_budget import SAVING_SHARE, Shares
from webapp.services.shared.errors import Problem
from webapp.tasks.check import check_feasibility
from webapp.tasks.repair import repair_timetable, resolve_rest, workers
from webapp.tasks.variant_choice import Judge
from webapp.tasks.what_if import Tried, try_out

RETRIES = (0.5, 1, 2, 3, 5, 5, 5, 5, 5, 5, 5, 5)
"""Seconds between attempts to save while the database is away; together more than a lease lasts."""
MOST_REASONS = 5
MOST_BLOCKERS = 20
UNFORESEEN = "The run failed for a reason that nobody foresaw ({}). The worker's log has it."
ROW_GONE = "23503"
"""PostgreSQL's code for a row that refers to another which is not there."""
DATA_GONE = "Rows of the term were deleted while the run went on, so what it found does not fit. Start another run."
DATABASE_AWAY = "The database was away in both attempts. What was stored before is kept; start another run."

shutdown = threading.Event()
"""Set when the process is told to end: the solve in hand is finished, the rest handed back."""

log = structlog.get_logger(__name__)


class Cancelled(Exception):
    """A user has cancelled the run."""


class HandedBack(Exception):
    """The worker is being stopped, and another one shall go on."""


class Impossible(Problem):
    """The check shows that there can be no timetable, and nobody asked for a partial one."""


def execute_run(job_id: str) -> None:
    """Carry out a generation to its end: completed, failed, cancelled, or handed back."""
    _execute(job_id, JobKind.GENERATE, lambda *held: Run(*held).execute())


def execute_check(job_id: str) -> None:
    """Carry out a check of whether there is a timetable at all; its answer stands in the facts of the job's row."""
    _execute(job_id, JobKind.CHECK, _check)


def execute_repair(job_id: str) -> None:
    """Carry out a repair; its ladder stands in the facts of the job's row."""
    _execute(job_id, JobKind.REPAIR, _repair)


def execute_resolve(job_id: str) -> None:
    """Carry out a re-solve around locks; what it finds becomes a draft."""
    _execute(job_id, JobKind.RESOLVE, _resolve)


Work = Callable[[GenerationJob, Lease, Tracker, Heartbeat], None]


def _execute(job_id: str, kind: JobKind, work: Work) -> None:
    with structlog.contextvars.bound_contextvars(job_id=job_id):
        try:
            lease = job_lease.take_lease(job_id, kind)
        except JobNotFree as free:
            log.info("left alone", reason=free.message)
            return
        _run_under(lease, work)


def end_gracefully(_signal: int = signal.SIGTERM, _frame: object = None) -> None:
    """Ask the run in this process to end soon; meant as a signal handler."""
    shutdown.set()


def _run_under(lease: Lease, work: Work) -> None:
    job = db.session.get_one(GenerationJob, lease.job_id)
    tracker = Tracker(job.options.get("profiles", ()), job.facts)
    log.info("begins", attempt=lease.attempt, seconds=job.seconds)
    try:
        with Heartbeat(lease, db.engine.url, tracker.report) as beat:
            work(job, lease, tracker, beat)
    except LeaseLost:
        db.session.rollback()
        log.warning("lease lost, nothing more is written")
    except HandedBack:
        _persist(lambda: job_lease.hand_back(lease))
        _hand_over_again(lease.job_id)
        log.info("handed back")
    except Cancelled:
        _end(lease, status=JobStatus.CANCELLED, facts=tracker.facts())
    except Problem as problem:
        more = len(problem.findings) - MOST_REASONS
        rest = [f"And {more} more."] if more > 0 else []
        reason = "\n".join([problem.message, *problem.findings[:MOST_REASONS], *rest])
        _end(lease, status=JobStatus.FAILED, failure=reason, facts=tracker.facts())
    except (OperationalError, InterfaceError) as error:
        log.warning("the database was away, so the run goes on anew", error=str(error.orig))
        _let_go(lease, tracker)
    except IntegrityError as error:
        log.exception("failed")
        gone = getattr(error.orig, "pgcode", "") == ROW_GONE
        reason = DATA_GONE if gone else UNFORESEEN.format(type(error).__name__)
        _end(lease, status=JobStatus.FAILED, failure=reason, facts=tracker.facts())
    except Exception as error:
        log.exception("failed")
        reason = UNFORESEEN.format(type(error).__name__)
        _end(lease, status=JobStatus.FAILED, failure=reason, facts=tracker.facts())


def _let_go(lease: Lease, tracker: Tracker) -> None:
    """After the database was away while a run read from it: another attempt, which keeps what is stored, or the end."""
    if lease.attempt >= job_lease.MOST_ATTEMPTS:
        _end(lease, status=JobStatus.FAILED, failure=DATABASE_AWAY, facts=tracker.facts())
        return
    db.session.rollback()
    _persist(lambda: job_lease.lose(os.getpid()))
    _hand_over_again(lease.job_id)


def _hand_over_again(job_id: str) -> None:
    try:
        job_lease.enqueue_forgotten(job_id, at_once=True)
    except QueueUnavailable:
        log.warning("the queue is away, a later sweep hands the run over")


def _end(lease: Lease, **values: Any) -> None:
    """Write the last word on a run; the lease goes with it."""
    db.session.rollback()
    try:
        _persist(lambda: job_lease.write(lease, completed_at=sa.func.now(), lease_token=None, **values))
    except LeaseLost:
        log.warning("lease lost before the end was written")
    else:
        log.info("ends", status=values["status"].value, failure=values.get("failure"))


def _persist(action: Callable[[], object]) -> None:
    """Do and commit; while the database is away, again and again for longer than a lease lasts."""
    for delay in (*RETRIES, None):
        try:
            action()
            db.session.commit()
            return
        except (OperationalError, InterfaceError) as error:
            db.session.rollback()
            if delay is None:
                raise
            log.warning("the database is away", error=str(error.orig))
            time.sleep(delay)
        except BaseException:
            db.session.rollback()
            raise


def _check(job: GenerationJob, lease: Lease, tracker: Tracker, beat: Heartbeat) -> None:
    """Look for a timetable, else for the reason why there is none, or try a way out; store it, which ends the job."""
    seconds, seed, created_by_id = float(job.seconds), job.seed, job.created_by_id
    tracker.enter(Stage.SCHEDULING, 0, 100, seconds)
    look = look_at(db.session.get_one(Term, job.term_id))
    problem = _problem_of(look)
    db.session.commit()

    def stop() -> bool:
        return shutdown.is_set() or beat.cancelled.is_set() or beat.lost.is_set()

    trial = Trial.of(job.options["try"]) if "try" in job.options else None
    if trial is None:
        answer = check_feasibility(Case(look, problem), seconds, seed, stop)
    else:
        tried = try_out(problem, trial, seconds, seed, stop)
    if beat.lost.is_set():
        raise LeaseLost(f"Check {lease.job_id} is no longer held by this worker.")
    if beat.cancelled.is_set():
        raise Cancelled
    if shutdown.is_set():
        raise HandedBack
    if trial is not None:
        _persist(lambda: _store_trial(tried, lease, tracker, created_by_id))
        return
    tracker.note(check=answer)
    tracker.finish()
    _end(lease, status=JobStatus.COMPLETED, progress=100, facts=tracker.facts())


def _problem_of(look: Look) -> TermProblem:
    """The instance that the rows make; raises why they make none."""
    if look.problem is None:
        raise look.refusal or Impossible("The term makes no problem to solve.")
    return look.problem


def _store_trial(tried: Tried, lease: Lease, tracker: Tracker, created_by_id: int | None) -> None:
    """The draft of a what-if and the end of its job, together."""
    told = tried.store(lease.job_id, created_by_id)
    tracker.finish()
    ended = {"completed_at": sa.func.now(), "lease_token": None, "progress": 100}
    job_lease.write(lease, status=JobStatus.COMPLETED, facts=tracker.facts() | {"try": told}, **ended)


def _stop_of(beat: Heartbeat) -> Callable[[], bool]:
    """Whether the engine shall end a short job's search now."""
    return lambda: shutdown.is_set() or beat.cancelled.is_set() or beat.lost.is_set()


def _look_up(lease: Lease, beat: Heartbeat) -> None:
    """See before the end of a short job whether its answer is wanted."""
    if beat.lost.is_set():
        raise LeaseLost(f"Job {lease.job_id} is no longer held by this worker.")
    if beat.cancelled.is_set():
        raise Cancelled
    if shutdown.is_set():
        raise HandedBack


def _repair(job: GenerationJob, lease: Lease, tracker: Tracker, beat: Heartbeat) -> None:
    """Find the fewest classes to move after what has happened; store the ladder, which ends the job."""
    seconds, seed, changes = float(job.seconds), job.seed, [event_from(told) for told in job.options["changes"]]
    tracker.enter(Stage.CONFLICT_RESOLUTION, 0, 100, seconds)
    base = read_base(job.options["timetable_id"])
    db.session.commit()
    answer = repair_timetable(base, changes, seconds, seed, _stop_of(beat))
    _look_up(lease, beat)
    tracker.note(repair=answer)
    tracker.finish()
    _end(lease, status=JobStatus.COMPLETED, progress=100, facts=tracker.facts())


def _resolve(job: GenerationJob, lease: Lease, tracker: Tracker, beat: Heartbeat) -> None:
    """Improve what no lock holds; store the draft and end the job in one transaction."""
    seconds, seed, closeness = float(job.seconds), job.seed, int(job.options["closeness"])
    tracker.enter(Stage.CONFLICT_RESOLUTION, 0, 100, seconds)
    base = read_base(job.options["timetable_id"])
    db.session.commit()
    solution, answer = resolve_rest(base, closeness, seconds, seed, _stop_of(beat))
    _look_up(lease, beat)
    tracker.note(resolve=answer)
    tracker.finish()
    _persist(lambda: finish_resolve(lease, base, SolvedTimetable(job, solution), tracker.facts()))
    log.info("ends", status=JobStatus.COMPLETED.value)


class Run:
    """One attempt at a job: the stages in their order, and the time shared out among them."""

    def __init__(self, job: GenerationJob, lease: Lease, tracker: Tracker, beat: Heartbeat) -> None:
        self.lease, self.tracker, self.beat = lease, tracker, beat
        self.names: list[str] = list(job.options["profiles"])
        self.stored = variants_stored(job)
        self.seed = job.seed
        self.reproducible = bool(job.options.get("reproducible"))
        self.choices = choices_of(job.options)
        self.own = job.options.get("weights", {})
        self.term_id = job.term_id
        self.created_by_id = job.created_by_id
        todo = sum(name not in self.stored for name in self.names)
        self.seconds = job.seconds * (todo + 1) / (len(self.names) + 1)
        self.shares = Shares(self.seconds, len(self.names), by_work=self.reproducible)
        self.pool: list[Solution] = []
        self.is_tight = False
        self.reasons: dict[int, str] = {}
        db.session.commit()

    def execute(self) -> None:
        """Go through the stages; raises Cancelled, HandedBack, LeaseLost or a Problem."""
        problem = self._cluster()
        self.held = hold(problem, self.choices)
        db.session.commit()
        self.judge = Judge(self.held, self.own)
        self.reasons |= self.held.reasons
        self.tracker.note(held=self.held.told(), astray=list(self.held.astray))
        start = self._schedule(problem)
        for index, name in enumerate(self.names):
            self._improve(problem, start, index, name)
        self._save(problem)

    def _enter(self, stage: Stage, low: float, high: float, seconds: float, **about: Any) -> None:
        self.tracker.enter(stage, low, high, seconds)
        log.info("stage", stage=stage.value, seconds=round(seconds, 1), left=round(self.shares.left, 1), **about)

    # Stages

    def _cluster(self) -> TermProblem:
        """Load the term, refuse what the check calls impossible unless a part will do, look at who shares people."""
        self._enter(Stage.CLUSTERING, 0, 20, 0.05 * self.seconds)
        look = look_at(db.session.get_one(Term, self.term_id))
        problem = _problem_of(look)
        self.tracker.note(meetings=len(problem.rows), rooms=len(problem.room_ids))
        blockers = [finding.sentence for finding in blocking(look)]
        db.session.commit()
        if blockers and not self.choices.partial:
            raise Impossible("There can be no timetable:", blockers)
        if blockers:
            self.tracker.note(blockers=blockers[:MOST_BLOCKERS], more_blockers=max(0, len(blockers) - MOST_BLOCKERS))
        self.tracker.note(clusters=len(cluster(problem.instance)))
        self._look_up()
        return problem

    def _schedule(self, problem: TermProblem) -> Solution:
        """Find the timetable that all variants start from; an attempt before may have left some."""
        if self.stored:
            self.pool += [solution_from(problem, timetable_id) for timetable_id in self.stored.values()]
            db.session.commit()
            return self.pool[0]
        seconds = self.shares.of_scheduling()
        self._enter(Stage.SCHEDULING, 20, 70, seconds)
        result = schedule(self.held.instance, self._params(seconds), self._stop, self.tracker)
        self._look_up(handing_back=True)
        self.is_tight = result.is_tight
        return self._keep(problem, result)

    def _improve(self, problem: TermProblem, start: Solution, index: int, name: str) -> None:
        """Improve one variant and store it at once, so that a crash loses no more than this one."""
        step = 20 / len(self.names)
        if name in self.stored:
            return
        seconds = self.shares.of_variant(sum(each not in self.stored for each in self.names[index:]))
        self._enter(Stage.CONFLICT_RESOLUTION, 70 + step * index, 70 + step * (index + 1), seconds, variant=name)
        self.tracker.begin_variant(name)
        instance = self.judge.weighed(name)
        best = self.judge.best(name, [start, *self.pool])
        params = self._params(self.shares.of_search())
        result = resolve(instance, best, params, self._stop, self.tracker, is_tight=self.is_tight)
        if result.reason:
            self.tracker.note(remark=result.reason)
        if self.beat.cancelled.is_set() or self.beat.lost.is_set():
            self._look_up()
        if not result.hard:
            self.tracker.on_best(result.cost, result.hard, result.bound, result.seconds)
        solution = self._keep(problem, result)
        self._store(problem, name, solution, result)
        self.shares.stored()
        last = index == len(self.names) - 1
        self._look_up(handing_back=not last)

    def _save(self, problem: TermProblem) -> None:
        """Give each variant the best of all timetables found, by what it is named for; then the run is complete."""
        self._enter(Stage.SAVING, 90, 100, SAVING_SHARE * self.seconds)
        for name in self.names:
            own = solution_from(problem, self.stored[name])
            best = self.judge.best(name, [own, *self.pool])
            if best != own:
                self._replace(problem, name, best)
        self.tracker.finish()
        _end(self.lease, status=JobStatus.COMPLETED, progress=100, stage=Stage.SAVING, facts=self.tracker.facts())

    # Storing

    def _keep(self, problem: TermProblem, result: Result) -> Solution:
        """Put what the engine found into the pool, less what the truth objects to."""
        solution, objections = trimmed(problem, result.solution)
        told = {unplaced.meeting: unplaced.reason for unplaced in result.unplaced if unplaced.reason}
        self.reasons |= {**told, **self.held.reasons}
        self.reasons |= objections
        self.pool.append(solution)
        return solution

    def _facts(self, name: str, told: Mapping[str, Any]) -> TimetableFacts:
        return TimetableFacts(name, self.lease.job_id, self.created_by_id, result=told, reasons=self.reasons)

    def _store(self, problem: TermProblem, name: str, solution: Solution, result: Result) -> None:
        told = {
            "status": result.status.value,
            "seed": result.seed,
            "seconds": round(result.seconds, 2),
            "limit": result.limit,
            "cost_in_profile": result.cost,
            "bound_in_profile": result.bound,
            "versions": dict(result.versions),
        }

        def store() -> None:
            # Already there after a commit whose word was lost: the database kept it and went away.
            there = sa.select(Timetable.timetable_id).filter_by(generation_job_id=self.lease.job_id, variant_name=name)
            known = db.session.scalar(there)
            self.stored[name] = known or store_timetable(problem, solution, self._facts(name, told))
            self._describe(name)
            job_lease.write(self.lease, facts=self.tracker.facts())

        try:
            _persist(store)
        except BaseException:
            self.stored.pop(name, None)
            raise

    def _replace(self, problem: TermProblem, name: str, solution: Solution) -> None:
        def replace() -> None:
            facts = self._facts(name, {"from_pool": True})
            if replace_timetable(problem, solution, facts, self.stored[name]):
                self._describe(name)
            job_lease.write(self.lease, facts=self.tracker.facts())

        _persist(replace)

    def _describe(self, name: str) -> None:
        """Tell what the row says of a variant that has just been stored."""
        row = db.session.get_one(Timetable, self.stored[name], populate_existing=True)
        quality = None if row.quality_score is None else float(row.quality_score)
        self.tracker.end_variant(
            name, cost=row.cost, quality=quality, unplaced=row.unplaced, timetable_id=row.timetable_id
        )

    # Time, and who wants what

    def _params(self, seconds: float) -> SolveParams:
        threads = 1 if self.reproducible else workers()
        return SolveParams(max(seconds, 0.1), self.seed, threads, self.reproducible)

    def _stop(self) -> bool:
        """Whether the engine shall end its search now."""
        beat = self.beat
        return shutdown.is_set() or beat.cancelled.is_set() or beat.stop_asked.is_set() or beat.lost.is_set()

    def _look_up(self, *, handing_back: bool = False) -> None:
        """See between two steps whether there is any point in going on."""
        if self.beat.lost.is_set():
            raise LeaseLost(f"Run {self.lease.job_id} is no longer held by this worker.")
        if self.beat.cancelled.is_set():
            raise Cancelled
        if handing_back and shutdown.is_set():
            raise HandedBack
