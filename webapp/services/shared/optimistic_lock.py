"""What others store meanwhile: one writes an organisation's data at a time, and never over what was not shown."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, TypeVar

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Organization
from webapp.services.shared.words import _

Name = TypeVar("Name")


def lock(organization: Organization) -> None:
    """Let nobody else write the organisation's data until the transaction ends: what was compared is what is changed.

    Rows that refer to the organisation can still be added, for their key alone is looked at.
    """
    query = sa.select(Organization.organization_id).where(Organization.organization_id == organization.organization_id)
    db.session.execute(query.with_for_update(key_share=True))


def mark(values: Mapping[Any, Any]) -> str:
    """Digest what a form was shown; it sends this back, and `changed_since` tells what is no longer so."""
    return " ".join(_digest(name, value) for name, value in values.items())


def changed_since(seen: str, values: Mapping[Name, Any]) -> list[Name]:
    """The names of those values that are no longer as they were when ``seen`` was marked."""
    shown = set(seen.split())
    return [name for name, value in values.items() if _digest(name, value) not in shown]


def now(value: str) -> str:
    """The sentence beside a value that somebody else has changed."""
    return (
        _("Changed meanwhile: it is now “%(value)s”.", value=value)
        if value
        else _("Changed meanwhile: it is empty now.")
    )


def _digest(name: object, value: object) -> str:
    return sha256(repr((name, value)).encode()).hexdigest()[:16]
