"""Asking a worker whether a term has a timetable at all, and what it answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from webapp.extensions import db
from webapp.flow import audit
from webapp.flow.checking.finding import Target
from webapp.flow.generating import ACTIVE, RunUnknown, elapsed_of, hand_over, settle
from webapp.flow.words import _
from webapp.models import AuditEvent, GenerationJob, JobKind, JobStatus, Term, User

CHECK_SECONDS = 20
"""Wall time for a check: for looking for a timetable, and then for the reason why there is none."""
CHANGES_OF_DATA = ("%.create", "%.edit", "%.delete", "%.paint", "import.%")
"""Actions of the audit trail after which an earlier answer may no longer hold."""


@dataclass(frozen=True)
class Member:
    """One of the rules that can't hold together."""

    sentence: str
    rule: str
    who: str


@dataclass(frozen=True)
class Clash:
    """Rules that can't hold together, and whom they are about.

    ``minimal``: without any one of them the others can hold. ``alike``: of so many more classes the same is true.
    """

    sentence: str
    members: tuple[Member, ...]
    minimal: bool
    alike: int
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Relaxation:
    """A way out and its price; ``is_enough`` where it makes a timetable possible."""

    sentence: str
    is_enough: bool


@dataclass(frozen=True)
class Answer:
    """What a check found out.

    ``verdict`` is "possible", "impossible" or "not proved"; ``seconds`` how long that took.
    """

    verdict: str
    seconds: float
    classes: int
    placed: int
    clashes: tuple[Clash, ...]
    more_clashes: int
    relaxations: tuple[Relaxation, ...]


@dataclass(frozen=True)
class CheckState:
    """How a check stands, as its page shows it.

    ``changes`` counts the changes of data since it was asked for, where it has an answer.
    """

    job: GenerationJob
    elapsed: float
    queue_is_away: bool
    answer: Answer | None
    changes: int

    @property
    def is_active(self) -> bool:
        """Whether it is queued or running, so that polling goes on."""
        return self.job.status in ACTIVE

    @property
    def status(self) -> str:
        """The job's status."""
        return self.job.status.value


def request_check(term: Term, user: User | None, idempotency_key: str | None = None) -> GenerationJob:
    """Write down a check, commit, and hand it to a worker of the fast queue; one that is under way is returned."""
    earlier = _same_request(user, idempotency_key) or _active(term)
    job = earlier or _written(term, user, idempotency_key)
    if job.status is JobStatus.QUEUED and not job.options.get("handed_over"):
        hand_over(job.job_id)
    return job


def _written(term: Term, user: User | None, idempotency_key: str | None) -> GenerationJob:
    job = GenerationJob(
        job_id=f"tt_{token_hex(6)}",
        organization_id=term.organization_id,
        term_id=term.term_id,
        kind=JobKind.CHECK,
        semester=term.semester,
        academic_year=term.academic_year,
        seconds=CHECK_SECONDS,
        idempotency_key=idempotency_key,
        created_by_id=user.user_id if user else None,
    )
    try:
        db.session.add(job)
        db.session.flush()
        audit.record(term.organization_id, user, "check.request", job, after={"seconds": CHECK_SECONDS})
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        first = _same_request(user, idempotency_key)
        if first is None:
            raise
        return first
    return job


def _same_request(user: User | None, idempotency_key: str | None) -> GenerationJob | None:
    if user is None or not idempotency_key:
        return None
    query = sa.select(GenerationJob).filter_by(created_by_id=user.user_id, idempotency_key=idempotency_key)
    return db.session.scalars(query).one_or_none()


def _active(term: Term) -> GenerationJob | None:
    query = sa.select(GenerationJob).where(
        GenerationJob.term_id == term.term_id,
        GenerationJob.kind == JobKind.CHECK,
        GenerationJob.status.in_(ACTIVE),
    )
    return db.session.scalars(query.order_by(GenerationJob.created_at).limit(1)).first()


def latest_check(term: Term) -> CheckState | None:
    """How the term's latest check stands."""
    query = sa.select(GenerationJob).filter_by(term_id=term.term_id, kind=JobKind.CHECK)
    job = db.session.scalars(query.order_by(GenerationJob.created_at.desc()).limit(1)).first()
    return None if job is None else state_of(job)


def check_of(user: User, job_id: str) -> GenerationJob:
    """A check of the user's own organisation; raises `RunUnknown`."""
    query = sa.select(GenerationJob).filter_by(organization_id=user.organization_id, job_id=job_id, kind=JobKind.CHECK)
    job = db.session.scalars(query).one_or_none()
    if job is None:
        raise RunUnknown(_("There is no check %(job)s.", job=job_id[:40]))
    return job


def state_of(job: GenerationJob) -> CheckState:
    """How a check stands; one whose worker is lost, or that Redis forgot, is settled on the way."""
    queue_is_away = settle(job)
    told = job.facts.get("check") if job.status is JobStatus.COMPLETED else None
    answer = None if told is None else _answer(told)
    changes = 0 if answer is None else _changes_since(job)
    return CheckState(job, elapsed_of(job), queue_is_away, answer, changes)


def _changes_since(job: GenerationJob) -> int:
    query = sa.select(sa.func.count()).where(
        AuditEvent.organization_id == job.organization_id,
        AuditEvent.created_at > job.created_at,
        sa.or_(*(AuditEvent.action.like(pattern) for pattern in CHANGES_OF_DATA)),
    )
    return int(db.session.scalar(query) or 0)


def _answer(told: Mapping[str, Any]) -> Answer:
    return Answer(
        verdict=told["verdict"],
        seconds=told["seconds"],
        classes=told["classes"],
        placed=told["placed"],
        clashes=tuple(_clash(one) for one in told["clashes"]),
        more_clashes=told["more_clashes"],
        relaxations=tuple(Relaxation(one["sentence"], one["is_enough"]) for one in told["relaxations"]),
    )


def _clash(told: Mapping[str, Any]) -> Clash:
    targets: Sequence[Mapping[str, Any]] = told["targets"]
    return Clash(
        sentence=told["sentence"],
        members=tuple(Member(one["sentence"], one["rule"], one["who"]) for one in told["members"]),
        minimal=told["minimal"],
        alike=told["alike"],
        targets=tuple(Target(**one) for one in targets),
    )
