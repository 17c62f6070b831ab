"""The pages of users: accounts made, changed, reset and disabled, one by one and in bulk."""

from datetime import UTC, datetime

import pytest

from tests import factories
from tests.pages import Pages, parse, sent_by, words
from webapp.extensions import db
from webapp.models import Role, User
from webapp.services.accounts import sessions, users


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
    sent = {
        "name": "Dr Rao",
        "email": "rao@example.edu",
        "roles": "faculty",
        "faculty": "RAO",
        "first_password": "drawn",
    }
    page = parse(pages.post("/admin/users/new", sent, 200).get_data(as_text=True))
    password = next(words(e) for e in page.iter("code"))
    assert sessions.authenticate("rao@example.edu", password).faculty_id
    assert password not in words(pages.get("/admin/users"))


def test_one_account_is_handed_over_by_invitation_unless_a_password_is_asked_for(app, pages, university):
    path = "/admin/users/new"
    sent = {"name": "Dr Rao", "email": "rao@example.edu", "roles": "faculty", "faculty": "RAO"}
    page = parse(pages.post(path, sent_by(pages.get(path), path) | sent, 200).get_data(as_text=True))
    link = next(words(e) for e in page.iter("code")).partition("localhost")[2]
    assert links_of(pages) == {"rao@example.edu": link}, "it can be fetched again until it is confirmed"
    factories.user(university, name="Never asked")

    def listed(state):
        rows = (row for row in pages.get(f"/admin/users?state={state}").iter("tr"))
        return [words(next(row.iter("td"))) for row in rows if list(row.iter("td"))]

    assert listed("invited") == ["Dr Rao"]
    assert ("Never asked" in listed("waiting"), "Dr Rao" in listed("waiting")) == (True, False)
    new = {"new": "seven horses sleep", "again": "seven horses sleep"}
    Pages(app.test_client()).post(link, new)
    assert sessions.authenticate("rao@example.edu", "seven horses sleep")
    assert "Dr Rao" not in " ".join(listed("invited"))


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


def test_a_role_that_is_taken_says_whose_timetable_goes_with_it(pages, university):
    head = factories.user(university, Role.HOD)
    path = f"/admin/users/{head.user_id}/edit"
    both = sent_by(pages.get(path), path) | {"roles": ["hod", "faculty"], "faculty": "RAO"}
    assert "no longer belongs" not in words(pages.get(pages.post(path, both).location))
    fewer = sent_by(pages.get(path), path) | {"roles": ["hod"]}
    told = words(pages.get(pages.post(path, fewer).location))
    assert "The account no longer belongs to the teacher RAO and doesn't see that timetable." in told


def test_the_link_of_a_role_that_is_not_ticked_counts_for_nothing(pages, university):
    head = factories.user(university, Role.HOD)
    path = f"/admin/users/{head.user_id}/edit"
    pages.post(path, sent_by(pages.get(path), path) | {"roles": ["hod"], "faculty": "RAO"})
    assert (head.roles, head.faculty) == ({Role.HOD}, None)


def test_a_person_with_an_account_in_another_role_gains_the_role_and_no_password(pages, university):
    factories.user(university, Role.STUDENT, email="both@example.edu")
    factories.faculty(factories.department(university), email="both@example.edu")
    pages.post("/admin/users/bulk", {"role": "faculty"})
    assert "1 account has the role now" in words(pages.get("/admin/users"))


def links_of(pages):
    """The links of the file of invitations, by e-mail."""
    answer = pages.client.get("/admin/users/invitations.csv")
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (200, "text/csv", "no-store")
    lines = answer.get_data(as_text=True).splitlines()[1:]
    return {line.split(",")[0]: line.split(",")[3].partition("localhost")[2] for line in lines}


def test_links_can_be_fetched_again_until_they_are_confirmed_and_then_still_work(app, pages, university):
    factories.faculty(factories.department(university), name="=cmd()", email="f@example.edu")
    page = pages.get("/admin/users")
    assert "Invite 1 teacher" in words(page)
    pages.post("/admin/users/bulk", {"role": "faculty"})
    page = pages.get("/admin/users")
    assert "1 invitation to hand out" in words(page)
    assert "Invited" in words(page)
    links = links_of(pages)
    assert links_of(pages) == links
    path = "/admin/users/invitations/handed-out"
    sent = sent_by(page, path)
    pages.post(path, {"seen": "another"}, 409)
    pages.post(path, sent)
    assert links_of(pages) == {}
    assert "to hand out" not in words(pages.get("/admin/users"))
    guest = Pages(app.test_client())
    link = links["f@example.edu"]
    assert "f@example.edu" in words(guest.get(link))
    new = {"new": "seven horses sleep", "again": "seven horses sleep"}
    guest.post(link, new | {"again": "no"}, 422)
    guest.post(link, new)
    guest.get(link, 422)
    assert sessions.authenticate("f@example.edu", "seven horses sleep")


def test_an_invitation_is_given_anew_and_taken_back(pages, university):
    factories.faculty(factories.department(university), email="f@example.edu")
    pages.post("/admin/users/bulk", {"role": "faculty"})
    first = links_of(pages)["f@example.edu"]
    account = users.find_by_email("f@example.edu")
    base = f"/admin/users/{account.user_id}"
    page = parse(pages.post(f"{base}/invite", status=200).get_data(as_text=True))
    second = next(words(e) for e in page.iter("code")).partition("localhost")[2]
    pages.get(first, 422)
    pages.get(second)
    assert "Take the invitation back" in words(pages.get(base))
    pages.post(f"{base}/revoke-invitation")
    pages.get(second, 422)
    assert "Not signed in yet" in words(pages.get(base))
    of_all = db.select(User).filter_by(organization_id=university.organization_id).order_by(User.user_id)
    registrar = db.session.scalars(of_all).first()  # who was there before anybody was invited
    registrar.last_sign_in_at = datetime.now(UTC)
    pages.post(f"/admin/users/{registrar.user_id}/invite", status=409)
    pages.post("/admin/users/bulk/invite", {"role": "faculty"})
    pages.get(links_of(pages)["f@example.edu"])


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
