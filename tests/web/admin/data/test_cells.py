"""A cell of a list over the web: its field as a fragment and as a page, stored, refused, and stale."""

import pytest

from tests import factories
from tests.pages import Pages, parse, sent_by, words
from webapp.extensions import db
from webapp.models import Room

HX = {"HX-Request": "true"}


@pytest.fixture
def path(client, sign_in):
    user = factories.user()
    sign_in(client, user)
    factories.term(user.organization)
    room = factories.room(user.organization, code="R1", kind="lecture", capacity=40)
    db.session.commit()
    return f"/admin/records/rooms/{room.room_id}/cells/capacity"


def seats():
    return db.session.query(Room).populate_existing().one().capacity


def test_the_list_says_which_cells_can_be_edited(pages: Pages, path):
    page = pages.get("/admin/records/rooms")
    (row,) = [row for row in page.iter("tr") if row.get("data-row")]
    assert f"{row.get('data-row')}/cells/capacity" == path
    assert [cell.get("data-cell") for cell in row.iter("td")][:4] == [None, None, "name", "capacity"]


def test_a_cell_is_stored_and_answers_its_row_and_the_way_back(pages: Pages, path):
    form = pages.fragment(path)
    assert ": Seats" in words(form)
    sent = {**sent_by(form, path), "value": "70"}
    answer = parse(pages.post(path, sent, status=200, headers=HX).text)
    assert seats() == 70
    assert [words(cell) for cell in answer.iter("td")][3] == "70"
    assert "Stored: R1" in words(answer)
    undo = "/admin/records/rooms/undo"
    pages.post(undo, sent_by(answer, undo))
    assert seats() == 40


def test_without_script_a_cell_is_a_page_with_one_field(pages: Pages, path):
    sent = {**sent_by(pages.get(path), path), "value": "70"}
    assert pages.post(path, sent).location == "/admin/records/rooms"
    assert seats() == 70


def test_a_refused_value_stays_in_the_cell_with_its_reason(pages: Pages, path):
    sent = {**sent_by(pages.fragment(path), path), "value": "many"}
    answer = parse(pages.post(path, sent, status=422, headers=HX).text)
    (field,) = [field for field in answer.iter("input") if field.get("name") == "value"]
    assert (field.get("value"), field.get("aria-invalid")) == ("many", "true")
    assert "whole number" in words(answer)
    assert sent_by(answer, path)["seen"] == sent["seen"]
    assert seats() == 40


def test_a_value_that_changed_meanwhile_is_shown_and_can_be_overwritten(pages: Pages, path):
    sent = {**sent_by(pages.fragment(path), path), "value": "70"}
    pages.post(path, {**sent, "value": "50"}, status=200, headers=HX)
    answer = parse(pages.post(path, sent, status=409, headers=HX).text)
    assert "it is now “50”" in words(answer)
    assert seats() == 50
    again = sent_by(answer, path)
    assert again["value"] == "70"
    pages.post(path, again, status=200, headers=HX)
    assert seats() == 70
