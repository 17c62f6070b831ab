"""Import: what would change is shown row by row, and all of it is stored or nothing."""

from collections.abc import Mapping
from datetime import date, time
from time import perf_counter

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.queries import counted_queries
from webapp.extensions import db
from webapp.models import (
    AuditEvent,
    Component,
    Course,
    Faculty,
    Organization,
    Room,
    Section,
    Student,
    StudentGroup,
    Term,
    TermRule,
    TimeSlot,
    Timetable,
    Upload,
)
from webapp.services.imports import exports, uploads
from webapp.services.imports.destination import TermDatesMissing, TermDatesRefused, find_term, make_term
from webapp.services.imports.faults import ImportConflict, StillInUse, UploadRefused
from webapp.services.imports.formats.files import read_upload
from webapp.services.imports.formats.writers import zip_of
from webapp.services.imports.preview import RowState
from webapp.services.imports.sheets import Tables
from webapp.services.schema.scope import TermMissing
from webapp.services.schema.tables import constraint_in_words
from webapp.services.shared.errors import NotFound
from webapp.services.shared.scoped import load

pytestmark = pytest.mark.usefixtures("app")

BASE = {
    "departments": "code,name\nCSE,Computer Science\n",
    "buildings": "code,name\nB1,Block 1\n",
    "rooms": "code,name,building,capacity,kind,features\nR1,Hall,B1,60,lecture,projector\nL1,Lab,B1,30,lab,\n",
    "time_slots": "code,day,start,end\nMON1,Mon,09:00,10:00\nMON2,Mon,10:00,11:00\nTUE1,Tue,09:00,10:00\n",
    "week_sets": 'code,name,weeks\nODD,Odd weeks,"1,3,5"\n',
    "faculty": "code,name,department,max_slots_week\nF1,Dr Rao,CSE,16\nF2,Dr Das,CSE,\n",
    "groups": "code,name,parent,split,size\nA-B1,Batch 1,A,lab,30\nA-B2,Batch 2,A,lab,30\nA,Section A,,,60\n",
    "students": "code,name,groups\nS1,Asha Nair,A-B1\nS2,Ravi Jain,A-B2\n",
    "courses": "code,title,department,credits\nCS1,Operating Systems,CSE,4\nCS2,Networks,CSE,3.5\n",
    "sections": 'course,section,faculty,groups,expected_size\nCS1,A,"F1,F2",A,60\nCS2,E,F2,,20\n',
    "components": (
        "course,section,component,kind,meetings_per_week,slots_per_meeting,room_kind,batches,faculty,weeks\n"
        "CS1,A,L,lecture,2,1,lecture,,,\n"
        'CS1,A,P,lab,1,2,lab,"A-B1,A-B2","F1,F2@A-B2",ODD\n'
        "CS2,E,L,lecture,1,1,,,,\n"
    ),
    "enrollments": "student,course,section\nS1,CS2,E\n",
    "availability": (
        "slot,faculty,room,course,section,level\nMON1,F1,,,,avoid\nMON1,,R1,,,unavailable\nTUE1,,,CS1,A,prefer\n"
    ),
    "pins": "course,section,component,number,slot,room\nCS2,E,L,1,MON2,R1\n",
    "rules": (
        'code,rule,hard,weight,components\nroom_clash,room_clash,yes,,\ntogether,same_room,no,3,"CS1/A/L,CS2/E/L"\n'
    ),
}


@pytest.fixture
def organization() -> Organization:
    return factories.organization("SARU")


@pytest.fixture
def term(organization: Organization) -> Term:
    return factories.term(organization, days=0)


def tables(files: Mapping[str, str] = BASE, **changed: str) -> Tables:
    """The base data, with some tables otherwise."""
    import io
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in ({**files} | changed).items():
            archive.writestr(f"{name}.csv", content)
    return read_upload("base.zip", packed.getvalue())


def only(**files: str) -> Tables:
    return tables({}, **files)


def count(model: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_everything_that_the_file_says_is_stored(organization: Organization, term: Term) -> None:
    imported = uploads.confirm(organization, term, tables())
    assert imported.counts[RowState.NEW] == 28
    assert imported.counts[RowState.UNCHANGED] == 1, "that no two classes share a room holds anyway"
    lab = db.session.scalars(sa.select(Component).filter_by(code="P")).one()
    assert (lab.slots_per_meeting, lab.room_kind, lab.week_set and lab.week_set.weeks) == (2, "lab", {1, 3, 5})
    assert [batch.code for batch in lab.batches] == ["A-B1", "A-B2"]
    batch_of = {teacher.faculty.code: teacher.student_group_id for teacher in lab.teachers}
    assert batch_of == {"F1": None, "F2": lab.batches[1].student_group_id}
    section = db.session.scalars(sa.select(Section).filter_by(code="A")).one()
    assert [teacher.faculty.code for teacher in section.teachers] == ["F1", "F2"]
    batch = db.session.scalars(sa.select(StudentGroup).filter_by(code="A-B1")).one()
    assert batch.parent is not None
    assert batch.parent.code == "A"
    together = db.session.scalars(sa.select(TermRule).filter_by(code="together")).one()
    assert [component.section.course.code for component in together.components] == ["CS1", "CS2"]
    assert {row.organization_id for row in db.session.scalars(sa.select(Room))} == {organization.organization_id}


def test_slots_move_through_each_others_times_under_the_same_codes(organization: Organization, term: Term) -> None:
    week = "code,day,start,end\nM1,Mon,09:00,10:00\nM2,Mon,10:00,11:00\nM3,Mon,11:00,12:00\nM4,Mon,12:00,13:00\n"
    uploads.confirm(organization, term, only(time_slots=week))
    later = "code,day,start,end\nM1,Mon,11:00,12:00\nM2,Mon,12:00,13:00\nM3,Mon,13:00,14:00\nM4,Mon,14:00,15:00\n"
    moved = uploads.confirm(organization, term, only(time_slots=f"{later}M0,Mon,09:00,10:00\n"))
    assert (moved.counts[RowState.CHANGED], moved.counts[RowState.NEW]) == (4, 1)
    assert [slot.start_time.hour for slot in db.session.scalars(sa.select(TimeSlot).order_by(TimeSlot.code))] == [
        9, 11, 12, 13, 14,
    ]  # fmt: skip


def test_what_the_database_refuses_is_said_in_the_words_of_its_table(term: Term) -> None:
    factories.time_slots(term, days=1, slots=1, first_hour=9)
    clash = {"term_id": term.term_id, "day": 0, "start_time": time(9), "end_time": time(10)}
    for values, said in (
        ({**clash, "code": "X"}, "Time slots: Another slot of this shift starts on that day at that time."),
        ({**clash, "code": "Y", "day": 9}, "Time slots: A day is one of Monday to Sunday."),
    ):
        with pytest.raises(IntegrityError) as refused, db.session.begin_nested():
            db.session.execute(sa.insert(TimeSlot).values(values))
        assert constraint_in_words(refused.value)[1] == said


def test_the_same_file_again_changes_nothing(organization: Organization, term: Term) -> None:
    uploads.confirm(organization, term, tables())
    preview = uploads.preview(organization, term, tables(), replace=True)
    assert preview.changes_nothing
    assert preview.counts[RowState.UNCHANGED] == 29


def test_a_preview_names_each_changed_cell_and_changes_nothing(organization: Organization, term: Term) -> None:
    uploads.confirm(organization, term, tables())
    sent = only(
        rooms="code,name,capacity\nR1,Great Hall,75\nR9,New,10\nL1,Lab,30\n",
        sections="course,section,faculty\nCS1,A,F2\n",
    )
    preview = uploads.preview(organization, term, sent)
    rooms = preview.table("rooms")
    assert [(row.number, row.label, row.state) for row in rooms.rows] == [
        (2, "R1", RowState.CHANGED),
        (3, "R9", RowState.NEW),
        (4, "L1", RowState.UNCHANGED),
    ]
    assert [(c.column, c.before, c.after) for c in rooms.rows[0].changes] == [
        ("name", "Hall", "Great Hall"),
        ("capacity", "60", "75"),
    ]
    (section,) = preview.table("sections").rows
    assert [(c.column, c.before, c.after) for c in section.changes] == [("faculty", "F1, F2", "F2")]
    assert db.session.scalars(sa.select(Room.capacity).filter_by(code="R1")).one() == 60


def test_changes_are_stored_and_columns_that_are_not_sent_stay(organization: Organization, term: Term) -> None:
    uploads.confirm(organization, term, tables())
    sent = only(
        rooms="code,name,capacity,building\nR1,Great Hall,75,\n",
        sections="course,section,faculty\nCS1,A,F2\n",
        groups="code,name,parent\nA-B2,Batch 2,\n",
        students="code,name,groups\nS1,Asha Nair,A-B2\n",
    )
    uploads.confirm(organization, term, sent)
    room = db.session.scalars(sa.select(Room).filter_by(code="R1")).one()
    assert (room.name, room.capacity, room.building_id, room.features) == ("Great Hall", 75, None, ["projector"])
    section = db.session.scalars(sa.select(Section).filter_by(code="A")).one()
    assert [teacher.faculty.code for teacher in section.teachers] == ["F2"]
    assert [group.code for group in section.groups] == ["A"]
    batch = db.session.scalars(sa.select(StudentGroup).filter_by(code="A-B2")).one()
    assert (batch.parent_id, batch.size) == (None, 30)
    assert uploads.preview(organization, term, sent).changes_nothing


def test_nothing_is_deleted_unless_told_to_replace(organization: Organization, term: Term) -> None:
    uploads.confirm(organization, term, tables())
    fewer = only(faculty="code,name,department\nF1,Dr Rao,CSE\nF2,Dr Das,CSE\n", enrollments="student,course,section\n")
    uploads.confirm(organization, term, fewer)
    assert uploads.preview(organization, term, fewer, replace=True).table("enrollments").counts[RowState.REMOVED] == 1
    assert len(exports.term_contents(organization, term)["enrollments"]) == 1
    uploads.confirm(organization, term, fewer, replace=True)
    assert exports.term_contents(organization, term)["enrollments"] == []
    assert count(Student) == 2


def test_what_is_still_used_is_not_removed_and_the_user_is_told_by_what(organization: Organization, term: Term) -> None:
    uploads.confirm(organization, term, tables())
    one = only(faculty="code,name,department\nF1,Dr Rao,CSE\n")
    with pytest.raises(StillInUse, match="F2 of Teachers is used by 2 sections taught"):
        uploads.preview(organization, term, one, replace=True)
    with pytest.raises(StillInUse):
        uploads.confirm(organization, term, one, replace=True)
    assert count(Faculty) == 2


FAULTY = {
    "rooms": ({"rooms": "code,name,capacity,building\nR1,Hall,1,B7\n"}, "rooms.csv", 2, "building", "B7"),
    "faculty": ({"faculty": "code,name,department\nF1,Rao,CES\n"}, "faculty.csv", 2, "department", "CES"),
    "circle": ({"groups": "code,name,parent\nA,x,B\nB,y,A\n"}, "groups.csv", 2, "parent", "B"),
    "parent": ({"groups": "code,name,parent\nA,x,A\n"}, "groups.csv", 2, "parent", "A"),
    "group of student": ({"students": "code,name,groups\nS1,x,A-B7\n"}, "students.csv", 2, "groups", "A-B7"),
    "slot ends": ({"time_slots": "code,day,start,end\nX,Mon,10:00,09:00\n"}, "time_slots.csv", 2, "end", "09:00"),
    "slot twice": ({"time_slots": "code,day,start,end\nX,Mon,09:00,10:00\n"}, "time_slots.csv", 2, "start", "09:00"),
    "weeks": ({"week_sets": "code,name,weeks\nX,x,17\n"}, "week_sets.csv", 2, "weeks", "week 17"),
    "section": ({"enrollments": "student,course,section\nS1,CS2,Z\n"}, "enrollments.csv", 2, "section", "Z"),
    "course": ({"enrollments": "student,course,section\nS1,CS9,E\n"}, "enrollments.csv", 2, "course", "CS9"),
    "teacher": ({"sections": "course,section,faculty\nCS1,A,F9\n"}, "sections.csv", 2, "faculty", "F9"),
    "two owners": (
        {"availability": "slot,faculty,room,level\nMON1,F1,R1,avoid\n"},
        "availability.csv", 2, "faculty", "faculty, room",
    ),
    "no owner": (
        {"availability": "slot,faculty,level\nMON1,,avoid\n"},
        "availability.csv", 2, "faculty", "none of them",
    ),
    "pin nothing": ({"pins": "course,section,component,slot\nCS2,E,L,\n"}, "pins.csv", 2, "slot", ""),
    "pin batch": ({"pins": "course,section,component,slot\nCS1,A,P,MON1\n"}, "pins.csv", 2, "batch", ""),
    "pin number": ({"pins": "course,section,component,number,slot\nCS2,E,L,2,MON1\n"}, "pins.csv", 2, "number", "2"),
    "rule": ({"rules": "code,rule,weight\nx,room_clsh,1\n"}, "rules.csv", 2, "rule", "room_clsh"),
    "weight": ({"rules": "code,rule,weight\nx,group_gaps,\n"}, "rules.csv", 2, "weight", ""),
    "off": ({"rules": "code,rule,enabled\nroom_clash,room_clash,no\n"}, "rules.csv", 2, "enabled", "no"),
    "soft": ({"rules": "code,rule,hard,weight\nroom_clash,room_clash,no,1\n"}, "rules.csv", 2, "hard", "no"),
    "batch teacher": (
        {"components": "course,section,component,meetings_per_week,batches,faculty\nCS1,A,P,1,A-B1,F1@A-B2\n"},
        "components.csv", 2, "faculty", "F1@A-B2",
    ),
    "term": (
        {"term": "academic_year,semester,name,starts_on,ends_on\n2023-24,1,x,2023-08-01,2023-12-01\n"},
        "term.csv", 2, "academic_year", "2023-24, semester 1",
    ),
    "academic year": (
        {"term": "academic_year,semester,name,starts_on,ends_on\n2024-26,1,x,2024-08-01,2024-12-01\n"},
        "term.csv", 2, "academic_year", "2024-26",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "file", "row", "column", "found"), FAULTY.values(), ids=FAULTY.keys())
def test_every_fault_between_tables_is_named_and_nothing_is_changed(
    organization: Organization, term: Term, files: dict[str, str], file: str, row: int, column: str, found: str
) -> None:
    uploads.confirm(organization, term, tables())
    before = exports.term_contents(organization, term)
    preview = uploads.preview(organization, term, only(**files))
    assert (file, row, column, found) in [(f.file, f.row, f.column, f.value) for f in preview.faults]
    assert preview.counts[RowState.WRONG] >= 1
    with pytest.raises(UploadRefused) as refusal:
        uploads.confirm(organization, term, only(**files))
    assert refusal.value.findings == tuple(str(fault) for fault in preview.faults)
    assert exports.term_contents(organization, term) == before


@pytest.mark.parametrize("action", ["rehearse", "confirm", "make"])
def test_whoever_stores_holds_the_organisation_before_any_row_so_that_no_two_wait_for_each_other(
    organization: Organization, term: Term, action: str
) -> None:
    uploads.confirm(organization, term, tables())
    fewer = only(enrollments="student,course,section\n")
    with counted_queries() as asked:
        match action:
            case "rehearse":
                uploads.preview(organization, term, fewer, replace=True)
            case "confirm":
                uploads.confirm(organization, term, fewer, replace=True)
            case "make":
                make_term(organization, "2030-31", 1)
    held = next(n for n, text in enumerate(asked) if "FROM organizations" in text and "FOR NO KEY UPDATE" in text)
    written = next(n for n, text in enumerate(asked) if text.startswith(("INSERT", "UPDATE", "DELETE")))
    assert held < written


@pytest.mark.parametrize(("starts", "ends"), [((1899, 8, 1), (1899, 12, 1)), ((2299, 8, 1), (2299, 12, 1))])
def test_a_term_that_is_made_has_dates_that_a_form_and_a_file_take(
    organization: Organization, starts: tuple[int, int, int], ends: tuple[int, int, int]
) -> None:
    with pytest.raises(TermDatesRefused, match="from 1900 to 2200"):
        make_term(organization, "2024-25", 1, starts_on=date(*starts), ends_on=date(*ends))


def test_a_near_code_is_offered(organization: Organization, term: Term) -> None:
    preview = uploads.preview(organization, term, tables(students="code,name,groups\nS1,Asha,A-B7\nS2,Ravi,a-b2\n"))
    fault = next(fault for fault in preview.faults if fault.column == "groups")
    assert "did you mean 'A-B" in str(fault)


def test_one_fault_among_many_rows_keeps_all_out(organization: Organization, term: Term) -> None:
    with pytest.raises(UploadRefused, match="1 thing is wrong"):
        uploads.confirm(organization, term, tables(pins="course,section,component,slot\nCS2,E,L,FRI9\n"))
    assert (count(Room), count(Course), count(TimeSlot)) == (0, 0, 0)


def test_an_import_leaves_one_audit_row_with_what_it_did(organization: Organization, term: Term) -> None:
    user = factories.user(organization)
    upload = uploads.keep_upload(organization, term, user, "rooms.csv", b"code,name,capacity\nR1,Hall,60\n")
    uploads.confirm_upload(organization, upload, user)
    event = db.session.scalars(sa.select(AuditEvent).filter_by(action="import.confirm")).one()
    assert (event.user_id, event.subject, event.subject_key) == (user.user_id, "uploads", str(upload.upload_id))
    assert event.after is not None
    assert event.after["tables"] == {"rooms": {"new": 1}}
    assert upload.confirmed_at is not None


def test_a_timetable_that_is_confirmed_twice_becomes_one_draft(organization: Organization, term: Term) -> None:
    uploads.confirm(organization, term, tables())
    content = b"course,section,component,number,slot,room\nCS1,A,L,1,MON1,R1\n"
    upload = uploads.keep_upload(organization, term, None, "entries.csv", content)
    for _time in range(2):
        uploads.confirm_upload(organization, upload, None)
    made = db.session.scalars(sa.select(Timetable)).one()
    assert uploads.imported_before(upload).timetable_id == made.timetable_id


def test_an_upload_is_kept_with_its_hash_and_found_only_by_its_organisation(organization: Organization) -> None:
    upload = uploads.keep_upload(organization, None, None, "rooms.csv", b"abc")
    assert upload.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert load(organization, Upload, upload.upload_id).content == b"abc"
    with pytest.raises(NotFound):
        load(factories.organization(), Upload, upload.upload_id)


def test_a_confirmation_compares_afresh(organization: Organization, term: Term) -> None:
    sent = only(rooms="code,name,capacity\nR1,Hall,60\n")
    assert uploads.preview(organization, term, sent).counts[RowState.NEW] == 1
    uploads.confirm(organization, term, sent)
    assert uploads.confirm(organization, term, sent).counts[RowState.UNCHANGED] == 1
    assert count(Room) == 1


def test_organisations_do_not_see_each_other(organization: Organization, term: Term) -> None:
    uploads.confirm(organization, term, tables())
    other = factories.organization()
    other_term = factories.term(other, days=0)
    assert uploads.preview(other, other_term, tables()).counts[RowState.NEW] == 28
    uploads.confirm(other, other_term, tables())
    assert count(Room) == 4


TERM = "academic_year,semester,name,starts_on,ends_on,weeks\n2025-26,2,Spring,2026-01-05,2026-05-29,18\n"


def test_a_file_that_names_its_term_makes_it(organization: Organization) -> None:
    sent = tables(term=TERM)
    promised = uploads.preview(organization, None, sent)
    assert promised.ok
    uploads.confirm(organization, None, sent, seen=promised.digest)
    made = find_term(organization, "2025-26", 2)
    assert made is not None
    assert (made.name, made.weeks, str(made.starts_on)) == ("Spring", 18, "2026-01-05")
    assert len(exports.term_contents(organization, made)["time_slots"]) == 3


def test_rows_of_a_term_need_one_and_rows_of_the_organisation_do_not(organization: Organization) -> None:
    with pytest.raises(TermMissing, match="time_slots"):
        uploads.preview(organization, None, only(time_slots=BASE["time_slots"]))
    uploads.confirm(organization, None, only(departments=BASE["departments"]))
    assert uploads.preview(organization, None, only(departments=BASE["departments"])).changes_nothing


def test_a_term_that_is_made_gets_usual_dates_and_the_default_rules(organization: Organization) -> None:
    made = make_term(organization, "2005-06", 2)
    assert (str(made.starts_on), str(made.ends_on)) == ("2006-01-01", "2006-05-31")
    rules = {rule.rule: rule for rule in db.session.scalars(sa.select(TermRule).filter_by(term_id=made.term_id))}
    assert rules["room_clash"].is_hard
    assert (rules["student_clash"].is_hard, rules["student_clash"].weight) == (False, 50)
    assert make_term(organization, "2005-06", 2) is made
    empty = make_term(organization, "2006-07", 1, tables=only(rules="code,rule\n"))
    assert db.session.query(TermRule).filter_by(term_id=empty.term_id).count() == len(rules)
    with pytest.raises(TermDatesMissing, match="Semester 4 of 2005-06 needs dates"):
        make_term(organization, "2005-06", 4)
    with pytest.raises(ImportConflict, match="overlaps"):
        make_term(organization, "2005-06", 4, starts_on=made.starts_on, ends_on=made.ends_on)


def test_what_only_the_database_can_refuse_becomes_a_sentence(
    organization: Organization, term: Term, session: scoped_session[Session]
) -> None:
    factories.term(organization, semester=2)
    late = f"academic_year,semester,name,starts_on,ends_on\n{term.academic_year},1,x,{term.starts_on},2024-12-31\n"
    with pytest.raises(ImportConflict, match="Terms: The dates overlap with those of another term"):
        uploads.confirm(organization, term, only(term=late))


def test_two_thousand_rows_are_imported_within_five_seconds(organization: Organization, term: Term) -> None:
    uploads.confirm(organization, term, tables())
    students = "code,name,groups\n" + "".join(f"N{n},Student {n},A-B{n % 2 + 1}\n" for n in range(2000))
    begun = perf_counter()
    imported = uploads.confirm(organization, term, only(students=students))
    assert perf_counter() - begun < 5
    assert imported.counts[RowState.NEW] == 2000


def test_the_number_of_statements_does_not_grow_with_the_rows(organization: Organization, term: Term) -> None:
    uploads.confirm(organization, term, tables())
    used = []
    for rows in (3, 300):
        text = "code,name,capacity\n" + "".join(f"X{rows}-{n},Room,{n}\n" for n in range(rows))
        with counted_queries() as seen:
            uploads.confirm(organization, term, only(rooms=text))
        used.append(len(seen))
    assert used[0] == used[1]


def test_an_upload_without_a_table_is_a_fault(organization: Organization, term: Term) -> None:
    preview = uploads.preview(organization, term, only(nothing="a,b\n"))
    assert not preview.ok
    assert count(Upload) == 0


def test_exported_records_import_again_without_change(organization: Organization, term: Term) -> None:
    uploads.confirm(organization, term, tables(rooms="code,name,capacity\nR1,\"=cmd|'x'!A1\",60\nL1,Lab,30\n"))
    packed = zip_of(exports.term_contents(organization, term))
    assert uploads.preview(organization, term, read_upload("x.zip", packed), replace=True).changes_nothing
    book = exports.export_workbook(organization, term)
    assert uploads.preview(organization, term, read_upload("x.xlsx", book), replace=True).changes_nothing


def test_a_confirmation_compares_once(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    compare = uploads.compare
    monkeypatch.setattr(uploads, "compare", lambda *args, **options: compared.append(1) or compare(*args, **options))
    sent = tables(term=TERM)
    promised = uploads.preview(organization, None, sent)
    compared.clear()
    uploads.confirm(organization, None, sent, seen=promised.digest)
    assert len(compared) == 1


def test_a_file_that_names_its_term_and_replaces_is_shown_before_it_makes_it(organization: Organization) -> None:
    uploads.confirm(organization, None, only(buildings="code,name\nB9,Old\n"))
    promised = uploads.preview(organization, None, tables(term=TERM), replace=True)
    assert promised.table("buildings").counts[RowState.REMOVED] == 1
    assert find_term(organization, "2025-26", 2) is None


def test_what_is_refused_leaves_nothing_behind_in_the_transaction(organization: Organization, term: Term) -> None:
    late = f"academic_year,semester,name,starts_on,ends_on\n2025-26,7,x,{term.starts_on},{term.ends_on}\n"
    with pytest.raises(ImportConflict):
        uploads.confirm(organization, None, only(term=late, buildings="code,name\nB1,Block\n"))
    assert exports.term_contents(organization, term)["buildings"] == []
    assert find_term(organization, "2025-26", 7) is None


def test_slots_that_cross_the_week_of_the_term_are_named_with_what_that_means(
    organization: Organization, term: Term
) -> None:
    week = "code,day,start,end\nA,Monday,09:00,10:00\nB,Monday,10:00,11:00\nC,Tuesday,09:00,10:00\n"
    uploads.confirm(organization, term, only(time_slots=week))
    assert uploads.preview(organization, term, only(time_slots=week)).overlaps == ""
    later = only(time_slots="code,day,start,end\nX,Monday,09:30,10:30\nY,Tuesday,10:00,11:00\n")
    told = uploads.preview(organization, term, later)
    assert told.ok
    assert told.overlaps.startswith(
        "1 slot of the file overlaps a slot that the term has and the file does not name: "
        "X (Monday 09:30-10:30) and A (Monday 09:00-10:00). Old and new ones would stay: "
    )
    assert uploads.preview(organization, term, later, replace=True).overlaps == ""
