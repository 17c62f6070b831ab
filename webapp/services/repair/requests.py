"""Asking a worker to solve the rest anew, or to repair, and how that stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import GenerationJob, JobKind, JobStatus, Term, Timetable, TimetableStatus, User
from webapp.services.editor.drafts import why_not_editable
from webapp.services.editor.errors import NotEditable
from webapp.services.jobs.requests import ACTIVE, Wanted, elapsed_of, request_short_job, settle
from webapp.services.repair.errors import NothingHappened, RedoUnknown, ResolveTimeRefused
from webapp.services.repair.events import events_from
from webapp.services.shared.words import _

KINDS = (JobKind.REPAIR, JobKind.RESOLVE)
RESOLVE_SECONDS = (10, 15, 20, 60)
DEFAULT_SECONDS = 15
REPAIR_SECONDS = 15
"""Wall time for a repair: the least number of moves first, the ladder with what is left."""
CLOSENESS = {"near": 1, "nearer": 10, "any": 0}
"""How much a class that moves must gain, in units of the term's lightest soft rule; 0 for no matter."""


@dataclass(frozen=True)
class RedoState:
    """How a repair or a re-solve stands, as its page shows it."""

    job: GenerationJob
    elapsed: float
    queue_is_away: bool
    base: Timetable | None
    drafts: Mapping[int, int]
    """By the rung (0 for a re-solve): the draft that was made of it."""
    answer: Mapping[str, Any] | None

    @property
    def is_active(self) -> bool:
        """Whether it is queued or running, so that polling goes on."""
        return self.job.status in ACTIVE

    @property
    def status(self) -> str:
        """The job's status."""
        return self.job.status.value

    @property
    def is_repair(self) -> bool:
        """Whether it is a repair, and not a re-solve."""
        return self.job.kind is JobKind.REPAIR


def request_resolve(
    user: User, timetable: Timetable, seconds: int, closeness: str = "near", idempotency_key: str | None = None
) -> GenerationJob:
    """Ask for a draft to be improved around its locks, commit; raises `NotEditable` or `ResolveTimeRefused`."""
    refusal = why_not_editable(timetable)
    if refusal is not None:
        raise NotEditable(refusal)
    if seconds not in RESOLVE_SECONDS:
        offered = ", ".join(map(str, RESOLVE_SECONDS))
        raise ResolveTimeRefused(_("Solving the rest may take %(offered)s seconds, found %(found)s.",
                               offered=offered, found=seconds))  # fmt: skip
    options = {"timetable_id": timetable.timetable_id, "closeness": CLOSENESS.get(closeness, CLOSENESS["near"])}
    wanted = Wanted(JobKind.RESOLVE, seconds, options, idempotency_key)
    return request_short_job(timetable.term, user, wanted)


def request_repair(
    user: User, timetable: Timetable, texts: Sequence[str], idempotency_key: str | None = None
) -> GenerationJob:
    """Ask for a repair after what the texts say, commit; raises `NothingHappened` or `ChangeRefused`."""
    changes = events_from(timetable.term, texts)
    if not changes:
        raise NothingHappened(_("Say what has happened: choose a room, a teacher or a section."))
    options = {"timetable_id": timetable.timetable_id, "changes": [change.as_json() for change in changes]}
    wanted = Wanted(JobKind.REPAIR, REPAIR_SECONDS, options, idempotency_key)
    return request_short_job(timetable.term, user, wanted)


def redo_of(user: User, job_id: str) -> GenerationJob:
    """A repair or re-solve of the user's own organisation; raises `RedoUnknown`."""
    query = sa.select(GenerationJob).filter_by(organization_id=user.organization_id, job_id=job_id)
    job = db.session.scalars(query.where(GenerationJob.kind.in_(KINDS))).one_or_none()
    if job is None:
        raise RedoUnknown(_("There is no repair %(job)s.", job=job_id[:40]))
    return job


def repairable(term: Term) -> Sequence[Timetable]:
    """The term's timetables, the published one first, then the newest."""
    is_published = Timetable.status == TimetableStatus.PUBLISHED
    query = sa.select(Timetable).filter_by(term_id=term.term_id)
    return db.session.scalars(query.order_by(is_published.desc(), Timetable.timetable_id.desc())).all()


def state_of(job: GenerationJob) -> RedoState:
    """How it stands; a job whose worker is lost, or that Redis forgot, is settled on the way."""
    queue_is_away = settle(job)
    made = sa.select(Timetable.result, Timetable.timetable_id).filter_by(generation_job_id=job.job_id)
    drafts = {int(result.get("rung", 0)): key for result, key in db.session.execute(made)}
    answer = job.facts.get(job.kind.value) if job.status is JobStatus.COMPLETED else None
    base = db.session.get(Timetable, job.options["timetable_id"])
    return RedoState(job, elapsed_of(job), queue_is_away, base, drafts, answer)


def latest_repairs(user: User, term_id: int, limit: int = 5) -> Sequence[GenerationJob]:
    """The term's latest repairs."""
    query = sa.select(GenerationJob).filter_by(
        organization_id=user.organization_id, term_id=term_id, kind=JobKind.REPAIR
    )
    return db.session.scalars(query.order_by(GenerationJob.created_at.desc()).limit(limit)).all()
