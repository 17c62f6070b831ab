"""Addresses and forms that nobody's page sends: they are refused or ignored, and never answered by a fault of ours."""

import io

import pytest
from structlog.testing import capture_logs

from tests import factories
from tests.every_row import make_every_row
from webapp.models import Role
from webapp.services.accounts import credentials

# Names by which `url_for` itself is told what to do; in an address they are nobody's.
STEERING = ("endpoint=x", "_method=DELETE", "_external=1&_scheme=javascript", "_anchor=x", "timetable_id=7")
PAGES = [
    (Role.STUDENT, "/student/timetable"),
    (Role.STUDENT, "/student/timetable/print"),
    (Role.FACULTY, "/faculty/timetable"),
    (Role.FACULTY, "/faculty/timetable/print"),
    (Role.HOD, "/hod/timetable"),
    (Role.HOD, "/hod/timetable/print"),
    (Role.REGISTRAR, "/admin/records/rooms"),
    (Role.REGISTRAR, "/admin/users"),
]


@pytest.fixture
def here(app):
    return make_every_row()


@pytest.mark.parametrize(("role", "path"), PAGES)
@pytest.mark.parametrize("steering", STEERING)
def test_an_address_steers_no_link_of_its_page(client, sign_in, here, role, path, steering):
    sign_in(client, here.users[role])
    answer = client.get(f"{path}?{steering}")
    assert answer.status_code == 200
    assert "javascript:" not in answer.get_data(as_text=True)


def test_a_printed_week_leads_back_to_the_same_week(client, sign_in, here):
    sign_in(client, here.users[Role.HOD])
    page = client.get("/hod/timetable/print?by=department&_anchor=x").get_data(as_text=True)
    assert 'href="/hod/timetable?by=department"' in page


def test_nul_is_refused_in_later_values_and_file_names_too(client, pages, sign_in, here):
    sign_in(client, here.users[Role.REGISTRAR])
    token = pages.csrf_token()
    assert client.get("/admin/records/rooms?q=a&q=%00").status_code == 400
    file = (io.BytesIO(b"code,name\r\nX,Y\r\n"), "rooms\x00.csv")
    answer = client.post(
        "/admin/import", data={"csrf_token": token, "term": "", "file": file}, content_type="multipart/form-data"
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/sign-in", "/reset-password/tr_guess", "/sign-out"])
@pytest.mark.parametrize(
    "body", ['{"email": 5, "password": "x"}', "[1]", '{"email": "a\\u0000b@x.yz"}', "[" * 100_000, ""]
)
def test_a_form_is_not_read_from_json(client, pages, path, body):
    headers = {"X-CSRFToken": pages.csrf_token()}
    for mimetype in ("application/json", "application/problem+json"):
        assert client.post(path, data=body, content_type=mimetype, headers=headers).status_code == 415


def test_a_field_is_not_read_from_a_file_where_a_form_has_none(client, pages):
    sent = {"csrf_token": pages.csrf_token(), "email": (io.BytesIO(b"x"), "a"), "password": "x"}
    assert client.post("/sign-in", data=sent, content_type="multipart/form-data").status_code == 400


@pytest.mark.parametrize("address", ["http://[", "//[", "http://a]b/"])
def test_an_address_around_a_fragment_that_is_none_leads_a_stranger_to_the_start(client, address):
    answer = client.get("/admin/", headers={"HX-Request": "true", "HX-Current-URL": address})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/sign-in?next=/")


@pytest.mark.parametrize(
    "preset", ["terms/new?starts_on=soon", "courses/new?credits=many", "time-slots/new?start_time=late"]
)
def test_a_preset_that_can_not_be_read_is_no_fault_of_ours(client, sign_in, here, preset):
    sign_in(client, here.users[Role.REGISTRAR])
    assert client.get(f"/admin/records/{preset}").status_code in (200, 404)


def test_the_secret_of_a_reset_link_is_not_logged(client, here):
    secret = credentials.create_reset_link(here.users[Role.STUDENT], here.users[Role.REGISTRAR])
    with capture_logs() as lines:
        assert client.get(f"/reset-password/{secret}").status_code == 200
    assert [line["path"] for line in lines if line["event"] == "request"] == ["/reset-password/<secret>"]


def test_a_reset_link_leads_to_the_public_address_whatever_host_the_request_names(app, client, pages, sign_in, here):
    sign_in(client, here.users[Role.REGISTRAR])
    token = pages.csrf_token()
    path = f"/admin/users/{here.users[Role.STUDENT].user_id}/reset-link"
    app.config["TIMELOOM_WEB_ADDRESS"] = "https://timetable.example.org"
    try:
        answer = client.post(path, headers={"X-CSRFToken": token, "Host": "localhost"})
    finally:
        app.config["TIMELOOM_WEB_ADDRESS"] = ""
    assert "https://timetable.example.org/reset-password/tr_" in answer.get_data(as_text=True)


@pytest.mark.parametrize("page", ["/hod/timetable", "/hod/timetable/print"])
def test_a_head_is_refused_another_department_and_knows_no_other_organisations(client, sign_in, here, page):
    own = here.users[Role.HOD].department_id
    other = factories.department(here.organization).department_id
    foreign = factories.department(factories.organization()).department_id
    sign_in(client, here.users[Role.HOD])
    found = [client.get(f"{page}?by=department&key={key}").status_code for key in (own, other, foreign, "9" * 20)]
    assert found == [200, 403, 404, 404]
