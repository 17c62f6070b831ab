"""Adjusting a timetable by hand: a draft of one's own, where else a class could go, moves that can be undone."""

from webapp.flow.adjusting.board import forget_boards
from webapp.flow.adjusting.branching import branch, draft_name
from webapp.flow.adjusting.looking import (
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
from webapp.flow.adjusting.moving import Wish, lock, move, unplace
from webapp.flow.adjusting.painting import Place, RoomChoice, signed
from webapp.flow.adjusting.problems import (
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
from webapp.flow.adjusting.steps import redo, steps_since, undo

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
