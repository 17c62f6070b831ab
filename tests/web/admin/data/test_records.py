"""The registrar's data pages: one list and one form for every table, and what they refuse."""

import io

import openpyxl
import pytest
import sqlalchemy as sa

from tests import factories
from tests.pages import Pages, assert_sound, parse, sent_by, words
from tests.queries import counted_queries
from webapp.extensions import db
from webapp.models import AuditEvent, Building, Department, Faculty, Room, Term, TimeSlot
from webapp.services.schema.tables import WITH_PAGES
from webapp.services.shared.rule_defaults import ALWAYS_HOLD

KEYS = [table.address for table in WITH_PAGES]


@pytest.fixture
def registrar(client, sign_in):
    user = factories.user()
    sign_in(client, user)
    return user


@pytest.fixture
def university(registrar):
    """An organisation with a row in every table."""
    org = registrar.organization
    dept = factories.department(org, code="CSE")
    term = factories.term(org, days=2, slots=3)
    teacher = factories.faculty(dept, code="RAO")
    room = factories.room(org, code="R1")
    group = factories.group(term, code="CSE-A")
    component = factories.component(term=term, faculty=[teacher], groups=[group])
    student = factories.student(org, code="S1")
    factories.enrollment(student, component.section)
    factories.pin(component, room=room)
    factories.week_set(term)
    factories.basket(term, options=[component.section], groups=[group])
    db.session.commit()
    return org


@pytest.mark.parametrize("key", KEYS)
def test_every_table_has_a_list_a_form_and_a_page_that_deletes(pages: Pages, university, key):
    page = pages.get(f"/admin/records/{key}")
    links = [a.get("href") for a in page.iter("a") if (a.get("href") or "").startswith(f"/admin/records/{key}/")]
    pages.get(f"/admin/records/{key}/new")
    row = next((link for link in links if link.rsplit("/", 1)[1].isdecimal()), None)
    if key in ("buildings", "walks", "requests", "term-weeks", "makeup-days", "holidays"):
        assert row is None
        assert "nothing here yet" in words(page)
        return
    pages.get(row)
    pages.get(row + "/delete")


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/availability",
        "/admin/availability/rooms",
        "/admin/availability/groups",
        "/admin/availability/sections",
        "/admin/rules",
        "/admin/users",
        "/admin/users/new",
        "/admin/import",
        "/profile",
        "/profile/password",
    ],
)
@pytest.mark.parametrize("filled", [True, False])
def test_the_registrars_other_pages_stand_with_and_without_data(pages: Pages, request, registrar, path, filled):
    if filled:
        request.getfixturevalue("university")
    assert words(pages.get(path))


def errors_on(response):
    page = parse(response.get_data(as_text=True))
    return [words(element) for element in page.iter() if "field__error" in element.get("class", "").split()]


class TestForms:
    def test_a_row_is_added_and_shown_in_the_list(self, pages, registrar):
        sent = {"code": "R1", "name": "Hall 1", "capacity": "60", "kind": "lab", "is_open": "y"}
        assert pages.post("/admin/records/rooms/new", sent).location == "/admin/records/rooms"
        page = words(pages.get("/admin/records/rooms"))
        assert "Room added" in page
        assert "Hall 1" in page

    def test_save_and_add_another_leads_to_an_empty_form(self, pages, registrar):
        sent = {"code": "B1", "name": "Main", "another": "1"}
        assert pages.post("/admin/records/buildings/new", sent).location == "/admin/records/buildings/new"

    def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(self, pages, registrar):
        sent = {"code": "", "name": "Hall", "capacity": "many", "building_id": "999999"}
        answer = pages.post("/admin/records/rooms/new", sent, 422)
        assert "Expected a whole number from 0 to 100000." in errors_on(answer)
        assert 'value="Hall"' in answer.get_data(as_text=True)
        answer = pages.post("/admin/records/rooms/new", sent | {"capacity": "-4"}, 422)
        found = " ".join(errors_on(answer))
        assert "This is needed." in found
        assert "Expected a whole number from 0 to 100000." in found
        assert "no such row" in found

    def test_a_row_is_changed_and_a_duplicate_code_refused_at_its_field(self, pages, university):
        org = university
        room = factories.room(org, code="R2")
        path = f"/admin/records/rooms/{room.room_id}"
        sent = {"code": "R1", "name": "X", "capacity": "5", "seen": sent_by(pages.get(path), path)["seen"]}
        assert "in use" in errors_on(pages.post(path, sent, 422))[0]
        pages.post(path, sent | {"code": "R3"})
        assert db.session.get(Room, room.room_id).code == "R3"
        assert not db.session.get(Room, room.room_id).is_open, "a box that is not ticked is sent as nothing"

    def test_opening_a_form_and_saving_it_changes_nothing(self, pages, university):
        for table in WITH_PAGES:
            links = pages.get(f"/admin/records/{table.address}").iter("a")
            paths = {a.get("href") for a in links if (a.get("href") or "").rsplit("/", 1)[-1].isdecimal()}
            for path in sorted(paths)[:1]:
                pages.post(path, sent_by(pages.get(path), path))
        assert db.session.query(AuditEvent).count() == 0

    def test_deleting_what_is_used_names_the_uses_and_links_to_them(self, pages, university):
        teacher = db.session.scalar(sa.select(Faculty).filter_by(code="RAO"))
        path = f"/admin/records/faculty/{teacher.faculty_id}/delete"
        page = pages.get(path)
        links = {words(a): a.get("href") for a in page.iter("a")}
        assert links["1 section taught"] == f"/admin/records/sections?teachers={teacher.faculty_id}"
        assert "can’t be deleted" in words(page)
        pages.post(path, status=422)
        assert "CSE-A" in words(pages.get(links["1 section taught"]))

    def test_deleting_needs_a_post_and_says_what_is_gone(self, pages, university):
        building = factories.building(university, code="B9", name="Old")
        path = f"/admin/records/buildings/{building.building_id}/delete"
        form = sent_by(pages.get(path), path)
        assert db.session.get(Building, building.building_id)
        building.name = "Older"
        stale = pages.post(path, form, status=409).get_data(as_text=True)
        assert "has changed since the page was shown; nothing was deleted" in stale
        building.name = "Old"
        pages.post(path, form)
        assert "B9 · Old deleted" in words(pages.get("/admin/records/buildings"))


class TestLists:
    def test_htmx_gets_the_rows_alone(self, pages, university):
        fragment = pages.fragment("/admin/records/rooms?q=R1")
        assert not list(fragment.iter("h1"))
        assert "R1" in words(fragment)

    def test_nothing_found_is_said_as_such(self, pages, university):
        assert "No row matches" in words(pages.get("/admin/records/rooms?q=nothing"))

    def test_a_table_that_there_is_not_answers_404(self, pages, registrar):
        pages.get("/admin/records/users", 404)

    def test_a_list_takes_the_same_few_queries_however_long_it_is(self, pages, university):
        few = queries_of(pages, "/admin/records/sections")
        term = db.session.scalar(sa.select(Term))
        teachers = [factories.faculty(factories.department(university)) for _number in range(30)]
        for teacher in teachers:
            factories.component(term=term, faculty=[teacher])
        assert queries_of(pages, "/admin/records/sections") == few
        assert few < 20


def queries_of(pages, path):
    db.session.commit()
    with counted_queries() as seen:
        pages.get(path)
    return len(seen)


class TestTerms:
    def test_the_term_of_the_address_is_remembered(self, pages, university):
        later = factories.term(university, semester=2, name="Spring")
        factories.group(later, code="SPRING-1")
        assert "SPRING-1" in words(pages.get(f"/admin/records/groups?term={later.term_id}"))
        assert "SPRING-1" in words(pages.get("/admin/records/groups"))

    def test_another_organisations_term_is_not_shown(self, pages, university):
        foreign = factories.term()
        for path in ("/admin/records/groups", "/admin/rules", "/admin/availability", "/admin/terms/copy"):
            assert "no such term" in words(pages.get(f"{path}?term={foreign.term_id}", 404))


class TestAvailabilityAndRules:
    def test_a_painted_week_is_kept_and_shown(self, pages, university):
        teacher = db.session.scalar(sa.select(Faculty).filter_by(code="RAO"))
        slot = db.session.scalar(sa.select(TimeSlot).filter_by(code="D1P1"))
        path = f"/admin/availability/faculty/{teacher.faculty_id}"
        sent = sent_by(pages.get(path), path) | {f"slot-{slot.time_slot_id}": "unavailable", "slot-brush": "prefer"}
        assert pages.post(path, sent).location == "/admin/availability/faculty"
        select = next(e for e in pages.get(path).iter("select") if e.get("name") == f"slot-{slot.time_slot_id}")
        chosen = [o.get("value") for o in select.iter("option") if o.get("selected") is not None]
        assert chosen == ["unavailable"]
        pages.post(path, sent_by(pages.get(path), path) | {f"slot-{slot.time_slot_id}": "never"}, 422)
        pages.get("/admin/availability/students", 404)

    def test_rules_are_saved_as_sent_and_refused_at_their_row(self, pages, university):
        typed = {"code": "group_gaps", "on-group_gaps": "1", "kind-group_gaps": "soft", "weight-group_gaps": "4"}
        pages.post("/admin/rules", sent_by(pages.get("/admin/rules"), "/admin/rules") | typed)
        page = pages.get("/admin/rules")
        assert "1 rule changed" in words(page)
        typed["weight-group_gaps"] = "much"
        answer = pages.post("/admin/rules", sent_by(page, "/admin/rules") | typed, 422)
        assert "much" in errors_on(answer)[0]
        assert 'value="much"' in answer.get_data(as_text=True)

    def test_a_rule_that_always_holds_has_no_switch_and_a_form_that_posts_one_is_refused(self, pages, university):
        page = pages.get("/admin/rules")
        sent = sent_by(page, "/admin/rules")
        assert "on-pinned" in sent or "kind-pinned" in sent
        assert not [name for name in sent if name.endswith(ALWAYS_HOLD)]
        assert words(page).count("Always holds") == len(ALWAYS_HOLD)
        answer = pages.post("/admin/rules", sent | {"code": "suitable_room", "kind-suitable_room": "soft"}, 422)
        assert "always holds" in errors_on(answer)[0]


class TestImport:
    def upload(self, pages, name, content, **more):
        sent = sent_by(pages.get("/admin/import"), "/admin/import")
        data = sent | {"file": (io.BytesIO(content), name), **more}
        return pages.post("/admin/import", data, content_type="multipart/form-data").location

    def test_a_file_is_shown_before_it_changes_anything_and_then_imported(self, pages, university):
        where = self.upload(pages, "departments.csv", b"code,name\nCSE,Computing\nPHY,Physics\n")
        page = pages.get(where)
        assert "PHY" in words(page)
        assert db.session.query(Department).filter_by(code="PHY").count() == 0
        path = where.split("?")[0] + "/confirm"
        result = pages.post(path, sent_by(page, path)).location
        shown = words(pages.get(result))
        assert "departments.csv is imported" in shown
        assert "Departments 11––" in shown
        assert db.session.query(Department).filter_by(code="PHY").one().name == "Physics"

    def test_faults_are_named_by_row_and_column_and_nothing_can_be_confirmed(self, pages, university):
        where = self.upload(pages, "rooms.csv", b"code,name,capacity\nR9,Nine,lots\n")
        page = pages.client.get(where)
        text = words(assert_sound(page.get_data(as_text=True), where))
        assert "capacity" in text
        assert "lots" in text
        address = where.split("?")[0]
        assert f'action="{address}/confirm"' not in page.get_data(as_text=True)
        pages.post(f"{address}/confirm", status=409)
        assert db.session.query(Room).filter_by(code="R9").count() == 0

    def test_what_is_no_table_is_refused_in_words(self, pages, university):
        data = sent_by(pages.get("/admin/import"), "/admin/import")
        data |= {"file": (io.BytesIO(b"\x89PNG\r\n"), "picture.png")}
        answer = pages.post("/admin/import", data, 422, content_type="multipart/form-data")
        assert "picture.png is a file of the kind PNG" in words(parse(answer.get_data(as_text=True)))

    def test_a_file_is_needed(self, pages, registrar):
        pages.post("/admin/import", {"term": ""}, 422)

    def test_template_and_exports_come_as_files(self, client, university):
        for path in ("/admin/import/template.xlsx", "/admin/export.xlsx", "/admin/export.zip"):
            answer = client.get(path)
            assert answer.status_code == 200
            assert answer.data.startswith(b"PK"), path
        assert client.get("/admin/export.exe").status_code == 404

    def test_names_that_were_stored_before_they_were_refused_do_not_keep_a_workbook_from_being_made(
        self, client, university
    ):
        factories.room(university, code="ODD", name="Lecture\x0b hall\uffff")
        db.session.commit()
        answer = client.get("/admin/export.xlsx")
        names = [row[1].value for row in openpyxl.load_workbook(io.BytesIO(answer.data))["rooms"].iter_rows()]
        assert "Lecture hall" in names

    def test_a_file_is_called_after_its_term_whatever_its_digits(self, client, university):
        db.session.scalars(sa.select(Term)).one().academic_year = "２０２４-２５"
        db.session.commit()
        answer = client.get("/admin/export.zip")
        assert answer.status_code == 200
        assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
        answer.headers["Content-Disposition"].encode("latin-1")

    @pytest.mark.parametrize(
        ("path", "sent"),
        [
            ("time-slots/new", {"code": "T", "day": "99999", "start_time": "08:00", "end_time": "09:00"}),
            ("courses/new", {"code": "C", "title": "C", "credits": "1e-999999"}),
        ],
    )
    def test_what_no_column_holds_is_refused_in_words(self, pages, university, path, sent):
        term = db.session.scalars(sa.select(Term)).one()
        assert errors_on(pages.post(f"/admin/records/{path}", sent | {"term": term.term_id}, 422))

    def test_a_slot_of_no_number_is_not_there(self, pages, university):
        path = f"/admin/availability/rooms/{db.session.scalars(sa.select(Room)).first().room_id}"
        pages.post(path, sent_by(pages.get(path), path) | {"slot-" + "9" * 5000: "unavailable"}, 404)
