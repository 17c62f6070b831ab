"""Rows of a list ticked and changed together in the browser's way: chosen, previewed, changed, undone."""

import pytest
import sqlalchemy as sa

from tests import factories
from tests.pages import Pages, parse, sent_by, words
from webapp.extensions import db
from webapp.models import Room


@pytest.fixture
def rooms(client, sign_in):
    user = factories.user()
    sign_in(client, user)
    factories.term(user.organization)
    made = [factories.room(user.organization, code=f"R{n}", kind="lecture") for n in range(3)]
    db.session.commit()
    return [room.room_id for room in made]


def kinds():
    return list(db.session.scalars(sa.select(Room.kind).order_by(Room.code)))


def test_ticked_rows_are_previewed_changed_and_undone(pages: Pages, rooms):
    ticked = "&".join(f"key={key}" for key in rooms[:2])
    page = pages.get(f"/admin/records/rooms/bulk?{ticked}&column=kind")
    assert "2 rows are ticked" in words(page)
    path = "/admin/records/rooms/bulk"
    sent = {**sent_by(page, path), "key": [str(key) for key in rooms[:2]], "value": "lab"}
    preview = pages.post(path, sent, status=200)
    assert "2 rows change." in words(parse(preview.text))
    assert kinds() == ["lecture"] * 3
    seen = sent_by(parse(preview.text), path)["seen"]
    pages.post(path, {**sent, "seen": seen, "apply": "1"})
    assert kinds() == ["lab", "lab", "lecture"]
    listed = pages.get("/admin/records/rooms")
    assert "Rooms: R0" in words(listed)
    undo = "/admin/records/rooms/undo"
    pages.post(undo, sent_by(listed, undo))
    assert kinds() == ["lecture"] * 3
    assert "Undone: Rooms: R0" in words(pages.get("/admin/records/rooms"))


def test_the_teachers_of_sections_go_back_in_a_later_request(pages: Pages, client, sign_in):
    user = factories.user()
    sign_in(client, user)
    term = factories.term(user.organization)
    department = factories.department(user.organization)
    teachers = [factories.faculty(department, code=code) for code in ("RAO", "DAS")]
    group = factories.group(term)
    section = factories.section(term, factories.course(department, code="CS1"), faculty=teachers[:1], groups=[group])
    db.session.commit()
    path, undo = "/admin/records/sections/bulk", "/admin/records/sections/undo"
    sent = {"term": term.term_id, "key": section.section_id, "column": "teachers", "value": "DAS, RAO"}
    seen = sent_by(parse(pages.post(path, sent, status=200).text), path)["seen"]
    pages.post(path, {**sent, "seen": seen, "apply": "1"})
    listed = pages.get("/admin/records/sections")
    assert "DAS, RAO" in words(listed)
    pages.post(undo, sent_by(listed, undo))
    again = words(pages.get("/admin/records/sections"))
    assert "Undone: Sections: CS1 A changed" in again
    assert "DAS, RAO" not in again
