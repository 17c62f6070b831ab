"""Receipts of runs: the problem and the parts of a run as its worker kept them, and the file that is made of them."""

import json
import re
import zlib
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from webapp.config import VERSION
from webapp.engine.instance import Instance
from webapp.engine.receipt.instance_data import hash_of, instance_data, text_of
from webapp.engine.receipt.receipt import Receipt, RunPart, VariantOrigin, part_data, part_from, zipped
from webapp.extensions import db
from webapp.models import GenerationJob, JobKind, RunRecord, Timetable
from webapp.services.jobs.kinds import GenerateFacts, GenerateOptions, VariantStatus, facts_of, options_of, stored
from webapp.services.shared.errors import NotFound
from webapp.services.shared.words import _
from webapp.services.timetables.quality import least_of

INSTANCE = 0
"""The position of the problem; the parts have those from 1 on."""
ENDED = (VariantStatus.DONE, VariantStatus.DELETED)


# What a worker keeps


def begin(job_id: str, instance: Instance) -> list[RunPart]:
    """Keep the problem that a run solves; returns the parts of an attempt before that solved the same one."""
    text = text_of(instance_data(instance))
    parts = parts_of(job_id)
    if parts and hash_of(_content(job_id, INSTANCE)) == hash_of(text):
        return parts
    db.session.execute(sa.delete(RunRecord).filter_by(job_id=job_id))
    _keep(job_id, INSTANCE, text)
    return []


def keep_part(job_id: str, number: int, part: RunPart) -> None:
    """Keep a part of a run, counted from 1; a part that is there already is overwritten."""
    _keep(job_id, number, json.dumps(part_data(part), ensure_ascii=False).encode())


def parts_of(job_id: str) -> list[RunPart]:
    """The parts of a run that are kept, in their order."""
    query = sa.select(RunRecord.content).filter_by(job_id=job_id).where(RunRecord.position != INSTANCE)
    kept = db.session.scalars(query.order_by(RunRecord.position))
    return [part_from(json.loads(zlib.decompress(content))) for content in kept]


def _keep(job_id: str, position: int, text: bytes) -> None:
    db.session.merge(RunRecord(job_id=job_id, position=position, content=zlib.compress(text)))
    db.session.flush()


def _content(job_id: str, position: int) -> bytes:
    return zlib.decompress(db.session.get_one(RunRecord, (job_id, position)).content)


# What a registrar downloads


def has_receipt(job: GenerationJob | None) -> bool:
    """Whether the parts of a run were kept: not of runs of releases before."""
    if job is None or job.kind is not JobKind.GENERATE:
        return False
    query = sa.select(RunRecord.position).filter_by(job_id=job.job_id).where(RunRecord.position != INSTANCE)
    return db.session.scalar(query.limit(1)) is not None


def receipt_of_run(job: GenerationJob) -> tuple[str, bytes]:
    """The receipt of a whole run: a file's name and its content; raises NotFound where none was kept."""
    return f"receipt-{job.job_id}.zip", _zipped(job, lambda receipt: receipt)


def receipt_of_timetable(timetable: Timetable) -> tuple[str, bytes]:
    """The receipt of one variant of a run, with the parts that it needs; raises NotFound where none was kept."""
    if timetable.job is None:
        raise NotFound(_("%(name)s was not made by a run.", name=timetable.variant_name))
    name = re.sub(r"[^A-Za-z0-9]+", "-", timetable.variant_name).strip("-") or "variant"
    content = _zipped(timetable.job, lambda receipt: receipt.of_variant(timetable.variant_name))
    return f"receipt-{timetable.job.job_id}-{name}.zip", content


def _zipped(job: GenerationJob, chosen: Callable[[Receipt], Receipt]) -> bytes:
    if not has_receipt(job):
        raise NotFound(_("Of this run no receipt was kept."))
    text, parts = _content(job.job_id, INSTANCE), parts_of(job.job_id)
    receipt = Receipt(hash_of(text), tuple(parts), tuple(_origins(job, parts)), _about(job))
    return zipped(chosen(receipt), text)


def _origins(job: GenerationJob, parts: list[RunPart]) -> list[VariantOrigin]:
    """What each finished variant became: while the run goes on what its own search gave."""
    by_name = {part.name: part for part in parts}
    names = [
        (variant.name, variant.taken_from or variant.name)
        for variant in facts_of(job, GenerateFacts).variants
        if variant.status in ENDED
    ]
    return [VariantOrigin(name, of, by_name[of].timetable) for name, of in names if of in by_name]


def _about(job: GenerationJob) -> dict[str, Any]:
    """What was asked for, and what is said of the run beside its parts."""
    return {
        "job": job.job_id,
        "term": {"name": job.term.name, "academic_year": job.academic_year, "semester": job.semester},
        "seconds": job.seconds,
        "seed": job.seed,
        "options": stored(options_of(job, GenerateOptions)),
        "data_revision": job.data_revision,
        "status": job.status.value,
        "started_at": None if job.started_at is None else job.started_at.isoformat(),
        "completed_at": None if job.completed_at is None else job.completed_at.isoformat(),
        "timeloom": VERSION,
        "least_costs": {made.variant_name: least_of(made) for made in job.timetables if least_of(made)},
        "hashes_on_paper_now": {made.variant_name: made.content_hash for made in job.timetables},
    }
