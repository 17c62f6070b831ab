"""Credentials: passwords replaced by oneself, by the registrar, and by a link that works once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from tests import factories
from tests.services.accounts.conftest import OTHER, PASSWORD, user_of
from webapp.extensions import db
from webapp.models import Role, UserToken
from webapp.services.accounts import credentials, sessions, tokens, users
from webapp.services.accounts.passwords import PasswordRefused
from webapp.services.shared import transaction


def test_the_current_password_must_be_known_and_the_new_one_new(registrar):
    with pytest.raises(PasswordRefused, match="current"):
        credentials.change_password(registrar, OTHER, PASSWORD)
    with pytest.raises(PasswordRefused, match="same"):
        credentials.change_password(registrar, PASSWORD, PASSWORD)


def test_a_reset_password_works_and_must_be_changed(org, registrar):
    password = credentials.reset_password(registrar, registrar)
    assert sessions.authenticate(registrar.email, password).must_change_password
    credentials.change_password(registrar, password, OTHER)
    assert not registrar.must_change_password


def test_of_two_at_once_one_sets_the_password(committed_app):
    user = users.create_user(
        factories.organization(), email="reg@example.edu", name="R", roles={Role.REGISTRAR}, password=PASSWORD
    )
    secret = credentials.create_reset_link(user, user)
    transaction.commit()
    together = Barrier(2)

    def use(password):
        with committed_app.app_context():
            credentials.find_reset(secret)
            together.wait(10)
            try:
                credentials.use_reset(secret, password)
            except credentials.ResetLinkDead:
                transaction.rollback()
                return None
            transaction.commit()
            return password

    with ThreadPoolExecutor(2) as pool:
        (winner,) = [password for password in pool.map(use, (OTHER, OTHER[::-1])) if password]
    assert sessions.authenticate("reg@example.edu", winner) is user


def test_a_password_that_will_not_do_leaves_the_link_as_it_was(registrar):
    secret = credentials.create_reset_link(registrar, registrar)
    with pytest.raises(PasswordRefused):
        credentials.use_reset(secret, "short")
    assert credentials.use_reset(secret, OTHER) is registrar


def test_an_open_link_dies_with_the_password_and_a_token_does_not(registrar):
    secret = credentials.create_reset_link(registrar, registrar)
    token = tokens.create_token(registrar, "Sync")
    credentials.change_password(registrar, PASSWORD, OTHER)
    with pytest.raises(credentials.ResetLinkDead):
        credentials.use_reset(secret, PASSWORD)
    assert user_of(token) is registrar


def test_a_reset_link_works_once_and_ends_sessions(registrar):
    session = registrar.get_id()
    secret = credentials.create_reset_link(registrar, registrar)
    assert user_of(secret) is None, "it is no API token"
    credentials.use_reset(secret, OTHER)
    assert sessions.authenticate(registrar.email, OTHER)
    assert sessions.find_for_session(session) is None
    with pytest.raises(credentials.ResetLinkDead):
        credentials.use_reset(secret, PASSWORD)


def test_a_reset_link_dies_after_an_hour_and_when_a_newer_one_is_made(registrar):
    first = credentials.create_reset_link(registrar, registrar)
    second = credentials.create_reset_link(registrar, registrar)
    with pytest.raises(credentials.ResetLinkDead):
        credentials.find_reset(first)
    assert credentials.find_reset(second) is registrar
    db.session.execute(sa.update(UserToken).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    with pytest.raises(credentials.ResetLinkDead):
        credentials.find_reset(second)


def test_a_refused_new_password_leaves_the_link_alive(registrar):
    secret = credentials.create_reset_link(registrar, registrar)
    with pytest.raises(PasswordRefused):
        credentials.use_reset(secret, "short")
    assert credentials.find_reset(secret) is registrar
