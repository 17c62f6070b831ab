"""Signing in and out: the same words for all, limits, sessions that end, passwords that must be changed."""

import time

import pytest

from tests import factories
from tests.pages import Pages, parse, words
from webapp.app import create_app
from webapp.extensions import db, limiter
from webapp.models import Role
from webapp.services.accounts import credentials, passwords, sessions, tokens, users
from webapp.web.access import SESSION_BEGAN, SESSION_SECONDS

PASSWORD = "seven horses sleep"
OTHER = "nine carts roll home"


@pytest.fixture
def registrar(app):
    return users.create_user(
        factories.organization(), email="reg@example.edu", name="R", roles={Role.REGISTRAR}, password=PASSWORD
    )


def sign_in(pages: Pages, password: str = PASSWORD, email: str = "reg@example.edu", status: int = 303, **more):
    return pages.post("/sign-in", {"email": email, "password": password, **more}, status)


def is_signed_in(client) -> bool:
    return client.get("/profile").status_code == 200


def text_of(response) -> str:
    return words(parse(response.get_data(as_text=True)))


HOMES = {
    Role.REGISTRAR: "/admin/",
    Role.HOD: "/hod/timetable",
    Role.FACULTY: "/faculty/timetable",
    Role.STUDENT: "/student/timetable",
}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_lands_on_its_own_page_which_stands(client, pages, role):
    user = factories.user(role=role)
    credentials.set_password(user, PASSWORD, None)
    assert sign_in(pages, email=user.email).location == HOMES[role]
    assert client.get(HOMES[role]).status_code == 200
    assert client.get("/").location == HOMES[role]
    assert client.get("/sign-in").location == HOMES[role]


@pytest.mark.parametrize(
    ("roles", "home"),
    [
        ((Role.FACULTY, Role.HOD), "/hod/timetable"),
        ((Role.STUDENT, Role.FACULTY), "/faculty/timetable"),
        ((Role.FACULTY, Role.REGISTRAR), "/admin/"),
    ],
)
def test_whoever_has_several_roles_lands_on_the_page_of_the_widest(client, roles, home, request):
    request.getfixturevalue("sign_in")(client, factories.user(None, *roles))
    assert client.get("/").location == home


def test_a_stranger_at_the_door_is_led_to_sign_in(client):
    factories.organization()
    assert client.get("/").location == "/sign-in"


def test_the_words_are_the_same_for_an_unknown_address_and_a_wrong_password(pages, registrar):
    unknown = text_of(sign_in(pages, email="who@example.edu", status=422))
    wrong = text_of(sign_in(pages, password=OTHER, status=422))
    assert "wrong" in wrong
    assert unknown == wrong


def test_a_sign_in_leads_on_to_the_page_that_was_asked_for(client, pages, registrar):
    asked = client.get("/admin/records/rooms?q=R1")
    assert asked.location == "/sign-in?next=/admin/records/rooms?q%3DR1"
    page = pages.get(asked.location)
    (following,) = [field.get("value") for field in page.iter("input") if field.get("name") == "next"]
    assert sign_in(pages, next=following).location == "/admin/records/rooms?q=R1"


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"]
)
def test_a_sign_in_never_leads_to_another_site(pages, registrar, target):
    assert sign_in(pages, next=target).location == "/admin/"


def test_the_session_is_a_new_one_after_signing_in(client, pages, registrar):
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    before = pages.csrf_token()
    sign_in(pages)
    with client.session_transaction() as session:
        assert "planted" not in session
    assert pages.csrf_token() != before


def test_a_form_without_its_csrf_token_changes_nothing(client, registrar):
    answer = client.post("/sign-in", data={"email": "reg@example.edu", "password": PASSWORD})
    assert answer.status_code == 400
    assert not is_signed_in(client)


def test_signing_out_needs_a_post_and_ends_the_session(client, pages, registrar):
    sign_in(pages)
    assert client.get("/sign-out").status_code == 405
    assert is_signed_in(client)
    assert pages.post("/sign-out").location == "/sign-in"
    assert not is_signed_in(client)


def test_a_session_dies_with_the_password_on_every_device_but_the_one_that_changed_it(app, client, pages, registrar):
    elsewhere = app.test_client()
    sign_in(pages)
    sign_in(Pages(elsewhere))
    assert is_signed_in(elsewhere)
    pages.post("/profile/password", {"current": PASSWORD, "new": OTHER, "again": OTHER})
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)


def test_a_session_ends_after_a_week_however_much_it_is_used(client, pages, registrar):
    sign_in(pages)
    for age, lives in ((SESSION_SECONDS - 60, True), (SESSION_SECONDS + 1, False)):
        with client.session_transaction() as session:
            assert session.permanent
            session[SESSION_BEGAN] = time.time() - age
        assert is_signed_in(client) is lives


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"current": OTHER, "new": OTHER, "again": OTHER}, "current password is wrong"),
        ({"current": PASSWORD, "new": "short", "again": "short"}, "5 characters"),
        ({"current": PASSWORD, "new": OTHER, "again": PASSWORD}, "not the same"),
        ({}, "needed"),
    ],
)
def test_a_password_that_will_not_do_is_refused_in_words(pages, registrar, sent, said):
    sign_in(pages)
    assert said in text_of(pages.post("/profile/password", sent, 422))


def test_a_given_password_must_be_changed_before_anything_else(client, pages, registrar):
    user = factories.user(registrar.organization)
    password = credentials.reset_password(user, registrar)
    sign_in(pages, password, user.email)
    for path in ("/", "/admin/", "/profile", "/admin/records/rooms"):
        assert client.get(path).location == "/profile/password", path
    assert client.get("/api/timetable/progress/x").status_code == 403
    # Nothing but a Bearer token speaks for itself.
    assert client.get("/api/timetable/progress/x", headers={"Authorization": "Basic eDp5"}).status_code == 403
    pages.get("/profile/password")
    pages.post("/profile/password", {"current": password, "new": OTHER, "again": OTHER})
    assert client.get("/admin/").status_code == 200


def test_a_disabled_user_is_signed_out_and_told_why(client, pages, registrar):
    user = factories.user(registrar.organization)
    credentials.set_password(user, PASSWORD, None)
    sign_in(pages, email=user.email)
    sessions.set_enabled(user, False, registrar)
    assert not is_signed_in(client)
    assert "disabled" in text_of(sign_in(pages, email=user.email, status=422))


class TestResetLink:
    def test_it_sets_a_password_once(self, client, pages, registrar):
        link = f"/reset-password/{credentials.create_reset_link(registrar, registrar)}"
        assert registrar.email in words(pages.get(link))
        assert "5 characters" in text_of(pages.post(link, {"new": "short", "again": "short"}, 422))
        pages.post(link, {"new": OTHER, "again": OTHER})
        assert "used already" in words(pages.get(link, 422))
        sign_in(pages, OTHER)

    def test_a_guessed_one_says_no_more_than_a_used_one(self, pages, registrar):
        assert "used already" in words(pages.get("/reset-password/tr_guess", 422))


class TestTokens:
    def test_a_token_is_shown_once_and_works_until_it_is_revoked(self, client, pages, registrar):
        sign_in(pages)
        page = text_of(pages.post("/profile/tokens", {"name": "Sync"}, 200))
        secret = next(word for word in page.split() if word.startswith("tl_"))
        headers = {"Authorization": f"Bearer {secret}"}
        path = "/api/timetable/result/tt_000000000000"
        assert client.get(path, headers=headers).status_code == 404
        assert secret not in words(pages.get("/profile"))
        key = tokens.list_tokens(registrar)[0].user_token_id
        pages.post(f"/profile/tokens/{key}/revoke")
        assert client.get(path, headers=headers).status_code == 401

    def test_a_name_is_needed(self, pages, registrar):
        sign_in(pages)
        for name, said in (("", "This is needed"), (" ", "Give the token a name")):
            assert said in text_of(pages.post("/profile/tokens", {"name": name}, 422))

    def test_anothers_token_does_not_exist(self, pages, registrar):
        other = factories.user(registrar.organization)
        tokens.create_token(other, "x")
        key = tokens.list_tokens(other)[0].user_token_id
        sign_in(pages)
        pages.post(f"/profile/tokens/{key}/revoke", status=404)
        assert tokens.list_tokens(other)


def from_address(app, number):
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
    return client


class TestLimits:
    """With an application of its own: the others have their limits switched off from the start."""

    @pytest.fixture
    def limited(self, committed_app):
        app = create_app({"TESTING": True, "RATELIMIT_ENABLED": True, "RATELIMIT_STORAGE_URI": "memory://"})
        limiter.reset()
        yield app
        limiter.enabled = False

    @pytest.fixture
    def users(self, committed_app, limited):
        org = factories.organization()
        made = [
            users.create_user(org, email=f"{name}@example.edu", name=name, roles={Role.REGISTRAR}, password=PASSWORD)
            for name in ("reg", "other")
        ]
        db.session.commit()
        return made

    def test_ten_failures_close_an_account_for_a_while_in_words_but_no_other_and_not_to_its_owner(self, limited, users):
        pages = Pages(limited.test_client())
        for _attempt in range(10):
            sign_in(pages, OTHER, "REG@example.edu", 422)
        assert "Too many" in text_of(sign_in(pages, status=429))
        sign_in(pages, email="other@example.edu")
        sign_in(Pages(from_address(limited, 2)))

    def test_an_account_is_closed_after_many_failures_from_however_many_addresses(self, limited, users, monkeypatch):
        monkeypatch.setattr(passwords, "check_password_hash", lambda _kept, _given: False)  # 200 slow hashes
        for number in range(20):
            pages = Pages(from_address(limited, number))
            for _attempt in range(10):
                sign_in(pages, OTHER, status=422)
        sign_in(Pages(from_address(limited, 99)), status=429)

    def test_a_reset_link_that_is_opened_is_no_failure_and_a_guessed_one_is(self, limited, users):
        pages = Pages(limited.test_client())
        link = f"/reset-password/{credentials.create_reset_link(users[0], users[0])}"
        db.session.commit()
        for _time in range(40):
            pages.get(link)
        for number in range(30):
            pages.get(f"/reset-password/tr_{number}", 422)
        pages.get(link, 429)

    def test_successes_are_not_counted_so_a_whole_university_can_sign_in_from_one_address(self, limited, users):
        for _student in range(12):
            sign_in(Pages(limited.test_client()))

    def test_thirty_failures_close_an_address_for_a_minute(self, limited, users):
        pages = Pages(limited.test_client())
        for number in range(30):
            sign_in(pages, OTHER, f"guess{number}@example.edu", 422)
        sign_in(pages, email="one.more@example.edu", status=429)
