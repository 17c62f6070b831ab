"""Invitations: links that no database holds, fetched again until they are handed out, used once, dead in time."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import Role, TokenPurpose, UserToken
from webapp.services.accounts import credentials, invitations, sessions
from webapp.services.accounts.credentials import ResetLinkDead
from webapp.services.accounts.invitations import AccountState, InvitationsChanged

PASSWORD = "seven horses sleep"
INVITATION = TokenPurpose.INVITATION


@pytest.fixture
def invited(org, registrar):
    """Somebody who is invited, and the secret of the link."""
    user = factories.user(org, Role.HOD, email="rao@example.edu")
    (made,) = invitations.invite([user], registrar)
    return user, made.secret


def test_no_column_of_the_database_holds_a_link_or_what_opens_one(invited):
    _user, secret = invited
    (row,) = db.session.execute(sa.select(UserToken.__table__).where(UserToken.purpose == INVITATION))
    assert secret not in repr(row)
    for text in (row.draw, row.token_hash, f"ti_{row.draw}"):
        with pytest.raises(ResetLinkDead):
            credentials.find_reset(text, INVITATION)
    with pytest.raises(ResetLinkDead):
        credentials.find_reset(secret)  # it is no reset link


def test_a_link_is_shown_again_until_it_is_confirmed_and_works_afterwards(app, org, registrar, invited):
    user, secret = invited
    assert [one.secret for one in invitations.to_hand_out(org)] == [secret]
    number, seen = invitations.to_hand_out_marked(org)
    another = factories.user(org, Role.HOD)
    invitations.invite([another], registrar)
    with pytest.raises(InvitationsChanged):
        invitations.confirm_handed_out(org, registrar, seen)
    assert number == 1
    assert invitations.confirm_handed_out(org, registrar, invitations.to_hand_out_marked(org)[1]) == 2
    assert invitations.to_hand_out(org) == []
    assert db.session.scalars(sa.select(UserToken.draw).where(UserToken.purpose == INVITATION)).all() == [None, None]
    credentials.use_reset(secret, PASSWORD, INVITATION)
    assert sessions.authenticate(user.email, PASSWORD) is user
    with pytest.raises(ResetLinkDead):
        credentials.use_reset(secret, PASSWORD, INVITATION)


def test_after_a_change_of_the_key_links_work_and_are_not_shown(app, org, invited, monkeypatch):
    _user, secret = invited
    monkeypatch.setitem(app.config, "SECRET_KEY", "another key of thirty-two letters or more")
    assert invitations.to_hand_out(org) == []
    assert credentials.find_reset(secret, INVITATION)


def test_a_link_dies_in_time_and_with_any_password_and_for_a_disabled_account(org, registrar, invited):
    user, secret = invited
    states = [invitations.states_of([user])[user.user_id]]
    sessions.set_enabled(user, False, registrar)
    states.append(invitations.states_of([user])[user.user_id])
    assert invitations.to_hand_out(org) == []
    with pytest.raises(ResetLinkDead):
        credentials.find_reset(secret, INVITATION)
    sessions.set_enabled(user, True, registrar)
    fresh = invitations.invite_again(user, registrar)
    db.session.execute(sa.update(UserToken).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    states.append(invitations.states_of([user])[user.user_id])
    with pytest.raises(ResetLinkDead, match="older than two weeks"):
        credentials.find_reset(fresh.secret, INVITATION)
    again = invitations.invite_again(user, registrar)
    credentials.set_password(user, PASSWORD, None)
    with pytest.raises(ResetLinkDead):
        credentials.find_reset(again.secret, INVITATION)
    sessions.authenticate(user.email, PASSWORD)
    states.append(invitations.states_of([user])[user.user_id])
    assert states == [AccountState.INVITED, AccountState.DISABLED, AccountState.WAITING, AccountState.ACTIVE]
    with pytest.raises(InvitationsChanged, match="signed in already"):
        invitations.invite_again(user, registrar)
