"""Tries a way out: a draft made as if one rule gave way, by a job of its own; the term's rows stay as they are."""

from dataclasses import dataclass

import sqlalchemy as sa

from webapp.engine.rules import rule_named
from webapp.extensions import db
from webapp.models import GenerationJob, JobKind, Timetable, User
from webapp.services.checks.feasibility import state_of
from webapp.services.jobs.kinds import WhatIfAnswer, WhatIfFacts, WhatIfOptions, facts_of, options_of
from webapp.services.jobs.requests import JobRequest, request_job, settle
from webapp.services.jobs.selection import active_jobs
from webapp.services.jobs.states import JobState
from webapp.services.shared.errors import Conflict
from webapp.services.shared.words import _

WHAT_IF_SECONDS = 20
"""Wall time for a what-if."""


class NothingToTry(Conflict):
    """The check has no such way out, or it can't be tried."""


@dataclass(frozen=True)
class WhatIfState(JobState):
    """How a what-if stands, and the draft that came of it."""

    options: WhatIfOptions
    draft: Timetable | None
    answer: WhatIfAnswer | None

    @property
    def left_out(self) -> int:
        """How many classes have no place in the draft."""
        return self.answer.classes - self.answer.placed if self.answer else 0

    @property
    def broken(self) -> str:
        """How often the draft breaks the rule, such as "2 slots too many"; empty where it does not."""
        count = self.answer.broken if self.answer else 0
        return rule_named(self.options.rule).amount_in_words(count) if count else ""


def request_what_if(user: User, check: GenerationJob, number: int, idempotency_key: str | None) -> GenerationJob:
    """Write down a what-if of a check's way out, and hand it to a worker of the fast queue once it is committed.

    One that is under way for the same way out, or that the same click has made, is returned. Raises NothingToTry.
    """
    way = next((way for way in state_of(check).ways_out if way.number == number), None)
    if way is None or not way.can_be_tried:
        raise NothingToTry(_("This check has no such way out that can be tried. Check again."))
    tried = way.relaxation
    options = WhatIfOptions(tried.key, tried.rule, tried.sentence, tried.targets)
    request = JobRequest(options, WHAT_IF_SECONDS, "check.try", idempotency_key, check_job_id=check.job_id)
    return request_job(check.term, user, request, lambda: _under_way(check, tried.key))


def _under_way(check: GenerationJob, key: str) -> GenerationJob | None:
    jobs = active_jobs(check.term, JobKind.WHAT_IF)
    return next((job for job in jobs if options_of(job, WhatIfOptions).key == key), None)


def state_of_what_if(job: GenerationJob) -> WhatIfState:
    """Read how a what-if stands; settle it where its worker is lost or Redis forgot it: the caller commits."""
    queue_is_away = settle(job)
    draft = sa.select(Timetable).filter_by(generation_job_id=job.job_id)
    return WhatIfState(
        job=job,
        options=options_of(job, WhatIfOptions),
        queue_is_away=queue_is_away,
        draft=db.session.scalars(draft).one_or_none(),
        answer=facts_of(job, WhatIfFacts).answer,
    )
