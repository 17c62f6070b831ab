"""How passwords are kept: slowly hashed, of a minimum length, and compared in the same time for everyone."""

import secrets
from functools import lru_cache

from werkzeug.security import check_password_hash, generate_password_hash

from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _

PASSWORD_LENGTH_MIN = 10
PASSWORD_LENGTH_MAX = 200
STANDARD_METHOD = "scrypt:32768:8:1"
# Initial passwords are drawn from 32^15 possibilities and must be changed at once: guessing them is hopeless
# even against a quick hash, and a thousand accounts are made within one request.
INITIAL_METHOD = "pbkdf2:sha256:1000"
_READABLE = "abcdefghijkmnpqrstuvwxyz23456789"


class PasswordRefused(Problem):
    """The new password is too short, too long, or not a new one."""


def hash_password(password: str) -> str:
    """Hash a password that somebody chose; raises PasswordRefused where its length won't do."""
    if len(password) < PASSWORD_LENGTH_MIN:
        raise PasswordRefused(
            _(
                "The password has %(given)d characters; at least %(least)d are needed.",
                given=len(password),
                least=PASSWORD_LENGTH_MIN,
            )
        )
    if len(password) > PASSWORD_LENGTH_MAX:
        raise PasswordRefused(_("The password may have %(most)d characters at most.", most=PASSWORD_LENGTH_MAX))
    return generate_password_hash(password, STANDARD_METHOD)


def initial_password() -> tuple[str, str]:
    """Draw a password for somebody else, to be changed at first sign-in; returns it and its hash."""
    password = "-".join("".join(secrets.choice(_READABLE) for _letter in range(5)) for _part in range(3))
    return password, generate_password_hash(password, INITIAL_METHOD)


def password_matches(stored: str | None, password: str) -> bool:
    """Return whether the password is the stored one, in about the same time whatever is stored, even nothing."""
    if stored is None:
        check_password_hash(_nobodys_hash(), password)
        return False
    matches = check_password_hash(stored, password)
    if not stored.startswith(STANDARD_METHOD):
        check_password_hash(_nobodys_hash(), password)
    return matches


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return generate_password_hash(secrets.token_urlsafe(32), STANDARD_METHOD)
