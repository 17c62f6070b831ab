"""Carries out a job under a lease, and writes down how it ends: completed, failed, cancelled, or handed back.

A job carries its id alone and returns nothing: the row of ``generation_jobs`` says how it stands. Whatever a kind of
job stores, it stores through its `Attempt`, which names the lease; a database that is away is waited for.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError, IntegrityError

from webapp.extensions import QueueUnavailable, db
from webapp.models import GenerationJob, JobKind, JobStatus
from webapp.services.jobs import lease as job_lease
from webapp.services.jobs.failures import Failure, FailureCode, failure_of
from webapp.services.jobs.kinds import stored
from webapp.services.jobs.lease import Heartbeat, JobNotFree, Lease, LeaseLost
from webapp.services.jobs.progress import Tracker, tracker_of
from webapp.services.problem.words.statements import Statement
from webapp.services.shared import transaction
from webapp.services.shared.errors import Problem

RETRIES = (0.5, 1, 2, 3, 5, 5, 5, 5, 5, 5, 5, 5)
"""Seconds between attempts to save while the database is away; together more than a lease lasts."""
ROW_GONE = "23503"
"""PostgreSQL's code for a row that refers to another which is not there."""

shutdown = threading.Event()
"""Set when the process is told to end: the solve in hand is finished, the rest handed back."""

log = structlog.get_logger(__name__)


class Cancelled(Exception):
    """A user has cancelled the job."""


class HandedBack(Exception):
    """The worker is being stopped, and another one shall go on."""


class FailedAs(Problem):
    """A job can't be done for a reason that has a code of its own."""

    def __init__(self, code: FailureCode, findings: Sequence[Statement] = ()) -> None:
        super().__init__(code.value, findings)
        self.code = code


@dataclass(frozen=True)
class Attempt:
    """One attempt of this worker at a job: its row as it was read, the lease, what listens, and what users want."""

    job: GenerationJob
    lease: Lease
    tracker: Tracker[Any]
    beat: Heartbeat

    def must_stop(self) -> bool:
        """Return whether the engine shall end its search now, with nothing kept."""
        return shutdown.is_set() or self.beat.cancelled.is_set() or self.beat.lost.is_set()

    def must_finish(self) -> bool:
        """Return whether the engine shall end its search now; what it has is kept where a user asked for that."""
        return self.must_stop() or self.beat.stop_asked.is_set()

    def check_in(self, *, hands_back: bool = True) -> None:
        """See between two steps whether to go on; raises LeaseLost, Cancelled or HandedBack."""
        if self.beat.lost.is_set():
            raise LeaseLost(f"Job {self.lease.job_id} is no longer held by this worker.")
        if self.beat.cancelled.is_set():
            raise Cancelled
        if hands_back and shutdown.is_set():
            raise HandedBack

    def save(self, store: Callable[[], object]) -> None:
        """Store a part of the result and what is known now, in one transaction; raises LeaseLost."""

        def save() -> None:
            store()
            job_lease.write(self.lease, facts=stored(self.tracker.facts))

        persist(save)

    def complete(self, store: Callable[[], object] = lambda: None, **values: Any) -> None:
        """Store the rest of the result and the end of the job, in one transaction; raises LeaseLost."""
        self.tracker.finish()

        def complete() -> None:
            store()
            _write_end(self.lease, JobStatus.COMPLETED, self.tracker, progress=100, **values)

        persist(complete)
        log.info("ends", status=JobStatus.COMPLETED.value)


CarryOut = Callable[[Attempt], None]
"""What does a job of a kind: it ends with `Attempt.complete`, or raises why it does not."""


def run_guarded(job_id: str, kinds: Mapping[JobKind, CarryOut]) -> None:
    """Take the lease of a job, let its kind carry it out, and write down how that ended."""
    with structlog.contextvars.bound_contextvars(job_id=job_id):
        try:
            lease = job_lease.take_lease(job_id)
        except JobNotFree as free:
            transaction.rollback()
            log.info("left alone", reason=free.message)
            return
        transaction.commit()
        _run_under(lease, kinds)


def end_gracefully(_signal: int = signal.SIGTERM, _frame: object = None) -> None:
    """Ask the job in this process to end soon; meant as a signal handler."""
    shutdown.set()


def _run_under(lease: Lease, kinds: Mapping[JobKind, CarryOut]) -> None:
    job = db.session.get_one(GenerationJob, lease.job_id)
    tracker = tracker_of(job)
    log.info("begins", kind=job.kind.value, attempt=lease.attempt, seconds=job.seconds)
    try:
        with Heartbeat(lease, db.engine.url, tracker.report) as beat:
            kinds[job.kind](Attempt(job, lease, tracker, beat))
    except LeaseLost:
        transaction.rollback()
        log.warning("lease lost, nothing more is written")
    except HandedBack:
        persist(lambda: job_lease.hand_back(lease))
        _hand_over_again(lease.job_id)
        log.info("handed back")
    except Cancelled:
        _end(lease, JobStatus.CANCELLED, tracker)
    except FailedAs as failed:
        _fail(lease, tracker, failure_of(failed, failed.code))
    except Problem as problem:
        log.warning("refused", why=problem.message)
        _fail(lease, tracker, failure_of(problem))
    except IntegrityError as error:
        log.exception("failed")
        is_gone = getattr(error.orig, "pgcode", "") == ROW_GONE
        _fail(lease, tracker, Failure(FailureCode.DATA_GONE) if is_gone else _unforeseen(error))
    except Exception as error:
        if transaction.is_database_away(error):
            log.warning("the database was away, so the job goes on anew", error=str(error))
            _let_go(lease, tracker)
            return
        log.exception("failed")
        _fail(lease, tracker, _unforeseen(error))


def _unforeseen(error: Exception) -> Failure:
    return Failure(FailureCode.UNFORESEEN, error=type(error).__name__)


def _let_go(lease: Lease, tracker: Tracker[Any]) -> None:
    """After the database was away while a job read from it: another attempt, which keeps what is stored, or the end."""
    if lease.attempt >= job_lease.MOST_ATTEMPTS:
        _fail(lease, tracker, Failure(FailureCode.DATABASE_AWAY))
        return
    transaction.rollback()
    persist(lambda: job_lease.lose(os.getpid()))
    _hand_over_again(lease.job_id)


def _hand_over_again(job_id: str) -> None:
    try:
        job_lease.enqueue_forgotten(job_id, at_once=True)
    except QueueUnavailable:
        log.warning("the queue is away, a later sweep hands the job over")
    transaction.commit()


def _fail(lease: Lease, tracker: Tracker[Any], failure: Failure) -> None:
    log.info("fails", code=failure.code.value, text=failure.text)
    _end(lease, JobStatus.FAILED, tracker, **failure.as_columns())


def _end(lease: Lease, status: JobStatus, tracker: Tracker[Any], **values: Any) -> None:
    """Write the last word on a job that did not complete."""
    transaction.rollback()
    try:
        persist(lambda: _write_end(lease, status, tracker, **values))
    except LeaseLost:
        log.warning("lease lost before the end was written")
    else:
        log.info("ends", status=status.value)


def _write_end(lease: Lease, status: JobStatus, tracker: Tracker[Any], **values: Any) -> None:
    """Change the row for the last time; the lease goes with it."""
    facts = stored(tracker.facts)
    ended = {"status": status, "completed_at": sa.func.now(), "lease_token": None, "facts": facts}
    job_lease.write(lease, **ended, **values)


def persist(action: Callable[[], object]) -> None:
    """Do and commit; while the database is away, again and again for longer than a lease lasts."""
    for delay in (*RETRIES, None):
        try:
            action()
            transaction.commit()
            return
        except DBAPIError as error:
            transaction.rollback()
            if delay is None or not transaction.is_database_away(error):
                raise
            log.warning("the database is away", error=str(error.orig))
            time.sleep(delay)
        except BaseException:
            transaction.rollback()
            raise
