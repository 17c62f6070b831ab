"""Tables with headings of other names: what a sheet and its columns are is guessed by names, headings and contents."""

from collections.abc import Sequence
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from tests.services.imports.layouts.layouts import known, read, sheet, table
from webapp.services.imports.formats.books import read_book
from webapp.services.imports.formats.workbooks import BookKind, RawBook
from webapp.services.imports.layouts.convert import convert
from webapp.services.imports.layouts.guess import fingerprint, guess
from webapp.services.imports.layouts.plan import SheetShape

DATA = Path(__file__).parents[4] / "data"

LISTS: list[tuple[str, Sequence[Any], str, Sequence[str]]] = [
    (
        "Sheet1",
        ["Sl. No", "Staff ID", "Name of the Staff", "Department", "Designation", "Email Id", "Hours per week"],
        "faculty",
        ["", "code", "name", "department", "rank", "email", "max_slots_week"],
    ),
    ("STAFF LIST 2026", ["Name", "Dept", "Workload"], "faculty", ["name", "department", "max_slots_week"]),
    ("Halls", ["Hall No.", "Block", "No. of seats", "Remarks"], "rooms", ["code", "building", "capacity", ""]),
    (
        "Infrastructure",
        ["Room", "Room Type", "Capacity", "Facilities"],
        "rooms",
        ["code", "kind", "capacity", "features"],
    ),
    ("II CSE A", ["Roll No", "Student Name", "Section"], "students", ["code", "name", "groups"]),
    ("Nominal roll", ["S.No", "USN", "Name", "Branch"], "students", ["", "code", "name", "department"]),
    (
        "Syllabus",
        ["Sub Code", "Subject Title", "Credits", "Dept."],
        "courses",
        ["code", "title", "credits", "department"],
    ),
    ("Sheet2", ["Course Code", "Course Name", "Cr"], "courses", ["code", "title", "credits"]),
    ("Branches", ["Short Name", "Name of the Department"], "departments", ["code", "name"]),
    ("Class strength", ["Class", "Sem", "Strength"], "groups", ["code", "semester_of_study", "size"]),
    ("Teachers", ["code", "nmae of faculty", "Departmnt"], "faculty", ["code", "name", "department"]),
]


@pytest.mark.parametrize(("name", "headings", "expected", "columns"), LISTS, ids=lambda value: str(value)[:18])
def test_a_list_is_known_by_its_headings(name: str, headings: list[Any], expected: str, columns: list[str]) -> None:
    lines = sheet(name, [["COLLEGE OF SCIENCE"], [], headings, *[[f"x{at}" for at, _h in enumerate(headings)]] * 3])
    (said,) = guess(RawBook("book.xlsx", BookKind.XLSX, (lines,)), known()).sheets
    assert (said.shape, said.table, said.heading_row) == (SheetShape.TABLE, expected, 3)
    assert list(said.columns) == columns


def test_headings_of_two_rows_are_read_together() -> None:
    rows = [
        ["Emp ID", "Name", "Dept", "Max Load", ""],
        ["", "", "", "per day", "per week"],
        ["T1", "Rao", "CSE", 4, 16],
    ]
    lines = sheet("Faculty", rows, merged=[(1, 3, 1, 4)])
    (said,) = guess(RawBook("book.xlsx", BookKind.XLSX, (lines,)), known()).sheets
    assert said.heading_rows == 2
    assert said.columns == ("code", "name", "department", "max_slots_day", "max_slots_week")


def test_a_sheet_that_is_no_table_is_not_read_and_that_is_said() -> None:
    found = read(
        known(), sheet("rooms", [["code", "name", "capacity"], ["R1", "Hall", 1]]), sheet("Notes", [["Call Rao"]])
    )
    assert [(change.code, change.found) for change in found.changes] == [("sheet_not_read", "Notes")]
    assert found.tables.faults == ()


def test_the_lists_of_a_college_become_teachers_rooms_departments_and_buildings() -> None:
    book = read_book("own-headings.xlsx", (DATA / "own-headings.xlsx").read_bytes())
    found = convert(book, guess(book, known()), known())
    assert found.tables.faults == ()
    assert len(table(found, "faculty", "code")) == 70
    assert len(table(found, "rooms", "code")) == 31
    assert table(found, "departments", "code") == ["CSE", "ECE", "EEE", "MEC", "CIV", "BIO", "MAT", "HUM"]
    assert table(found, "buildings", "code", "name") == [("Main", "Main"), ("LB", "Lab Block")]
    assert table(found, "faculty", "code", "name", "department", "max_slots_week")[4:6] == [
        ("CSE05", "Dr. A. B. Das", "CSE", 16),
        ("CSE06", "Dr. M. A. D'Souza", "CSE", 18),
    ]
    assert set(table(found, "rooms", "kind")) >= {"lecture", "Computer Lab"}
    counted = {change.code: change.count for change in found.changes if change.sheet == "Faculty List"}
    assert counted["duplicate"] == 1


def test_what_goes_without_saying_in_a_list_is_filled_in_or_asked_once() -> None:
    rows = [
        ["Name of Faculty", "Designation"],
        ["Dr. Meera Rao", "Professor"],
        ["Ms. J. Das", "Lecturer"],
        ["Dr. Meera Rao", "Lecturer"],
    ]
    stored = {"departments": [("code", "name"), ("CSE", "Computing"), ("ECE", "Electronics")]}
    (question,) = read(known(**stored), sheet("Faculty", rows)).questions
    assert (question.code, question.count) == ("department_of_sheet", 3)
    found = read(known(**stored), sheet("Faculty", rows), answers={question.key: "ECE"})
    assert table(found, "faculty", "code", "department")[:2] == [("MEERA-RAO", "ECE"), ("J-DAS", "ECE")]
    assert [fault.value for fault in found.tables.faults] == ["MEERA-RAO"], "two of one name are not made two people"
    das_stored = [("code", "name", "department"), ("F7", "Ms J Das", "ECE")]
    again = read(known(**stored, faculty=das_stored), sheet("Faculty", [rows[0], rows[2]]))
    assert table(again, "faculty", "code", "department") == [("F7", "ECE")], "who is known keeps code and department"


def test_titles_totals_and_headings_between_the_rows_are_no_rows() -> None:
    head = ["Room No", "Type", "Capacity"]
    rows = [head, ["R1", "Lecture", 60], ["FIRST FLOOR"], head, ["R2", "Lecture", 40], ["Total", "", 100], ["", "", ""]]
    found = read(known(), sheet("Rooms", rows))
    assert table(found, "rooms", "code") == ["R1", "R2"]
    assert {"title_row", "heading_again", "total_row"} <= {change.code for change in found.changes}


def test_the_fingerprint_tells_the_form_and_not_the_contents() -> None:
    def staff(title: str, *rows: Sequence[Any]) -> RawBook:
        lines = sheet("Staff 2026", [[title], ["Emp ID", "Name", "Dept"], *rows])
        return RawBook("x.xlsx", BookKind.XLSX, (lines,))

    form = fingerprint(staff("STAFF 2026-27", ["F1", "Rao", "CSE"]))
    assert form == fingerprint(staff("Staff of 2027-28", ["F2", "Das", "ECE"], ["F3", "Roy", "ECE"]))
    other = RawBook(
        "x.xlsx", BookKind.XLSX, (sheet("Staff", [["Emp ID", "Name", "Dept", "Load"], ["F1", "Rao", "CSE", 4]]),)
    )
    assert form != fingerprint(other)


def test_slots_without_a_code_are_called_as_the_stored_ones_that_begin_then_or_by_their_day() -> None:
    slots = [["Day", "From", "To"], ["Mon", "9:00", "9:50"], ["Mon", "10:00", "10:50"], ["Tue", "9:00", "9:50"]]
    stored = known(time_slots=[("code", "shift", "day", "start"), ("M-9", "", 0, time(9)), ("MON1", "", 0, time(8))])
    assert table(read(known(), sheet("Slots", slots)), "time_slots", "code") == ["MON1", "MON2", "TUE1"]
    assert table(read(stored, sheet("Slots", slots)), "time_slots", "code") == ["M-9", "MON2", "TUE1"]
