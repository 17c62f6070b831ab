"""Guards: who is let in, who is asked to sign in, and where a sign-in may lead."""

import pytest

from tests import factories
from webapp.models import Role
from webapp.services.accounts.permissions import PERMISSIONS, Permission
from webapp.web.access import local_path, open_to_all, requires

PAGE = "/admin/users"


@pytest.fixture
def stand_in(app, monkeypatch):
    """`stand_in(view)` answers at `PAGE` in the place of the page."""
    return lambda view: monkeypatch.setitem(app.view_functions, "admin.users", view)


@pytest.mark.parametrize("path", ["/student/timetable", "/admin/timetables?term=3", "/"])
def test_next_may_lead_to_a_page_of_this_site(path):
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\/evil",
        "/\t/evil.example",
        "javascript:x",
    ],
)
def test_next_never_leads_elsewhere(path):
    assert local_path(path, default="/start") == "/start"


@pytest.mark.parametrize("permission", list(Permission))
@pytest.mark.parametrize("role", list(Role))
def test_a_view_lets_in_who_has_its_permission_and_nobody_else(client, sign_in, stand_in, role, permission):
    stand_in(requires(permission)(lambda: "in"))
    sign_in(client, factories.user(role=role))
    assert client.get(PAGE).status_code == (200 if permission in PERMISSIONS[role] else 403)


def test_of_several_permissions_one_is_enough(client, sign_in, stand_in):
    stand_in(requires(Permission.PUBLISH, Permission.SEE_OWN_STUDIES)(lambda: "in"))
    sign_in(client, factories.user(role=Role.STUDENT))
    assert client.get(PAGE).status_code == 200


def test_a_view_that_names_no_permission_is_open_to_nobody(client, sign_in, stand_in):
    stand_in(lambda: "in")
    assert client.get(PAGE).status_code == 303
    sign_in(client, factories.user())
    assert client.get(PAGE).status_code == 403


def test_a_view_that_is_open_to_all_is_open_to_strangers(client, stand_in):
    stand_in(open_to_all(lambda: "in"))
    assert client.get(PAGE).status_code == 200


def test_every_permission_is_some_roles_and_every_role_has_its_own_profile():
    assert frozenset().union(*PERMISSIONS.values()) == frozenset(Permission)
    assert all(Permission.OWN_PROFILE in PERMISSIONS[role] for role in Role)


def test_a_stranger_is_led_to_sign_in_and_back(client):
    answer = client.get("/admin/records/rooms?page=2")
    assert answer.status_code == 303
    assert answer.location.endswith("?next=/admin/records/rooms?page%3D2")


def test_a_stranger_in_a_fragment_is_led_by_header_to_sign_in_and_back_to_the_page(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/admin/timetables/generate"}
    answer = client.get("/admin/timetables/runs/tt_0", headers=headers)
    assert answer.headers["HX-Redirect"].endswith("?next=/admin/timetables/generate")


def test_a_stranger_at_the_api_gets_401(client):
    assert client.get("/api/timetable/student/me").status_code == 401
