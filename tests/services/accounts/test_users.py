"""Accounts: who may be one, who gets in, and what ends a session or a token."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import AuditEvent, Role, UserToken
from webapp.services.accounts import passwords, tokens, users
from webapp.services.accounts.passwords import PasswordRefused
from webapp.services.accounts.users import (
    AccountDisabled,
    EmailInvalid,
    EmailTaken,
    OwnAccount,
    PersonUnknown,
    RoleIncomplete,
    SignInRefused,
)
from webapp.services.shared.errors import NotFound

PASSWORD = "seven horses sleep"
OTHER = "nine carts roll home"


@pytest.fixture
def org(app):
    return factories.organization()


@pytest.fixture
def registrar(org):
    return users.create_user(org, email="Reg@Example.edu", name="R", role=Role.REGISTRAR, password=PASSWORD)


def actions():
    return list(db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.audit_event_id)))


def test_a_created_user_signs_in_whatever_the_case_of_the_address(registrar):
    assert users.authenticate(" reg@EXAMPLE.edu", PASSWORD) is registrar
    assert registrar.last_sign_in_at is not None
    assert actions() == ["user.create"]


def test_an_address_has_one_account_over_all_organisations_whatever_its_case(registrar):
    with pytest.raises(EmailTaken, match=r"reg@example\.edu"):
        users.create_user(factories.organization(), email="reg@example.edu", name="X", role=Role.REGISTRAR)


@pytest.mark.parametrize("email", ["", "x", "x@", "@y.z", "a b@c.d", "<x@y.z>", "x@y", "x@y.z" * 60])
def test_what_is_no_address_is_refused(org, email):
    with pytest.raises(EmailInvalid):
        users.create_user(org, email=email, name="X", role=Role.REGISTRAR)


@pytest.mark.parametrize("role", [Role.HOD, Role.FACULTY, Role.STUDENT])
def test_a_role_names_whom_it_is_about(org, role):
    with pytest.raises(RoleIncomplete):
        users.create_user(org, email="x@y.org", name="X", role=role)


def test_a_head_who_teaches_heads_the_department_of_the_teacher(org):
    teacher = factories.faculty(factories.department(org))
    head = users.create_user(org, email="x@y.org", name="X", role=Role.HOD, faculty=teacher)
    assert head.department_id == teacher.department_id


@pytest.mark.parametrize("password", ["", "short", "x" * 9, "x" * 201])
def test_a_password_has_ten_to_two_hundred_characters(org, password):
    with pytest.raises(PasswordRefused):
        users.create_user(org, email="x@y.org", name="X", role=Role.REGISTRAR, password=password)


def test_unknown_address_wrong_password_and_missing_password_get_the_same_words(org, registrar):
    users.create_user(org, email="none@example.edu", name="N", role=Role.REGISTRAR)
    words = set()
    for email, password in [("who@example.edu", PASSWORD), ("reg@example.edu", OTHER), ("none@example.edu", "")]:
        with pytest.raises(SignInRefused) as refused:
            users.authenticate(email, password)
        words.add(refused.value.message)
    assert len(words) == 1


def test_every_attempt_costs_one_slow_hash_whoever_is_asked_for(org, registrar, monkeypatch):
    initial = users.create_user_with_initial_password(org, None, email="new@example.edu", name="N", role=Role.REGISTRAR)
    passwords._nobodys_hash()
    slow = []
    check = passwords.check_password_hash
    monkeypatch.setattr(passwords, "check_password_hash", lambda kept, given: slow.append(kept) or check(kept, given))
    for email in ("who@example.edu", "reg@example.edu", initial.user.email):
        slow.clear()
        with pytest.raises(SignInRefused):
            users.authenticate(email, OTHER)
        assert sum(kept.startswith(passwords.STANDARD_METHOD) for kept in slow) == 1, email


def test_disabled_is_said_only_to_who_knows_the_password(org, registrar):
    user = users.create_user(org, email="d@example.edu", name="D", role=Role.REGISTRAR, password=PASSWORD)
    users.set_enabled(user, False, registrar)
    with pytest.raises(AccountDisabled):
        users.authenticate("d@example.edu", PASSWORD)
    with pytest.raises(SignInRefused):
        users.authenticate("d@example.edu", OTHER)


def test_a_session_dies_when_the_password_changes_or_the_user_is_disabled_or_signed_out(org, registrar):
    user = users.create_user(org, email="s@example.edu", name="S", role=Role.REGISTRAR, password=PASSWORD)
    for end in (
        lambda: users.change_password(user, PASSWORD, OTHER),
        lambda: users.reset_password(user, registrar),
        lambda: users.sign_out_everywhere(user, registrar),
        lambda: users.set_enabled(user, False, registrar),
    ):
        session = user.get_id()
        assert users.find_for_session(session) is user
        end()
        assert users.find_for_session(session) is None
    assert users.find_for_session(user.get_id()) is None


@pytest.mark.parametrize("session", ["", "1", "x.y", "1.2.3", "-1.1", "9.1"])
def test_a_session_that_names_nobody_is_nobodys(app, session):
    assert users.find_for_session(session) is None


def test_the_current_password_must_be_known_and_the_new_one_new(registrar):
    with pytest.raises(PasswordRefused, match="current"):
        users.change_password(registrar, OTHER, PASSWORD)
    with pytest.raises(PasswordRefused, match="same"):
        users.change_password(registrar, PASSWORD, PASSWORD)


def test_a_reset_password_works_and_must_be_changed(org, registrar):
    password = users.reset_password(registrar, registrar)
    assert users.authenticate(registrar.email, password).must_change_password
    users.change_password(registrar, password, OTHER)
    assert not registrar.must_change_password


def test_registrars_cant_lock_themselves_out(registrar):
    with pytest.raises(OwnAccount):
        users.set_enabled(registrar, False, registrar)


def test_users_of_another_organisation_are_not_found(org, registrar):
    with pytest.raises(NotFound):
        users.find_user(factories.organization(), registrar.user_id)


def test_the_list_is_filtered_by_text_role_and_state(org, registrar):
    student = factories.student(org)
    users.create_user(org, email="zed@example.edu", name="Zed", role=Role.STUDENT, student=student)
    assert [u.name for u in users.list_users(org, text="ZE").items] == ["Zed"]
    assert [u.name for u in users.list_users(org, role="registrar").items] == ["R"]
    assert users.list_users(org, state="never").total == 2
    assert users.list_users(org, state="disabled").total == 0


class TestResetLinks:
    def test_of_two_at_once_one_sets_the_password(self, committed_app):
        user = users.create_user(
            factories.organization(), email="reg@example.edu", name="R", role=Role.REGISTRAR, password=PASSWORD
        )
        secret = tokens.create_reset_link(user, user)
        together = Barrier(2)

        def use(password):
            with committed_app.app_context():
                tokens.find_reset(secret)
                together.wait(10)
                try:
                    return tokens.use_reset(secret, password) and password
                except tokens.ResetLinkDead:
                    db.session.rollback()
                    return None

        with ThreadPoolExecutor(2) as pool:
            (winner,) = [password for password in pool.map(use, (OTHER, OTHER[::-1])) if password]
        assert users.authenticate("reg@example.edu", winner) is user

    def test_a_password_that_will_not_do_leaves_the_link_as_it_was(self, registrar):
        secret = tokens.create_reset_link(registrar, registrar)
        with pytest.raises(PasswordRefused):
            tokens.use_reset(secret, "short")
        assert tokens.use_reset(secret, OTHER) is registrar

    def test_an_open_link_dies_with_the_password_and_a_token_does_not(self, registrar):
        secret = tokens.create_reset_link(registrar, registrar)
        token = tokens.create_token(registrar, "Sync")
        users.change_password(registrar, PASSWORD, OTHER)
        with pytest.raises(tokens.ResetLinkDead):
            tokens.use_reset(secret, PASSWORD)
        assert tokens.find_by_token(token) is registrar


class TestBulk:
    def test_everybody_with_an_address_and_no_account_gets_one(self, org, registrar):
        dept = factories.department(org)
        rao = factories.faculty(dept, email="rao@example.edu")
        factories.faculty(dept, email=None)
        iyer = factories.faculty(dept, email="iyer@example.edu")
        users.create_user(org, email="iyer@example.edu", name="I", role=Role.FACULTY, faculty=iyer)
        assert users.count_without_account(org, Role.FACULTY) == 1
        (made,) = users.create_users_for(org, Role.FACULTY, registrar)
        assert (made.user.faculty_id, made.user.role) == (rao.faculty_id, Role.FACULTY)
        assert users.authenticate("rao@example.edu", made.password).must_change_password
        assert users.create_users_for(org, Role.FACULTY, registrar) == []

    def test_whose_first_password_was_lost_gets_another_and_nobody_else(self, org, registrar):
        dept = factories.department(org)
        for name in ("lost", "in", "chose", "off"):
            factories.faculty(dept, email=f"{name}@example.edu")
        made = {one.user.email[:-12]: one for one in users.create_users_for(org, Role.FACULTY, registrar)}
        users.authenticate("in@example.edu", made["in"].password)
        tokens.use_reset(tokens.create_reset_link(made["chose"].user, registrar), OTHER)
        users.set_enabled(made["off"].user, False, registrar)
        factories.user(factories.organization(), Role.FACULTY, must_change_password=True)
        assert users.count_unused(org, Role.FACULTY) == 1
        (renewed,) = users.renew_passwords(org, Role.FACULTY, registrar)
        assert renewed.user is made["lost"].user
        with pytest.raises(SignInRefused):
            users.authenticate("lost@example.edu", made["lost"].password)
        assert users.authenticate("lost@example.edu", renewed.password).must_change_password
        assert users.authenticate("chose@example.edu", OTHER)
        assert users.renew_passwords(org, Role.FACULTY, registrar) == []
        assert users.renew_passwords(org, Role.STUDENT, registrar) == []
        assert actions()[-1] == "user.reset_password"

    def test_one_bad_address_means_that_nobody_gets_an_account(self, org, registrar):
        factories.student(org, code="S1", email="ok@example.edu")
        factories.student(org, code="S2", email="not an address")
        factories.student(org, code="S3", email="reg@example.edu")
        db.session.commit()
        with pytest.raises(EmailTaken) as refused:
            users.create_users_for(org, Role.STUDENT, registrar)
        assert [finding[:2] for finding in refused.value.findings] == ["S2", "S3"]
        assert users.find_by_email("ok@example.edu") is None

    def test_a_thousand_accounts_are_made_within_one_request(self, org, registrar):
        for number in range(200):
            factories.student(org, email=f"s{number}@example.edu")
        started = datetime.now(UTC)
        made = users.create_users_for(org, Role.STUDENT, registrar)
        assert len({account.password for account in made}) == 200
        assert datetime.now(UTC) - started < timedelta(seconds=8)


def test_an_account_by_codes_names_somebody_of_the_own_organisation(org, registrar):
    student = factories.student(org, code="S1")
    made = users.create_user_of(
        registrar, department_id=None, person_code="S1", email="s@example.edu", name="S", role=Role.STUDENT
    )
    assert made.user.student_id == student.student_id
    foreign = factories.student(code="F1")
    for code, department_id in ((foreign.code, None), ("", factories.department().department_id)):
        with pytest.raises(PersonUnknown):
            users.create_user_of(
                registrar,
                department_id=department_id,
                person_code=code,
                email="f@example.edu",
                name="F",
                role=Role.STUDENT,
            )


class TestTokens:
    def test_a_token_is_kept_as_a_hash_only_and_finds_its_user(self, registrar):
        secret = tokens.create_token(registrar, "sync")
        (row,) = db.session.scalars(sa.select(UserToken))
        assert secret not in (row.token_hash, row.name)
        assert len(secret) >= 43
        assert tokens.find_by_token(secret) is registrar

    def test_a_revoked_token_and_one_of_a_disabled_user_are_dead(self, org, registrar):
        secret = tokens.create_token(registrar, "sync")
        tokens.revoke_token(registrar, tokens.list_tokens(registrar)[0].user_token_id)
        assert tokens.find_by_token(secret) is None
        other = factories.user(org)
        secret = tokens.create_token(other, "sync")
        users.set_enabled(other, False, registrar)
        assert tokens.find_by_token(secret) is None

    def test_tokens_end_when_somebody_else_sees_to_an_account_and_stay_when_one_changes_the_own_password(
        self, org, registrar
    ):
        user = users.create_user(org, email="t@example.edu", name="T", role=Role.REGISTRAR, password=PASSWORD)
        secret = tokens.create_token(user, "sync")
        users.change_password(user, PASSWORD, OTHER)
        assert tokens.find_by_token(secret) is user
        for end in (
            lambda: users.reset_password(user, registrar),
            lambda: users.sign_out_everywhere(user, registrar),
            lambda: tokens.use_reset(tokens.create_reset_link(user, registrar), PASSWORD),
            lambda: [users.set_enabled(user, enabled, registrar) for enabled in (False, True)],
        ):
            secret = tokens.create_token(user, "sync")
            end()
            assert tokens.find_by_token(secret) is None

    def test_nobody_revokes_anothers_token(self, org, registrar):
        tokens.create_token(registrar, "sync")
        key = tokens.list_tokens(registrar)[0].user_token_id
        with pytest.raises(NotFound):
            tokens.revoke_token(factories.user(org), key)

    def test_a_token_needs_a_name_and_twenty_are_enough(self, registrar):
        with pytest.raises(tokens.TokenNameMissing):
            tokens.create_token(registrar, " ")
        for number in range(20):
            tokens.create_token(registrar, str(number))
        with pytest.raises(tokens.TooManyTokens):
            tokens.create_token(registrar, "one more")

    def test_a_reset_link_works_once_and_ends_sessions(self, registrar):
        session = registrar.get_id()
        secret = tokens.create_reset_link(registrar, registrar)
        assert tokens.find_by_token(secret) is None, "it is no API token"
        tokens.use_reset(secret, OTHER)
        assert users.authenticate(registrar.email, OTHER)
        assert users.find_for_session(session) is None
        with pytest.raises(tokens.ResetLinkDead):
            tokens.use_reset(secret, PASSWORD)

    def test_a_reset_link_dies_after_an_hour_and_when_a_newer_one_is_made(self, registrar):
        first = tokens.create_reset_link(registrar, registrar)
        second = tokens.create_reset_link(registrar, registrar)
        with pytest.raises(tokens.ResetLinkDead):
            tokens.find_reset(first)
        assert tokens.find_reset(second) is registrar
        db.session.execute(sa.update(UserToken).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
        with pytest.raises(tokens.ResetLinkDead):
            tokens.find_reset(second)

    def test_a_refused_new_password_leaves_the_link_alive(self, registrar):
        secret = tokens.create_reset_link(registrar, registrar)
        with pytest.raises(PasswordRefused):
            tokens.use_reset(secret, "short")
        assert tokens.find_reset(secret) is registrar
