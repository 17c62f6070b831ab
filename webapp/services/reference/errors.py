"""Why a row of a reference table was not stored or deleted."""

from webapp.services.schema.scope import Errors
from webapp.services.shared.errors import Conflict, Problem
from webapp.services.shared.words import _


class RecordRefused(Problem):
    """A row can't be stored as it was given; ``errors`` says why, by field."""

    def __init__(self, message: str, errors: Errors) -> None:
        super().__init__(message, findings=list(errors.values()))
        self.errors = errors


class RecordChanged(RecordRefused, Conflict):
    """Somebody else has changed what the form showed; ``errors`` says what it is now, by field."""

    def __init__(self, errors: Errors) -> None:
        words = _(
            "Somebody else has changed this meanwhile; nothing was stored. Saving again puts in what stands here."
        )
        super().__init__(words, errors)


class RecordInUse(Problem):
    """A row can't be deleted, because others refer to it."""


class DeletionOutdated(Conflict):
    """A row, or what uses it, is not what was shown when its deletion was agreed to."""
