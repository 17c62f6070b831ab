"""Tokens: secrets that stand for a user, of which only the hashes are kept."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import TokenPurpose, User, UserToken
from webapp.services.shared import audit
from webapp.services.shared.errors import NotFound, Problem
from webapp.services.shared.words import _

TOKEN_BYTES = 32
TOKENS_PER_USER_MAX = 20
USE_NOTED_EVERY = timedelta(minutes=5)
_PREFIXES = {TokenPurpose.API: "tl_", TokenPurpose.CALENDAR: "tc_", TokenPurpose.PASSWORD_RESET: "tr_"}


class TokenNameMissing(Problem):
    """A token needs a name by which it can be told from the others."""


class TooManyTokens(Problem):
    """The user has as many tokens as one may have."""


def create_token(user: User, name: str) -> str:
    """Create an API token of 256 random bits; the returned text is not kept anywhere.

    Raises TokenNameMissing or TooManyTokens.
    """
    name = name.strip()
    if not name:
        raise TokenNameMissing(_("Give the token a name, such as the program that will use it."))
    if len(list_tokens(user)) >= TOKENS_PER_USER_MAX:
        raise TooManyTokens(_("You have %(most)d tokens already; revoke one first.", most=TOKENS_PER_USER_MAX))
    secret, _token = issue(user, TokenPurpose.API, name)
    audit.record(user.organization, user, "token.create", user, after={"name": name[:200]})
    return secret


def issue(
    user: User, purpose: TokenPurpose, name: str, lifetime: timedelta | None = None, **columns: Any
) -> tuple[str, UserToken]:
    """Draw a secret and add its hash, with what else its row says; returns the secret and its row."""
    secret = _PREFIXES[purpose] + secrets.token_urlsafe(TOKEN_BYTES)
    token = UserToken(
        user_id=user.user_id,
        purpose=purpose,
        name=name[:200],
        token_hash=hash_token(secret),
        expires_at=datetime.now(UTC) + lifetime if lifetime else None,
        **columns,
    )
    db.session.add(token)
    db.session.flush()
    return secret, token


def hash_token(secret: str) -> str:
    """The hash under which a secret is kept; a random secret of 256 bits needs no slow one."""
    return hashlib.sha256(secret.encode()).hexdigest()


def list_tokens(user: User) -> list[UserToken]:
    """The API tokens of a user that still work, newest first."""
    query = (
        sa.select(UserToken)
        .where(
            UserToken.user_id == user.user_id,
            UserToken.purpose == TokenPurpose.API,
            UserToken.revoked_at.is_(None),
        )
        .order_by(UserToken.created_at.desc(), UserToken.user_token_id.desc())
    )
    return list(db.session.scalars(query))


def revoke_token(user: User, user_token_id: int) -> None:
    """Make one of a user's own tokens useless; raises NotFound."""
    token = next((token for token in list_tokens(user) if token.user_token_id == user_token_id), None)
    if token is None:
        raise NotFound(_("There is no such token."))
    token.revoked_at = datetime.now(UTC)
    audit.record(user.organization, user, "token.revoke", user, before={"name": token.name})
    db.session.flush()


def revoke_tokens(user: User, *purposes: TokenPurpose) -> None:
    """Make what was given out for a user useless.

    All of it unless purposes are named: whoever got in may have made a token to stay.
    """
    live = sa.and_(
        UserToken.user_id == user.user_id,
        UserToken.revoked_at.is_(None),
        UserToken.purpose.in_(purposes or TokenPurpose),
    )
    db.session.execute(sa.update(UserToken).where(live).values(revoked_at=sa.func.now()))


def find_token(secret: str, purpose: TokenPurpose = TokenPurpose.API) -> UserToken | None:
    """The live token of this secret, if its user is enabled."""
    token = db.session.scalar(
        sa.select(UserToken).where(
            UserToken.token_hash == hash_token(secret),
            UserToken.purpose == purpose,
            UserToken.revoked_at.is_(None),
            sa.or_(UserToken.expires_at.is_(None), UserToken.expires_at > sa.func.now()),
        )
    )
    return token if token is not None and token.user.is_enabled else None


def note_use(token: UserToken) -> bool:
    """Note that a token is used now, unless that was noted a moment ago; returns whether it was."""
    now = datetime.now(UTC)
    if token.used_at is not None and now - token.used_at <= USE_NOTED_EVERY:
        return False
    token.used_at = now
    db.session.flush()
    return True


def open_invitations() -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions on tokens that are invitations and can still be used."""
    return (
        UserToken.purpose == TokenPurpose.INVITATION,
        UserToken.used_at.is_(None),
        UserToken.revoked_at.is_(None),
        UserToken.expires_at > sa.func.now(),
    )
