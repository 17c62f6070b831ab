"""A file with headings of its own: what its sheets are is said on a page, and nothing is imported before that."""

import io
import time

import pytest
import sqlalchemy as sa
from openpyxl import Workbook

from tests import factories
from tests.pages import Pages, parse, sent_by, words
from tests.services.imports.formats.test_fet import fet
from webapp.extensions import db
from webapp.models import Faculty, ImportMapping, Room, StudentGroup, Term, TimeSlot, Upload
from webapp.services.imports.readings import TERM_KEY

ROOMS = "Room No,Block,Type,Seats\nR1,Main,lecture,60\nR2,Main,lecture,many\n"


@pytest.fixture
def registrar(client, sign_in):
    user = factories.user()
    sign_in(client, user)
    return user


@pytest.fixture
def term(registrar):
    made = factories.term(registrar.organization, days=2, slots=3, name="Autumn")
    factories.building(registrar.organization, code="Main")
    db.session.commit()
    return made


def send(pages: Pages, content: bytes, filename: str, term=None, status: int = 303, **fields):
    data = {"file": (io.BytesIO(content), filename), "term": term.term_id if term else "", **fields}
    return pages.post("/admin/import", data, status, content_type="multipart/form-data")


def book(**sheets: list[list[object]]) -> bytes:
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(row)
    packed = io.BytesIO()
    made.save(packed)
    return packed.getvalue()


def rooms_as_said(pages: Pages, address: str, **changes: str) -> dict[str, str]:
    said = {"kind": "table:rooms", "heading_row": "1", "go": "show"}
    columns = {"column-0": "code", "column-1": "building", "column-2": "kind", "column-3": "capacity"}
    return sent_by(pages.get(address), address) | said | columns | changes


class TestTheMapping:
    def test_what_is_needed_and_not_there_is_named_before_it_goes_on(self, pages, term):
        address = send(pages, ROOMS.encode(), "Our halls.csv", term).location
        assert address.endswith("/mapping")
        without = {"column-3": ""}
        pages.post(address, rooms_as_said(pages, address, **without))
        assert "no column is Seats, which is needed" in words(pages.get(address))
        again = pages.post(address, rooms_as_said(pages, address, **without, go="on"), status=422)
        assert "no column is Seats" in words(parse(again.get_data(as_text=True)))

    def test_two_columns_that_claim_to_be_one_field_are_refused_and_nothing_of_it_is_kept(self, pages, term):
        address = send(pages, ROOMS.encode(), "Our halls.csv", term).location
        pages.post(address, rooms_as_said(pages, address))
        kept = db.session.scalar(sa.select(Upload.mapping))
        twice = rooms_as_said(pages, address, **{"column-2": "code"})
        answer = pages.post(address, twice, status=422)
        assert "two columns are Code: A (“Room No”) and C (“Type”)" in words(parse(answer.get_data(as_text=True)))
        assert db.session.scalar(sa.select(Upload.mapping)) == kept

    def test_two_sheets_that_claim_to_be_teachers_are_refused(self, pages, term):
        sheets = {"Staff": [["code", "name"], ["F1", "Dr Rao"]], "More_staff": [["code", "name"], ["F2", "Dr Das"]]}
        address = send(pages, book(**sheets), "Our staff.xlsx", term).location
        assert "The sheets “Staff” and “More staff” both are said to be teachers." in words(pages.get(address))
        said = {"kind": "skip", "heading_row": "1", "go": "show"}
        pages.post(address, sent_by(pages.get(f"{address}?sheet=1"), address) | said)
        assert "both are said" not in words(pages.get(address))
        said = {"kind": "table:faculty", "heading_row": "1", "go": "show"}
        answer = pages.post(address, sent_by(pages.get(f"{address}?sheet=1"), address) | said, status=422)
        text = words(parse(answer.get_data(as_text=True)))
        assert "The sheets “Staff” and “More staff” both are said to be teachers." in text
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Faculty)) == 0

    def test_a_second_tab_does_not_overwrite_what_the_first_said(self, pages, term):
        address = send(pages, ROOMS.encode(), "Our halls.csv", term).location
        second = rooms_as_said(pages, address)
        first = dict(second) | {"kind": "skip"}
        pages.post(address, first)
        answer = pages.post(address, second, status=409)
        assert "was changed meanwhile" in words(parse(answer.get_data(as_text=True)))
        pages.post(address, second, status=409, headers={"HX-Request": "true"})


class TestTheTerm:
    def test_a_new_term_is_suggested_typed_and_made_with_the_import(self, pages, registrar):
        rows = [["code", "day", "start", "end"], ["MON1", "Monday", "09:00", "10:00"]]
        address = send(pages, book(time_slots=rows), "Odd sem 2026-27.xlsx").location
        assert address.endswith("/mapping")
        sent = sent_by(pages.get(address), address)
        assert (sent["into"], sent["term-academic_year"], sent["term-semester"]) == ("new", "2026-27", "1")
        wrong = pages.post(address, sent | {"term-ends_on": "2020-01-01", "go": "on"}, status=422)
        assert "after 2026-08-01" in words(parse(wrong.get_data(as_text=True)))
        sent = sent_by(pages.get(address), address)
        preview = pages.post(address, sent | {"term-ends_on": "2026-12-20", "go": "on"}).location
        confirm = f"{preview}/confirm"
        pages.post(confirm, sent_by(pages.get(preview), confirm))
        assert [f"{term.ends_on}" for term in db.session.scalars(sa.select(Term))] == ["2026-12-20"]


def test_what_cannot_be_opened_is_refused_with_what_to_do_and_not_kept(pages, term):
    for content, filename in (
        (b"", "empty.xlsx"),
        (b"\x89PNG\r\n\x1a\n", "picture.xlsx"),
        (b"PK\x03\x04", "broken.xlsx"),
    ):
        answer = send(pages, content, filename, term, status=422)
        assert filename in words(parse(answer.get_data(as_text=True)))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Upload)) == 0


class TestThePreview:
    WRONG = b"code,name,capacity\nR1,Hall 1,60\nR2,Hall 2,many\nR3,Hall 3,many\nR4,Hall 4,-1\n"

    def preview(self, pages, term) -> str:
        return send(pages, self.WRONG, "rooms.csv", term).location

    def test_a_fault_is_corrected_or_its_row_left_out_without_a_new_upload(self, pages, term):
        address = self.preview(pages, term)
        correct, confirm = f"{address}/corrections", f"{address}/confirm"
        sent = sent_by(pages.get(address), correct)
        assert sent["rows-0"] == "3-4", "what is alike is corrected at once"
        corrected = pages.post(correct, sent | {"value-0": "40", "skip-1": "1"})
        assert corrected.location == address
        pages.post(confirm, sent_by(pages.get(address), confirm))
        rooms = dict(db.session.execute(sa.select(Room.code, Room.capacity)).all())
        assert rooms == {"R1": 60, "R2": 40, "R3": 40}

    def test_what_was_seen_in_another_tab_is_neither_corrected_nor_confirmed(self, pages, term):
        address = self.preview(pages, term)
        correct, confirm = f"{address}/corrections", f"{address}/confirm"
        sent = sent_by(pages.get(address), correct)
        pages.post(correct, sent | {"value-0": "40", "skip-1": "1"})
        pages.post(correct, sent | {"value-0": "50"}, status=409)
        stale = sent_by(pages.get(address), confirm)
        fresh = sent_by(pages.get(f"{address}/mapping"), f"{address}/mapping")
        pages.post(f"{address}/mapping", fresh | {"skipped": "2, 5", "go": "show"})
        pages.post(confirm, stale, status=409)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Room)) == 0

    def test_after_the_import_the_way_back_leads_to_what_came_of_it(self, pages, term, client):
        address = send(pages, b"code,name,capacity\nR1,Hall 1,60\n", "rooms.csv", term).location
        confirm = f"{address}/confirm"
        result = pages.post(confirm, sent_by(pages.get(address), confirm)).location
        assert result == f"{address}/imported?term={term.term_id}", "what follows is about the term of the file"
        for page in (address, f"{address}/mapping", f"{address}/questions"):
            assert client.get(page).location == result
        for page in (f"{address}/mapping", f"{address}/questions"):
            pages.post(page, {"seen": ""}, status=303)


class TestWhatIsRemembered:
    def test_the_next_file_of_that_shape_is_read_the_same_way_until_it_is_forgotten(self, pages, term):
        def halls(year: int, code: str) -> bytes:
            return book(**{f"Halls_{year}": [["No", "Title", "Places"], [code, f"Hall {code}", 60]]})

        address = send(pages, halls(2026, "R1"), "Halls 2026.xlsx", term).location
        said = {"kind": "table:rooms", "heading_row": "1", "go": "show"}
        pages.post(address, sent_by(pages.get(address), address) | said)
        columns = {"column-0": "code", "column-1": "name", "column-2": "capacity", "go": "on"}
        preview = pages.post(address, sent_by(pages.get(address), address) | columns).location
        pages.post(f"{preview}/confirm", sent_by(pages.get(preview), f"{preview}/confirm"))

        again = send(pages, halls(2027, "R2"), "Halls 2027.xlsx", term).location
        page = pages.get(again)
        assert "Read as on" in words(page)
        assert "Halls 2026.xlsx" in words(page)
        preview = pages.post(again, sent_by(page, again) | {"go": "on"}).location
        pages.post(f"{preview}/confirm", sent_by(pages.get(preview), f"{preview}/confirm"))
        assert sorted(db.session.scalars(sa.select(Room.code))) == ["R1", "R2"]

        row = db.session.scalars(sa.select(ImportMapping)).one()
        assert row.filename == "Halls 2027.xlsx"
        forget = f"/admin/import/mappings/{row.import_mapping_id}/forget"
        pages.post(forget, {"seen": "another"}, status=409)
        pages.post(forget, sent_by(pages.get("/admin/import"), forget))
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ImportMapping)) == 0


def test_forty_sheets_of_three_hundred_columns_are_a_page_that_is_quick(pages, term, client):
    headings = [f"Heading {number} {'x' * 300}" for number in range(300)]
    rows = [headings, *[["word " * 100] * 300] * 3]
    address = send(pages, book(**{f"S{number}": rows for number in range(40)}), "Many.xlsx", term).location
    began = time.monotonic()
    answer = client.get(address)
    assert answer.status_code == 200
    assert time.monotonic() - began < 5
    assert len(answer.data) < 500_000


def test_of_thousands_of_faults_the_first_are_shown_and_the_rest_counted(pages, term, client):
    rows = "".join(f"R{number},Hall,many{number}\n" for number in range(5_000))
    address = send(pages, f"code,name,capacity\n{rows}".encode(), "rooms.csv", term).location
    page = words(pages.get(address))
    assert "more follow once these are settled" in page
    assert len(client.get(address).data) < 500_000


class TestWhatIsAskedOrTakenBack:
    def test_two_columns_of_one_heading_are_told_apart_by_their_letters_and_asked_about(self, pages, term):
        rows = [
            ["code", "name", "Dept", "name"],
            ["F1", "Rao, A.", "CSE", "Dr Anil Rao"],
            ["F2", "Das, B.", "CSE", "Dr B Das"],
        ]
        factories.department(term.organization, code="CSE")
        db.session.commit()
        address = send(pages, book(Staff=rows), "Our staff.xlsx", term).location
        text = words(pages.get(address))
        assert "name (column B)" in text
        assert "name (column D)" in text
        questions = pages.post(address, sent_by(pages.get(address), address) | {"go": "on"}).location
        text = words(pages.get(questions))
        assert "Several columns have this heading. Which one is meant?" in text
        assert "Dr Anil Rao · Dr B Das (column D)" in text
        preview = pages.post(questions, sent_by(pages.get(questions), questions) | {"answer-0": "D"}).location
        confirm = f"{preview}/confirm"
        pages.post(confirm, sent_by(pages.get(preview), confirm))
        assert sorted(db.session.scalars(sa.select(Faculty.name))) == ["Dr Anil Rao", "Dr B Das"]

    def test_what_was_typed_and_left_out_is_listed_and_taken_back_one_by_one(self, pages, term):
        content = b"code,name,building,capacity,kind\nR1,R1,Main,6O,lecture\nR2,R2,Main,many,lecture\n"
        address = send(pages, content, "rooms.csv", term).location
        action = f"{address}/corrections"
        sent = sent_by(pages.get(address), action)
        first, second = ("0", "1") if sent["rows-0"] == "2" else ("1", "0")
        pages.post(action, sent | {f"value-{first}": "60", f"skip-{second}": "1"})
        page = pages.get(address)
        assert "rooms2 Seats 6O60 Take back rooms3 the whole row –left out Take back" in words(page)
        sent = sent_by(page, action) | {"row-back": "rooms!3"}
        pages.post(action, sent)
        text = words(pages.get(address))
        assert "–left out" not in text
        assert "many" in text
        pages.post(action, sent_by(pages.get(address), action) | {"cell-back": "rooms!2!capacity"})
        assert "Corrected here" not in words(pages.get(address))
        assert "2 faults" in words(pages.get(address))

    @pytest.mark.parametrize(("answer", "years"), [("own", ["2024-25", "2031-32"]), ("chosen", ["2024-25"])])
    def test_a_file_of_another_term_is_asked_about(self, pages, term, answer, years):
        terms = [
            ["academic_year", "semester", "name", "starts_on", "ends_on"],
            ["2031-32", 1, "Far", "2031-08-01", "2031-12-01"],
        ]
        week = [["code", "day", "start", "end"], ["SAT1", "Saturday", "09:00", "10:00"]]
        address = send(pages, book(term=terms, time_slots=week), "week.xlsx", term).location
        assert address.endswith("/questions")
        assert "The file says that it is of another term than the chosen one, Autumn." in words(pages.get(address))
        preview = pages.post(address, sent_by(pages.get(address), address) | {"answer-0": answer}).location
        confirm = f"{preview}/confirm"
        pages.post(confirm, sent_by(pages.get(preview), confirm))
        assert sorted(db.session.scalars(sa.select(Term.academic_year))) == years
        term_id = db.session.scalar(sa.select(TimeSlot.term_id).filter_by(code="SAT1"))
        assert db.session.get(Term, term_id).academic_year == years[-1]
        assert TERM_KEY not in str(db.session.scalar(sa.select(ImportMapping.mapping)))

    def test_a_department_that_a_sheet_of_the_exchange_format_misnames_is_asked_about_once(self, pages, term):
        for code in ("CSE", "MATH"):
            factories.department(term.organization, code=code)
        db.session.commit()
        content = b"code,name,department\nF1,Dr Rao,Informatics\nF2,Dr Das,Informatics\n"
        address = send(pages, content, "faculty.csv", term).location
        assert address.endswith("/questions")
        assert "rows 2-3" in words(pages.get(address))
        assert "MATH" in words(pages.get(address))

    def test_the_size_of_a_class_may_be_any_number_and_nothing_else(self, pages, term):
        rows = [
            ["Class", "Subject Code", "Subject", "L", "T", "P", "Dept"],
            ["CSE1-A", "CS101", "Programming", 3, 0, 0, "CSE"],
        ]
        factories.department(term.organization, code="CSE")
        db.session.commit()
        address = send(pages, book(Allotment=rows), "Allotment.xlsx", term).location
        questions = pages.post(address, sent_by(pages.get(address), address) | {"go": "on"}).location
        sent = sent_by(pages.get(questions), questions)
        again = pages.post(questions, sent | {"typed-0": "-3"}).location
        assert again == questions
        preview = pages.post(questions, sent_by(pages.get(questions), questions) | {"typed-0": "47"}).location
        confirm = f"{preview}/confirm"
        pages.post(confirm, sent_by(pages.get(preview), confirm))
        assert set(db.session.scalars(sa.select(StudentGroup.size))) >= {47}

    def test_a_changed_cell_is_called_by_its_label_and_a_picture_by_what_it_is(self, pages, term):
        factories.room(factories.building(term.organization, code="B9"), code="R1", capacity=20)
        db.session.commit()
        address = send(pages, b"code,capacity\nR1,40\n", "rooms.csv", term).location
        assert "Seats: 20 → 40" in words(pages.get(address))
        address = send(pages, fet(), "school.fet", term).location
        leads = pages.get(address).find(".//a[.='Another term']")
        assert "say into which term its rows go" in words(pages.get(leads.get("href")))
        answer = send(pages, b"\x89PNG\r\n\x1a\n" + bytes(50), "timetable.fet", term, status=422)
        assert "is a file of the kind PNG" in words(parse(answer.get_data(as_text=True)))
