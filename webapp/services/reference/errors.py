"""Why a row of a reference table was not stored or deleted."""

from collections.abc import Sequence

from webapp.services.schema.scope import Errors
from webapp.services.shared.errors import Conflict, Problem
from webapp.services.shared.words import _, ngettext


def correction_words(fields: int) -> str:
    """The sentence above a refused form: so many fields need a correction."""
    return ngettext(
        "%(num)d field needs a correction; nothing was stored.",
        "%(num)d fields need a correction; nothing was stored.",
        fields,
    )


def _changed_words() -> str:
    return _("Somebody else has changed this meanwhile; nothing was stored. Saving again puts in what stands here.")


class RecordRefused(Problem):
    """A row can't be stored as it was given; ``errors`` says why, by field."""

    def __init__(self, message: str, errors: Errors) -> None:
        super().__init__(message, findings=list(errors.values()))
        self.errors = errors


class RecordChanged(RecordRefused, Conflict):
    """Somebody else has changed what the form showed; ``errors`` says what it is now, by field."""

    def __init__(self, errors: Errors) -> None:
        super().__init__(_changed_words(), errors)


class SectionRefused(RecordRefused):
    """A section can't be stored with its classes as given; ``classes`` says of each class why, by field."""

    def __init__(self, errors: Errors, classes: Sequence[Errors], message: str = "") -> None:
        super().__init__(message or correction_words(sum(map(len, (errors, *classes)))), errors)
        self.classes = classes


class SectionChanged(SectionRefused, Conflict):
    """Somebody else has changed a section or its classes; what they are now stands beside the fields."""

    def __init__(self, errors: Errors, classes: Sequence[Errors]) -> None:
        super().__init__(errors, classes, _changed_words())


class RecordInUse(Problem):
    """A row can't be deleted, because others refer to it."""


class DeletionOutdated(Conflict):
    """A row, or what uses it, is not what was shown when its deletion was agreed to."""


class WordRefused(Problem):
    """A word can't be added to its list, renamed, made one with another or deleted as it was asked."""


class WordChanged(Conflict):
    """A word, or who says it, is not what the page has shown."""
