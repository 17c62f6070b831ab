"""What the tests of accounts share: an organisation, its registrar, and two passwords that will do."""

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import AuditEvent, Organization, Role, User
from webapp.services.accounts import tokens, users

PASSWORD = "seven horses sleep"
OTHER = "nine carts roll home"


@pytest.fixture
def org(app) -> Organization:
    return factories.organization()


@pytest.fixture
def registrar(org) -> User:
    return users.create_user(org, email="Reg@Example.edu", name="R", roles={Role.REGISTRAR}, password=PASSWORD)


def actions() -> list[str]:
    """What the audit trail says was done, in order."""
    return list(db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.audit_event_id)))


def user_of(secret: str) -> User | None:
    """Whom an API token speaks for."""
    token = tokens.find_token(secret)
    return token.user if token is not None else None
