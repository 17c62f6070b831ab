"""Sessions: who gets in, in which words others are refused, and what ends a session."""

import pytest

from tests.services.accounts.conftest import OTHER, PASSWORD, actions
from webapp.models import Role
from webapp.services.accounts import credentials, passwords, sessions, users
from webapp.services.accounts.sessions import AccountDisabled, SignInRefused
from webapp.services.accounts.users import OwnAccount


def test_a_created_user_signs_in_whatever_the_case_of_the_address(registrar):
    assert sessions.authenticate(" reg@EXAMPLE.edu", PASSWORD) is registrar
    assert registrar.last_sign_in_at is not None
    assert actions() == ["user.create"]


def test_unknown_address_wrong_password_and_missing_password_get_the_same_words(org, registrar):
    users.create_user(org, email="none@example.edu", name="N", roles={Role.REGISTRAR})
    words = set()
    for email, password in [("who@example.edu", PASSWORD), ("reg@example.edu", OTHER), ("none@example.edu", "")]:
        with pytest.raises(SignInRefused) as refused:
            sessions.authenticate(email, password)
        words.add(refused.value.message)
    assert len(words) == 1


def test_every_attempt_costs_one_slow_hash_whoever_is_asked_for(org, registrar, monkeypatch):
    initial = users.create_user_with_initial_password(org, email="new@example.edu", name="N", roles={Role.REGISTRAR})
    passwords._nobodys_hash()
    slow = []
    check = passwords.check_password_hash
    monkeypatch.setattr(passwords, "check_password_hash", lambda kept, given: slow.append(kept) or check(kept, given))
    for email in ("who@example.edu", "reg@example.edu", initial.user.email):
        slow.clear()
        with pytest.raises(SignInRefused):
            sessions.authenticate(email, OTHER)
        assert sum(kept.startswith(passwords.STANDARD_METHOD) for kept in slow) == 1, email


def test_disabled_is_said_only_to_who_knows_the_password(org, registrar):
    user = users.create_user(org, email="d@example.edu", name="D", roles={Role.REGISTRAR}, password=PASSWORD)
    sessions.set_enabled(user, False, registrar)
    with pytest.raises(AccountDisabled):
        sessions.authenticate("d@example.edu", PASSWORD)
    with pytest.raises(SignInRefused):
        sessions.authenticate("d@example.edu", OTHER)


def test_a_session_dies_when_the_password_changes_or_the_user_is_disabled_or_signed_out(org, registrar):
    user = users.create_user(org, email="s@example.edu", name="S", roles={Role.REGISTRAR}, password=PASSWORD)
    for end in (
        lambda: credentials.change_password(user, PASSWORD, OTHER),
        lambda: credentials.reset_password(user, registrar),
        lambda: sessions.sign_out_everywhere(user, registrar),
        lambda: sessions.set_enabled(user, False, registrar),
    ):
        session = user.get_id()
        assert sessions.find_for_session(session) is user
        end()
        assert sessions.find_for_session(session) is None
    assert sessions.find_for_session(user.get_id()) is None


@pytest.mark.parametrize("session", ["", "1", "x.y", "1.2.3", "-1.1", "9.1"])
def test_a_session_that_names_nobody_is_nobodys(app, session):
    assert sessions.find_for_session(session) is None


def test_registrars_cant_lock_themselves_out(registrar):
    with pytest.raises(OwnAccount):
        sessions.set_enabled(registrar, False, registrar)
