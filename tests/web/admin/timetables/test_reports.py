"""Reports as pages and files."""

import pytest

from tests import factories
from tests.university import university
from webapp.extensions import db
from webapp.services import reports


@pytest.fixture
def uni(session, client, sign_in):
    made = university()
    sign_in(client, made.registrar)
    return made


def test_without_a_timetable_the_pages_say_so(uni, pages):
    assert "No timetable yet" in pages.client.get("/admin/reports").get_data(as_text=True)
    assert "No timetable yet" in pages.client.get("/admin/reports/rooms").get_data(as_text=True)


def test_every_report_is_a_page_and_a_file_without_formulas(uni, client):
    uni.rao.name = "=Rao"
    db.session.commit()
    uni.timetable()
    for key in reports.MAKERS:
        page = client.get(f"/admin/reports/{key}?department=CSE&sort=0&order=desc")
        assert page.status_code == 200, key
        assert "<svg" in page.get_data(as_text=True), key
        text = client.get(f"/admin/reports/{key}/0.csv").get_data(as_text=True)
        assert text.count("\r\n") > 1, key
        assert "\n=Rao" not in text, key
    assert client.get("/admin/reports/rooms/9.csv").status_code == 404
    assert client.get("/admin/reports/weather").status_code == 404


def test_a_timetable_of_another_organisation_is_not_reported(uni, client):
    foreign = factories.timetable(factories.term())
    assert client.get(f"/admin/reports/rooms?t={foreign.timetable_id}").status_code == 404
