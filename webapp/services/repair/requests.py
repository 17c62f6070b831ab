"""Asks a worker to solve the rest anew, or to repair, and tells how that stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import GenerationJob, JobKind, JobStatus, Term, Timetable, TimetableStatus, User
from webapp.services.editor.drafts import why_not_editable
from webapp.services.editor.errors import NotEditable
from webapp.services.jobs.kinds import (
    KIND_OF,
    RepairAnswer,
    RepairEvent,
    RepairFacts,
    RepairOptions,
    ResolveAnswer,
    ResolveFacts,
    ResolveOptions,
    facts_of,
    options_of,
)
from webapp.services.jobs.requests import JobRequest, find_under_way, request_job, settle
from webapp.services.jobs.states import JobState
from webapp.services.repair.errors import NothingHappened, ResolveTimeRefused
from webapp.services.repair.events import events_from
from webapp.services.shared.words import _

RESOLVE_SECONDS = (10, 15, 20, 60)
DEFAULT_SECONDS = 15
REPAIR_SECONDS = 15
"""Wall time for a repair: the least number of moves first, the ladder with what is left."""
CLOSENESS = {"near": 1, "nearer": 10, "any": 0}
"""How much a class that moves must gain, in units of the term's lightest soft rule; 0 for no matter."""


@dataclass(frozen=True)
class RedoState(JobState):
    """How a repair or a re-solve stands, as its page shows it."""

    base: Timetable | None
    drafts: Mapping[int, int]
    """By the rung (0 for a re-solve): the draft that was made of it."""
    repair: RepairAnswer | None
    resolve: ResolveAnswer | None

    @property
    def draft(self) -> int | None:
        """The draft of a re-solve, where it is still there."""
        return self.drafts.get(0)

    @property
    def unplaced(self) -> list[tuple[str, str]]:
        """The classes that even the least repair finds no place for, and why."""
        rungs = self.repair.rungs if self.repair else ()
        return [(unplaced.label, unplaced.reason.sentence) for rung in rungs[:1] for unplaced in rung.unplaced]

    @property
    def events(self) -> Sequence[RepairEvent]:
        """What has happened, where it is a repair."""
        return events_of(self.job) if self.is_repair else ()

    @property
    def is_placing(self) -> bool:
        """Whether it places what has no place, and nothing has happened beside that."""
        return self.is_repair and options_of(self.job, RepairOptions).place_waiting

    @property
    def is_repair(self) -> bool:
        """Whether it is a repair, and not a re-solve."""
        return self.job.kind is JobKind.REPAIR


def request_resolve(
    user: User, timetable: Timetable, seconds: int, closeness: str = "near", idempotency_key: str | None = None
) -> GenerationJob:
    """Ask for a draft to be improved around its locks; raises `NotEditable` or `ResolveTimeRefused`."""
    refusal = why_not_editable(timetable)
    if refusal is not None:
        raise NotEditable(refusal)
    if seconds not in RESOLVE_SECONDS:
        offered = ", ".join(map(str, RESOLVE_SECONDS))
        raise ResolveTimeRefused(_("Solving the rest may take %(offered)s seconds, found %(found)s.",
                               offered=offered, found=seconds))  # fmt: skip
    options = ResolveOptions(CLOSENESS.get(closeness, CLOSENESS["near"]))
    return _request(user, timetable, options, seconds, idempotency_key)


def request_repair(
    user: User, timetable: Timetable, texts: Sequence[str], idempotency_key: str | None = None
) -> GenerationJob:
    """Ask for a repair after what the texts say; raises `NothingHappened` or `ChangeRefused`."""
    changes = events_from(timetable.term, texts)
    if not changes:
        raise NothingHappened(_("Say what has happened: choose a room, a teacher or a section."))
    return _request(user, timetable, RepairOptions(tuple(changes)), REPAIR_SECONDS, idempotency_key)


def request_placing(user: User, timetable: Timetable, idempotency_key: str | None = None) -> GenerationJob:
    """Ask for places of what has none in a timetable by the data of today, moving as few classes as possible.

    Nothing is reckoned with but the term's own data.
    """
    return _request(user, timetable, RepairOptions(place_waiting=True), REPAIR_SECONDS, idempotency_key)


def _request(
    user: User, timetable: Timetable, options: RepairOptions | ResolveOptions, seconds: int, key: str | None
) -> GenerationJob:
    """Write down the job, or return one asked for alike that is under way; a worker gets it once it is committed."""
    action = f"{KIND_OF[type(options)].value}.request"
    request = JobRequest(options, seconds, action, key, base_timetable_id=timetable.timetable_id)
    return request_job(timetable.term, user, request, lambda: find_under_way(timetable.term, request))


def repairable(term: Term) -> Sequence[Timetable]:
    """The term's timetables, the published one first, then the newest."""
    is_published = Timetable.status == TimetableStatus.PUBLISHED
    query = sa.select(Timetable).filter_by(term_id=term.term_id)
    return db.session.scalars(query.order_by(is_published.desc(), Timetable.timetable_id.desc())).all()


def state_of(job: GenerationJob) -> RedoState:
    """Read how the job stands; settle it where its worker is lost or Redis forgot it: the caller commits."""
    queue_is_away = settle(job)
    made = sa.select(Timetable.rung, Timetable.timetable_id).filter_by(generation_job_id=job.job_id)
    drafts = {rung or 0: key for rung, key in db.session.execute(made)}
    base = None if job.base_timetable_id is None else db.session.get(Timetable, job.base_timetable_id)
    is_done = job.status is JobStatus.COMPLETED
    return RedoState(
        job,
        queue_is_away,
        base,
        drafts,
        facts_of(job, RepairFacts).answer if is_done and job.kind is JobKind.REPAIR else None,
        facts_of(job, ResolveFacts).answer if is_done and job.kind is JobKind.RESOLVE else None,
    )


def events_of(job: GenerationJob) -> Sequence[RepairEvent]:
    """The events that a repair was asked for."""
    return options_of(job, RepairOptions).changes
