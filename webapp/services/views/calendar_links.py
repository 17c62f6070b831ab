"""Calendar links: addresses that a calendar program asks by itself, opened by a secret of which only the hash is kept.

A link shows what its owner may see at that time, and nothing once it is revoked, its owner is disabled, or what it is
of is deleted.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import FeedKind, TokenPurpose, User, UserToken
from webapp.services.accounts import tokens
from webapp.services.shared import audit
from webapp.services.shared.errors import NotFound
from webapp.services.shared.words import _
from webapp.services.views.feeds import FeedSubject, find_subject, write_feed

LINKS_PER_USER_MAX = 20
_KEYS = {FeedKind.ROOM: "room_id", FeedKind.GROUP: "student_group_id"}


def create_link(user: User, kind: FeedKind, code: str = "") -> tuple[str, UserToken]:
    """Create a link to a calendar; the returned secret is kept nowhere. Raises NotFound or TooManyTokens."""
    subject = find_subject(user, kind, code.strip())
    if len(list_links(user)) >= LINKS_PER_USER_MAX:
        raise tokens.TooManyTokens(_("You have %(most)d links already; revoke one first.", most=LINKS_PER_USER_MAX))
    row: dict[str, Any] = {"feed_kind": kind} | ({_KEYS[kind]: subject.key} if kind in _KEYS else {})
    secret, token = tokens.issue(user, TokenPurpose.CALENDAR, subject.title, None, **row)
    audit.record(user.organization, user, "calendar_link.create", user, after={"name": subject.title})
    return secret, token


def list_links(user: User) -> list[UserToken]:
    """The calendar links of a user that still work, newest first."""
    query = (
        sa.select(UserToken)
        .where(
            UserToken.user_id == user.user_id,
            UserToken.purpose == TokenPurpose.CALENDAR,
            UserToken.revoked_at.is_(None),
        )
        .order_by(UserToken.created_at.desc(), UserToken.user_token_id.desc())
    )
    return list(db.session.scalars(query))


def revoke_link(user: User, user_token_id: int) -> None:
    """Make one of a user's own links useless; raises NotFound."""
    token = next((token for token in list_links(user) if token.user_token_id == user_token_id), None)
    if token is None:
        raise NotFound(_("There is no such calendar link."))
    token.revoked_at = datetime.now(UTC)
    audit.record(user.organization, user, "calendar_link.revoke", user, before={"name": token.name})
    db.session.flush()


def open_link(secret: str) -> tuple[UserToken, bytes]:
    """The link of a secret, and the calendar file that it shows now; raises NotFound where there is none (any more)."""
    token = tokens.find_token(secret, TokenPurpose.CALENDAR)
    if token is None or token.feed_kind is None:
        raise NotFound(_("There is no such calendar. Its link may have been revoked: make a new one in your profile."))
    subject = FeedSubject(token.feed_kind, token.name, token.room_id or token.student_group_id)
    return token, write_feed(token.user, subject)
