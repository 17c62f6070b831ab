"""The pages of kinds and features: added, renamed, made one, deleted; what is refused keeps what was typed."""

import pytest

from tests import factories
from tests.pages import Pages, parse, sent_by, words
from webapp.extensions import db
from webapp.models import Room

KINDS = "/admin/words/room_kinds"


@pytest.fixture
def room(client, sign_in):
    user = factories.user()
    sign_in(client, user)
    room = factories.room(user.organization, code="R1", kind="studio")
    db.session.commit()
    return room.room_id


def forms_of(page, action, word):
    """What the form of a word would send."""
    for form in page.iter("form"):
        sent = {field.get("name"): field.get("value", "") for field in form.iter() if field.get("name")}
        if form.get("action") == action and sent.get("old") == word:
            return {name: text for name, text in sent.items() if name != "csrf_token"}
    return None


def test_a_word_is_added_renamed_made_one_and_deleted(pages: Pages, room):
    assert "Kinds of rooms" in words(pages.get("/admin/records/rooms"))
    page = pages.get(KINDS)
    assert "studio 1 room" in words(page)
    pages.post(f"{KINDS}/add", {**sent_by(page, f"{KINDS}/add"), "word": "atelier"})
    rename = forms_of(page, f"{KINDS}/rename", "studio")
    pages.post(f"{KINDS}/rename", {**rename, "new": "art room"})
    assert "1 row says “art room” now." in words(pages.get(KINDS))
    merge = forms_of(pages.get(KINDS), f"{KINDS}/merge", "art room")
    pages.post(f"{KINDS}/merge", {**merge, "into": "atelier"})
    assert db.session.get(Room, room, populate_existing=True).kind == "atelier"
    page = pages.get(KINDS)
    assert forms_of(page, f"{KINDS}/delete", "atelier") is None
    pages.post(f"{KINDS}/delete", forms_of(page, f"{KINDS}/delete", "lab"))
    assert "“lab” deleted." in words(pages.get(KINDS))


def test_what_is_refused_or_stale_stays_typed_and_stores_nothing(pages: Pages, room):
    rename = forms_of(pages.get(KINDS), f"{KINDS}/rename", "studio")
    answer = parse(pages.post(f"{KINDS}/rename", {**rename, "new": "Lab"}, status=422).text)
    assert "stands in the list already" in words(answer)
    assert forms_of(answer, f"{KINDS}/rename", "studio")["new"] == "Lab"
    pages.post(f"{KINDS}/rename", {**rename, "new": "atelier", "seen": "older"}, status=409)
    assert db.session.get(Room, room, populate_existing=True).kind == "studio"
    pages.get("/admin/words/ghosts", status=404)


def test_a_word_is_added_from_the_field_that_lacks_it(pages: Pages, room):
    path = "/admin/records/rooms/choices?field=kind"
    assert pages.post(path, {"q": "atelier"}, status=200).json == {"value": "atelier"}
    assert "stands in the list already" in pages.post(path, {"q": "Atelier"}, status=422).json["note"]
    pages.post("/admin/records/rooms/choices?field=name", {"q": "x"}, status=404)
