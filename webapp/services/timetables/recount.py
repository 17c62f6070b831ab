"""Counting a timetable again with the data of today, where they have changed since: its classes stay where they are."""

from webapp.extensions import db
from webapp.models import Timetable, User
from webapp.services.problem.solutions import recount_timetable
from webapp.services.problem.term_problem import build_problem
from webapp.services.shared import audit
from webapp.services.shared.errors import Conflict
from webapp.services.shared.words import _
from webapp.services.timetables import lifecycle


class ChangedMeanwhile(Conflict):
    """The timetable is not the one that the page showed."""


def count_again(user: User | None, timetable: Timetable, revision: int) -> None:
    """Count a timetable's figures and scores anew, whatever its status, with an audit event.

    Raises `ChangedMeanwhile` where its revision is not the one that was seen, and what `build_problem` raises.
    """
    lifecycle.lock(timetable)
    if revision != timetable.revision:
        raise ChangedMeanwhile(
            _("%(name)s has been changed since the page was shown; it was counted then. Look again.",
              name=timetable.variant_name)
        )  # fmt: skip
    before = _figures(timetable)
    recount_timetable(build_problem(timetable.term), timetable.timetable_id)
    db.session.refresh(timetable)
    audit.record(
        timetable.organization_id, user, "timetable.count", timetable, before=before, after=_figures(timetable)
    )


def _figures(timetable: Timetable) -> dict[str, object]:
    return {
        "quality": None if timetable.quality_score is None else str(timetable.quality_score),
        "cost": timetable.cost,
        "broken": timetable.hard_violations,
        "unplaced": timetable.unplaced,
    }
