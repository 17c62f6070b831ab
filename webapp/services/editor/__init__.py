"""Adjusting a timetable by hand: a draft of one's own, where else a class could go, moves that can be undone."""

from webapp.services.editor.alternatives import Place, RoomChoice, signed
from webapp.services.editor.drafts import branch, draft_name
from webapp.services.editor.errors import (
    ClassGone,
    ClassLocked,
    DoubleBooking,
    NameTaken,
    NeedsReason,
    NoSuchPlace,
    NotEditable,
    NothingToUndo,
    Offer,
    StaleRevision,
)
from webapp.services.editor.history import redo, steps_since, undo
from webapp.services.editor.moves import Wish, lock, move, unplace
from webapp.services.editor.session import forget_boards
from webapp.services.editor.view import (
    Chosen,
    Overridden,
    chosen,
    differences,
    entries_of,
    history,
    overrides,
    own_subject,
    refusal,
    undoable,
    week_of,
)

__all__ = [
    "Chosen",
    "ClassGone",
    "ClassLocked",
    "DoubleBooking",
    "NameTaken",
    "NeedsReason",
    "NoSuchPlace",
    "NotEditable",
    "NothingToUndo",
    "Offer",
    "Overridden",
    "Place",
    "RoomChoice",
    "StaleRevision",
    "Wish",
    "branch",
    "chosen",
    "differences",
    "draft_name",
    "entries_of",
    "forget_boards",
    "history",
    "lock",
    "move",
    "overrides",
    "own_subject",
    "redo",
    "refusal",
    "signed",
    "steps_since",
    "undo",
    "undoable",
    "unplace",
    "week_of",
]
