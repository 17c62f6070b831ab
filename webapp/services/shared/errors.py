"""What goes wrong on the path, each by a name of its own."""

from collections.abc import Sequence


class Problem(Exception):
    """Why a step was not taken, as a complete sentence that any user may read.

    ``findings`` lists the single reasons, also as sentences, where there are several.
    """

    def __init__(self, message: str, findings: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.findings = tuple(findings)


class NotFound(Problem):
    """What was asked for is not there, or belongs to somebody else: the edge answers 404."""


class Forbidden(Problem):
    """The caller's role does not allow it, and may know that: the edge answers 403."""


class Conflict(Problem):
    """Somebody else has changed, started or published it meanwhile: the edge answers 409."""
