"""Asks a worker whether a term has a timetable at all, and tells what it answered."""

from dataclasses import dataclass

from webapp.models import GenerationJob, JobKind, JobStatus, Term, User
from webapp.services.jobs.kinds import CheckAnswer, CheckFacts, CheckOptions, Relaxation, facts_of
from webapp.services.jobs.requests import JobRequest, request_job, settle
from webapp.services.jobs.selection import active_job, latest_jobs
from webapp.services.jobs.states import JobState
from webapp.services.problem.stored_entries import DOUBLE_BOOKINGS
from webapp.services.terms.selection import data_revision_of

CHECK_SECONDS = 20
"""Wall time for a check: for looking for a timetable, and then for the reason why there is none."""


@dataclass(frozen=True)
class WayOut:
    """A way out of the first clash as the page shows it, by its number."""

    number: int
    relaxation: Relaxation

    @property
    def is_double_booking(self) -> bool:
        """Whether it would put somebody in two places at once, which no timetable may."""
        return self.relaxation.rule in DOUBLE_BOOKINGS

    @property
    def can_be_tried(self) -> bool:
        """Whether a draft can be made as if the rule gave way."""
        may_be_enough = self.relaxation.is_enough or not self.relaxation.is_known
        return may_be_enough and bool(self.relaxation.rule) and not self.is_double_booking


@dataclass(frozen=True)
class CheckState(JobState):
    """How a check stands, as its page shows it.

    ``is_outdated`` where it has an answer and the term's data have changed since it was asked for.
    """

    answer: CheckAnswer | None
    is_outdated: bool

    @property
    def ways_out(self) -> list[WayOut]:
        """The ways out, numbered."""
        return [WayOut(number, way) for number, way in enumerate(self.answer.relaxations if self.answer else ())]


def request_check(term: Term, user: User | None, idempotency_key: str | None = None) -> GenerationJob:
    """Write down a check, and hand it to a worker once it is committed; one that is under way is returned."""
    request = JobRequest(CheckOptions(), CHECK_SECONDS, "check.request", idempotency_key)
    return request_job(term, user, request, lambda: active_job(term, JobKind.CHECK))


def latest_check(term: Term) -> CheckState | None:
    """The state of the term's latest check; see `state_of`."""
    latest = latest_jobs(term, JobKind.CHECK, 1)
    return state_of(latest[0]) if latest else None


def state_of(job: GenerationJob) -> CheckState:
    """Read how a check stands; settle it where its worker is lost or Redis forgot it: the caller commits."""
    queue_is_away = settle(job)
    facts = facts_of(job, CheckFacts)
    answer = facts.answer if job.status is JobStatus.COMPLETED else None
    is_outdated = answer is not None and job.data_revision != data_revision_of(job.term_id)
    return CheckState(job, queue_is_away, answer, is_outdated)
