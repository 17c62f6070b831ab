"""What is kept for how long: drafts that nobody has touched and uploaded files go, what was ever published stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import defer, joinedload

from webapp.extensions import db
from webapp.models import (
    GenerationJob,
    RunRecord,
    Timetable,
    TimetableChange,
    TimetableComment,
    TimetableStatus,
    Upload,
)
from webapp.services.jobs.selection import ACTIVE
from webapp.services.runs.variant_facts import note_deleted
from webapp.services.shared import audit

DRAFT_DAYS = 365
UPLOAD_DAYS = 90


@dataclass(frozen=True)
class Expired:
    """What has lain for longer than it is kept."""

    drafts: Sequence[Timetable]
    uploads: Sequence[Upload]
    runs: Sequence[GenerationJob]
    """Those whose records go: what is kept to do them again, once nothing is left of what they made."""


def expired(draft_days: int = DRAFT_DAYS, upload_days: int = UPLOAD_DAYS) -> Expired:
    """The drafts that nobody has made, changed or spoken about for so many days, and the files sent before so many.

    What was ever published has a number and is none of them, whatever its status is today. Nor is what a run that is
    queued or under way has made or holds to. A run's records go with the last of its timetables.
    """
    drafts = db.session.scalars(_old_drafts(draft_days)).all()
    runs = _without_timetables(draft_days, [draft.timetable_id for draft in drafts])
    return Expired(drafts, db.session.scalars(_old_uploads(upload_days)).all(), db.session.scalars(runs).all())


def delete_draft(draft: Timetable) -> bool:
    """Delete a draft with its audit event; False where it was published or deleted since it was looked for."""
    before = {"name": draft.variant_name, "term": draft.term.name, "made": f"{draft.created_at:%Y-%m-%d}"}
    is_draft = (Timetable.status == TimetableStatus.DRAFT, Timetable.number.is_(None))
    query = sa.delete(Timetable).where(Timetable.timetable_id == draft.timetable_id, *is_draft)
    if db.session.scalar(query.returning(Timetable.timetable_id)) is None:
        return False
    note_deleted([draft])
    audit.record(draft.organization_id, None, "timetable.clean", draft, before=before)
    return True


def delete_upload(upload: Upload) -> None:
    """Delete a file that was sent, with its audit event."""
    before = {"file": upload.filename, "sent": f"{upload.created_at:%Y-%m-%d}"}
    audit.record(upload.organization_id, None, "upload.clean", upload, before=before)
    db.session.execute(sa.delete(Upload).filter_by(upload_id=upload.upload_id))


def delete_records(run: GenerationJob) -> None:
    """Delete what is kept of a run to do it again, with its audit event; the run itself stays."""
    before = {"run": run.job_id, "asked": f"{run.created_at:%Y-%m-%d}"}
    audit.record(run.organization_id, None, "run.clean", run, before=before)
    db.session.execute(sa.delete(RunRecord).filter_by(job_id=run.job_id))


def _without_timetables(days: int, going: Sequence[int]) -> sa.Select[GenerationJob]:
    """Runs older than so many days with records and without a timetable, but for those that go."""
    own = GenerationJob.job_id
    left = sa.exists().where(Timetable.generation_job_id == own, Timetable.timetable_id.not_in(going))
    return (
        sa.select(GenerationJob)
        .where(
            GenerationJob.created_at < datetime.now(UTC) - timedelta(days=days),
            GenerationJob.status.not_in(ACTIVE),
            sa.exists().where(RunRecord.job_id == own),
            sa.not_(left),
        )
        .order_by(own)
    )


def _old_drafts(days: int) -> sa.Select[Timetable]:
    since = datetime.now(UTC) - timedelta(days=days)
    own = Timetable.timetable_id
    changed = sa.exists().where(TimetableChange.timetable_id == own, TimetableChange.created_at >= since)
    spoken_of = sa.exists().where(TimetableComment.timetable_id == own, TimetableComment.created_at >= since)
    at_work = sa.exists().where(
        GenerationJob.status.in_(ACTIVE),
        sa.or_(
            GenerationJob.job_id == Timetable.generation_job_id,
            GenerationJob.base_timetable_id == own,
        ),
    )
    return (
        sa.select(Timetable)
        .where(
            Timetable.status == TimetableStatus.DRAFT,
            Timetable.number.is_(None),
            Timetable.created_at < since,
            sa.not_(sa.or_(changed, spoken_of, at_work)),
        )
        .options(joinedload(Timetable.term))
        .order_by(own)
    )


def _old_uploads(days: int) -> sa.Select[Upload]:
    since = datetime.now(UTC) - timedelta(days=days)
    return sa.select(Upload).where(Upload.created_at < since).options(defer(Upload.content)).order_by(Upload.upload_id)
