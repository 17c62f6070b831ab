"""Invitations: links with which people set a first password of their own, once, within two weeks.

The database keeps a link's hash and a random draw. The secret is made of that draw with the server's secret key, so
that the links can be fetched again until the registrar confirms that they are handed out; then the draws go, and nobody
can make the links again. The draw alone, or the key alone, opens nothing.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import joinedload

from webapp.extensions import db
from webapp.models import Organization, TokenPurpose, User, UserToken
from webapp.services.accounts.sessions import end_sessions
from webapp.services.accounts.tokens import hash_token, open_invitations, revoke_tokens
from webapp.services.accounts.users import create_user
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.errors import Conflict
from webapp.services.shared.words import _

LIFETIME = timedelta(days=14)


class AccountState(StrEnum):
    """How far an account has come."""

    ACTIVE = "active"
    INVITED = "invited"
    WAITING = "waiting"
    DISABLED = "disabled"


class InvitationsChanged(Conflict):
    """Somebody was invited, or took an invitation, since the page was shown."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that can still be shown: whom it is for, its secret, and when it dies."""

    user: User
    secret: str
    expires_at: datetime


def invite(users: Sequence[User], actor: User | None) -> list[Invitation]:
    """Invite people anew: earlier invitations of theirs die, and so does any password that was given to them."""
    if not users:
        return []
    _revoke([user.user_id for user in users])
    expires_at = datetime.now(UTC) + LIFETIME
    made = []
    for user in users:
        user.password_hash, user.must_change_password = None, False
        draw = secrets.token_urlsafe(24)
        secret = _secret_of(draw)
        token = UserToken(
            user_id=user.user_id,
            purpose=TokenPurpose.INVITATION,
            name="",
            token_hash=hash_token(secret),
            draw=draw,
            expires_at=expires_at,
        )
        db.session.add(token)
        audit.record(user.organization_id, actor, "user.invite", user)
        made.append(Invitation(user, secret, expires_at))
    db.session.flush()
    return made


def create_invited(organization: Organization, actor: User, **fields: Any) -> Invitation:
    """Create an account whose owner sets the first password by a link; ``fields`` as in `create_user`."""
    (made,) = invite([create_user(organization, actor=actor, **fields)], actor)
    return made


def invite_again(user: User, actor: User) -> Invitation:
    """Invite one person anew who never signed in; raises InvitationsChanged for anybody else."""
    db.session.refresh(user, with_for_update=True)
    if states_of([user])[user.user_id] not in (AccountState.INVITED, AccountState.WAITING):
        raise InvitationsChanged(
            _("%(email)s has signed in already, or is disabled. Make a reset link instead.", email=user.email)
        )
    end_sessions(user)
    (made,) = invite([user], actor)
    return made


def revoke(user: User, actor: User) -> None:
    """Make a person's invitation useless."""
    revoke_tokens(user, TokenPurpose.INVITATION)
    audit.record(user.organization_id, actor, "user.revoke_invitation", user)


def to_hand_out(organization: Organization) -> list[Invitation]:
    """The invitations that nobody has confirmed as handed out, by e-mail; they can be fetched again and again."""
    query = sa.select(UserToken).join(User).where(*_waiting(organization)).order_by(User.email)
    shown = []
    for token in db.session.scalars(query.options(joinedload(UserToken.user))):
        secret = _secret_of(token.draw or "")
        if hash_token(secret) == token.token_hash and token.expires_at is not None:  # else the key was changed since
            shown.append(Invitation(token.user, secret, token.expires_at))
    return shown


def to_hand_out_marked(organization: Organization) -> tuple[int, str]:
    """How many invitations wait to be handed out, and the mark of them that is sent back when that is confirmed."""
    hashes = db.session.scalars(sa.select(UserToken.token_hash).join(User).where(*_waiting(organization))).all()
    return len(hashes), hash_token(" ".join(sorted(hashes)))


def confirm_handed_out(organization: Organization, actor: User, seen: str) -> int:
    """Forget how the links are made, for good: they work, and can't be fetched again. Returns how many.

    Raises InvitationsChanged where others than those that were shown would be forgotten with them.
    """
    optimistic_lock.lock(organization)
    if seen != to_hand_out_marked(organization)[1]:
        raise InvitationsChanged(
            _("The invitations have changed since the page was shown. Nothing was confirmed: download them once more.")
        )
    users = sa.select(User.user_id).where(User.organization_id == organization.organization_id)
    handed = sa.update(UserToken).where(
        UserToken.user_id.in_(users), UserToken.purpose == TokenPurpose.INVITATION, UserToken.draw.is_not(None)
    )
    number = len(db.session.scalars(handed.values(draw=None).returning(UserToken.user_token_id)).all())
    if number:
        audit.record(organization, actor, "user.handed_out", organization, after={"invitations": number})
    return number


def states_of(users: Sequence[User]) -> Mapping[int, AccountState]:
    """How far each account has come, by its key."""
    keys = [user.user_id for user in users]
    query = sa.select(UserToken.user_id).where(UserToken.user_id.in_(keys), *open_invitations())
    invited = set(db.session.scalars(query)) if keys else set()
    return {user.user_id: _state_of(user, user.user_id in invited) for user in users}


def _state_of(user: User, is_invited: bool) -> AccountState:
    if not user.is_enabled:
        return AccountState.DISABLED
    if is_invited:
        return AccountState.INVITED
    return AccountState.WAITING if user.last_sign_in_at is None else AccountState.ACTIVE


def _waiting(organization: Organization) -> tuple[sa.ColumnElement[bool], ...]:
    """The conditions on tokens and their users of what is to be handed out."""
    is_own = User.organization_id == organization.organization_id
    return (*open_invitations(), UserToken.draw.is_not(None), User.is_enabled.is_(True), is_own)


def _revoke(keys: Sequence[int]) -> None:
    old = sa.update(UserToken).where(
        UserToken.user_id.in_(keys), UserToken.purpose == TokenPurpose.INVITATION, UserToken.revoked_at.is_(None)
    )
    db.session.execute(old.values(revoked_at=sa.func.now(), draw=None))


def _secret_of(draw: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    digest = hmac.digest(key, f"invitation:{draw}".encode(), "sha256")
    return "ti_" + urlsafe_b64encode(digest).decode().rstrip("=")
