"""The boards used last, kept between requests: building one reads the whole term.

A kept board is never trusted: every request asks whether the term's data are still those it was built from, and
whether the draft is still at its revision. It takes over a step only when the step is committed.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from webapp.extensions import db
from webapp.models import Timetable
from webapp.services.editor.board import Board, Changes
from webapp.services.problem.stored_entries import EntryState
from webapp.services.problem.term_problem import build_problem
from webapp.services.shared import transaction
from webapp.services.terms.selection import data_revision_of

KEPT = 4
"""So many boards a process keeps; one of 1,500 classes takes some 30 MB."""
_CHANGED_HERE = "drafts with steps that are not committed"


class _BoardCache:
    """Boards by draft and by the state of the term's data."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._boards: OrderedDict[tuple[int, Any], Board] = OrderedDict()

    def get(self, key: tuple[int, Any]) -> Board | None:
        with self._lock:
            board = self._boards.get(key)
            if board is not None:
                self._boards.move_to_end(key)
            return board

    def keep(self, key: tuple[int, Any], board: Board) -> None:
        with self._lock:
            for other in [other for other in self._boards if other[0] == key[0]]:
                del self._boards[other]
            self._boards[key] = board
            while len(self._boards) > KEPT:
                self._boards.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._boards.clear()


_cache = _BoardCache()


def forget_boards() -> None:
    """Let go of every kept board."""
    _cache.clear()


@contextmanager
def board_of(timetable: Timetable) -> Iterator[Board]:
    """The draft's board at its revision, held by this thread until the end of the block.

    Where this transaction has changed the draft already, it is a board of its own that nobody else sees.
    """
    key = (timetable.timetable_id, (timetable.created_at, data_revision_of(timetable.term_id)))
    is_changed_here = timetable.timetable_id in _changed_here()
    board = None if is_changed_here else _cache.get(key)
    if board is None:
        board = Board(build_problem(timetable.term))
        if not is_changed_here:
            _cache.keep(key, board)
    with board.lock:
        board.sync(timetable.timetable_id, timetable.revision)
        yield board


def advance_after_commit(
    timetable: Timetable, board: Board, moves: Changes, states: dict[int, EntryState], revision: int
) -> None:
    """Let the board take over a step once it is committed; until then it stays as everybody else sees the draft."""
    _changed_here().add(timetable.timetable_id)
    transaction.after_commit(lambda: board.advance(moves, states, revision))


def _changed_here() -> set[int]:
    """The drafts that the transaction in progress has changed."""
    current = db.session().get_transaction()
    known: tuple[object, set[int]] = db.session.info.get(_CHANGED_HERE, (None, set()))
    if current is None or known[0] is not current:
        known = db.session.info[_CHANGED_HERE] = (current, set())
    return known[1]
