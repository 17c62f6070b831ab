"""What a run tells of its variants, kept true when one of them is deleted or cut after the run has ended."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import GenerationJob, JobKind, Timetable
from webapp.services.jobs.kinds import GenerateFacts, VariantFacts, VariantStatus, facts_of, keep_facts


def note_deleted(timetables: Iterable[Timetable]) -> None:
    """Let the runs of these timetables, which are about to go, no longer tell of them as stored."""
    _renew(timetables, lambda variant, _row: replace(variant, status=VariantStatus.DELETED, quality=None))


def note_cut(timetables: Iterable[Timetable]) -> None:
    """Let the runs of these timetables tell how many classes of them have no place now, and no score."""
    _renew(timetables, lambda variant, row: replace(variant, unplaced=row.unplaced, quality=None))


def _renew(timetables: Iterable[Timetable], change: Callable[[VariantFacts, Timetable], VariantFacts]) -> None:
    by_job: dict[str, dict[str, Timetable]] = defaultdict(dict)
    for timetable in timetables:
        if timetable.generation_job_id is not None:
            by_job[timetable.generation_job_id][timetable.variant_name] = timetable
    query = sa.select(GenerationJob).where(GenerationJob.job_id.in_(by_job), GenerationJob.kind == JobKind.GENERATE)
    for job in db.session.scalars(query.order_by(GenerationJob.job_id).with_for_update()):
        facts, concerned = facts_of(job, GenerateFacts), by_job[job.job_id]
        variants = tuple(
            change(variant, concerned[variant.name]) if variant.name in concerned else variant
            for variant in facts.variants
        )
        keep_facts(job, replace(facts, variants=variants))
    db.session.flush()
