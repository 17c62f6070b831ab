"""Guards: who is let in, who is asked to sign in, and where a sign-in may lead."""

import pytest
import sqlalchemy as sa
from flask_login import login_user
from werkzeug.exceptions import Forbidden, NotFound, Unauthorized

from tests import factories
from webapp.models import Organization, Role
from webapp.web.access import load_or_404, local_path, require_role


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


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("allowed", list(Role))
def test_a_guard_lets_in_the_roles_it_names_and_refuses_every_other(app, role, allowed):
    user = factories.user(role=role)
    with app.test_request_context("/"):
        login_user(user)
        if role is allowed:
            assert require_role(allowed)() is None
        else:
            with pytest.raises(Forbidden):
                require_role(allowed)()


def test_a_stranger_is_led_to_sign_in_and_back(app):
    with app.test_request_context("/admin/rooms?page=2"):
        answer = require_role(Role.REGISTRAR)()
        assert answer.status_code == 303
        assert answer.location.endswith("?next=/admin/rooms?page%3D2")


def test_a_stranger_in_a_fragment_is_led_by_header_to_sign_in_and_back_to_the_page(app):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/admin/timetables/generate"}
    with app.test_request_context("/admin/timetables/tt_0/progress", headers=headers):
        answer = require_role(Role.REGISTRAR)()
        assert answer.headers["HX-Redirect"].endswith("?next=/admin/timetables/generate")


def test_a_stranger_at_the_api_gets_401(app):
    with app.test_request_context("/api/timetable/student/me"), pytest.raises(Unauthorized):
        require_role(Role.STUDENT)()


def test_what_lies_outside_of_the_scope_does_not_exist(app):
    mine = factories.organization()
    query = sa.select(Organization).where(Organization.organization_id == mine.organization_id)
    assert load_or_404(query) is mine
    with pytest.raises(NotFound):
        load_or_404(query.where(Organization.code == "OTHER"))
