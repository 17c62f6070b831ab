"""How far a timetable has come: which status may follow which, and the one way to change it."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from webapp.extensions import db
from webapp.models import Term, Timetable, TimetableStatus, User
from webapp.services.shared import audit
from webapp.services.shared.errors import Conflict
from webapp.services.shared.words import _

DRAFT, SUBMITTED, APPROVED, PUBLISHED, SUPERSEDED = TimetableStatus
STATUS_WORDS: Mapping[TimetableStatus, LazyString] = MappingProxyType(
    {
        DRAFT: _l("Draft"),
        SUBMITTED: _l("Submitted"),
        APPROVED: _l("Approved"),
        PUBLISHED: _l("Published"),
        SUPERSEDED: _l("Superseded"),
    }
)
"""What each status is called, wherever one is shown."""

IN_REVIEW = frozenset({SUBMITTED, APPROVED})
"""What heads of department may look at before it is published."""

MAY_FOLLOW: Mapping[TimetableStatus, Mapping[TimetableStatus, str]] = MappingProxyType(
    {
        DRAFT: MappingProxyType({SUBMITTED: "submit", PUBLISHED: "publish"}),
        SUBMITTED: MappingProxyType({DRAFT: "withdraw", APPROVED: "approve", PUBLISHED: "publish"}),
        APPROVED: MappingProxyType({DRAFT: "withdraw", PUBLISHED: "publish"}),
        PUBLISHED: MappingProxyType({SUPERSEDED: "supersede", DRAFT: "unpublish"}),
        SUPERSEDED: MappingProxyType({PUBLISHED: "publish"}),
    }
)
"""Which status may follow which, and what that is called in the audit trail; nothing else happens to a status."""


class StatusRefused(Conflict):
    """A timetable of this status can't become what was asked for."""


class AlreadyPublished(StatusRefused):
    """The timetable is what everybody sees: there is nothing to publish."""


def published_timetable(term: Term | None) -> Timetable | None:
    """What everybody sees of a term; there is one at most."""
    if term is None:
        return None
    return db.session.scalars(sa.select(Timetable).filter_by(term_id=term.term_id, status=PUBLISHED)).one_or_none()


def refuse_unless(timetable: Timetable, status: TimetableStatus) -> None:
    """Raise `StatusRefused` where the table doesn't lead from the timetable's status to the wanted one."""
    if status in MAY_FOLLOW[timetable.status]:
        return
    words = _(
        "%(name)s is %(status)s, so it can't become %(wanted)s.",
        name=timetable.variant_name,
        status=str(STATUS_WORDS[timetable.status]).lower(),
        wanted=str(STATUS_WORDS[status]).lower(),
    )
    raise (AlreadyPublished if timetable.status is status is PUBLISHED else StatusRefused)(words)


def change(
    user: User | None,
    timetable: Timetable,
    status: TimetableStatus,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Give a locked timetable a status, with its audit row and what else the two sides tell, without commit.

    Raises `StatusRefused`.
    """
    refuse_unless(timetable, status)
    earlier = timetable.status
    timetable.status = status
    audit.record(
        timetable.organization_id,
        user,
        f"timetable.{MAY_FOLLOW[earlier][status]}",
        timetable,
        before={"status": earlier.value, **(before or {})},
        after={"status": status.value, **(after or {})},
    )


def lock(timetable: Timetable) -> Timetable:
    """Hold a timetable for this transaction, and read it as it is now."""
    lock_all([timetable.timetable_id])
    return timetable


def lock_all(keys: Iterable[int]) -> list[Timetable]:
    """Hold timetables for this transaction, always in the same order, and read them as they are now."""
    query = sa.select(Timetable).where(Timetable.timetable_id.in_(list(keys))).order_by(Timetable.timetable_id)
    return list(db.session.scalars(query.with_for_update().execution_options(populate_existing=True)))
