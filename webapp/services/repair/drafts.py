"""A timetable that was solved anew becomes a draft of its own: what it came from stays as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from webapp.engine.solution import Solution
from webapp.extensions import db
from webapp.models import GenerationJob, JobStatus, Timetable, User
from webapp.services.editor.drafts import draft_name
from webapp.services.jobs.kinds import RepairFacts, RepairOptions, facts_of, options_of
from webapp.services.problem.reasons import UnplacedReason
from webapp.services.problem.solutions import TimetableFacts, store_timetable, trimmed
from webapp.services.repair.base import RepairBase, key_of, read_base
from webapp.services.repair.errors import BaseChanged, NoSuchRung
from webapp.services.shared import audit
from webapp.services.shared.words import _


@dataclass(frozen=True)
class SolvedTimetable:
    """A timetable that came of a job, why what it left out has no place, and what its row says of it."""

    job: GenerationJob
    solution: Solution
    reasons: Mapping[int, UnplacedReason] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


def store_draft(base: RepairBase, solved: SolvedTimetable, user: User | None) -> int:
    """Add the draft; return its key.

    Locks and reasons go with the classes that stand where they stood. What breaks a hard rule goes to the tray.
    """
    origin = db.session.get_one(Timetable, base.timetable_id)
    stood = {
        index
        for index, (before, now) in enumerate(zip(base.solution.placements, solved.solution.placements, strict=True))
        if before == now
    }
    overrides = {index: override for index, override in base.overrides.items() if index in stood}
    solution, objections = trimmed(base.problem, solved.solution, overrides)
    facts = TimetableFacts(
        draft_name(origin, solved.job.kind),
        solved.job.job_id,
        solved.job.created_by_id,
        based_on_id=base.timetable_id,
        result={"made_by": solved.job.kind.value, "before": _figures(origin), **solved.facts},
        reasons={**solved.reasons, **objections},
        locks=_locks_kept(base, solution),
        overrides={index: one for index, one in overrides.items() if solution.placements[index].time is not None},
    )
    timetable_id = store_timetable(base.problem, solution, facts)
    draft = db.session.get_one(Timetable, timetable_id)
    after = {"name": draft.variant_name, "based_on": base.timetable_id, "job": solved.job.job_id}
    audit.record(draft.organization_id, user, f"timetable.{solved.job.kind.value}", draft, after=after)
    return timetable_id


def _figures(timetable: Timetable) -> dict[str, Any]:
    quality = None if timetable.quality_score is None else str(timetable.quality_score)
    return {"cost": timetable.cost, "unplaced": timetable.unplaced, "quality": quality}


def _locks_kept(base: RepairBase, solution: Solution) -> dict[int, tuple[bool, bool]]:
    """The locks that still say the truth: of a class that had to move only the part that stayed."""
    kept = {}
    for index, (time, room) in base.locks.items():
        before, now = base.solution.placements[index], solution.placements[index]
        lock = (time and before.time == now.time, room and before.room == now.room)
        if now.time is not None and any(lock):
            kept[index] = lock
    return kept


def draft_of_rung(user: User, job: GenerationJob, number: int) -> Timetable:
    """Make a rung of a repair's ladder a draft; a second click returns the same one.

    Raises `NoSuchRung`, `TimetableGone`, or `BaseChanged` where the timetable was changed after the repair was found.
    """
    db.session.scalars(sa.select(GenerationJob).filter_by(job_id=job.job_id).with_for_update()).one()
    answer = facts_of(job, RepairFacts).answer if job.status is JobStatus.COMPLETED else None
    if answer is None or not 1 <= number <= len(answer.rungs):
        raise NoSuchRung(_("The repair has no such rung. Look again and choose another."))
    known = _draft_of(job, number)
    if known is not None:
        return known
    base = read_base(job.base_timetable_id)
    if base.revision != answer.revision:
        raise BaseChanged(
            _("The timetable has been changed since the repair was found, so it no longer fits. Ask again.")
        )
    rung = answer.rungs[number - 1]
    waiting = {base.problem.index_of.get(key_of(unplaced.key)): unplaced.reason for unplaced in rung.unplaced}
    why = ((index, UnplacedReason.from_json(stored)) for index, stored in waiting.items())
    reasons = {index: reason for index, reason in why if index is not None and reason is not None}
    words = [change.words for change in options_of(job, RepairOptions).changes]
    solved = SolvedTimetable(job, base.solution_with(rung.places), reasons, {"rung": number, "changes": words})
    return db.session.get_one(Timetable, store_draft(base, solved, user))


def _draft_of(job: GenerationJob, number: int) -> Timetable | None:
    query = sa.select(Timetable).where(
        Timetable.generation_job_id == job.job_id, Timetable.result["rung"].as_integer() == number
    )
    return db.session.scalars(query.order_by(Timetable.timetable_id).limit(1)).first()
