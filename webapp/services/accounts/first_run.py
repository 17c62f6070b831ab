"""The first organisation: made once, in the browser, by whoever has the token that the server printed at its start."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import available_timezones

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Organization, Role, SetupToken, User
from webapp.services.accounts.tokens import TOKEN_BYTES, hash_token
from webapp.services.accounts.users import create_user
from webapp.services.imports.destination import OrganizationInvalid, make_organization
from webapp.services.shared.errors import Conflict, NotFound, Problem
from webapp.services.shared.words import _

TOKEN_LIFETIME = timedelta(hours=24)
DRAWN_TOGETHER = timedelta(minutes=1)
"""Web processes that start within it print one token together; later ones add their own."""
LOCK = 0x71_6D_65_6C


class SetupTokenRefused(Problem):
    """The token is not one that the server has printed, or it is too old."""


class AlreadySetUp(Conflict):
    """There is an organisation: nobody makes the first one any more."""


@dataclass(frozen=True, slots=True)
class Founding:
    """What the first organisation is made of, as it was typed."""

    code: str
    name: str
    timezone: str
    registrar: str
    email: str
    password: str


def is_empty() -> bool:
    """Say whether there is no organisation yet."""
    return not db.session.scalar(sa.select(sa.exists().select_from(Organization)))


def require_empty() -> None:
    """Raise NotFound once there is an organisation: the page of the first run is gone then."""
    if not is_empty():
        raise NotFound(_("Timeloom has been set up. Sign in."))


def token_at_start() -> str | None:
    """Draw a token for a web process that starts; None where there is nothing to set up, or another just drew one."""
    _wait_for_others()
    if not is_empty():
        return None
    newest = db.session.scalar(sa.select(sa.func.max(SetupToken.created_at)))
    if newest is not None and datetime.now(UTC) - newest < DRAWN_TOGETHER:
        return None
    return _draw()


def replace_tokens() -> str:
    """Draw a token in place of all that were printed; raises AlreadySetUp."""
    _wait_for_others()
    if not is_empty():
        raise AlreadySetUp(_("There is an organisation already: no token is needed. Add others from the command line."))
    db.session.execute(sa.delete(SetupToken))
    return _draw()


def set_up(token: str, founding: Founding) -> User:
    """Make the first organisation and its registrar, whom it returns; every token is gone with it.

    Raises SetupTokenRefused, AlreadySetUp, OrganizationInvalid, EmailInvalid or PasswordRefused, and stores nothing.
    """
    _wait_for_others()
    if not is_empty():
        raise AlreadySetUp(_("Somebody else has set Timeloom up meanwhile. Sign in."))
    live = sa.exists().where(SetupToken.token_hash == hash_token(token.strip()), SetupToken.expires_at > sa.func.now())
    if not db.session.scalar(sa.select(live)):
        raise SetupTokenRefused(
            _("This is not a token that the server has printed, or it is older than a day. Print another: "
              "flask setup-token.")
        )  # fmt: skip
    if founding.timezone not in available_timezones():
        raise OrganizationInvalid(_("“%(zone)s” is no time zone such as Asia/Kolkata.", zone=founding.timezone[:64]))
    with db.session.begin_nested():
        organization = make_organization(founding.code.strip(), founding.name, founding.timezone)
        registrar = create_user(
            organization,
            email=founding.email,
            name=founding.registrar,
            roles={Role.REGISTRAR},
            password=founding.password,
        )
        registrar.last_sign_in_at = datetime.now(UTC)  # whoever sets it up is signed in with it
        db.session.flush()
    return registrar


def _wait_for_others() -> None:
    """Let one process at a time look whether the house is empty, and change it."""
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))


def _draw() -> str:
    secret = "ts_" + secrets.token_urlsafe(TOKEN_BYTES)
    db.session.add(SetupToken(token_hash=hash_token(secret), expires_at=datetime.now(UTC) + TOKEN_LIFETIME))
    db.session.flush()
    return secret
