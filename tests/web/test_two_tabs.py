"""Two tabs of one browser, or two registrars: nobody writes into a term, or over a row, that was not shown."""

import io

import pytest
import sqlalchemy as sa

from tests import factories
from tests.edge import commit
from tests.pages import Pages, parse, sent_by, words
from webapp.extensions import db
from webapp.models import Availability, GenerationJob, Room, StudentGroup, Term, TermRule, TimeSlot, Upload
from webapp.services.problem.weights import WEIGHED
from webapp.services.runs import weight_profiles


@pytest.fixture
def registrar(client, sign_in):
    user = factories.user()
    sign_in(client, user)
    return user


@pytest.fixture
def autumn(registrar):
    made = factories.term(registrar.organization, days=2, slots=3, name="Autumn")
    factories.rule(made, "group_gaps", weight=3)
    return made


@pytest.fixture
def spring(registrar, autumn):
    made = factories.term(registrar.organization, days=2, slots=3, semester=2, name="Spring")
    factories.rule(made, "group_gaps", weight=7)
    db.session.commit()
    return made


def look_elsewhere(pages: Pages, term) -> None:
    """As another tab would."""
    pages.get(f"/admin/records/groups?term={term.term_id}")


def weights(rule: str) -> dict[str, int]:
    query = sa.select(Term.name, TermRule.weight).join(Term).filter(TermRule.rule == rule)
    return {str(name): int(weight) for name, weight in db.session.execute(query)}


class TestTheTermOfAForm:
    def test_rules_are_written_into_the_term_whose_page_was_open(self, pages, autumn, spring):
        page = pages.get(f"/admin/rules?term={autumn.term_id}")
        look_elsewhere(pages, spring)
        sent = {
            name: value
            for name, value in sent_by(page, "/admin/rules").items()
            if "group_gaps" in name or name in ("term", "seen")
        }
        pages.post("/admin/rules", sent | {"code": "group_gaps", "weight-group_gaps": "4"})
        assert weights("group_gaps") == {"Autumn": 4, "Spring": 7}
        assert "Autumn" in words(pages.get("/admin/rules")), "what was saved is what is shown"

    @pytest.mark.parametrize("key", ["groups", "time-slots", "week-sets", "sections"])
    def test_a_new_row_is_of_the_term_whose_page_was_open(self, pages, autumn, spring, key):
        path = f"/admin/records/{key}/new"
        page = pages.get(f"{path}?term={autumn.term_id}")
        look_elsewhere(pages, spring)
        assert sent_by(page, path)["term"] == str(autumn.term_id)

    def test_a_group_is_added_and_deleted_in_the_term_whose_page_was_open(self, pages, autumn, spring):
        path = "/admin/records/groups/new"
        page = pages.get(f"{path}?term={autumn.term_id}")
        look_elsewhere(pages, spring)
        pages.post(path, sent_by(page, path) | {"code": "A", "name": "Group A"})
        group = db.session.scalars(sa.select(StudentGroup)).one()
        assert group.term_id == autumn.term_id
        look_elsewhere(pages, spring)
        path = f"/admin/records/groups/{group.student_group_id}"
        pages.post(path, sent_by(pages.get(path), path) | {"name": "Group B"})
        look_elsewhere(pages, spring)
        pages.post(f"{path}/delete", sent_by(pages.get(f"{path}/delete"), f"{path}/delete"))
        assert db.session.scalar(sa.select(sa.func.count()).select_from(StudentGroup)) == 0

    def test_a_week_is_painted_in_the_term_whose_page_was_open(self, pages, autumn, spring, registrar):
        room = factories.room(registrar.organization)
        db.session.commit()
        path = f"/admin/availability/rooms/{room.room_id}"
        page = pages.get(f"{path}?term={autumn.term_id}")
        slot = db.session.scalars(sa.select(TimeSlot).filter_by(term_id=autumn.term_id)).first()
        look_elsewhere(pages, spring)
        pages.post(path, sent_by(page, path) | {f"slot-{slot.time_slot_id}": "unavailable"})
        assert db.session.scalars(sa.select(Availability)).one().time_slot_id == slot.time_slot_id

    def test_a_check_and_an_upload_are_of_the_term_whose_page_was_open(self, app, pages, autumn, spring):
        check = pages.get(f"/admin/check?term={autumn.term_id}")
        look_elsewhere(pages, spring)
        pages.post("/admin/check", sent_by(check, "/admin/check"))
        assert db.session.scalars(sa.select(GenerationJob)).one().term_id == autumn.term_id
        file = (io.BytesIO(b"code,name\nCSE,Computing\n"), "departments.csv")
        page = pages.get(f"/admin/import?term={autumn.term_id}")
        look_elsewhere(pages, spring)
        sent = sent_by(page, "/admin/import") | {"file": file}
        pages.post("/admin/import", sent, content_type="multipart/form-data")
        assert db.session.scalars(sa.select(Upload)).one().term_id == autumn.term_id

    @pytest.mark.parametrize(
        "path",
        ["/admin/rules", "/admin/check", "/admin/import", "/admin/records/groups/new", "/admin/availability/rooms/1"],
    )
    @pytest.mark.parametrize(("named", "said"), [({}, "does not say which term"), ({"term": "999999"}, "no such term")])
    def test_a_form_without_a_term_or_with_one_that_is_gone_is_refused(self, pages, spring, path, named, said):
        answer = pages.post(path, named, status=404)
        assert said in answer.get_data(as_text=True)


class TestAnImport:
    @pytest.fixture
    def previewed(self, pages, autumn, registrar):
        """A preview that removes one room, and the address that confirms it."""
        factories.room(registrar.organization, code="OLD")
        db.session.commit()
        file = (io.BytesIO(b"code,name,capacity\nR1,Hall,60\n"), "rooms.csv")
        sent = sent_by(pages.get("/admin/import"), "/admin/import") | {"file": file, "replace": "y"}
        where = pages.post("/admin/import", sent, content_type="multipart/form-data").location
        return pages.get(where), where.split("?")[0] + "/confirm"

    def test_what_was_not_previewed_is_not_deleted(self, pages, previewed, registrar):
        page, path = previewed
        assert "OLD" in words(page)
        factories.room(registrar.organization, code="NEW")
        db.session.commit()
        again = parse(pages.post(path, sent_by(page, path), status=409).get_data(as_text=True))
        assert "The data have changed since the preview: nothing was imported." in words(again)
        assert "NEW" in words(again)
        assert set(db.session.scalars(sa.select(Room.code))) == {"OLD", "NEW"}
        pages.post(path, sent_by(again, path))
        assert db.session.scalars(sa.select(Room.code)).all() == ["R1"]

    def test_one_that_names_no_preview_is_shown_one(self, pages, previewed):
        _page, path = previewed
        pages.post(path, {"replace": "1"}, status=409)
        assert db.session.scalars(sa.select(Room.code)).all() == ["OLD"]

    def test_confirmed_twice_it_is_made_once_and_leads_to_the_same_result(self, pages, previewed, registrar):
        page, path = previewed
        first = pages.post(path, sent_by(page, path)).location
        factories.room(registrar.organization, code="LATER")
        db.session.commit()
        assert pages.post(path, sent_by(page, path)).location == first
        assert set(db.session.scalars(sa.select(Room.code))) == {"R1", "LATER"}
        assert "Rooms 1––1" in words(pages.get(first))
        assert pages.client.get(path.removesuffix("/confirm")).location == first


class TestWhatOthersStoreMeanwhile:
    """Each form is opened twice; the second to be saved is refused, told what it would undo, and can be saved then."""

    def test_a_row_with_its_lists(self, pages, autumn, registrar):
        group = factories.group(autumn, code="A", name="Secton A")
        factories.student(registrar.organization, code="S1")
        db.session.commit()
        path = f"/admin/records/groups/{group.student_group_id}"
        mine, theirs = (sent_by(pages.get(path), path) for _tab in range(2))
        pages.post(path, theirs | {"members": "S1", "size": "41"})
        answer = pages.post(path, mine | {"name": "Section A"}, status=409)
        page = parse(answer.get_data(as_text=True))
        assert "Somebody else has changed this meanwhile; nothing was stored." in words(page)
        assert "Members: Changed meanwhile: it is now “S1”." in words(page)
        assert "Size: Changed meanwhile: it is now “41”." in words(page)
        again = sent_by(page, path)
        assert (again["name"], again["members"], again["size"]) == ("Section A", "", mine["size"]), (
            "what was typed stays"
        )
        assert group.name == "Secton A"
        pages.post(path, again | {"members": "S1"})
        shown = sent_by(pages.get(path), path)
        assert (shown["name"], shown["members"], shown["size"]) == ("Section A", "S1", mine["size"])

    def test_a_row_whose_form_does_not_say_what_it_showed(self, pages, autumn):
        group = factories.group(autumn, code="A")
        db.session.commit()
        path = f"/admin/records/groups/{group.student_group_id}"
        sent = sent_by(pages.get(path), path) | {"seen": ""}
        pages.post(path, sent, status=409)

    def test_rules(self, pages, autumn):
        db.session.commit()
        path = "/admin/rules"
        mine, theirs = (
            {name: text for name, text in sent_by(pages.get(path), path).items() if "group_gaps" in name}
            | {"code": "group_gaps", "term": autumn.term_id, "seen": sent_by(pages.get(path), path)["seen"]}
            for _tab in range(2)
        )
        pages.post(path, theirs | {"weight-group_gaps": "8"})
        page = parse(pages.post(path, mine | {"weight-group_gaps": "5"}, status=409).get_data(as_text=True))
        assert "Changed meanwhile: it is now “wish, weight 8”." in words(page)
        assert weights("group_gaps") == {"Autumn": 8}
        again = sent_by(page, path)
        assert again["weight-group_gaps"] == "5"
        pages.post(path, mine | {"weight-group_gaps": "5", "seen": again["seen"]})
        assert weights("group_gaps") == {"Autumn": 5}

    def test_a_painted_week(self, pages, autumn, registrar):
        room = factories.room(registrar.organization)
        db.session.commit()
        path = f"/admin/availability/rooms/{room.room_id}"
        mine, theirs = (sent_by(pages.get(path), path) for _tab in range(2))
        slot, other = sorted(name for name in mine if name.startswith("slot-") and name != "slot-brush")[:2]
        pages.post(path, theirs | {slot: "unavailable"})
        page = parse(pages.post(path, mine | {other: "unavailable"}, status=409).get_data(as_text=True))
        assert "Changed meanwhile: it is now “Unavailable”." in words(page)
        again = sent_by(page, path)
        assert (again[slot], again[other]) == ("", "unavailable"), "what was painted stays"
        pages.post(path, again | {slot: "unavailable"})
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Availability)) == 2

    def test_a_profile_of_weights(self, pages, autumn, registrar):
        typed = dict.fromkeys(WEIGHED, "1")
        profile = commit(weight_profiles.save, registrar, None, "Mine", typed)
        path = f"/admin/weights/{profile.weight_profile_id}"
        mine, theirs = (sent_by(pages.get(path), path) for _tab in range(2))
        pages.post(path, theirs | {"weight-group_gaps": "6"})
        page = parse(pages.post(path, mine | {"name": "Ours"}, status=409).get_data(as_text=True))
        assert "Changed meanwhile: it is now “6”." in words(page)
        again = sent_by(page, path)
        assert (again["name"], again["weight-group_gaps"]) == ("Ours", "1")
        pages.post(path, again | {"weight-group_gaps": "6"})
        assert (profile.name, profile.weights["group_gaps"]) == ("Ours", 6)
