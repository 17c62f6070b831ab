"""What was read of an upload is kept beside it: it is the same as read anew, and counts only while nothing changed."""

from pathlib import Path

import pytest

from tests import factories
from webapp.models import Organization, Upload
from webapp.services.imports import kept_tables, readings, uploads
from webapp.services.imports.layouts.plan import cell_key
from webapp.services.imports.readings import Corrections, Said

pytestmark = pytest.mark.usefixtures("app")
DATA = Path(__file__).parent.parent.parent / "data"
WEEK = "code,day,start,end\nMON1,Sat,9:00 AM,10:00\nMON2,Saturday,10:00,11:00\nMON3,Saturday,late,12:00\n"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are opened, in order."""
    names: list[str] = []
    read = readings.read_book
    monkeypatch.setattr(readings, "read_book", lambda name, content: names.append(name) or read(name, content))
    return names


def sent(name: str, content: bytes) -> tuple[Organization, Upload]:
    organization = factories.organization()
    upload = uploads.keep_upload(organization, factories.term(organization), None, name, content)
    readings.begin(organization, upload)
    return organization, upload


@pytest.mark.parametrize("name", ["own-headings.xlsx", "dirty.xlsx", "with-basket-rules.xlsx"])
def test_what_was_kept_is_what_reading_anew_gives(name: str, opened: list[str]) -> None:
    organization, upload = sent(name, (DATA / name).read_bytes())
    opened.clear()
    again = readings.reading_of(organization, upload)
    assert (opened, bool(again.converted.tables.sheets)) == ([], True)
    upload.kept_reading = None
    anew = readings.reading_of(organization, upload)
    assert again.converted == anew.converted
    assert again.objections == anew.objections
    assert [row.headings for sheet in again.tables.sheets.values() for row in sheet.rows] == [
        row.headings for sheet in anew.tables.sheets.values() for row in sheet.rows
    ]


def test_a_correction_or_a_changed_row_of_the_database_is_read_anew(opened: list[str]) -> None:
    organization, upload = sent("time_slots.csv", WEEK.encode())
    fault = readings.reading_of(organization, upload).converted.tables.faults[0]
    opened.clear()
    cell = {cell_key(fault.sheet, fault.row, fault.role): "11:00"}
    corrected = readings.correct(organization, upload, readings.mark_of(upload), Corrections(cell))
    assert (opened, corrected.converted.tables.faults) == ([upload.filename], ())
    readings.reading_of(organization, upload)
    assert len(opened) == 1
    factories.faculty(factories.department(organization), code="F1")
    readings.reading_of(organization, upload)
    assert len(opened) == 2


def test_a_teacher_who_came_meanwhile_is_found_on_the_next_page(opened: list[str]) -> None:
    content = "course,section,faculty,groups\nCS1,A,Dr Rao,\n"
    organization, upload = sent("sections.csv", content.encode())
    department = factories.department(organization)
    factories.course(department, code="CS1")
    factories.faculty(department, code="F1", name="Dr A Das")
    first = readings.reading_of(organization, upload)
    factories.faculty(department, code="F2", name="Dr Rao")
    then = readings.reading_of(organization, upload)
    assert first.converted.tables.sheets["sections"].rows[0].record["faculty"] != ("F2",)
    assert then.converted.tables.sheets["sections"].rows[0].record["faculty"] == ("F2",)


def test_what_other_code_has_read_or_what_is_too_large_is_not_kept(
    opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    organization, upload = sent("time_slots.csv", WEEK.encode())
    monkeypatch.setattr(kept_tables, "_code", lambda: "another release")
    opened.clear()
    readings.reading_of(organization, upload)
    assert len(opened) == 1
    monkeypatch.setattr(kept_tables, "MOST_BYTES", 10)
    upload.kept_reading = None
    readings.reading_of(organization, upload)
    assert upload.kept_reading is None


def test_once_it_is_imported_nothing_of_the_reading_is_kept() -> None:
    organization, upload = sent("time_slots.csv", WEEK.replace("late", "11:00").encode())
    reading = readings.say(organization, upload, Said(readings.mark_of(upload), goes_on=True))
    assert (reading.step, upload.kept_reading is None) == (readings.Step.PREVIEW, False)
    uploads.confirm_upload(organization, upload, None)
    assert upload.kept_reading is None
