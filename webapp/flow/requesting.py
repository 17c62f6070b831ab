"""Asking for a short job: written down once, however often somebody clicks, and handed to the fast queue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from webapp.extensions import db
from webapp.flow import audit
from webapp.flow.generating import ACTIVE, hand_over
from webapp.models import GenerationJob, JobKind, JobStatus, Term, User


@dataclass(frozen=True)
class Wanted:
    """What a short job shall do, and for how long."""

    kind: JobKind
    seconds: int
    options: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str | None = None


def request_short_job(term: Term, user: User | None, wanted: Wanted) -> GenerationJob:
    """Write down a job, commit, and hand it to a worker; one that is asked for alike and under way is returned."""
    earlier = _same_request(user, wanted) or _under_way(term, wanted)
    return handed(earlier or write_job(term, user, wanted, f"{wanted.kind.value}.request"))


def handed(job: GenerationJob) -> GenerationJob:
    """The job, handed to a worker unless it has been already."""
    if job.status is JobStatus.QUEUED and not job.options.get("handed_over"):
        hand_over(job.job_id)
    return job


def write_job(term: Term, user: User | None, wanted: Wanted, action: str) -> GenerationJob:
    """Write down a job and commit; the one that the same form has made before is returned."""
    earlier = _same_request(user, wanted)
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
        first = _same_request(user, wanted)
        if first is None:
            raise
        return first
    return job


def _same_request(user: User | None, wanted: Wanted) -> GenerationJob | None:
    """The job of a form that was sent twice."""
    if user is None or not wanted.idempotency_key:
        return None
    query = sa.select(GenerationJob).filter_by(created_by_id=user.user_id, idempotency_key=wanted.idempotency_key)
    return db.session.scalars(query).one_or_none()


def _under_way(term: Term, wanted: Wanted) -> GenerationJob | None:
    query = sa.select(GenerationJob).where(
        GenerationJob.term_id == term.term_id,
        GenerationJob.kind == wanted.kind,
        GenerationJob.status.in_(ACTIVE),
    )
    jobs = db.session.scalars(query.order_by(GenerationJob.created_at))
    alike = (job for job in jobs if {**job.options, "handed_over": None} == {**wanted.options, "handed_over": None})
    return next((job for job in alike if job.seconds == wanted.seconds), None)
