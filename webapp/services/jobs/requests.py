"""Asks for a job of any kind: written down once, however often somebody clicks, and handed to its queue."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from webapp.extensions import QueueUnavailable, db
from webapp.models import GenerationJob, GenerationJobDepartment, GenerationJobGroup, JobKind, JobStatus, Term, User
from webapp.services.jobs.kinds import KIND_OF, GenerateOptions, Options, options_of, stored
from webapp.services.jobs.lease import LEASE_SECONDS, QUEUE_SECONDS, enqueue_forgotten, sweep
from webapp.services.jobs.selection import ACTIVE, active_jobs
from webapp.services.problem.parts import PartOfTerm, codes_of_part
from webapp.services.shared import audit, transaction
from webapp.services.shared.errors import Conflict
from webapp.services.shared.words import _
from webapp.services.terms.selection import data_revision_of


class AskedOtherwise(Conflict):
    """The page has asked for another job before under the same key, which is one job's."""


class JobEnded(Conflict):
    """The job has ended, so there is nothing to cancel or stop."""


@dataclass(frozen=True)
class JobRequest:
    """What a job shall do, and for how long; its kind follows from its options.

    ``action`` is what the audit trail calls the request.
    """

    options: Options
    seconds: int
    action: str
    idempotency_key: str | None = None
    seed: int = 1
    base_timetable_id: int | None = None
    part: PartOfTerm = field(default_factory=PartOfTerm)
    check_job_id: str | None = None

    @property
    def kind(self) -> JobKind:
        """The kind of job that it asks for."""
        return KIND_OF[type(self.options)]

    def is_asked_by(self, job: GenerationJob, *, seed: bool = True) -> bool:
        """Return whether a job was asked for in the same words."""
        return (
            job.kind is self.kind
            and (job.seconds, job.base_timetable_id) == (self.seconds, self.base_timetable_id)
            and (not seed or job.seed == self.seed)
            and options_of(job, type(self.options)) == self.options
            and part_of(job) == self.part.sorted()
        )

    def for_audit(self) -> dict[str, Any]:
        """The values that the audit trail keeps of it."""
        keys = {"timetable": self.base_timetable_id, "check": self.check_job_id, **codes_of_part(self.part)}
        return {"seconds": self.seconds, **stored(self.options)} | {key: known for key, known in keys.items() if known}


def request_job(
    term: Term,
    user: User | None,
    request: JobRequest,
    instead: Callable[[], GenerationJob | None] = lambda: None,
) -> GenerationJob:
    """Write down a job and hand it to a worker once it is committed; see `write_job`."""
    job = write_job(term, user, request, instead)
    if job.status is JobStatus.QUEUED and not job.attempt and not job.handed_over:
        job_id = job.job_id
        transaction.after_commit(lambda: hand_over(job_id))
    return job


def hand_over(job_id: str) -> bool:
    """Give a committed job to Redis, and commit that; False when Redis is away and the job waits for the next sweep."""
    try:
        enqueue_forgotten(job_id, at_once=True)
    except QueueUnavailable:
        return False
    finally:
        transaction.commit()
    return True


def write_job(
    term: Term,
    user: User | None,
    request: JobRequest,
    instead: Callable[[], GenerationJob | None] = lambda: None,
) -> GenerationJob:
    """Write down a job; the one that the same form has made before, or another ``instead``, is returned.

    Raises AskedOtherwise.
    """

    def known() -> GenerationJob | None:
        first = _of_key(user, request)
        if first is not None and first.term_id == term.term_id and request.is_asked_by(first):
            return first
        other = instead()
        if other is None and first is not None:
            raise AskedOtherwise(_("This page has asked for something else already. Open it anew and ask again."))
        return other

    earlier = known()
    if earlier is not None:
        return earlier
    try:
        with db.session.begin_nested():  # another tab may do the same in this moment: the database lets one through
            return _insert(term, user, request)
    except IntegrityError:
        first = known()
        if first is None:
            raise
        return first


def _insert(term: Term, user: User | None, request: JobRequest) -> GenerationJob:
    job = GenerationJob(
        job_id=f"tt_{token_hex(6)}",
        organization_id=term.organization_id,
        term_id=term.term_id,
        kind=request.kind,
        semester=term.semester,
        academic_year=term.academic_year,
        seconds=request.seconds,
        seed=request.seed,
        data_revision=data_revision_of(term.term_id),
        options=stored(request.options),
        base_timetable_id=request.base_timetable_id,
        check_job_id=request.check_job_id,
        idempotency_key=request.idempotency_key,
        created_by_id=user.user_id if user else None,
    )
    db.session.add(job)
    db.session.flush()
    part = request.part.sorted()
    db.session.add_all(GenerationJobDepartment(job_id=job.job_id, department_id=key) for key in part.departments)
    db.session.add_all(GenerationJobGroup(job_id=job.job_id, student_group_id=key) for key in part.groups)
    audit.record(term.organization_id, user, request.action, job, after=request.for_audit())
    db.session.flush()
    return job


def part_of(job: GenerationJob) -> PartOfTerm:
    """The part of the term that was chosen for a generation, as far as it is still there; every other job has all."""
    if job.kind is not JobKind.GENERATE:
        return PartOfTerm()
    options = options_of(job, GenerateOptions)
    departments = sa.select(GenerationJobDepartment.department_id).filter_by(job_id=job.job_id)
    groups = sa.select(GenerationJobGroup.student_group_id).filter_by(job_id=job.job_id)
    return PartOfTerm(
        tuple(db.session.scalars(departments)), options.programmes, options.semesters, tuple(db.session.scalars(groups))
    ).sorted()


def find_under_way(term: Term, request: JobRequest) -> GenerationJob | None:
    """The term's job that was asked for alike and is queued or running."""
    return next((job for job in active_jobs(term, request.kind) if request.is_asked_by(job, seed=False)), None)


def cancel(user: User | None, job: GenerationJob) -> None:
    """End a job: at once while it is queued, within seconds while it runs; what is stored is kept.

    Raises `JobEnded`.
    """
    _ask(user, job, "cancel_requested_at", "run.cancel", ends_queued=True)


def stop_and_keep_best(user: User | None, job: GenerationJob) -> None:
    """Let a running job finish now with the best that it has; raises `JobEnded`."""
    _ask(user, job, "stop_requested_at", "run.stop", ends_queued=False)


def _ask(user: User | None, job: GenerationJob, flag: str, action: str, *, ends_queued: bool) -> None:
    values: dict[str, Any] = {flag: sa.func.now()}
    if ends_queued:
        queued = GenerationJob.status == JobStatus.QUEUED
        values["status"] = sa.case((queued, JobStatus.CANCELLED.value), else_=GenerationJob.status)
        values["completed_at"] = sa.case((queued, sa.func.now()), else_=GenerationJob.completed_at)
    query = (
        sa.update(GenerationJob)
        .where(GenerationJob.job_id == job.job_id, GenerationJob.status.in_(ACTIVE))
        .values(**values)
        .returning(GenerationJob.job_id)
        .execution_options(synchronize_session=False)
    )
    if db.session.execute(query).scalar_one_or_none() is None:
        raise JobEnded(_("Run %(job)s has ended already.", job=job.job_id))
    audit.record(job.organization_id, user, action, job)
    db.session.flush()
    db.session.refresh(job)


def settle(job: GenerationJob) -> bool:
    """Settle a job of any kind whose worker is lost or that Redis forgot; True when Redis is away, so that it waits.

    The caller commits.
    """
    if not _looks_abandoned(job):
        return False
    try:
        sweep(job.job_id)
    except QueueUnavailable:
        return True
    finally:
        db.session.refresh(job)
    return False


def _looks_abandoned(job: GenerationJob) -> bool:
    """A glance at the row, so that a poll asks nobody else while all is well."""
    now = datetime.now(UTC)
    if job.status is JobStatus.RUNNING:
        return job.heartbeat_at is None or now - job.heartbeat_at > timedelta(seconds=LEASE_SECONDS)
    return job.status is JobStatus.QUEUED and now - job.created_at > timedelta(seconds=QUEUE_SECONDS)


def elapsed_of(job: GenerationJob) -> float:
    """Seconds since a worker began with a job, until its end."""
    if job.started_at is None:
        return 0.0
    until = job.completed_at or datetime.now(UTC)
    return max(0.0, round((until - job.started_at).total_seconds(), 1))


def _of_key(user: User | None, request: JobRequest) -> GenerationJob | None:
    """The job that this very form has asked for."""
    if user is None or not request.idempotency_key:
        return None
    query = sa.select(GenerationJob).filter_by(created_by_id=user.user_id, idempotency_key=request.idempotency_key)
    return db.session.scalars(query).one_or_none()
