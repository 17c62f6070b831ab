"""Credentials: a user's password replaced, by themselves, by the registrar, or by a link that works once."""

from datetime import timedelta

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import TokenPurpose, User, UserToken
from webapp.services.accounts.passwords import PasswordRefused, hash_password, initial_password, password_matches
from webapp.services.accounts.sessions import end_sessions
from webapp.services.accounts.tokens import find_token, issue, revoke_tokens
from webapp.services.accounts.users import AccountChanged
from webapp.services.shared import audit
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _

RESET_LIFETIME = timedelta(hours=1)
_LINKS = (TokenPurpose.PASSWORD_RESET, TokenPurpose.INVITATION)
"""What sets a password, and dies with any new one."""


class ResetLinkDead(Problem):
    """The link that sets a password was used, is too old, or never existed."""


def change_password(user: User, current: str, new: str) -> None:
    """Replace one's own password; every session that is open elsewhere ends. Raises PasswordRefused."""
    if not password_matches(user.password_hash, current):
        raise PasswordRefused(_("The current password is wrong."))
    if current == new:
        raise PasswordRefused(_("The new password is the same as the current one."))
    set_password(user, new, actor=user)


def set_password(user: User, new: str, actor: User | None) -> None:
    """Set a chosen password; all sessions and reset links end. Raises PasswordRefused."""
    _store(user, hash_password(new), actor)


def _store(user: User, password_hash: str, actor: User | None) -> None:
    revoke_tokens(user, *_LINKS)
    user.password_hash = password_hash
    user.must_change_password = False
    end_sessions(user)
    audit.record(user.organization, actor, "user.password", user)


def reset_password(user: User, actor: User, seen: int | None = None) -> str:
    """Give a user a drawn password, which must be changed at sign-in; returned this once. Sessions and tokens end.

    Raises AccountChanged where ``seen``, the session key that the page was made with, is another by now: a page that
    is loaded again would replace the password that has just been written down.
    """
    db.session.refresh(user, with_for_update=True)
    if seen not in (None, user.session_key):
        raise AccountChanged(
            _(
                "%(email)s was given a new password, or was signed out, since the page was shown. "
                "Nothing was changed now; if the password is lost, open the account and give another.",
                email=user.email,
            )
        )
    revoke_tokens(user)
    password, user.password_hash = initial_password()
    user.must_change_password = True
    end_sessions(user)
    audit.record(user.organization_id, actor, "user.reset_password", user)
    return password


def create_reset_link(user: User, actor: User) -> str:
    """Make the secret of a link with which a user sets a new password once, within an hour; older links die."""
    revoke_tokens(user, TokenPurpose.PASSWORD_RESET)
    secret, _token = issue(user, TokenPurpose.PASSWORD_RESET, "", RESET_LIFETIME)
    audit.record(user.organization, actor, "user.reset_link", user)
    return secret


def find_reset(secret: str, purpose: TokenPurpose = TokenPurpose.PASSWORD_RESET) -> User:
    """The user whom a link to reset, or an invitation, is for; raises ResetLinkDead."""
    return _live_link(secret, purpose).user


def _live_link(secret: str, purpose: TokenPurpose) -> UserToken:
    token = find_token(secret, purpose)
    if token is None or token.used_at is not None:
        raise _dead_link(purpose)
    return token


def _dead_link(purpose: TokenPurpose) -> ResetLinkDead:
    if purpose is TokenPurpose.INVITATION:
        return ResetLinkDead(
            _("This invitation was used already, was taken back, or is older than two weeks. Ask for a new one.")
        )
    return ResetLinkDead(_("This link was used already or is older than an hour. Ask for a new one."))


def use_reset(secret: str, new_password: str, purpose: TokenPurpose = TokenPurpose.PASSWORD_RESET) -> User:
    """Set the password of the user whom the link is for, whose links and tokens end with it.

    Raises ResetLinkDead, or PasswordRefused, after which the link may be used for a better one.
    """
    token, password_hash = _live_link(secret, purpose), hash_password(new_password)
    claim = (
        sa.update(UserToken)
        .where(
            UserToken.user_token_id == token.user_token_id, UserToken.used_at.is_(None), UserToken.revoked_at.is_(None)
        )
        .values(used_at=sa.func.now())
        .returning(UserToken.user_token_id)
    )
    if db.session.scalar(claim) is None:  # somebody else was quicker
        raise _dead_link(purpose)
    _store(token.user, password_hash, actor=token.user)
    revoke_tokens(token.user)
    return token.user
