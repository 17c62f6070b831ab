"""One step of editing: entries, claims, scores, the step's own row and its audit event, in one transaction.

Every step names the revision that its maker saw. The row of the timetable is locked first, so that of two steps on one
revision the second is told what the first did.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from webapp.engine.instance import Placement
from webapp.engine.profiles import quality_score
from webapp.extensions import db
from webapp.models import (
    AuditEvent,
    EntryClaim,
    JobKind,
    Timetable,
    TimetableChange,
    TimetableEntry,
    TimetableScore,
    TimetableStatus,
    User,
)
from webapp.services.editor.errors import (
    ClassGone,
    DoubleBooking,
    NoSuchPlace,
    NotEditable,
    NothingToUndo,
    StaleRevision,
)
from webapp.services.editor.session import Board, Standing, board_of
from webapp.services.problem.calendar import clock
from webapp.services.problem.meetings import MeetingKey
from webapp.services.problem.solutions import claims_from, content_hash, scores_from
from webapp.services.shared import audit
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _

SUBJECT = "timetables"
MOST_TOLD = 10
WHY_NOT = {
    TimetableStatus.SUBMITTED: "submitted to the heads of department",
    TimetableStatus.APPROVED: "approved",
    TimetableStatus.PUBLISHED: "published",
    TimetableStatus.SUPERSEDED: "an earlier version",
}


@dataclass
class Step:
    """What a step wants: where meetings shall stand, and what is said about them.

    ``moves`` gives new placements; ``standings`` the whole standing afterwards of every entry that changes.
    """

    action: str
    words: str
    standings: dict[int, Standing] = field(default_factory=dict)
    moves: dict[int, Placement] = field(default_factory=dict)


def why_not_editable(timetable: Timetable) -> str | None:
    """Why a timetable stays as it is, as a sentence; None where it is a draft to work on."""
    name = timetable.variant_name
    if timetable.status is not TimetableStatus.DRAFT:
        status = WHY_NOT[timetable.status]
        return _(
            "%(name)s is %(status)s, so it stays as it is. Make a draft of it to change it.", name=name, status=status
        )
    if timetable.number is not None:
        return _("%(name)s was published as version %(number)s, so it stays as it is. Make a draft of it to change it.",
                 name=name, number=timetable.number)  # fmt: skip
    if timetable.job is not None and timetable.job.kind is JobKind.GENERATE:
        return _("%(name)s is a variant of a run, so it stays as it is. Make a draft of it to change it.", name=name)
    return None


@contextmanager
def editing(user: User, timetable: Timetable, revision: int) -> Iterator[Board]:
    """The board of a draft that is locked for this transaction, at the revision that the user saw.

    Raises `NotEditable` or `StaleRevision`. Whatever goes wrong inside leaves nothing behind.
    """
    query = sa.select(Timetable).filter_by(timetable_id=timetable.timetable_id)
    db.session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()
    try:
        refusal = why_not_editable(timetable)
        if refusal is not None:
            raise NotEditable(refusal)
        if revision != timetable.revision:
            raise _stale(user, timetable, revision)
        with board_of(timetable) as board:
            yield board
    except Problem:
        db.session.rollback()
        raise


def _stale(user: User, timetable: Timetable, revision: int) -> StaleRevision:
    told = steps_since(timetable, revision)
    words = [f"{_('You') if by == user.user_id else name}: {what}" for by, name, what in told]
    return StaleRevision(
        _("The draft has changed since you looked at it, so nothing was done. Look again and repeat your step."), words
    )


def steps_since(timetable: Timetable, revision: int) -> list[tuple[int | None, str, str]]:
    """Who did what to a draft after a revision: key and name of the user, and a sentence; the last ones only."""
    after = AuditEvent.after["revision"].as_integer()
    query = (
        sa.select(AuditEvent.user_id, User.name, AuditEvent.after["words"].as_string())
        .outerjoin(User, User.user_id == AuditEvent.user_id)
        .where(
            AuditEvent.organization_id == timetable.organization_id,
            AuditEvent.subject == SUBJECT,
            AuditEvent.subject_key == str(timetable.timetable_id),
            AuditEvent.action.like("timetable.%"),
            after > revision,
        )
        .order_by(AuditEvent.audit_event_id.desc())
        .limit(MOST_TOLD)
    )
    return [(by, name or _("Somebody"), words or "") for by, name, words in reversed(db.session.execute(query).all())]


def take(user: User, timetable: Timetable, board: Board, step: Step) -> None:
    """Take a step and commit. Raises `DoubleBooking` where the database refuses it; then nothing has changed."""
    dropped = _drop_undone(timetable)
    before = {index: board.standing[index] for index in step.standings}
    was = _figures(timetable)
    _write(timetable, board, step)
    change = {
        "entries": _as_json(board, step.standings),
        "words": step.words,
        "score": _figures(timetable),
        "dropped": dropped,
    }
    row = TimetableChange(
        timetable_id=timetable.timetable_id,
        revision=timetable.revision,
        action=step.action,
        before={"entries": _as_json(board, before), "score": was},
        after=change,
        made_by_id=user.user_id,
    )
    db.session.add(row)
    _finish(user, timetable, board, step, before)


def undo(user: User, timetable: Timetable, revision: int) -> None:
    """Take the last step back and commit; raises `NothingToUndo` and what `editing` says."""
    _again(user, timetable, revision, back=True)


def redo(user: User, timetable: Timetable, revision: int) -> None:
    """Take again the step that was taken back last, and commit; raises `NothingToUndo` and what `editing` says."""
    _again(user, timetable, revision, back=False)


def next_to_undo(timetable: Timetable) -> TimetableChange | None:
    """The last step that stands."""
    query = sa.select(TimetableChange).filter_by(timetable_id=timetable.timetable_id, is_undone=False)
    return db.session.scalars(query.order_by(TimetableChange.revision.desc()).limit(1)).first()


def next_to_redo(timetable: Timetable) -> TimetableChange | None:
    """The first of the steps that were taken back."""
    query = sa.select(TimetableChange).filter_by(timetable_id=timetable.timetable_id, is_undone=True)
    return db.session.scalars(query.order_by(TimetableChange.revision).limit(1)).first()


def _again(user: User, timetable: Timetable, revision: int, *, back: bool) -> None:
    with editing(user, timetable, revision) as board:
        change = next_to_undo(timetable) if back else next_to_redo(timetable)
        if change is None:
            raise NothingToUndo(_("There is no step to undo.") if back else _("There is no step to do again."))
        wanted = (change.before if back else change.after)["entries"]
        words = str(change.after["words"])
        action = "undo" if back else "redo"
        said = _("Undone: %(step)s", step=words) if back else _("Done again: %(step)s", step=words)
        step = Step(action, said, _standings(board, wanted))
        for index, standing in step.standings.items():
            now = board.standing[index]
            if (now.time_slot_id, now.room_id) != (standing.time_slot_id, standing.room_id):
                step.moves[index] = _placement(board, index, standing)
        before = {index: board.standing[index] for index in step.standings}
        _write(timetable, board, step)
        change.is_undone = back
        _finish(user, timetable, board, step, before)


def _standings(board: Board, wanted: Mapping[str, Any]) -> dict[int, Standing]:
    found = {}
    for text, values in wanted.items():
        component, batch, ordinal = text.split(":")
        index = board.problem.index_of.get(MeetingKey(int(component), int(batch) if batch else None, int(ordinal)))
        if index is None or index not in board.entry_of:
            raise ClassGone(_("A class of this step is no longer in the timetable, so the step can't be repeated."))
        found[index] = Standing.of(values)
    return found


def _placement(board: Board, index: int, standing: Standing) -> Placement:
    if standing.time_slot_id is None:
        return Placement()
    return placement_at(board, index, standing.time_slot_id, standing.room_id)


def placement_at(board: Board, index: int, time_slot_id: int, room_id: int | None) -> Placement:
    """A slot and a room as the engine has them; raises `NoSuchPlace`."""
    calendar, row = board.problem.calendar, board.problem.rows[index]
    slot = calendar.by_id.get(time_slot_id)
    if slot is None:
        raise NoSuchPlace(_("The term has no such slot. Look again and choose another."))
    if room_id is not None and room_id not in board.problem.room_index:
        raise NoSuchPlace(_("There is no such room. Look again and choose another."))
    chain = next((c for c in calendar.chains(row.slots).values() if c.first.time_slot_id == time_slot_id), None)
    if chain is None:
        raise NoSuchPlace(
            _(
                "%(label)s takes %(slots)s slots in a row, and there are not so many from %(start)s on that day.",
                label=row.label,
                slots=row.slots,
                start=f"{clock(slot.start):%H:%M}",
            )
        )
    room = None if room_id is None else board.problem.room_index[room_id]
    return Placement(calendar.time_of(chain, calendar.weeks_mask(row.weeks)), room)


def _drop_undone(timetable: Timetable) -> int:
    """A new step after an undo leaves nothing to redo; the audit trail keeps what was done."""
    query = sa.delete(TimetableChange).filter_by(timetable_id=timetable.timetable_id, is_undone=True)
    return len(db.session.execute(query.returning(TimetableChange.revision)).all())


def _figures(timetable: Timetable) -> dict[str, Any]:
    quality = None if timetable.quality_score is None else str(timetable.quality_score)
    return {
        "hard": timetable.hard_violations,
        "cost": timetable.cost,
        "quality": quality,
        "unplaced": timetable.unplaced,
    }


def _as_json(board: Board, standings: Mapping[int, Standing]) -> dict[str, Any]:
    found = {}
    for index, standing in standings.items():
        key = board.problem.rows[index].key
        found[f"{key.component_id}:{key.batch_id or ''}:{key.ordinal}"] = standing.as_json()
    return found


def _told(board: Board, standings: Mapping[int, Standing], at: Mapping[int, Placement]) -> dict[str, str]:
    """By class, where it stands and what holds it there, for a reader of the audit trail."""
    found = {}
    for index, standing in standings.items():
        locked = [name for name, on in (("time", standing.locked_time), ("room", standing.locked_room)) if on]
        held = (f"locked: {', '.join(locked)}" if locked else "", standing.override_reason or "")
        found[board.label(index)] = "; ".join(part for part in (board.where(at[index]), *held) if part)
    return found


def _write(timetable: Timetable, board: Board, step: Step) -> None:
    """Entries, claims, scores and figures of the state after the step, without commit."""
    with board.trying(step.moves):
        score = board.counted.score()
        solution = board.counted.solution
        timetable.hard_violations = board.hard_of(score)
    timetable.quality_score = quality_score(board.problem.instance, score)
    timetable.cost = score.cost
    timetable.unplaced = len(solution.unplaced)
    timetable.content_hash = content_hash(board.problem, solution)
    timetable.data_revision = board.problem.data_revision
    timetable.revision += 1
    entries = [_entry_values(board, index, standing, step) for index, standing in step.standings.items()]
    db.session.execute(sa.update(TimetableEntry), entries)
    if step.moves:
        _write_claims(timetable, board, step.moves)
        db.session.execute(sa.delete(TimetableScore).filter_by(timetable_id=timetable.timetable_id))
        scores = [row | {"timetable_id": timetable.timetable_id} for row in scores_from(score)]
        db.session.execute(sa.insert(TimetableScore), scores)


def _entry_values(board: Board, index: int, standing: Standing, step: Step) -> dict[str, Any]:
    values = {"entry_id": board.entry_of[index], **standing.as_json()}
    if index in step.moves:
        moment = step.moves[index].time
        if moment is None:
            values |= {"day": None, "start_time": None, "end_time": None}
        else:
            chain = board.problem.calendar.chain_of(moment, board.problem.rows[index].slots)
            times = {"start_time": clock(chain.first.start), "end_time": clock(chain.end)}
            values |= {"day": chain.first.day, **times}
    return values


def _write_claims(timetable: Timetable, board: Board, moves: Mapping[int, Placement]) -> None:
    keys = [board.entry_of[index] for index in moves]
    db.session.execute(sa.delete(EntryClaim).where(EntryClaim.entry_id.in_(keys)))
    claims = [
        claim | {"entry_id": board.entry_of[index], "timetable_id": timetable.timetable_id}
        for index, placement in moves.items()
        for claim in claims_from(board.problem, index, placement)
    ]
    if claims:
        db.session.execute(sa.insert(EntryClaim), claims)


def _finish(user: User, timetable: Timetable, board: Board, step: Step, was: Mapping[int, Standing]) -> None:
    """The audit event, the database's last word on double bookings, and the commit."""
    revision = timetable.revision
    before = {index: board.counted.placements[index] for index in was}
    then = before | dict(step.moves)
    told = {
        "before": {**_told(board, was, before), "revision": revision - 1},
        "after": {**_told(board, step.standings, then), "words": step.words, "revision": revision},
    }
    action = f"timetable.{step.action}"
    audit.record(timetable.organization_id, user, action, timetable, **told)
    try:
        db.session.flush()
        db.session.execute(sa.text("SET CONSTRAINTS ex_entry_claims_no_double_booking IMMEDIATE"))
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise _in_words(error) from error
    board.advance(step.moves, step.standings, revision)


def _in_words(error: IntegrityError) -> Exception:
    """The database's refusal as ours; what is none of ours stays what it is."""
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", "") or ""
    if name == "ex_entry_claims_no_double_booking":
        return DoubleBooking(_("A room, a teacher or a group would be in two places at once, so nothing was done."))
    if "timetable_changes" in name:
        return StaleRevision(_("The draft has just changed, so nothing was done. Look again and repeat your step."))
    return error
