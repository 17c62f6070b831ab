"""Secrets that stand for a user: API tokens, and links that reset a password. Only their hashes are kept."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import TokenPurpose, User, UserToken
from webapp.services.accounts.passwords import PasswordRefused
from webapp.services.accounts.users import revoke_tokens, set_password
from webapp.services.shared import audit
from webapp.services.shared.errors import NotFound, Problem
from webapp.services.shared.words import _

TOKEN_BYTES = 32
RESET_LIFETIME = timedelta(hours=1)
TOKENS_PER_USER_MAX = 20
_PREFIXES = {TokenPurpose.API: "tl_", TokenPurpose.CALENDAR: "tc_", TokenPurpose.PASSWORD_RESET: "tr_"}


class TokenNameMissing(Problem):
    """A token needs a name by which it can be told from the others."""


class TooManyTokens(Problem):
    """The user has as many tokens as one may have."""


class ResetLinkDead(Problem):
    """The link to reset a password was used, is too old, or never existed."""


def create_token(user: User, name: str) -> str:
    """Create an API token of 256 random bits and commit; the returned text is not kept anywhere.

    Raises TokenNameMissing or TooManyTokens.
    """
    name = name.strip()
    if not name:
        raise TokenNameMissing(_("Give the token a name, such as the program that will use it."))
    if len(list_tokens(user)) >= TOKENS_PER_USER_MAX:
        raise TooManyTokens(_("You have %(most)d tokens already; revoke one first.", most=TOKENS_PER_USER_MAX))
    secret, _token = issue(user, TokenPurpose.API, name)
    audit.record(user.organization, user, "token.create", user, after={"name": name[:200]})
    db.session.commit()
    return secret


def issue(user: User, purpose: TokenPurpose, name: str, lifetime: timedelta | None = None) -> tuple[str, UserToken]:
    """Draw a secret and add its hash, without commit; returns the secret and its row."""
    secret = _PREFIXES[purpose] + secrets.token_urlsafe(TOKEN_BYTES)
    token = UserToken(
        user_id=user.user_id,
        purpose=purpose,
        name=name[:200],
        token_hash=hash_token(secret),
        expires_at=datetime.now(UTC) + lifetime if lifetime else None,
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
    db.session.commit()


def find_by_token(secret: str, purpose: TokenPurpose = TokenPurpose.API) -> User | None:
    """The enabled user whose live token this is; when it was last used is noted."""
    token = _live(secret, purpose)
    if token is None or not token.user.is_enabled:
        return None
    if token.used_at is None or datetime.now(UTC) - token.used_at > timedelta(minutes=5):
        token.used_at = datetime.now(UTC)
        db.session.commit()
    return token.user


def _live(secret: str, purpose: TokenPurpose) -> UserToken | None:
    return db.session.scalar(
        sa.select(UserToken).where(
            UserToken.token_hash == hash_token(secret),
            UserToken.purpose == purpose,
            UserToken.revoked_at.is_(None),
            sa.or_(UserToken.expires_at.is_(None), UserToken.expires_at > sa.func.now()),
        )
    )


def create_reset_link(user: User, actor: User) -> str:
    """Make the secret of a link with which a user sets a new password once, within an hour; older links die."""
    revoke_tokens(user, TokenPurpose.PASSWORD_RESET)
    secret, _token = issue(user, TokenPurpose.PASSWORD_RESET, "", RESET_LIFETIME)
    audit.record(user.organization, actor, "user.reset_link", user)
    db.session.commit()
    return secret


def find_reset(secret: str) -> User:
    """The user whom a link to reset is for; raises ResetLinkDead."""
    token = _live(secret, TokenPurpose.PASSWORD_RESET)
    if token is None or token.used_at is not None or not token.user.is_enabled:
        raise _dead_link()
    return token.user


def _dead_link() -> ResetLinkDead:
    return ResetLinkDead(_("This link was used already or is older than an hour. Ask for a new one."))


def use_reset(secret: str, new_password: str) -> User:
    """Set the password of the user whom the link is for, whose links and tokens end with it.

    Raises ResetLinkDead or PasswordRefused.
    """
    user = find_reset(secret)
    claim = (
        sa.update(UserToken)
        .where(UserToken.token_hash == hash_token(secret), UserToken.used_at.is_(None), UserToken.revoked_at.is_(None))
        .values(used_at=sa.func.now())
        .returning(UserToken.user_token_id)
    )
    if db.session.scalar(claim) is None:  # somebody else was quicker
        raise _dead_link()
    try:
        set_password(user, new_password, actor=user)
    except PasswordRefused:
        db.session.rollback()  # the link may be used for a better one
        raise
    revoke_tokens(user)
    db.session.commit()
    return user
