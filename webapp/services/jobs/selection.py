"""Finds jobs: by their id and kind within the user's organisation, or a term's under way and its latest."""

from collections.abc import Sequence

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import GenerationJob, JobKind, JobStatus, Term, User
from webapp.services.shared.scoped import load

ACTIVE = (JobStatus.QUEUED, JobStatus.RUNNING)
REDONE = (JobKind.REPAIR, JobKind.RESOLVE)
"""The kinds that make a draft of a timetable that is there."""


def job_of(user: User, job_id: str, *kinds: JobKind) -> GenerationJob:
    """The job of the user's own organisation, of one of these kinds where any is named; raises NotFound."""
    conditions = (GenerationJob.kind.in_(kinds),) if kinds else ()
    return load(user, GenerationJob, job_id, *conditions)


def active_jobs(term: Term, kind: JobKind) -> Sequence[GenerationJob]:
    """The term's jobs of a kind that are queued or running, the first asked for first."""
    query = sa.select(GenerationJob).filter_by(term_id=term.term_id, kind=kind)
    return db.session.scalars(query.where(GenerationJob.status.in_(ACTIVE)).order_by(GenerationJob.created_at)).all()


def active_job(term: Term, kind: JobKind) -> GenerationJob | None:
    """The first of the term's jobs of a kind that is queued or running."""
    return next(iter(active_jobs(term, kind)), None)


def latest_jobs(term: Term, kind: JobKind, most: int = 50) -> Sequence[GenerationJob]:
    """The term's jobs of a kind, latest first."""
    query = sa.select(GenerationJob).filter_by(term_id=term.term_id, kind=kind)
    return db.session.scalars(query.order_by(GenerationJob.created_at.desc()).limit(most)).all()
