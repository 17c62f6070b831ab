"""What is said to browsers about an answer as a whole."""

import gzip

import pytest
from flask.testing import FlaskClient

from tests import factories
from tests.university import university
from webapp.models import Role
from webapp.services.timetables import publishing

GZIP = {"Accept-Encoding": "gzip"}


def test_a_week_comes_compressed_to_who_takes_it_and_is_the_same(session, client: FlaskClient, sign_in):
    uni = university()
    publishing.publish(uni.registrar, uni.timetable(), factories.EVERYTHING)
    sign_in(client, factories.user(uni.organization, Role.FACULTY, faculty_id=uni.rao.faculty_id))
    plain, packed = client.get("/faculty/timetable"), client.get("/faculty/timetable", headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "HX-Request" in packed.headers["Vary"]
    assert packed.headers["Cache-Control"] == "no-store"
    assert len(packed.data) < len(plain.data) / 3
    assert b"My week" in gzip.decompress(packed.data)


@pytest.mark.parametrize(("file", "encoding"), [("css/grid.css", "gzip"), ("app.js", "gzip"), ("img/logo.svg", None)])
def test_files_come_compressed_where_it_pays(client: FlaskClient, file: str, encoding: str | None):
    with client.get(f"/static/{file}?v=1") as plain, client.get(f"/static/{file}?v=1", headers=GZIP) as packed:
        assert packed.headers.get("Content-Encoding") == encoding
        assert (gzip.decompress(packed.data) if encoding else packed.data) == plain.data
        assert packed.headers["Cache-Control"] == "public, max-age=31536000"


def test_no_cookie_and_nobodys_page_goes_with_what_is_public(session, client: FlaskClient, sign_in):
    uni = university()
    sign_in(client, uni.registrar)
    with client.session_transaction() as kept:
        kept.permanent = True  # as after a sign-in: each answer renews the cookie
    assert "Set-Cookie" in client.get("/profile").headers
    for path, status in (("/static/app.js", 200), ("/static/none.js", 404), ("/health", 200), ("/sheet/x", 404)):
        with client.get(path) as answer:
            assert (answer.status_code, "Set-Cookie" in answer.headers) == (status, False), path
            assert "Cookie" not in answer.headers.get("Vary", ""), path
            assert uni.registrar.name.encode() not in answer.data, path
            assert status == 200 or "public" not in answer.headers["Cache-Control"]
