"""What was imported is listed, and taken back from a page that has shown what becomes of it."""

import io

import sqlalchemy as sa

from tests import factories
from tests.pages import sent_by, words
from tests.university import university
from webapp.extensions import db
from webapp.models import Room, Upload


def test_an_import_is_listed_and_taken_back_after_a_look_at_what_becomes_of_it(client, pages, sign_in):
    uni = university()
    sign_in(client, uni.registrar)
    csv = b"code,name,capacity,kind\nHALL,Great hall,90,lecture\nNEW,New room,30,lab\n"
    sent = {"file": (io.BytesIO(csv), "rooms.csv"), "term": str(uni.term.term_id)}
    pages.post("/admin/import", sent, content_type="multipart/form-data")
    upload = db.session.scalars(sa.select(Upload)).one()
    path = f"/admin/import/{upload.upload_id}"
    assert "was not kept" in words(pages.get(f"{path}/take-back")), "nothing was imported yet"
    pages.post(f"{path}/confirm", sent_by(pages.get(path), f"{path}/confirm"))
    assert "rooms.csv" in words(pages.get("/admin/import"))
    assert any(link.get("href") == f"{path}/take-back" for link in pages.get(f"{path}/imported").iter("a"))

    new = db.session.scalars(sa.select(Room).filter_by(code="NEW")).one()
    wish = factories.availability(factories.slot(uni.term), room_id=new.room_id)
    page = pages.get(f"{path}/take-back")
    assert "NEW of Rooms is used by 1 wish." in words(page)
    form = sent_by(page, f"{path}/take-back")
    refused = pages.post(f"{path}/take-back", form, status=422).get_data(as_text=True)
    assert "1 thing stands against taking the import back; nothing was changed." in refused
    db.session.delete(wish)
    db.session.commit()
    pages.post(f"{path}/take-back", form)
    assert "rooms.csv is taken back: everything is as it was before." in words(pages.get("/admin/import"))
    assert db.session.scalars(sa.select(Room.name)).all() == ["Room HALL"]
    pages.post(f"{path}/take-back", form, status=409)
