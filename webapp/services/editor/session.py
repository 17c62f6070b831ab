"""A draft opened for a change: taking a step, taking it back, taking it again.

Every change names the revision that its maker saw. The row of the timetable is locked first, so that of two steps on
one revision the second is told what the first did. Entries, claims, scores, the step's own row and its audit event are
one transaction, which the caller commits.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from webapp.engine.instance import UNPLACED, Placement
from webapp.engine.profiles import quality_score
from webapp.extensions import db
from webapp.models import EntryClaim, Timetable, TimetableChange, TimetableEntry, TimetableScore, User
from webapp.services.editor import history
from webapp.services.editor.board import Board, Changes
from webapp.services.editor.board_cache import advance_after_commit, board_of
from webapp.services.editor.drafts import why_not_editable
from webapp.services.editor.errors import DoubleBooking, NotEditable, NothingToUndo, StaleRevision
from webapp.services.editor.history import StepSide, figures_of, next_to_redo, next_to_undo, steps_since
from webapp.services.problem.choice_counts import ChoiceCounts
from webapp.services.problem.meetings import MeetingKey
from webapp.services.problem.solutions import claims_from, content_hash, scores_from, when_held
from webapp.services.problem.stored_entries import EntryState
from webapp.services.problem.words.sentences import EditWords
from webapp.services.shared import audit, transaction
from webapp.services.shared.codec import to_json
from webapp.services.shared.words import _

States = Mapping[int, EntryState]
"""By meeting."""


@dataclass
class EditStep:
    """What a step does: the new places of meetings, and the whole state afterwards of every entry that changes."""

    action: str
    words: EditWords
    states: dict[int, EntryState] = field(default_factory=dict)
    moves: dict[int, Placement] = field(default_factory=dict)


@contextmanager
def edit_session(user: User, draft: Timetable, revision: int) -> Iterator["EditSession"]:
    """Open a draft for a change, at the revision that the user saw; raises `NotEditable` or `StaleRevision`.

    Its row stays locked until the caller commits or rolls back.
    """
    query = sa.select(Timetable).filter_by(timetable_id=draft.timetable_id)
    db.session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()
    refusal = why_not_editable(draft)
    if refusal is not None:
        raise NotEditable(refusal)
    if revision != draft.revision:
        raise _stale(user, draft, revision)
    with board_of(draft) as board:
        yield EditSession(user, draft, board)


class EditSession:
    """A draft with its board, open for one change; ``board`` answers what the change would do."""

    def __init__(self, user: User, draft: Timetable, board: Board) -> None:
        self.user, self.draft, self.board = user, draft, board

    def take(self, step: EditStep) -> None:
        """Take a step; what was undone before can't be redone any more.

        Raises `DoubleBooking` where the database refuses it; then nothing has changed.
        """
        with self._checked():
            dropped = self._drop_undone()
            was = figures_of(self.draft)
            before = StepSide(was, self._as_json({index: self.board.states[index] for index in step.states}))
            self._write(step)
            after = StepSide(figures_of(self.draft), self._as_json(step.states), step.words, dropped)
            change = TimetableChange(
                timetable_id=self.draft.timetable_id,
                revision=self.draft.revision,
                action=step.action,
                before=to_json(before),
                after=to_json(after),
                made_by_id=self.user.user_id,
            )
            db.session.add(change)
        advance_after_commit(self.draft, self.board, step.moves, step.states, self.draft.revision)

    def undo(self) -> None:
        """Take the last step back; raises `NothingToUndo`, and what `take` says."""
        change = next_to_undo(self.draft)
        if change is None:
            raise NothingToUndo(_("There is no step to undo."))
        words = EditWords("undone", {"step": to_json(history.after(change).words)})
        self._repeat(change, "undo", words, history.before(change).entries)

    def redo(self) -> None:
        """Take again the step that was taken back last; raises `NothingToUndo`, and what `take` says."""
        change = next_to_redo(self.draft)
        if change is None:
            raise NothingToUndo(_("There is no step to do again."))
        words = EditWords("redone", {"step": to_json(history.after(change).words)})
        self._repeat(change, "redo", words, history.after(change).entries)

    def _repeat(self, change: TimetableChange, action: str, words: EditWords, entries: Mapping[str, Any]) -> None:
        step = EditStep(action, words, self._from_json(entries))
        for index, state in step.states.items():
            now = self.board.states[index]
            if not now.stands_as(state):
                step.moves[index] = self._placement(index, state)
        with self._checked():
            self._write(step)
            change.is_undone = action == "undo"
        advance_after_commit(self.draft, self.board, step.moves, step.states, self.draft.revision)

    def _placement(self, index: int, state: EntryState) -> Placement:
        if state.time_slot_id is None:
            return UNPLACED
        return self.board.placement_at(index, state.time_slot_id, state.room_id, state.days)

    @contextmanager
    def _checked(self) -> Iterator[None]:
        """Give the database its last word on double bookings now; what it refuses is undone and said in words."""
        try:
            with db.session.begin_nested():
                yield
                transaction.check_constraints()
        except IntegrityError as error:
            raise _refusal_of(error) from error

    # Writing

    def _write(self, step: EditStep) -> None:
        """Entries, claims, scores and figures of the state after the step, and its audit event."""
        draft, board = self.draft, self.board
        with board.trying(step.moves):
            solution = board.counted.solution
            score = ChoiceCounts(board.problem).score(solution, board.counted.score())
            draft.hard_violations = board.hard_of(score)
        draft.quality_score = quality_score(board.problem.instance, score)
        draft.data_revision = board.problem.data_revision
        draft.counted_at = None
        draft.rules_off = list(board.problem.rules_off)
        draft.cost = score.cost
        draft.unplaced = len(solution.unplaced)
        draft.content_hash = content_hash(board.problem, solution)
        draft.revision += 1
        entries = [self._entry_values(index, state, step.moves) for index, state in step.states.items()]
        db.session.execute(sa.update(TimetableEntry), entries)
        if step.moves:
            self._write_claims(step.moves)
            db.session.execute(sa.delete(TimetableScore).filter_by(timetable_id=draft.timetable_id))
            scores = [row | {"timetable_id": draft.timetable_id} for row in scores_from(score)]
            db.session.execute(sa.insert(TimetableScore), scores)
        self._record(step)

    def _entry_values(self, index: int, state: EntryState, moves: Changes) -> dict[str, Any]:
        values = {"entry_id": self.board.entry_of[index], **state.as_json()}
        if index in moves:
            values |= when_held(self.board.problem, index, moves[index].time)
        return values

    def _write_claims(self, moves: Changes) -> None:
        keys = [self.board.entry_of[index] for index in moves]
        db.session.execute(sa.delete(EntryClaim).where(EntryClaim.entry_id.in_(keys)))
        claims = [
            claim | {"entry_id": self.board.entry_of[index], "timetable_id": self.draft.timetable_id}
            for index, placement in moves.items()
            for claim in claims_from(self.board.problem, index, placement)
        ]
        if claims:
            db.session.execute(sa.insert(EntryClaim), claims)

    def _record(self, step: EditStep) -> None:
        """The audit event: what was before and what is after, by class."""
        revision = self.draft.revision
        was = {index: self.board.counted.placements[index] for index in step.states}
        before = self._in_words({index: self.board.states[index] for index in was}, was)
        after = self._in_words(step.states, was | step.moves)
        audit.record(
            self.draft.organization_id,
            self.user,
            f"timetable.{step.action}",
            self.draft,
            before={**before, "revision": revision - 1},
            after={**after, "words": to_json(step.words), "revision": revision},
        )

    def _in_words(self, states: States, at: Mapping[int, Placement]) -> dict[str, str]:
        """By class, where it is and what holds it there, for a reader of the audit trail."""
        lines = {}
        for index, state in states.items():
            locked = [name for name, on in (("time", state.locked_time), ("room", state.locked_room)) if on]
            parts = (
                self.board.where(at[index]),
                f"locked: {', '.join(locked)}" if locked else "",
                state.override_reason,
            )
            lines[self.board.label(index)] = "; ".join(part for part in parts if part)
        return lines

    def _drop_undone(self) -> int:
        """A new step after an undo leaves nothing to redo; the audit trail keeps what was done."""
        query = sa.delete(TimetableChange).filter_by(timetable_id=self.draft.timetable_id, is_undone=True)
        return len(db.session.execute(query.returning(TimetableChange.revision)).all())

    # A step's entries as its row keeps them

    def _as_json(self, states: States) -> dict[str, Any]:
        keys = {index: self.board.problem.rows[index].key for index in states}
        return {
            f"{key.component_id}:{key.batch_id or ''}:{key.ordinal}": states[index].as_json()
            for index, key in keys.items()
        }

    def _from_json(self, entries: Mapping[str, Any]) -> dict[int, EntryState]:
        states = {}
        for text, values in entries.items():
            component, batch, ordinal = text.split(":")
            key = MeetingKey(int(component), int(batch) if batch else None, int(ordinal))
            states[self.board.index_of_key(key)] = EntryState.from_json(values)
        return states


def undo(user: User, draft: Timetable, revision: int) -> None:
    """Take the last step back; raises what `edit_session` and `EditSession.undo` say."""
    with edit_session(user, draft, revision) as session:
        session.undo()


def redo(user: User, draft: Timetable, revision: int) -> None:
    """Take again the step that was taken back last; raises what `edit_session` and `EditSession.redo` say."""
    with edit_session(user, draft, revision) as session:
        session.redo()


def _stale(user: User, draft: Timetable, revision: int) -> StaleRevision:
    steps = [f"{_('You') if by == user.user_id else name}: {what}" for by, name, what in steps_since(draft, revision)]
    return StaleRevision(
        _("The draft has changed since you looked at it, so nothing was done. Look again and repeat your step."), steps
    )


def _refusal_of(error: IntegrityError) -> Exception:
    """The database's refusal as ours; what is none of ours stays what it is."""
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", "") or ""
    if name == "ex_entry_claims_no_double_booking":
        return DoubleBooking(_("A room, a teacher or a group would be in two places at once, so nothing was done."))
    if "timetable_changes" in name:
        return StaleRevision(_("The draft has just changed, so nothing was done. Look again and repeat your step."))
    return error
