"""An import taken back as a whole: everything as it was before, or a word on what stands against it."""

from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.university import University, university
from webapp.extensions import db
from webapp.models import (
    AuditEvent,
    Availability,
    Course,
    CourseEnrollment,
    ImportChange,
    Room,
    Term,
    Timetable,
    Upload,
    WishLevel,
)
from webapp.services.imports import exports, uploads
from webapp.services.imports.formats import writers
from webapp.services.imports.formats.files import read_upload
from webapp.services.imports.journal import reversal
from webapp.services.imports.journal.rows import past_imports
from webapp.services.reference import vocabulary
from webapp.services.schema.tables import BY_NAME

ROOMS = "code,name,capacity,kind\nHALL,Great hall,90,lecture\nNEW,New room,30,lab\n"


@dataclass
class Office:
    """The university and its registrar at the import page."""

    uni: University

    def send(self, name: str, text: str, *, replace: bool = False) -> Upload:
        org, registrar = self.uni.organization, self.uni.registrar
        upload = uploads.keep_upload(org, self.uni.term, registrar, name, text.encode())
        book = read_upload(name, text.encode())
        uploads.confirm(org, self.uni.term, book, user=registrar, upload=upload, replace=replace)
        return upload

    def take_back(self, upload: Upload) -> None:
        seen = reversal.reversal_of(self.uni.organization, upload).seen
        reversal.take_back(self.uni.organization, upload, self.uni.registrar, seen)

    def against(self, upload: Upload) -> tuple[str, ...]:
        with pytest.raises(reversal.NotTakenBack) as refused:
            self.take_back(upload)
        assert reversal.reversal_of(self.uni.organization, upload).against == refused.value.findings
        return refused.value.findings

    def data(self) -> dict[str, list[list[str]]]:
        """All of it, as an export has it, in an order of its own."""
        db.session.expire_all()
        contents = exports.term_contents(self.uni.organization, self.uni.term)
        return {
            name: sorted(writers.rows_of(BY_NAME[name], records))
            for name, records in contents.items()
            if name != "entries"
        }

    def without(self, table: str, code: str) -> str:
        contents = exports.term_contents(self.uni.organization, self.uni.term)[table]
        text = writers.csv_of(BY_NAME[table], contents).decode().removeprefix("\ufeff")
        return "\n".join(line for line in text.splitlines() if code not in line)


@pytest.fixture
def office(session: scoped_session[Session]) -> Office:
    return Office(university())


def test_new_and_changed_rows_become_as_they_were_and_the_trail_says_who_did_it(office: Office) -> None:
    before = office.data()
    upload = office.send("rooms.csv", ROOMS)
    assert office.data() != before
    (past,) = past_imports(office.uni.organization)
    assert (past.upload, past.rows, past.upload.taken_back_at) == (upload, 2, None)
    office.take_back(upload)
    assert office.data() == before
    assert upload.taken_back_by == office.uni.registrar
    event = db.session.scalars(sa.select(AuditEvent).filter_by(action="import.take_back")).one()
    assert (event.user_id, event.after) == (office.uni.registrar.user_id, {"file": "rooms.csv", "rows": 2})
    with pytest.raises(reversal.TakenBackAlready):
        office.take_back(upload)


def test_what_a_replacing_file_removed_comes_back_with_what_went_with_it(office: Office) -> None:
    student = factories.student(office.uni.organization, "S1", groups=[office.uni.a1])
    factories.enrollment(student, office.uni.logic)
    slot = factories.slot(office.uni.term)
    factories.availability(slot, section_id=office.uni.logic.section_id, level=WishLevel.AVOID)
    before = office.data()
    upload = office.send("sections.csv", office.without("sections", "MAT205"), replace=True)
    gone = {model: db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (CourseEnrollment,)}
    assert gone == {CourseEnrollment: 0}
    tables = set(db.session.scalars(sa.select(ImportChange.table_name)))
    assert {"sections", "components", "enrollments", "availability"} <= tables
    office.take_back(upload)
    assert office.data() == before


def test_a_row_that_was_changed_since_stands_against_it_and_another_column_does_not(office: Office) -> None:
    upload = office.send("rooms.csv", ROOMS)
    office.uni.hall.features = ["projector"]
    db.session.flush()
    seats = db.session.scalars(sa.select(Room).filter_by(code="NEW")).one()
    seats.capacity = 31
    db.session.flush()
    assert office.against(upload) == ("NEW of Rooms has been changed since: capacity.",)
    seats.capacity = 30
    db.session.flush()
    office.take_back(upload)
    db.session.expire_all()
    assert (office.uni.hall.capacity, office.uni.hall.features) == (60, ["projector"])


def test_what_refers_to_a_new_row_stands_against_it_with_counts_and_nothing_changes(office: Office) -> None:
    upload = office.send("courses.csv", "code,title,department\nCSE999,New course,CSE\n")
    course = db.session.scalars(sa.select(Course).filter_by(code="CSE999")).one()
    section = factories.section(office.uni.term, course)
    before = office.data()
    assert office.against(upload) == ("CSE999 of Courses is used by 1 section.",)
    assert office.data() == before
    rooms = office.send("rooms.csv", ROOMS)
    new = db.session.scalars(sa.select(Room).filter_by(code="NEW")).one()
    factories.availability(factories.slot(office.uni.term), room_id=new.room_id)
    component = factories.component(section)
    factories.entry(factories.timetable(office.uni.term), component, factories.slot(office.uni.term), new)
    db.session.flush()
    assert office.against(rooms) == ("NEW of Rooms is used by 1 wish.", "NEW of Rooms is used in 1 draft.")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Availability)) == 1


def test_rows_of_one_file_that_refer_to_each_other_go_together_and_its_draft_with_them(office: Office) -> None:
    office.send("courses.csv", "code,title,department\nCSE999,New course,CSE\n")
    before = office.data()
    files = {
        "sections.csv": "course,section,faculty,groups\nCSE999,A,RAO,B\n",
        "components.csv": "course,section,component,meetings_per_week\nCSE999,A,L,1\n",
        "entries.csv": "course,section,component,number,slot,room\nCSE999,A,L,1,D1P1,HALL\n",
    }
    upload = _zipped(office, files)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Timetable)) == 1
    office.take_back(upload)
    assert office.data() == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Timetable)) == 0
    again = _zipped(office, files)
    draft = db.session.scalars(sa.select(Timetable)).one()
    draft.revision = 2
    db.session.flush()
    assert office.against(again) == (f"{draft.variant_name} has been changed since.",)


def _zipped(office: Office, files: dict[str, str]) -> Upload:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    org, registrar = office.uni.organization, office.uni.registrar
    upload = uploads.keep_upload(org, office.uni.term, registrar, "all.zip", packed.getvalue())
    uploads.confirm(org, office.uni.term, read_upload("all.zip", packed.getvalue()), user=registrar, upload=upload)
    return upload


def test_a_term_that_the_file_has_made_goes_with_it(office: Office) -> None:
    text = b"academic_year,semester,name,starts_on,ends_on,weeks\n2031-32,1,Far away,2031-08-01,2031-12-01,16\n"
    org, registrar = office.uni.organization, office.uni.registrar
    upload = uploads.keep_upload(org, None, registrar, "term.csv", text)
    uploads.confirm(org, None, read_upload("term.csv", text), user=registrar, upload=upload)
    assert db.session.scalars(sa.select(Term).filter_by(academic_year="2031-32")).one()
    office.take_back(upload)
    assert db.session.scalars(sa.select(Term).filter_by(academic_year="2031-32")).all() == []


def test_words_that_the_file_brought_leave_their_lists_with_it_unless_a_row_says_them(office: Office) -> None:
    org = office.uni.organization
    before = vocabulary.all_words(org)
    upload = office.send("rooms.csv", ROOMS.replace("lab", "observatory") + "OTHER,Other,30,darkroom\n")
    added = vocabulary.words_beside(org, before)
    assert added == {"room_kinds": ["darkroom", "observatory"]}
    office.uni.hall.kind = "darkroom"
    db.session.flush()
    office.take_back(upload)
    assert vocabulary.words_beside(org, before) == {"room_kinds": ["darkroom"]}
