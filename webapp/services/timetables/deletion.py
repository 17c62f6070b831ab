"""Runs, variants and drafts that are no longer wanted: what goes, what stays and why, and their deletion.

What was ever published has a number and stays, and so does the run that has made it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import GenerationJob, Timetable, User
from webapp.services.jobs.selection import ACTIVE
from webapp.services.runs.variant_facts import note_deleted
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.errors import Conflict, NotFound, Problem
from webapp.services.shared.scoped import rows_of
from webapp.services.shared.words import _, first_of
from webapp.services.timetables import lifecycle
from webapp.services.timetables.lifecycle import DRAFT, IN_REVIEW

MOST_NAMED = 20


class NothingToDelete(Problem):
    """Nothing was ticked, or all of it has to stay; the findings say why."""


class DeletionStale(Conflict):
    """What is to be deleted is not what the page showed; the findings say what has happened."""


@dataclass(frozen=True)
class Kept:
    """A timetable or run that stays, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Deletion:
    """What a deletion takes: the timetables that go, the runs that go, and what of the chosen ones stays.

    ``seen`` marks all of it, for `delete` to tell whether it is still so.
    """

    timetables: tuple[Timetable, ...]
    runs: tuple[GenerationJob, ...]
    kept: tuple[Kept, ...]
    seen: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing goes."""
        return not self.timetables and not self.runs


def why_kept(timetable: Timetable) -> str | None:
    """Why a timetable can't be deleted, as a sentence; None where it can."""
    name = timetable.variant_name
    if timetable.number is not None:
        return _("%(name)s is version %(number)s: what was ever published stays.", name=name, number=timetable.number)
    if timetable.status in IN_REVIEW:
        return _("%(name)s is before the heads of department: withdraw it from review first.", name=name)
    if timetable.status is not DRAFT:
        return _("%(name)s is %(status)s, so it stays.", name=name, status=timetable.status.value)
    job_id = _at_work_on(timetable)
    if job_id is not None:
        return _("%(name)s is being worked on by run %(job)s: cancel that first.", name=name, job=job_id)
    return None


def _at_work_on(timetable: Timetable) -> str | None:
    """The queued or running job that makes the timetable or holds to it."""
    concerns = sa.or_(
        GenerationJob.job_id == timetable.generation_job_id,
        GenerationJob.base_timetable_id == timetable.timetable_id,
    )
    return db.session.scalar(sa.select(GenerationJob.job_id).where(GenerationJob.status.in_(ACTIVE), concerns).limit(1))


def deletion_of(user: User, timetable_ids: Sequence[int], job_ids: Sequence[str]) -> Deletion:
    """What goes and what stays of these timetables and runs; a run takes its timetables with it.

    Raises `NotFound` where one of them is not there, or another organisation's.
    """
    jobs = _all_of(user, GenerationJob, job_ids, _("There is no run %(key)s; it may have been deleted meanwhile."))
    missing = _("There is no timetable %(key)s; it may have been deleted meanwhile.")
    chosen = {row.timetable_id: row for row in _all_of(user, Timetable, timetable_ids, missing)}
    made: dict[str, list[Timetable]] = {job.job_id: [] for job in jobs}
    for row in db.session.scalars(
        rows_of(user, Timetable).where(Timetable.generation_job_id.in_(list(made))).order_by(Timetable.timetable_id)
    ):
        made[str(row.generation_job_id)].append(row)
        chosen[row.timetable_id] = row
    reasons = {key: why_kept(row) for key, row in chosen.items()}
    going, kept = [], [Kept(row.variant_name, why) for key, row in chosen.items() if (why := reasons[key])]
    for job in jobs:
        why = _why_run_kept(job, [row for row in made[job.job_id] if reasons[row.timetable_id]])
        if why is None:
            going.append(job)
        else:
            kept.append(Kept(job.job_id, why))
    timetables = tuple(row for key, row in chosen.items() if reasons[key] is None)
    return Deletion(timetables, tuple(going), tuple(kept), optimistic_lock.mark(_state(chosen.values(), jobs)))


def _all_of(user: User, model: Any, keys: Sequence[Any], missing: str) -> list[Any]:
    (column,) = sa.inspect(model).primary_key
    query = rows_of(user, model).where(column.in_(list(keys))).order_by(column)
    found = list(db.session.scalars(query))
    lost = set(keys) - {getattr(row, column.key) for row in found}
    if lost:
        raise NotFound(missing % {"key": str(min(lost))[:40]})
    return found


def _why_run_kept(job: GenerationJob, staying: Sequence[Timetable]) -> str | None:
    if job.status in ACTIVE:
        return _("Run %(job)s is %(status)s: cancel it first.", job=job.job_id, status=job.status.value)
    if staying:
        names = ", ".join(timetable.variant_name for timetable in staying)
        return _("Run %(job)s stays, because of what it has made there stays: %(names)s.", job=job.job_id, names=names)
    return None


def _state(timetables: Any, jobs: Sequence[GenerationJob]) -> Mapping[str, Any]:
    """What a page shows of them, by the name that a sentence can call them."""
    state: dict[str, Any] = {
        f"timetable {row.timetable_id}": (row.variant_name, row.status.value, row.number, row.revision)
        for row in timetables
    }
    return state | {f"run {job.job_id}": job.status.value for job in jobs}


def delete(user: User, timetable_ids: Sequence[int], job_ids: Sequence[str], seen: str) -> Deletion:
    """Delete what may go of these timetables and runs, each with its audit event; returns what went and what stayed.

    ``seen`` is the `Deletion.seen` of what the page showed. Raises `DeletionStale`, `NothingToDelete`, NotFound.
    """
    optimistic_lock.lock(user.organization)
    lifecycle.lock_all(timetable_ids)
    db.session.scalars(sa.select(GenerationJob).where(GenerationJob.job_id.in_(list(job_ids))).with_for_update()).all()
    db.session.expire_all()
    now = deletion_of(user, timetable_ids, job_ids)
    if set(now.seen.split()) != set(seen.split()):
        raise DeletionStale(
            _("What you chose has changed since the page was shown, so nothing was deleted. Look again.")
        )
    if now.is_empty:
        words = _("Nothing of it can be deleted.") if now.kept else _("Nothing was chosen, so nothing was deleted.")
        raise NothingToDelete(words, first_of([kept.why for kept in now.kept], MOST_NAMED))
    for timetable in now.timetables:
        before = {"name": timetable.variant_name, "term": timetable.term.name, "run": timetable.generation_job_id}
        audit.record(user.organization_id, user, "timetable.delete", timetable, before=before)
    for job in now.runs:
        before = {"kind": job.kind.value, "term": job.term.name, "made": f"{job.created_at:%Y-%m-%d %H:%M}"}
        audit.record(user.organization_id, user, "run.delete", job, before=before)
    db.session.flush()
    note_deleted(now.timetables)
    gone = [timetable.timetable_id for timetable in now.timetables]
    db.session.execute(sa.delete(Timetable).where(Timetable.timetable_id.in_(gone)))
    db.session.execute(sa.delete(GenerationJob).where(GenerationJob.job_id.in_([job.job_id for job in now.runs])))
    return now
