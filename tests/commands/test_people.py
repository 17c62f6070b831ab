"""Accounts and tokens from the command line."""

import pytest

from tests import factories
from webapp.services.accounts import sessions, users


@pytest.fixture
def registrar(app):
    return factories.user()


@pytest.fixture
def university(registrar):
    """The registrar's organisation with a department, a teacher and a student."""
    factories.faculty(factories.department(registrar.organization, code="CSE"), code="RAO")
    factories.student(registrar.organization, code="S1")
    return registrar.organization


def test_a_user_is_created_with_a_password_from_standard_input(runner, university):
    args = ["create-user", "h@example.edu", "--organization", university.code, "--role", "hod"]
    made = runner.invoke(args=[*args, "--department", "CSE", "--password-stdin"], input="seven horses sleep\n")
    assert (made.exit_code, made.output) == (0, f"Created h@example.edu, hod of {university.code}.\n")
    assert sessions.authenticate("h@example.edu", "seven horses sleep").department.code == "CSE"


def test_a_user_may_be_created_in_several_roles(runner, university):
    roles = ["--role", "faculty", "--role", "hod", "--faculty", "RAO"]
    made = runner.invoke(args=["create-user", "h@example.edu", "--organization", university.code, *roles])
    assert made.output.startswith(f"Created h@example.edu, hod and faculty of {university.code}. Password")
    head = users.find_by_email("h@example.edu")
    assert head.department_id == head.faculty.department_id


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["x@example.edu", "--role", "hod"], "needs a department"),
        (["x@example.edu", "--role", "student", "--student", "S9"], "no student with the code “S9”"),
        (["nobody", "--role", "registrar"], "not an e-mail address"),
    ],
)
def test_what_will_not_do_ends_with_a_sentence_and_code_2(runner, university, args, said):
    made = runner.invoke(args=["create-user", *args, "--organization", university.code])
    assert made.exit_code == 2
    assert said in made.output


def test_a_token_is_printed_once_and_works(runner, client, registrar):
    made = runner.invoke(args=["create-token", registrar.email, "--name", "sync"])
    headers = {"Authorization": f"Bearer {made.output.strip()}"}
    assert client.get("/api/timetable/result/tt_000000000000", headers=headers).status_code == 404
    assert runner.invoke(args=["create-token", "who@example.edu", "--name", "x"]).exit_code == 2
