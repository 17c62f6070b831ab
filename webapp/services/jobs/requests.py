"""Asking for a job of any kind: written down once, however often somebody clicks, and handed to its queue."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from webapp.extensions import QueueUnavailable, db
from webapp.models import GenerationJob, JobKind, JobStatus, Term, User
from webapp.services.jobs.lease import LEASE_SECONDS, QUEUE_SECONDS, enqueue_forgotten, sweep
from webapp.services.shared import audit
from webapp.services.shared.errors import Conflict
from webapp.services.shared.words import _
from webapp.services.terms.selection import data_revision_of

ACTIVE = (JobStatus.QUEUED, JobStatus.RUNNING)


class AskedOtherwise(Conflict):
    """The page has asked for another job before under the same key, which is one job's."""


@dataclass(frozen=True)
class Wanted:
    """What a job shall do, and for how long."""

    kind: JobKind
    seconds: int
    options: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str | None = None
    seed: int = 1


def request_short_job(term: Term, user: User | None, wanted: Wanted) -> GenerationJob:
    """Write down a job, commit, and hand it to a worker; one that is asked for alike and under way is returned."""
    action = f"{wanted.kind.value}.request"
    return handed(write_job(term, user, wanted, action, lambda: _under_way(term, wanted)))


def handed(job: GenerationJob) -> GenerationJob:
    """The job, handed to a worker unless it has been already."""
    if job.status is JobStatus.QUEUED and not job.attempt and not job.options.get("handed_over"):
        hand_over(job.job_id)
    return job


def hand_over(job_id: str) -> bool:
    """Give a queued job to Redis; False when Redis is away and the job waits for the next sweep."""
    try:
        enqueue_forgotten(job_id, at_once=True)
    except QueueUnavailable:
        return False
    return True


def write_job(
    term: Term,
    user: User | None,
    wanted: Wanted,
    action: str,
    instead: Callable[[], GenerationJob | None] = lambda: None,
) -> GenerationJob:
    """Write down a job and commit; the one that the same form has made before, or another ``instead``, is returned.

    Raises AskedOtherwise.
    """

    def known() -> GenerationJob | None:
        first = _of_key(user, wanted)
        if first is not None and _asks_alike(first, term, wanted):
            return first
        other = instead()
        if other is None and first is not None:
            raise AskedOtherwise(_("This page has asked for something else already. Open it anew and ask again."))
        return other

    earlier = known()
    if earlier is not None:
        return earlier
    job = GenerationJob(
        job_id=f"tt_{token_hex(6)}",
        organization_id=term.organization_id,
        term_id=term.term_id,
        kind=wanted.kind,
        semester=term.semester,
        academic_year=term.academic_year,
        seconds=wanted.seconds,
        seed=wanted.seed,
        data_revision=data_revision_of(term.term_id),
        options=dict(wanted.options),
        idempotency_key=wanted.idempotency_key,
        created_by_id=user.user_id if user else None,
    )
    asked = {"seconds": wanted.seconds, **wanted.options}
    try:
        db.session.add(job)
        db.session.flush()
        audit.record(term.organization_id, user, action, job, after=asked)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        first = known()
        if first is None:
            raise
        return first
    return job


def settle(job: GenerationJob) -> bool:
    """Settle a job of any kind whose worker is lost or that Redis forgot; True when Redis is away, so that it waits."""
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


def _of_key(user: User | None, wanted: Wanted) -> GenerationJob | None:
    """The job that this very form has asked for."""
    if user is None or not wanted.idempotency_key:
        return None
    query = sa.select(GenerationJob).filter_by(created_by_id=user.user_id, idempotency_key=wanted.idempotency_key)
    return db.session.scalars(query).one_or_none()


def _asks_alike(job: GenerationJob, term: Term, wanted: Wanted) -> bool:
    """Whether a form that was sent twice said the same both times; a browser's Back lets it be filled in anew."""
    asked = (job.term_id, job.kind, job.seconds, job.seed)
    return asked == (term.term_id, wanted.kind, wanted.seconds, wanted.seed) and _has_options(job, wanted)


def _has_options(job: GenerationJob, wanted: Wanted) -> bool:
    as_kept = json.loads(json.dumps(dict(wanted.options)))
    return {**job.options, "handed_over": None} == {**as_kept, "handed_over": None}


def _under_way(term: Term, wanted: Wanted) -> GenerationJob | None:
    query = sa.select(GenerationJob).where(
        GenerationJob.term_id == term.term_id,
        GenerationJob.kind == wanted.kind,
        GenerationJob.status.in_(ACTIVE),
    )
    jobs = db.session.scalars(query.order_by(GenerationJob.created_at))
    return next((job for job in jobs if _has_options(job, wanted) and job.seconds == wanted.seconds), None)
