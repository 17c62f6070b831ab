"""Calendar links: made in the profile, opened by nobody but who has them, and gone when revoked."""

import re

import pytest

from tests import factories
from tests.pages import Pages
from tests.university import University, university
from webapp.models import Role
from webapp.services.timetables import publishing


@pytest.fixture
def uni(session, client) -> University:
    made = university()
    publishing.publish(made.registrar, made.timetable(), factories.EVERYTHING)
    return made


def test_a_link_is_shown_once_with_its_code_and_opens_until_it_is_revoked(
    pages: Pages, uni: University, sign_in, client
):
    student = factories.student(uni.organization, groups=[uni.section_b])
    sign_in(client, factories.user(uni.organization, Role.STUDENT, student_id=student.student_id))
    page = pages.post("/profile/calendar-links", {"kind": "studies"}, 200).text
    [link] = re.findall(r"https?://[^\s<\"]+/calendar/tc_[\w-]{43}\.ics", page)[:1]
    assert "sheet__qr" in page
    assert "webcal://" in page
    assert "tc_" not in client.get("/profile").text, "a link is shown once"
    path = "/calendar/" + link.rpartition("/")[2]

    stranger = client.application.test_client()
    answer = stranger.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert b"BEGIN:VTIMEZONE" in answer.data or b"UTC" in answer.data
    assert "Set-Cookie" not in answer.headers
    assert stranger.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert stranger.get(path.replace("tc_", "tl_")).status_code == 404
    assert client.get("/profile/calendar/studies.ics").data == answer.data
    assert client.get("/profile/calendar/teaching.ics").status_code == 404

    assert "Revoke the link to “My studies”? Calendars that follow it" in client.get("/profile").text
    [revoke] = re.findall(r"/profile/calendar-links/\d+/revoke", client.get("/profile").text)
    pages.post(revoke)
    gone = stranger.get(path)
    assert gone.status_code == 404
    assert "may have been revoked" in gone.text


def test_a_room_that_is_not_there_is_named(pages: Pages, uni: University, sign_in, client):
    sign_in(client, uni.registrar)
    answer = pages.post("/profile/calendar-links", {"kind": "room", "code": "NONE"}, 422)
    assert "There is no room with the code “NONE”." in answer.text
