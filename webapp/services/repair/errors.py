"""Why a repair or a re-solve was not done, each reason by a name of its own."""

from webapp.services.shared.errors import Conflict, NotFound, Problem


class TimetableGone(NotFound):
    """The timetable that was to be repaired has been deleted meanwhile."""


class ChangeRefused(Problem):
    """What is said to have happened names a row or a slot that the term does not have, or a size that is no number."""


class NothingHappened(Problem):
    """No change was named, so there is nothing to repair."""


class ResolveTimeRefused(Problem):
    """The time for a re-solve is none of those on offer."""


class BaseChanged(Conflict):
    """The timetable or the term's data have changed since the repair was found, so it no longer fits."""


class NoSuchRung(NotFound):
    """The ladder has no such rung."""
