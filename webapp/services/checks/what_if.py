"""Trying a way out: a draft made as if one rule gave way, by a job of its own; the term's rows stay as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import GenerationJob, JobKind, Timetable, User
from webapp.services.checks.feasibility import Relaxation, active_request, state_of
from webapp.services.checks.findings import Target
from webapp.services.jobs.requests import ACTIVE, Wanted, elapsed_of, handed, settle, write_job
from webapp.services.runs.requests import RunUnknown
from webapp.services.shared.errors import Conflict
from webapp.services.shared.words import _

TRY_SECONDS = 20
"""Wall time for a what-if."""
OPTION = "try"
"""The option by which a job of the kind check is a what-if."""


class NothingToTry(Conflict):
    """The check has no such way out, or it can't be tried."""


@dataclass(frozen=True)
class Trial:
    """Which way out a job tries.

    ``key`` finds the rule again in the instance; it is empty where classes are left out and no rule gives way.
    """

    key: str
    rule: str
    sentence: str
    check_id: str
    targets: tuple[Target, ...] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Trial":
        """The trial as a job's options tell it."""
        targets = tuple(Target(**one) for one in told["targets"])
        return cls(told["key"], told["rule"], told["sentence"], told["check_id"], targets)


@dataclass(frozen=True)
class TrialState:
    """How a what-if stands, and the draft that came of it."""

    job: GenerationJob
    trial: Trial
    elapsed: float
    queue_is_away: bool
    draft: Timetable | None
    told: Mapping[str, Any]

    @property
    def is_active(self) -> bool:
        """Whether it is queued or running, so that polling goes on."""
        return self.job.status in ACTIVE


def request_trial(user: User, check: GenerationJob, number: int, idempotency_key: str | None) -> GenerationJob:
    """Write down a what-if of a check's way out, commit, and hand it to a worker of the fast queue.

    One that is under way for the same way out, or that the same click has made, is returned. Raises NothingToTry.
    """
    answer = state_of(check).answer
    ways = answer.relaxations if answer is not None else ()
    way = next((way for way in ways if way.number == number), None)
    if way is None or not way.can_be_tried:
        raise NothingToTry(_("This check has no such way out that can be tried. Check again."))
    told = _told(check, way)
    same = GenerationJob.options[OPTION]["key"].astext == way.key
    wanted = Wanted(JobKind.CHECK, TRY_SECONDS, {OPTION: told}, idempotency_key)
    return handed(write_job(check.term, user, wanted, "check.try", lambda: active_request(check.term, same)))


def _told(check: GenerationJob, way: Relaxation) -> dict[str, Any]:
    return {
        "key": way.key,
        "rule": way.rule,
        "sentence": way.sentence,
        "check_id": check.job_id,
        "targets": [vars(target) for target in way.targets],
    }


def trial_of(user: User, job_id: str) -> GenerationJob:
    """A what-if of the user's own organisation; raises RunUnknown."""
    query = sa.select(GenerationJob).where(
        GenerationJob.organization_id == user.organization_id,
        GenerationJob.job_id == job_id,
        GenerationJob.kind == JobKind.CHECK,
        GenerationJob.options.has_key(OPTION),
    )
    job = db.session.scalars(query).one_or_none()
    if job is None:
        raise RunUnknown(_("There is no what-if %(job)s.", job=job_id[:40]))
    return job


def trial_state(job: GenerationJob) -> TrialState:
    """How a what-if stands; one whose worker is lost, or that Redis forgot, is settled on the way."""
    queue_is_away = settle(job)
    draft = sa.select(Timetable).filter_by(generation_job_id=job.job_id)
    return TrialState(
        job=job,
        trial=Trial.of(job.options[OPTION]),
        elapsed=elapsed_of(job),
        queue_is_away=queue_is_away,
        draft=db.session.scalars(draft).one_or_none(),
        told=job.facts.get(OPTION, {}),
    )
