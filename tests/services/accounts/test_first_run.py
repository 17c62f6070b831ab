"""The first organisation: made once, with a token that the server printed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import Organization, Role, SetupToken
from webapp.services.accounts import first_run, sessions
from webapp.services.accounts.first_run import AlreadySetUp, Founding, SetupTokenRefused
from webapp.services.accounts.passwords import PasswordRefused
from webapp.services.accounts.users import EmailInvalid
from webapp.services.imports.destination import OrganizationInvalid
from webapp.services.shared.errors import NotFound

PASSWORD = "seven horses sleep"
FOUNDING = Founding("BHU", "A University", "Asia/Kolkata", "Dr Rao", "rao@example.edu", PASSWORD)


def is_founded() -> bool:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Organization)) > 0


def test_the_token_makes_the_organisation_and_its_registrar_and_is_gone(app):
    token = first_run.token_at_start()
    assert token not in repr(db.session.execute(sa.select(SetupToken.__table__)).all())
    registrar = first_run.set_up(f" {token} ", FOUNDING)
    assert (registrar.organization.timezone, registrar.roles) == ("Asia/Kolkata", {Role.REGISTRAR})
    assert sessions.authenticate("rao@example.edu", PASSWORD) is registrar
    assert not registrar.must_change_password
    assert db.session.scalars(sa.select(SetupToken)).all() == []
    with pytest.raises(AlreadySetUp):
        first_run.set_up(token, FOUNDING)


def test_no_token_no_way(app):
    token = first_run.token_at_start()
    for wrong in ("", "ts_guess", token[:-1], token.upper()):
        with pytest.raises(SetupTokenRefused):
            first_run.set_up(wrong, FOUNDING)
    db.session.execute(sa.update(SetupToken).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    with pytest.raises(SetupTokenRefused):
        first_run.set_up(token, FOUNDING)
    assert not is_founded()


def test_processes_that_start_together_print_one_token_and_a_later_start_leaves_it_alive(app):
    first = first_run.token_at_start()
    assert first_run.token_at_start() is None
    db.session.execute(sa.update(SetupToken).values(created_at=datetime.now(UTC) - timedelta(minutes=5)))
    second = first_run.token_at_start()
    assert second not in (None, first)
    assert first_run.set_up(first, FOUNDING)


def test_a_token_by_command_ends_those_before(app):
    first, second = first_run.token_at_start(), first_run.replace_tokens()
    with pytest.raises(SetupTokenRefused):
        first_run.set_up(first, FOUNDING)
    assert first_run.set_up(second, FOUNDING)


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("code", "two words", OrganizationInvalid),
        ("name", " ", OrganizationInvalid),
        ("timezone", "Mars/Olympus", OrganizationInvalid),
        ("email", "nobody", EmailInvalid),
        ("password", "short", PasswordRefused),
    ],
)
def test_what_will_not_do_stores_nothing_and_keeps_the_token(app, field, value, refusal):
    token = first_run.token_at_start()
    with pytest.raises(refusal):
        first_run.set_up(token, replace(FOUNDING, **{field: value}))
    assert not is_founded()
    assert first_run.set_up(token, FOUNDING)


def test_where_an_organisation_is_there_is_nothing_to_set_up(app):
    token = first_run.token_at_start()
    factories.organization()
    assert first_run.token_at_start() is None
    with pytest.raises(AlreadySetUp):
        first_run.replace_tokens()
    with pytest.raises(AlreadySetUp):
        first_run.set_up(token, FOUNDING)
    with pytest.raises(NotFound):
        first_run.require_empty()


def test_of_two_who_set_up_at_once_with_one_token_one_succeeds(committed_app):
    token = first_run.token_at_start()
    db.session.commit()

    def found(code: str) -> str:
        with committed_app.app_context():
            try:
                first_run.set_up(token, replace(FOUNDING, code=code, email=f"{code}@example.edu"))
                db.session.commit()
            except AlreadySetUp:
                db.session.rollback()
                return "late"
            return "first"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(found, ("A", "B", "C", "D")))
    assert outcomes == ["first", "late", "late", "late"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Organization)) == 1
