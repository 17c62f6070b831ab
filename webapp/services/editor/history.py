"""What has been done to a draft: the steps that can be undone and redone, and who took them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import AuditEvent, Timetable, TimetableChange, User
from webapp.services.problem.words.sentences import EditWords, words_of
from webapp.services.shared.codec import from_json
from webapp.services.shared.words import _

MOST_STEPS = 30
MOST_SINCE = 10
NO_WORDS = EditWords.from_text("")


@dataclass(frozen=True)
class StepTaken:
    """One step of a draft's history."""

    revision: int
    words: str
    by: str
    at: datetime
    is_undone: bool


@dataclass(frozen=True)
class StepFigures:
    """A draft's figures on one side of a step; ``quality`` is a decimal as text."""

    hard: int = 0
    cost: int | None = None
    quality: str | None = None
    unplaced: int = 0


@dataclass(frozen=True)
class StepSide:
    """The draft before or after a step, as the step's row keeps it: its figures, and the classes that it touched.

    ``entries`` are by component, batch and number. With what is after it stand the step's ``words``, and how many
    undone steps it ``dropped``.
    """

    score: StepFigures = StepFigures()
    entries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    words: EditWords = NO_WORDS
    dropped: int = 0


def before(change: TimetableChange) -> StepSide:
    """What was before a step."""
    return from_json(StepSide, change.before)


def after(change: TimetableChange) -> StepSide:
    """What is after a step."""
    return from_json(StepSide, change.after)


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
    """Read what can be undone and redone."""
    last, following = next_to_undo(timetable), next_to_redo(timetable)
    return UndoState(
        undo=after(last).words.sentence if last else None,
        redo=after(following).words.sentence if following else None,
        last=_figures_change(last) if last else None,
    )


def figures_of(timetable: Timetable) -> StepFigures:
    """The figures of a draft as it is now."""
    quality = None if timetable.quality_score is None else str(timetable.quality_score)
    return StepFigures(timetable.hard_violations, timetable.cost, quality, timetable.unplaced)


def _figures_change(last: TimetableChange) -> FiguresChange:
    was, side = before(last).score, after(last)
    now = side.score
    return FiguresChange(
        words=side.words.sentence,
        hard=now.hard - was.hard,
        cost=(now.cost or 0) - (was.cost or 0),
        quality=float(now.quality or 0) - float(was.quality or 0),
        unplaced=now.unplaced - was.unplaced,
        dropped=side.dropped,
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
        StepTaken(row.revision, after(row).words.sentence, name or _("Somebody"), row.created_at, row.is_undone)
        for row, name in db.session.execute(query)
    ]


def steps_since(timetable: Timetable, revision: int) -> list[tuple[int | None, str, str]]:
    """The last steps taken with a draft after a revision: key and name of the user, and a sentence."""
    query = (
        sa.select(AuditEvent.user_id, User.name, AuditEvent.after["words"])
        .outerjoin(User, User.user_id == AuditEvent.user_id)
        .where(
            AuditEvent.organization_id == timetable.organization_id,
            AuditEvent.subject == Timetable.__tablename__,
            AuditEvent.subject_key == str(timetable.timetable_id),
            AuditEvent.action.like("timetable.%"),
            AuditEvent.after["revision"].as_integer() > revision,
        )
        .order_by(AuditEvent.audit_event_id.desc())
        .limit(MOST_SINCE)
    )
    return [
        (by, name or _("Somebody"), words_of(words)) for by, name, words in reversed(db.session.execute(query).all())
    ]
