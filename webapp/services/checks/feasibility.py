"""Asking a worker whether a term has a timetable at all, and what it answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import GenerationJob, JobKind, JobStatus, Term, User
from webapp.services.checks.findings import Target
from webapp.services.jobs.requests import ACTIVE, Wanted, elapsed_of, handed, settle, write_job
from webapp.services.problem.stored_entries import DOUBLE_BOOKINGS
from webapp.services.runs.requests import RunUnknown
from webapp.services.shared.words import _
from webapp.services.terms.selection import data_revision_of

CHECK_SECONDS = 20
"""Wall time for a check: for looking for a timetable, and then for the reason why there is none."""
IS_CHECK = sa.not_(GenerationJob.options.has_key("try"))
"""What-ifs are jobs of the same kind, with this option."""


@dataclass(frozen=True)
class Member:
    """One of the rules that can't hold together."""

    sentence: str
    rule: str
    who: str


@dataclass(frozen=True)
class Clash:
    """Rules that can't hold together, and whom they are about.

    ``minimal``: without any one of them the others can hold. ``verified``: a second model, of these rules alone, has no
    timetable either. ``alike``: of so many more classes the same is true.
    """

    sentence: str
    members: tuple[Member, ...]
    minimal: bool
    verified: bool
    alike: int
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Relaxation:
    """A way out and its price; ``is_enough`` where it makes a timetable possible.

    ``is_known`` is False where there was no time to ask whether it is enough.
    ``price`` is in the rule's own unit, and ``proven`` where less is not enough. ``key`` finds the rule again; it is
    empty for leaving classes out. ``targets`` are the rows where the data would be changed for good.
    """

    sentence: str
    is_enough: bool
    is_known: bool
    number: int
    price: str
    proven: bool
    rule: str
    key: str
    targets: tuple[Target, ...]

    @property
    def is_double_booking(self) -> bool:
        """Whether it would put somebody in two places at once, which no timetable may."""
        return self.rule in DOUBLE_BOOKINGS

    @property
    def can_be_tried(self) -> bool:
        """Whether a draft can be made as if the rule gave way."""
        return (self.is_enough or not self.is_known) and bool(self.rule) and not self.is_double_booking


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

    ``is_outdated`` where it has an answer and the term's data have changed since it was asked for.
    """

    job: GenerationJob
    elapsed: float
    queue_is_away: bool
    answer: Answer | None
    is_outdated: bool

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
    wanted = Wanted(JobKind.CHECK, CHECK_SECONDS, idempotency_key=idempotency_key)
    return handed(write_job(term, user, wanted, "check.request", lambda: active_request(term, IS_CHECK)))


def active_request(term: Term, condition: sa.ColumnElement[bool]) -> GenerationJob | None:
    """The term's check, or what-if, of that condition that is queued or running."""
    query = sa.select(GenerationJob).where(
        GenerationJob.term_id == term.term_id,
        GenerationJob.kind == JobKind.CHECK,
        GenerationJob.status.in_(ACTIVE),
        condition,
    )
    return db.session.scalars(query.order_by(GenerationJob.created_at).limit(1)).first()


def latest_check(term: Term) -> CheckState | None:
    """How the term's latest check stands."""
    query = sa.select(GenerationJob).filter_by(term_id=term.term_id, kind=JobKind.CHECK).where(IS_CHECK)
    job = db.session.scalars(query.order_by(GenerationJob.created_at.desc()).limit(1)).first()
    return None if job is None else state_of(job)


def check_of(user: User, job_id: str) -> GenerationJob:
    """A check of the user's own organisation; raises `RunUnknown`."""
    query = sa.select(GenerationJob).filter_by(organization_id=user.organization_id, job_id=job_id, kind=JobKind.CHECK)
    query = query.where(IS_CHECK)
    job = db.session.scalars(query).one_or_none()
    if job is None:
        raise RunUnknown(_("There is no check %(job)s.", job=job_id[:40]))
    return job


def state_of(job: GenerationJob) -> CheckState:
    """How a check stands; one whose worker is lost, or that Redis forgot, is settled on the way."""
    queue_is_away = settle(job)
    told = job.facts.get("check") if job.status is JobStatus.COMPLETED else None
    answer = None if told is None else _answer(told)
    is_outdated = answer is not None and job.data_revision != data_revision_of(job.term_id)
    return CheckState(job, elapsed_of(job), queue_is_away, answer, is_outdated)


def _answer(told: Mapping[str, Any]) -> Answer:
    return Answer(
        verdict=told["verdict"],
        seconds=told["seconds"],
        classes=told["classes"],
        placed=told["placed"],
        clashes=tuple(_clash(one) for one in told["clashes"]),
        more_clashes=told["more_clashes"],
        relaxations=tuple(_relaxation(number, one) for number, one in enumerate(told["relaxations"])),
    )


def _relaxation(number: int, told: Mapping[str, Any]) -> Relaxation:
    """A way out; those that a check of an earlier version told have no rule by which they could be tried."""
    return Relaxation(
        sentence=told["sentence"],
        is_enough=told["is_enough"],
        is_known=told.get("is_known", True),
        number=number,
        price=told.get("price", ""),
        proven=told.get("proven", False),
        rule=told.get("rule", ""),
        key=told.get("key", ""),
        targets=tuple(Target(**one) for one in told.get("targets", ())),
    )


def _clash(told: Mapping[str, Any]) -> Clash:
    targets: Sequence[Mapping[str, Any]] = told["targets"]
    return Clash(
        sentence=told["sentence"],
        members=tuple(Member(one["sentence"], one["rule"], one["who"]) for one in told["members"]),
        minimal=told["minimal"],
        verified=told.get("verified", False),
        alike=told["alike"],
        targets=tuple(Target(**one) for one in targets),
    )
