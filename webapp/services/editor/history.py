"""What has been done to a draft: the steps that can be undone and redone, and who took them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import AuditEvent, Timetable, TimetableChange, User
from webapp.services.shared.words import _

MOST_STEPS = 30
MOST_SINCE = 10


@dataclass(frozen=True)
class StepTaken:
    """One step of a draft's history."""

    revision: int
    words: str
    by: str
    at: datetime
    is_undone: bool


@dataclass(frozen=True)
class FiguresChange:
    """What the last step changed of the figures; negative is better, quality excepted.

    ``dropped`` counts the undone steps that can't be redone since.
    """

    words: str
    hard: int
    cost: int
    quality: float
    unplaced: int
    dropped: int


@dataclass(frozen=True)
class UndoState:
    """What undo would take back and redo would do again, in words, and what the last step changed."""

    undo: str | None
    redo: str | None
    last: FiguresChange | None


def next_to_undo(timetable: Timetable) -> TimetableChange | None:
    """The last step that has not been taken back."""
    query = sa.select(TimetableChange).filter_by(timetable_id=timetable.timetable_id, is_undone=False)
    return db.session.scalars(query.order_by(TimetableChange.revision.desc()).limit(1)).first()


def next_to_redo(timetable: Timetable) -> TimetableChange | None:
    """The first of the steps that were taken back."""
    query = sa.select(TimetableChange).filter_by(timetable_id=timetable.timetable_id, is_undone=True)
    return db.session.scalars(query.order_by(TimetableChange.revision).limit(1)).first()


def undo_state(timetable: Timetable) -> UndoState:
    """What can be undone and redone."""
    last, following = next_to_undo(timetable), next_to_redo(timetable)
    return UndoState(
        undo=str(last.after["words"]) if last else None,
        redo=str(following.after["words"]) if following else None,
        last=_figures_change(last) if last else None,
    )


def figures_of(timetable: Timetable) -> dict[str, Any]:
    """The figures of a timetable as a step's row keeps them."""
    quality = None if timetable.quality_score is None else str(timetable.quality_score)
    return {
        "hard": timetable.hard_violations,
        "cost": timetable.cost,
        "quality": quality,
        "unplaced": timetable.unplaced,
    }


def _figures_change(last: TimetableChange) -> FiguresChange:
    before, after = last.before["score"], last.after["score"]

    def change(name: str) -> float:
        return float(after[name] or 0) - float(before[name] or 0)

    return FiguresChange(
        words=str(last.after["words"]),
        hard=int(change("hard")),
        cost=int(change("cost")),
        quality=change("quality"),
        unplaced=int(change("unplaced")),
        dropped=int(last.after.get("dropped", 0)),
    )


def steps_of(timetable: Timetable) -> list[StepTaken]:
    """The last steps, latest first."""
    query = (
        sa.select(TimetableChange, User.name)
        .outerjoin(User, User.user_id == TimetableChange.made_by_id)
        .where(TimetableChange.timetable_id == timetable.timetable_id)
        .order_by(TimetableChange.revision.desc())
        .limit(MOST_STEPS)
    )
    return [
        StepTaken(row.revision, str(row.after["words"]), name or _("Somebody"), row.created_at, row.is_undone)
        for row, name in db.session.execute(query)
    ]


def steps_since(timetable: Timetable, revision: int) -> list[tuple[int | None, str, str]]:
    """Who did what to a draft after a revision: key and name of the user, and a sentence; the last ones only."""
    after = AuditEvent.after["revision"].as_integer()
    query = (
        sa.select(AuditEvent.user_id, User.name, AuditEvent.after["words"].as_string())
        .outerjoin(User, User.user_id == AuditEvent.user_id)
        .where(
            AuditEvent.organization_id == timetable.organization_id,
            AuditEvent.subject == Timetable.__tablename__,
            AuditEvent.subject_key == str(timetable.timetable_id),
            AuditEvent.action.like("timetable.%"),
            after > revision,
        )
        .order_by(AuditEvent.audit_event_id.desc())
        .limit(MOST_SINCE)
    )
    return [(by, name or _("Somebody"), words or "") for by, name, words in reversed(db.session.execute(query).all())]
