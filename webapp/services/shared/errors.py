"""What goes wrong on the path, each by a name of its own."""

from collections.abc import Sequence

from webapp.services.shared.sentences import StoredSentence


class Problem(Exception):
    """Why a step was not taken, as a complete sentence that any user may read.

    ``findings`` lists the single reasons, also as sentences, where there are several. What may end a job, whose row
    keeps no sentences, is given as codes with values: ``words``, and ``reasons`` for the findings.
    """

    def __init__(self, message: str | StoredSentence, findings: Sequence[str | StoredSentence] = ()) -> None:
        self.message = str(message)
        self.words = message if isinstance(message, StoredSentence) else None
        self.findings = tuple(map(str, findings))
        self.reasons = tuple(finding for finding in findings if isinstance(finding, StoredSentence))
        super().__init__(self.message)


class NotFound(Problem):
    """What was asked for is not there, or belongs to somebody else: the edge answers 404."""


class Forbidden(Problem):
    """The caller's role does not allow it, and may know that: the edge answers 403."""


class Conflict(Problem):
    """Somebody else has changed, started or published it meanwhile: the edge answers 409."""
