"""Sessions: who gets in with an e-mail and a password, and what ends a session that is open."""

from datetime import UTC, datetime

from webapp.extensions import db
from webapp.models import User
from webapp.services.accounts.passwords import password_matches
from webapp.services.accounts.tokens import revoke_tokens
from webapp.services.accounts.users import OwnAccount, find_by_email
from webapp.services.shared import audit
from webapp.services.shared.errors import Problem
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.words import _


class SignInRefused(Problem):
    """Unknown e-mail or wrong password: the same words for both."""


class AccountDisabled(Problem):
    """The password is right, but the account has been disabled."""


def authenticate(email: str, password: str) -> User:
    """The user with this e-mail and password; notes the time of sign-in.

    Raises SignInRefused in the same words and after the same time for an unknown e-mail and a wrong
    password; AccountDisabled only to those who know the password.
    """
    user = find_by_email(email)
    if not password_matches(user.password_hash if user else None, password) or user is None:
        raise SignInRefused(_("The e-mail address or the password is wrong."))
    if not user.is_enabled:
        raise AccountDisabled(_("This account has been disabled. Ask the registrar's office."))
    user.last_sign_in_at = datetime.now(UTC)
    db.session.flush()
    return user


def find_for_session(session_id: str) -> User | None:
    """The user whom a session names, if its key still fits and the account is enabled."""
    user_id, key = (whole_number(part) for part in session_id.partition(".")[::2])
    user = db.session.get(User, user_id) if user_id is not None else None
    return user if user is not None and user.is_enabled and user.session_key == key else None


def end_sessions(user: User) -> None:
    """End every session of a user."""
    user.session_key = User.session_key + 1
    db.session.flush()


def sign_out_everywhere(user: User, actor: User) -> None:
    """End every session of a user, and every token."""
    end_sessions(user)
    revoke_tokens(user)
    audit.record(user.organization, actor, "user.sign_out", user)


def set_enabled(user: User, enabled: bool, actor: User) -> None:
    """Disable a user, whose sessions and tokens end, or enable them again. Raises OwnAccount."""
    if user.user_id == actor.user_id:
        raise OwnAccount(_("You can't disable your own account. Another registrar can."))
    if user.is_enabled == enabled:
        return
    user.is_enabled = enabled
    end_sessions(user)
    revoke_tokens(user)
    action = "user.enable" if enabled else "user.disable"
    audit.record(user.organization, actor, action, user, before={"enabled": not enabled}, after={"enabled": enabled})
