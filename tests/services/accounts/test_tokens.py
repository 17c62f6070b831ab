"""Tokens: kept as hashes, few, and dead when they should be."""

import pytest
import sqlalchemy as sa

from tests import factories
from tests.services.accounts.conftest import OTHER, PASSWORD, user_of
from webapp.extensions import db
from webapp.models import Role, UserToken
from webapp.services.accounts import credentials, sessions, tokens, users
from webapp.services.shared.errors import NotFound


def test_a_token_is_kept_as_a_hash_only_and_finds_its_user(registrar):
    secret = tokens.create_token(registrar, "sync")
    (row,) = db.session.scalars(sa.select(UserToken))
    assert secret not in (row.token_hash, row.name)
    assert len(secret) >= 43
    assert user_of(secret) is registrar


def test_a_revoked_token_and_one_of_a_disabled_user_are_dead(org, registrar):
    secret = tokens.create_token(registrar, "sync")
    tokens.revoke_token(registrar, tokens.list_tokens(registrar)[0].user_token_id)
    assert user_of(secret) is None
    other = factories.user(org)
    secret = tokens.create_token(other, "sync")
    sessions.set_enabled(other, False, registrar)
    assert user_of(secret) is None


def test_tokens_end_when_somebody_else_sees_to_an_account_and_stay_when_one_changes_the_own_password(org, registrar):
    user = users.create_user(org, email="t@example.edu", name="T", roles={Role.REGISTRAR}, password=PASSWORD)
    secret = tokens.create_token(user, "sync")
    credentials.change_password(user, PASSWORD, OTHER)
    assert user_of(secret) is user
    for end in (
        lambda: credentials.reset_password(user, registrar),
        lambda: sessions.sign_out_everywhere(user, registrar),
        lambda: credentials.use_reset(credentials.create_reset_link(user, registrar), PASSWORD),
        lambda: [sessions.set_enabled(user, enabled, registrar) for enabled in (False, True)],
    ):
        secret = tokens.create_token(user, "sync")
        end()
        assert user_of(secret) is None


def test_nobody_revokes_anothers_token(org, registrar):
    tokens.create_token(registrar, "sync")
    key = tokens.list_tokens(registrar)[0].user_token_id
    with pytest.raises(NotFound):
        tokens.revoke_token(factories.user(org), key)


def test_a_token_needs_a_name_and_twenty_are_enough(registrar):
    with pytest.raises(tokens.TokenNameMissing):
        tokens.create_token(registrar, " ")
    for number in range(20):
        tokens.create_token(registrar, str(number))
    with pytest.raises(tokens.TooManyTokens):
        tokens.create_token(registrar, "one more")
