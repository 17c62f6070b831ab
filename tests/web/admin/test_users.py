"""The pages of users: accounts made, changed, reset and disabled, one by one and in bulk."""

import pytest

from tests import factories
from tests.pages import parse, sent_by, words
from webapp.extensions import db
from webapp.models import Role, User
from webapp.services.accounts import sessions


@pytest.fixture
def registrar(client, sign_in):
    user = factories.user()
    sign_in(client, user)
    return user


@pytest.fixture
def university(registrar):
    """The registrar's organisation with a department, a teacher and a student."""
    factories.faculty(factories.department(registrar.organization, code="CSE"), code="RAO")
    factories.student(registrar.organization, code="S1")
    return registrar.organization


def test_an_account_is_created_with_a_password_shown_once(app, pages, university):
    sent = {"name": "Dr Rao", "email": "rao@example.edu", "roles": "faculty", "faculty": "RAO"}
    page = parse(pages.post("/admin/users/new", sent, 200).get_data(as_text=True))
    password = next(words(e) for e in page.iter("code"))
    assert sessions.authenticate("rao@example.edu", password).faculty_id
    assert password not in words(pages.get("/admin/users"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"email": "no address"}, "not an e-mail address"),
        ({"faculty": "NOBODY"}, "no teacher with the code “NOBODY”"),
        ({"faculty": ""}, "needs to name the teacher"),
        ({"roles": "hod", "faculty": ""}, "needs a department"),
        ({"roles": "emperor"}, "not a valid choice"),
        ({"roles": []}, "needs a role"),
    ],
)
def test_what_is_missing_is_said(pages, university, change, said):
    sent = {"name": "X", "email": "x@example.edu", "roles": "faculty", "faculty": "RAO"} | change
    page = parse(pages.post("/admin/users/new", sent, 422).get_data(as_text=True))
    assert said in words(page)


def test_an_account_gets_further_roles_with_their_links(pages, university):
    head = factories.user(university, Role.HOD)
    path = f"/admin/users/{head.user_id}/edit"
    sent = sent_by(pages.get(path), path)
    assert (sent["name"], sent["department"]) == (head.name, str(head.department_id))
    pages.post(path, sent | {"roles": ["hod", "faculty"], "faculty": "NOBODY"}, 422)
    pages.post(path, sent | {"roles": ["hod", "faculty"], "faculty": "RAO"})
    assert (head.roles, head.faculty.code) == ({Role.HOD, Role.FACULTY}, "RAO")
    assert "Head of department, Teacher" in words(pages.get("/admin/users"))
    assert "somebody else" in words(parse(pages.post(path, sent, 409).get_data(as_text=True))).lower()


def test_the_link_of_a_role_that_is_not_ticked_counts_for_nothing(pages, university):
    head = factories.user(university, Role.HOD)
    path = f"/admin/users/{head.user_id}/edit"
    pages.post(path, sent_by(pages.get(path), path) | {"roles": ["hod"], "faculty": "RAO"})
    assert (head.roles, head.faculty) == ({Role.HOD}, None)


def test_a_person_with_an_account_in_another_role_gains_the_role_and_no_password(pages, university):
    factories.user(university, Role.STUDENT, email="both@example.edu")
    factories.faculty(factories.department(university), email="both@example.edu")
    assert pages.post("/admin/users/bulk", {"role": "faculty"}).location == "/admin/users"
    assert "1 account has the role now" in words(pages.get("/admin/users"))


def test_accounts_in_bulk_come_as_a_file_once(pages, university):
    factories.faculty(factories.department(university), name="=cmd()", email="f@example.edu")
    answer = pages.post("/admin/users/bulk", {"role": "faculty"}, 200)
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    lines = answer.get_data(as_text=True).splitlines()
    assert lines[1].startswith("f@example.edu,'=cmd(),faculty,")
    assert pages.post("/admin/users/bulk", {"role": "faculty"}).location == "/admin/users"


def test_a_file_of_passwords_that_was_lost_is_made_anew_for_who_never_signed_in(pages, university):
    factories.faculty(factories.department(university), email="f@example.edu")
    first = pages.post("/admin/users/bulk", {"role": "faculty"}, 200).get_data(as_text=True)
    page = pages.get("/admin/users")
    (form,) = [form for form in page.iter("form") if form.get("action") == "/admin/users/bulk/passwords"]
    assert "New password for 1 teacher" in words(form)
    sent = {field.get("name"): field.get("value") for field in form.iter("input") if field.get("name") == "role"}
    answer = pages.post("/admin/users/bulk/passwords", sent, 200)
    email, _name, _role, password = answer.get_data(as_text=True).splitlines()[1].split(",")
    assert password not in first
    assert sessions.authenticate(email, password).must_change_password
    assert pages.post("/admin/users/bulk/passwords", sent).location == "/admin/users"
    assert "New password" not in words(pages.get("/admin/users"))


def test_reset_link_disable_enable_and_forced_sign_out(app, pages, registrar):
    other = factories.user(registrar.organization)
    base = f"/admin/users/{other.user_id}"
    session = other.get_id()
    link = words(parse(pages.post(f"{base}/reset-link", status=200).get_data(as_text=True)))
    assert "/reset-password/tr_" in link
    pages.post(f"{base}/sign-out")
    assert sessions.find_for_session(session) is None
    pages.post(f"{base}/disable")
    assert not db.session.get(User, other.user_id).is_enabled
    pages.post(f"{base}/enable")
    assert db.session.get(User, other.user_id).is_enabled


def test_a_password_page_that_is_loaded_again_makes_no_other_password(pages, registrar):
    other = factories.user(registrar.organization)
    base = f"/admin/users/{other.user_id}"
    (sent,) = [field.get("value") for field in pages.get(base).iter("input") if field.get("name") == "seen"]
    page = parse(pages.post(f"{base}/password", {"seen": sent}, 200).get_data(as_text=True))
    password = next(words(e) for e in page.iter("code"))
    again = parse(pages.post(f"{base}/password", {"seen": sent}, 409).get_data(as_text=True))
    assert "was given a new password" in words(again)
    pages.post(f"{base}/password", {}, 400)
    assert sessions.authenticate(other.email, password)


def test_nobody_disables_themselves(pages, registrar):
    pages.post(f"/admin/users/{registrar.user_id}/disable", status=422)
