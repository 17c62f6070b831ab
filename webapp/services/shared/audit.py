"""Who did what to which row: the event is written in the change's own transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from webapp.extensions import Model, db
from webapp.models import AuditEvent, Organization, User


def record(
    organization: Organization | int,
    actor: User | None,
    action: str,
    row: Model,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Note a change of a row without commit; ``actor`` is None for what no user did (a command, a worker).

    ``action`` is the subject and a verb ("room.edit"); ``before`` and ``after`` hold JSON values,
    only of what changed.
    """
    event = AuditEvent(
        organization_id=organization if isinstance(organization, int) else organization.organization_id,
        user_id=actor.user_id if actor is not None else None,
        action=action,
        subject=str(type(row).__tablename__),
        subject_key=_key_of(row),
        before=dict(before) if before is not None else None,
        after=dict(after) if after is not None else None,
    )
    db.session.add(event)
    return event


def noted(row: Any, action: str) -> Sequence[Mapping[str, Any]]:
    """Return what each event of that action about a row of an organisation holds as ``after``."""
    query = sa.select(AuditEvent.after).filter_by(
        organization_id=row.organization_id, action=action, subject=row.__tablename__, subject_key=_key_of(row)
    )
    return db.session.scalars(query).all()


def _key_of(row: Model) -> str:
    return ",".join(str(part) for part in sa.inspect(type(row)).primary_key_from_instance(row))
