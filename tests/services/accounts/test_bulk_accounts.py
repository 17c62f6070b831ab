"""Accounts in bulk: everybody or nobody, and links that were lost."""

from datetime import UTC, datetime, timedelta

import pytest

from tests import factories
from tests.services.accounts.conftest import OTHER, actions
from webapp.extensions import db
from webapp.models import Role, TokenPurpose
from webapp.services.accounts import bulk_accounts, credentials, invitations, sessions, users
from webapp.services.accounts.credentials import ResetLinkDead
from webapp.services.accounts.sessions import SignInRefused
from webapp.services.accounts.users import EmailTaken, Links

INVITATION = TokenPurpose.INVITATION


def test_everybody_with_an_address_and_no_account_is_invited(org, registrar):
    dept = factories.department(org)
    rao = factories.faculty(dept, email="rao@example.edu")
    factories.faculty(dept, email=None)
    iyer = factories.faculty(dept, email="iyer@example.edu")
    users.create_user(org, email="iyer@example.edu", name="I", roles=[Role.FACULTY], links=Links(faculty=iyer))
    assert bulk_accounts.count_without_account(org, Role.FACULTY) == 1
    (made,) = bulk_accounts.create_accounts(org, Role.FACULTY, registrar).created
    assert (made.faculty_id, made.roles, made.password_hash) == (rao.faculty_id, {Role.FACULTY}, None)
    (invited,) = invitations.to_hand_out(org)
    assert invited.user is made
    assert bulk_accounts.create_accounts(org, Role.FACULTY, registrar).created == []


def test_who_never_signed_in_is_invited_anew_and_nobody_else(org, registrar):
    dept = factories.department(org)
    for name in ("lost", "chose", "off"):
        factories.faculty(dept, email=f"{name}@example.edu")
    made = {user.email[:-12]: user for user in bulk_accounts.create_accounts(org, Role.FACULTY, registrar).created}
    first = {one.user.email[:-12]: one.secret for one in invitations.to_hand_out(org)}
    credentials.use_reset(first["chose"], OTHER, INVITATION)
    sessions.set_enabled(made["off"], False, registrar)
    drawn = users.create_user_with_initial_password(
        org, email="drawn@example.edu", name="D", roles=[Role.FACULTY], links=Links(faculty=factories.faculty(dept))
    )
    factories.user(factories.organization(), Role.FACULTY, must_change_password=True)
    assert bulk_accounts.count_unused(org, Role.FACULTY) == 2
    assert bulk_accounts.invite_unused(org, Role.FACULTY, registrar) == 2
    again = {one.user.email[:-12]: one.secret for one in invitations.to_hand_out(org)}
    assert set(again) == {"drawn", "lost"}
    with pytest.raises(ResetLinkDead):
        credentials.use_reset(first["lost"], OTHER, INVITATION)
    with pytest.raises(SignInRefused):
        sessions.authenticate("drawn@example.edu", drawn.password)
    credentials.use_reset(again["lost"], OTHER, INVITATION)
    assert sessions.authenticate("lost@example.edu", OTHER)
    assert sessions.authenticate("chose@example.edu", OTHER)
    assert bulk_accounts.invite_unused(org, Role.STUDENT, registrar) == 0


def test_one_bad_address_means_that_nobody_gets_an_account(org, registrar):
    factories.student(org, code="S1", email="ok@example.edu")
    factories.student(org, code="S2", email="not an address")
    factories.student(org, code="S3", email="reg@example.edu")
    db.session.commit()
    with pytest.raises(EmailTaken) as refused:
        bulk_accounts.create_accounts(org, Role.STUDENT, registrar)
    assert [finding[:2] for finding in refused.value.findings] == ["S2", "S3"]
    assert users.find_by_email("ok@example.edu") is None


def test_a_thousand_people_are_invited_within_one_request(org, registrar):
    for number in range(200):
        factories.student(org, email=f"s{number}@example.edu")
    started = datetime.now(UTC)
    bulk_accounts.create_accounts(org, Role.STUDENT, registrar)
    assert len({one.secret for one in invitations.to_hand_out(org)}) == 200
    assert datetime.now(UTC) - started < timedelta(seconds=8)


def test_whose_address_has_an_account_in_another_role_gains_the_role_there(org, registrar):
    assistant = factories.user(org, Role.STUDENT, email="Assists@example.edu")
    teacher = factories.faculty(factories.department(org), email="assists@example.edu")
    made = bulk_accounts.create_accounts(org, Role.FACULTY, registrar)
    assert (made.created, made.extended) == ([], [assistant])
    assert (assistant.roles, assistant.faculty_id) == ({Role.FACULTY, Role.STUDENT}, teacher.faculty_id)
    assert actions()[-1] == "user.edit"
    assert bulk_accounts.count_without_account(org, Role.FACULTY) == 0


def test_an_account_of_another_teacher_or_organisation_gains_nothing(org, registrar):
    dept = factories.department(org)
    factories.user(org, Role.FACULTY, email="shared@example.edu")
    elsewhere = factories.user(factories.organization(), Role.STUDENT, email="else@example.edu")
    free = factories.user(org, Role.STUDENT, email="free@example.edu")
    for code, email in (("F1", "shared@example.edu"), ("F2", "else@example.edu"), ("F3", "free@example.edu")):
        factories.faculty(dept, code=code, email=email)
    with pytest.raises(EmailTaken) as refused:
        bulk_accounts.create_accounts(org, Role.FACULTY, registrar)
    assert [finding[:2] for finding in refused.value.findings] == ["F1", "F2"]
    assert (free.roles, elsewhere.roles) == ({Role.STUDENT}, {Role.STUDENT}), "all or nothing"
