"""Who may write to a running job: the lease, its heartbeat, and what happens when a worker is lost.

The row of ``generation_jobs`` is the truth. A worker takes a lease by writing its token into the row; every write it
makes names the token, so a worker that lost its lease writes nothing. Redis only carries the job's id.
"""

import os
import re
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import sqlalchemy as sa
import structlog
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.job import JobStatus as QueueStatus
from sqlalchemy.exc import DBAPIError

from webapp.engine.params import guard_seconds
from webapp.extensions import QueueName, QueueUnavailable, db, queue
from webapp.models import GenerationJob, JobKind, JobStatus
from webapp.services.jobs.failures import Failure, FailureCode
from webapp.services.jobs.kinds import KINDS, GenerateOptions, options_of
from webapp.services.shared import transaction
from webapp.services.shared.errors import Problem

LEASE_SECONDS = 30
"""Without a heartbeat for so long, a worker counts as lost."""
BEAT_SECONDS = 2
"""A heartbeat carries the progress, so it comes more often than the lease needs."""
QUEUE_SECONDS = 10
"""So long a queued row may be unknown to Redis: request and worker may be just about to hand it over."""
MOST_ATTEMPTS = 2
THIS_START = token_hex(4)
"""Drawn when a worker starts, and its jobs' processes inherit it: machines may share names, and processes numbers."""
MARGIN_SECONDS = 120
"""Beyond its own limit a run gets so much before RQ kills it: loading, saving, and patience."""
LOST = Failure(FailureCode.LOST, attempts=MOST_ATTEMPTS, seconds=LEASE_SECONDS)
JOB_ID = re.compile("tt_[0-9a-f]{12}")
TASK = "webapp.tasks.runner.run_job"
"""The one function that Redis may name: what is done follows from the kind of the job's row."""
WEEK_SECONDS = 7 * 24 * 3600

log = structlog.get_logger(__name__)


class JobNotFree(Problem):
    """The job is not queued: somebody else has it, or it has ended."""


class LeaseLost(Problem):
    """The lease is another worker's by now, or the job has ended."""


@dataclass(frozen=True)
class Lease:
    """The right to write to a running job."""

    job_id: str
    token: str
    attempt: int


def holder(pid: int) -> str:
    """The beginning of a lease's token when that process of this worker took it."""
    return f"{socket.gethostname()[:20]}:{THIS_START}:{pid}:"


def take_lease(job_id: str) -> Lease:
    """Take a queued job; raises `JobNotFree` when it isn't queued."""
    token = holder(os.getpid()) + token_hex(8)
    query = (
        sa.update(GenerationJob)
        .where(GenerationJob.job_id == job_id, GenerationJob.status == JobStatus.QUEUED)
        .values(
            status=JobStatus.RUNNING,
            lease_token=token,
            attempt=GenerationJob.attempt + 1,
            heartbeat_at=sa.func.now(),
            started_at=sa.func.coalesce(GenerationJob.started_at, sa.func.now()),
        )
        .returning(GenerationJob.attempt)
    )
    attempt = db.session.execute(query).scalar_one_or_none()
    if attempt is None:
        raise JobNotFree(f"Run {job_id} is not queued.")
    return Lease(job_id, token, attempt)


def write(lease: Lease, **values: Any) -> None:
    """Change the job's row in the current transaction; raises `LeaseLost` when the lease is gone."""
    changed = db.session.execute(
        _update_of(lease).values(**values).returning(GenerationJob.job_id)
    ).scalar_one_or_none()
    if changed is None:
        raise LeaseLost(f"Run {lease.job_id} is no longer held by this worker.")


def _update_of(lease: Lease) -> Any:
    return sa.update(GenerationJob).where(
        GenerationJob.job_id == lease.job_id,
        GenerationJob.lease_token == lease.token,
        GenerationJob.status == JobStatus.RUNNING,
    )


def hand_back(lease: Lease) -> None:
    """Queue the job again without counting the attempt: its worker stops, another shall go on."""
    write(lease, status=JobStatus.QUEUED, lease_token=None, attempt=lease.attempt - 1)


class Heartbeat(threading.Thread):
    """Keeps the lease alive from a thread and a connection of its own, and hears what users want.

    Parameters
    ----------
    report
        Asked at every beat for the columns to write: progress, stage, facts.
    """

    def __init__(self, lease: Lease, url: sa.URL, report: Callable[[], Mapping[str, Any]]) -> None:
        super().__init__(name=f"heartbeat of {lease.job_id}", daemon=True)
        self._lease = lease
        self._report = report
        self._engine = sa.create_engine(
            url,
            poolclass=sa.NullPool,
            connect_args={"connect_timeout": 3, "options": "-c statement_timeout=5000"},
        )
        self._over = threading.Event()
        self.cancelled = threading.Event()
        self.stop_asked = threading.Event()
        self.lost = threading.Event()

    def __enter__(self) -> "Heartbeat":
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self.join()
        self._engine.dispose()

    def run(self) -> None:
        """Beat until the run is over or the lease is lost; a database that is away is asked again."""
        while not self._over.wait(BEAT_SECONDS):
            try:
                self._beat()
            except DBAPIError as error:
                log.warning("heartbeat failed", job_id=self._lease.job_id, error=str(error.orig))
            if self.lost.is_set():
                return

    def _beat(self) -> None:
        query = (
            _update_of(self._lease)
            .values(heartbeat_at=sa.func.now(), **self._report())
            .returning(GenerationJob.cancel_requested_at, GenerationJob.stop_requested_at)
        )
        with self._engine.begin() as connection:
            asked = connection.execute(query).one_or_none()
        if asked is None:
            self.lost.set()
            return
        if asked.cancel_requested_at is not None:
            self.cancelled.set()
        if asked.stop_requested_at is not None:
            self.stop_asked.set()


def _ago(seconds: int) -> Any:
    return sa.func.now() - sa.text(f"interval '{seconds} seconds'")


# What becomes of jobs whose worker is gone


def sweep(job_id: str | None = None) -> list[str]:
    """Settle jobs whose worker is lost, and queue again what Redis has forgotten; return their ids.

    Cheap, and safe to run anywhere at any time: from a poll (for one job), from workers, from a command. The caller
    commits, also where this raises `QueueUnavailable` because Redis is away: the rows have been settled before.
    """
    lost = _lost(sa.true() if job_id is None else GenerationJob.job_id == job_id)
    return lost + enqueue_forgotten(job_id)


def lose(pid: int) -> list[str]:
    """Settle at once what a process of this worker held that has been seen to die."""
    return _lost(GenerationJob.lease_token.startswith(holder(pid), autoescape=True), at_once=True)


def _lost(condition: Any, *, at_once: bool = False) -> list[str]:
    """Cancel, queue again (once), or fail the running jobs without a heartbeat."""
    silent = [GenerationJob.status == JobStatus.RUNNING, condition]
    if not at_once:
        silent.append(GenerationJob.heartbeat_at < _ago(LEASE_SECONDS))
    cancel = GenerationJob.cancel_requested_at.is_not(None)
    again = GenerationJob.attempt < MOST_ATTEMPTS
    ends: tuple[tuple[Any, dict[str, Any]], ...] = (
        (cancel, {"status": JobStatus.CANCELLED, "completed_at": sa.func.now()}),
        (again, {"status": JobStatus.QUEUED, "stage": None, "progress": 0}),
        (sa.true(), {"status": JobStatus.FAILED, "completed_at": sa.func.now(), **LOST.as_columns()}),
    )
    settled: list[str] = []
    for which, values in ends:
        query = sa.update(GenerationJob).where(*silent, which).values(lease_token=None, **values)
        settled += db.session.scalars(query.returning(GenerationJob.job_id)).all()
    for job_id in settled:
        log.warning("worker lost", job_id=job_id)
    return settled


@dataclass(frozen=True)
class HandOver:
    """What Redis is given of a job: its id, under a key of its own for each time."""

    job_id: str
    number: int
    queue: QueueName
    timeout: int

    @property
    def key(self) -> str:
        """RQ's own id of it."""
        return f"{self.job_id}-{self.number}"


def enqueue_forgotten(job_id: str | None = None, *, at_once: bool = False) -> list[str]:
    """Give queued rows to Redis, once the transaction is committed, that it does not carry (any more).

    Returns their ids. Raises `QueueUnavailable` when Redis is away: the rows stay queued, the next call tries again.
    """
    query = sa.select(GenerationJob).where(GenerationJob.status == JobStatus.QUEUED)
    if job_id is not None:
        query = query.where(GenerationJob.job_id == job_id)
    if not at_once:
        query = query.where(GenerationJob.created_at < _ago(QUEUE_SECONDS))
    rows = db.session.scalars(query.order_by(GenerationJob.created_at).with_for_update(skip_locked=True)).all()
    if not rows:
        return []
    queue.ping()
    with queue.named_failure():
        forgotten = [row for row in rows if not _is_carried(row)]
    for row in forgotten:
        row.handed_over += 1
    db.session.flush()
    given = [_hand_over_of(row) for row in forgotten]
    transaction.after_commit(lambda: _enqueue(given))
    return [hand_over.job_id for hand_over in given]


def _enqueue(given: Sequence[HandOver]) -> None:
    """Give them to Redis; should it have gone away in this moment, the next sweep finds them forgotten."""
    try:
        for hand_over in given:
            keep = {"result_ttl": 60, "failure_ttl": WEEK_SECONDS}
            queue.enqueue(
                hand_over.queue, TASK, hand_over.job_id, job_id=hand_over.key, timeout=hand_over.timeout, **keep
            )
    except QueueUnavailable:
        log.warning("the queue went away, a later sweep hands the jobs over")


def _hand_over_of(row: GenerationJob) -> HandOver:
    return HandOver(row.job_id, row.handed_over, KINDS[row.kind].queue, _timeout(row))


def _timeout(row: GenerationJob) -> int:
    """Seconds after which RQ kills the job's process; the solver's own limit always ends before."""
    repeatable = row.kind is JobKind.GENERATE and options_of(row, GenerateOptions).reproducible
    return int(guard_seconds(row.seconds) if repeatable else row.seconds) + MARGIN_SECONDS


def _is_carried(row: GenerationJob) -> bool:
    """Return whether Redis still knows the latest hand-over, waiting or just begun, by a name that workers take."""
    if not row.handed_over:
        return False
    last = _hand_over_of(row)
    carrier = queue.get(last.queue)
    try:
        job = Job.fetch(last.key, connection=carrier.connection, serializer=carrier.serializer)
    except NoSuchJobError:
        return False
    if job.func_name != TASK:  # handed over by an earlier version, whose functions are refused
        return False
    if job.get_status(refresh=False) is QueueStatus.QUEUED:
        return carrier.get_job_position(job.id) is not None
    just_begun = job.started_at is not None and datetime.now(UTC) - job.started_at < timedelta(seconds=QUEUE_SECONDS)
    return job.get_status(refresh=False) is QueueStatus.STARTED and just_begun
