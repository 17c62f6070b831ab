"""A timetable solved anew in part: the rest around the locks, or as little as can be after something has happened."""

from webapp.services.repair.base import Base, read_base
from webapp.services.repair.drafts import Redone, draft_of_rung, finish_resolve, store_draft
from webapp.services.repair.errors import (
    BaseChanged,
    ChangeRefused,
    NoSuchRung,
    NothingHappened,
    RedoUnknown,
    SecondsRefused,
    TimetableGone,
)
from webapp.services.repair.events import Change, Choices, What, change_from, changes_from, choices_of
from webapp.services.repair.requests import (
    CLOSENESS,
    DEFAULT_SECONDS,
    KINDS,
    REPAIR_SECONDS,
    RESOLVE_SECONDS,
    RedoState,
    latest_repairs,
    redo_of,
    repairable,
    request_repair,
    request_resolve,
    state_of,
)

__all__ = [
    "CLOSENESS",
    "DEFAULT_SECONDS",
    "KINDS",
    "REPAIR_SECONDS",
    "RESOLVE_SECONDS",
    "Base",
    "BaseChanged",
    "Change",
    "ChangeRefused",
    "Choices",
    "NoSuchRung",
    "NothingHappened",
    "RedoState",
    "RedoUnknown",
    "Redone",
    "SecondsRefused",
    "TimetableGone",
    "What",
    "change_from",
    "changes_from",
    "choices_of",
    "draft_of_rung",
    "finish_resolve",
    "latest_repairs",
    "read_base",
    "redo_of",
    "repairable",
    "request_repair",
    "request_resolve",
    "state_of",
    "store_draft",
]
