"""Accounts in bulk: everybody or nobody, and passwords that were lost."""

from datetime import UTC, datetime, timedelta

import pytest

from tests import factories
from tests.services.accounts.conftest import OTHER, actions
from webapp.extensions import db
from webapp.models import Role
from webapp.services.accounts import bulk_accounts, credentials, sessions, users
from webapp.services.accounts.sessions import SignInRefused
from webapp.services.accounts.users import EmailTaken, Links


def test_everybody_with_an_address_and_no_account_gets_one(org, registrar):
    dept = factories.department(org)
    rao = factories.faculty(dept, email="rao@example.edu")
    factories.faculty(dept, email=None)
    iyer = factories.faculty(dept, email="iyer@example.edu")
    users.create_user(org, email="iyer@example.edu", name="I", roles=[Role.FACULTY], links=Links(faculty=iyer))
    assert bulk_accounts.count_without_account(org, Role.FACULTY) == 1
    (made,) = bulk_accounts.create_accounts(org, Role.FACULTY, registrar).created
    assert (made.user.faculty_id, made.user.roles) == (rao.faculty_id, {Role.FACULTY})
    assert sessions.authenticate("rao@example.edu", made.password).must_change_password
    assert bulk_accounts.create_accounts(org, Role.FACULTY, registrar).created == []


def test_whose_first_password_was_lost_gets_another_and_nobody_else(org, registrar):
    dept = factories.department(org)
    for name in ("lost", "in", "chose", "off"):
        factories.faculty(dept, email=f"{name}@example.edu")
    made = {one.user.email[:-12]: one for one in bulk_accounts.create_accounts(org, Role.FACULTY, registrar).created}
    sessions.authenticate("in@example.edu", made["in"].password)
    credentials.use_reset(credentials.create_reset_link(made["chose"].user, registrar), OTHER)
    sessions.set_enabled(made["off"].user, False, registrar)
    factories.user(factories.organization(), Role.FACULTY, must_change_password=True)
    assert bulk_accounts.count_unused(org, Role.FACULTY) == 1
    (renewed,) = bulk_accounts.renew_passwords(org, Role.FACULTY, registrar)
    assert renewed.user is made["lost"].user
    with pytest.raises(SignInRefused):
        sessions.authenticate("lost@example.edu", made["lost"].password)
    assert sessions.authenticate("lost@example.edu", renewed.password).must_change_password
    assert sessions.authenticate("chose@example.edu", OTHER)
    assert bulk_accounts.renew_passwords(org, Role.FACULTY, registrar) == []
    assert bulk_accounts.renew_passwords(org, Role.STUDENT, registrar) == []
    assert actions()[-1] == "user.reset_password"


def test_one_bad_address_means_that_nobody_gets_an_account(org, registrar):
    factories.student(org, code="S1", email="ok@example.edu")
    factories.student(org, code="S2", email="not an address")
    factories.student(org, code="S3", email="reg@example.edu")
    db.session.commit()
    with pytest.raises(EmailTaken) as refused:
        bulk_accounts.create_accounts(org, Role.STUDENT, registrar)
    assert [finding[:2] for finding in refused.value.findings] == ["S2", "S3"]
    assert users.find_by_email("ok@example.edu") is None


def test_a_thousand_accounts_are_made_within_one_request(org, registrar):
    for number in range(200):
        factories.student(org, email=f"s{number}@example.edu")
    started = datetime.now(UTC)
    made = bulk_accounts.create_accounts(org, Role.STUDENT, registrar).created
    assert len({account.password for account in made}) == 200
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
