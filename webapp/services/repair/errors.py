"""Why a repair or a re-solve was not done, each reason by a name of its own."""

from webapp.services.shared.errors import NotFound, Problem


class ChangeRefused(Problem):
    """What is said to have happened names a row or a slot that the term does not have, or a size that is no number."""


class NothingHappened(Problem):
    """No change was named, so there is nothing to repair."""


class ResolveTimeRefused(Problem):
    """The time for a re-solve is none of those on offer."""


class NoSuchRung(NotFound):
    """The ladder has no such rung."""
