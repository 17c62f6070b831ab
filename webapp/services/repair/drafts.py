"""A timetable that was solved anew becomes a draft of its own: what it came from stays as it is."""

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import GenerationJob, JobStatus, Timetable, User
from webapp.services.editor.drafts import draft_name
from webapp.services.jobs.kinds import RepairFacts, RepairOptions, facts_of, options_of
from webapp.services.problem.repair_base import BaseChanged, RepairBase, SolvedTimetable, key_of, read_base
from webapp.services.problem.results import FiguresBefore, TimetableResult
from webapp.services.problem.solutions import TimetableFacts, store_timetable, trimmed
from webapp.services.repair.errors import NoSuchRung
from webapp.services.shared import audit
from webapp.services.shared.words import _


def store_draft(base: RepairBase, solved: SolvedTimetable, user: User | None) -> int:
    """Add the draft; return its key.

    Locks and reasons go with the classes that stand where they stood. What breaks a hard rule goes to the tray.
    """
    origin = db.session.get_one(Timetable, base.timetable_id)
    staying = base.staying(solved.solution)
    overrides = {index: override for index, override in base.overrides.items() if index in staying}
    solution, objections = trimmed(base.problem, solved.solution, overrides)
    facts = TimetableFacts(
        draft_name(origin, solved.job.kind),
        solved.job.job_id,
        solved.job.created_by_id,
        based_on_id=base.timetable_id,
        rung=solved.rung,
        result=TimetableResult(made_by=solved.job.kind.value, before=_figures(origin), changes=solved.changes),
        reasons={**solved.reasons, **objections},
        locks=base.locks_kept(solution),
        overrides={
            index: override for index, override in overrides.items() if solution.placements[index].time is not None
        },
    )
    timetable_id = store_timetable(base.problem, solution, facts)
    draft = db.session.get_one(Timetable, timetable_id)
    after = {"name": draft.variant_name, "based_on": base.timetable_id, "job": solved.job.job_id}
    audit.record(draft.organization_id, user, f"timetable.{solved.job.kind.value}", draft, after=after)
    return timetable_id


def _figures(timetable: Timetable) -> FiguresBefore:
    quality = None if timetable.quality_score is None else str(timetable.quality_score)
    return FiguresBefore(timetable.cost, timetable.unplaced, quality)


def draft_of_rung(user: User, job: GenerationJob, number: int) -> Timetable:
    """Make a rung of a repair's ladder a draft; a second click returns the same one.

    Raises `NoSuchRung`, `TimetableGone`, or `BaseChanged` where the timetable was changed after the repair was found.
    """
    db.session.scalars(sa.select(GenerationJob).filter_by(job_id=job.job_id).with_for_update()).one()
    answer = facts_of(job, RepairFacts).answer if job.status is JobStatus.COMPLETED else None
    if answer is None or not 1 <= number <= len(answer.rungs):
        raise NoSuchRung(_("The repair offers no such choice. Look again and take another."))
    known = _draft_of(job, number)
    if known is not None:
        return known
    base = read_base(job.base_timetable_id)
    if base.revision != answer.revision:
        raise BaseChanged(
            _("The timetable has been changed since the repair was found, so it no longer fits. Ask again.")
        )
    rung = answer.rungs[number - 1]
    waiting = ((base.problem.index_of.get(key_of(unplaced.key)), unplaced.reason) for unplaced in rung.unplaced)
    reasons = {index: reason for index, reason in waiting if index is not None}
    words = tuple(change.words for change in options_of(job, RepairOptions).changes)
    solved = SolvedTimetable(job, base.solution_with(rung.places), reasons, number, words)
    return db.session.get_one(Timetable, store_draft(base, solved, user))


def _draft_of(job: GenerationJob, number: int) -> Timetable | None:
    return db.session.scalars(sa.select(Timetable).filter_by(generation_job_id=job.job_id, rung=number)).one_or_none()
