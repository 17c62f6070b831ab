"""Tells how a generation stands, as the page, the API and the command show it."""

from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import GenerationJob, JobStatus, Stage, Timetable
from webapp.services.jobs.failures import failure_in_words
from webapp.services.jobs.kinds import (
    GenerateFacts,
    GenerateOptions,
    VariantFacts,
    VariantStatus,
    facts_of,
    options_of,
)
from webapp.services.jobs.requests import elapsed_of, settle
from webapp.services.jobs.selection import ACTIVE
from webapp.services.problem.weights import VARIANTS
from webapp.services.runs.verdict import RunOutcome, RunVerdict, verdict_of
from webapp.services.shared.words import _, first_of
from webapp.services.timetables.quality import ScoreStanding


@dataclass(frozen=True)
class Progress:
    """How a run stands, as the page and the API show it."""

    job_id: str
    status: str
    stage: str | None
    progress: int
    elapsed: float
    limit: int
    variants: tuple[VariantFacts, ...]
    message: str
    verdict: RunVerdict | None
    attempt: int
    facts: GenerateFacts

    @property
    def is_active(self) -> bool:
        """Whether the run is queued or running, so that polling goes on."""
        return self.status in ACTIVE

    @property
    def mood(self) -> str:
        """How the bar looks: "good" only where every variant is complete, "bad" where the run failed."""
        if self.verdict is not None and self.verdict.outcome is RunOutcome.ALL:
            return "good"
        return "bad" if self.status == JobStatus.FAILED else ""

    @property
    def variants_done(self) -> int:
        """How many variants are stored."""
        return sum(variant.status is VariantStatus.DONE for variant in self.variants)

    @property
    def variants_total(self) -> int:
        """How many variants the run makes."""
        return len(self.variants)

    @property
    def best_cost(self) -> int | None:
        """The lowest cost of a timetable without hard violations that the search has seen."""
        return self.facts.best_cost

    @property
    def bound(self) -> int | None:
        """The cost that no timetable can be below, where one is proven."""
        return self.facts.bound

    def standing(self, variant: VariantFacts) -> ScoreStanding:
        """What the quality of a variant is worth, as it was stored."""
        quality = None if variant.quality is None else Decimal(str(variant.quality)).quantize(Decimal("0.01"))
        return ScoreStanding(quality, variant.unplaced or 0)

    @property
    def at_work(self) -> VariantFacts | None:
        """The variant that is being improved."""
        return next((variant for variant in self.variants if variant.status is VariantStatus.RUNNING), None)

    @property
    def blockers(self) -> list[str]:
        """What the run was begun in spite of, the first of it and how many more there are."""
        sentences = list(map(str, self.facts.blockers))
        return first_of(sentences, len(sentences), len(sentences) + self.facts.more_blockers)


def progress_of(job: GenerationJob) -> Progress:
    """Read how a run stands; settle it where its worker is lost or Redis forgot it: the caller commits."""
    queue_is_away = settle(job)
    facts = facts_of(job, GenerateFacts)
    verdict = verdict_of(job)
    names = options_of(job, GenerateOptions).profiles or VARIANTS
    return Progress(
        job_id=job.job_id,
        status=job.status.value,
        stage=job.stage.value if job.stage else None,
        progress=100 if job.status is JobStatus.COMPLETED else job.progress,
        elapsed=elapsed_of(job),
        limit=job.seconds,
        variants=facts.variants or tuple(VariantFacts(name) for name in names),
        message=_message(job, facts, verdict, queue_is_away),
        verdict=verdict,
        attempt=job.attempt,
        facts=facts,
    )


def _message(job: GenerationJob, facts: GenerateFacts, verdict: RunVerdict | None, queue_is_away: bool) -> str:
    """One sentence on where the run is, with its numbers."""
    match job.status:
        case JobStatus.QUEUED if queue_is_away:
            return _("Waiting: the queue (Redis) does not answer. The run begins by itself once it does.")
        case JobStatus.QUEUED if job.attempt:
            return _("Waiting for a worker to go on: the one before was lost.")
        case JobStatus.QUEUED:
            return _("Waiting for a worker.")
        case JobStatus.FAILED:
            return failure_in_words(job) or _("The run failed.")
        case JobStatus.CANCELLED | JobStatus.COMPLETED:
            ended = verdict.sentence if verdict else ""
            return _("Cancelled. %(verdict)s", verdict=ended) if job.status is JobStatus.CANCELLED else ended
    if job.cancel_requested_at is not None:
        return _("Cancelling.")
    if job.stop_requested_at is not None:
        return _("Finishing with the best so far.")
    return _stage_message(job, facts)


def _stage_message(job: GenerationJob, facts: GenerateFacts) -> str:
    match job.stage:
        case Stage.CLUSTERING:
            return _("Finding which classes share people.")
        case Stage.SCHEDULING:
            meetings = "?" if facts.meetings is None else facts.meetings
            return _("Finding a first timetable for %(meetings)s classes.", meetings=meetings)
        case Stage.CONFLICT_RESOLUTION:
            running = (variant.name for variant in facts.variants if variant.status is VariantStatus.RUNNING)
            name = next(running, "")
            return _("Improving the variant %(name)s.", name=name) if name else _("Improving the variants.")
        case Stage.SAVING:
            return _("Choosing the best of all timetables found for each variant.")
    return _("Starting.")


def variants_stored(job: GenerationJob) -> dict[str, int]:
    """The variants of a run that are stored already: name and ``timetable_id``."""
    query = sa.select(Timetable.variant_name, Timetable.timetable_id).filter_by(generation_job_id=job.job_id)
    return dict(db.session.execute(query.order_by(Timetable.timetable_id)).all())
