"""A dirty book is read as the clean one was, or asks, or says what is wrong; never silently as something else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.services.imports.layouts import dirt
from tests.services.imports.layouts.layouts import known, sheet, table
from tests.services.imports.layouts.layouts import read as read_sheets
from webapp.demo import catalogue, university
from webapp.services.imports.formats.books import read_book
from webapp.services.imports.formats.workbooks import BookKind, RawBook
from webapp.services.imports.formats.writers import workbook_of, zip_of
from webapp.services.imports.layouts.convert import Converted, convert
from webapp.services.imports.layouts.guess import guess
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.layouts.plan import LEAVE_OUT, NEW, BookMapping, cell_key
from webapp.services.imports.sheets import Tables
from webapp.services.schema.columns import Key, Record

DATA = Path(__file__).parents[3] / "data"
NOTHING_STORED = Known(lambda _table: {})
FEWER = {"students": 90, "enrollments": 60, "availability": 60}


def converted(content: bytes, filename: str = "book.xlsx") -> Converted:
    book = read_book(filename, content)
    return convert(book, guess(book, NOTHING_STORED), NOTHING_STORED)


def records(tables: Tables) -> Mapping[str, Mapping[Key, Record]]:
    return {
        name: {sheet.table.key_of(row.record): dict(row.record) for row in sheet.rows}
        for name, sheet in tables.sheets.items()
    }


@pytest.fixture(scope="module")
def contents() -> Mapping[str, Sequence[Record]]:
    made = university.build(catalogue.PROGRAMMES[:1])
    kept = {record["code"] for record in made["students"][: FEWER["students"]]}
    made["enrollments"] = [record for record in made["enrollments"] if record["student"] in kept]
    return {name: rows[: FEWER.get(name, len(rows))] for name, rows in made.items()}


def test_the_exchange_format_is_read_without_a_change(contents: Mapping[str, Sequence[Record]]) -> None:
    book, packed = converted(workbook_of(contents)), converted(zip_of(contents), "term.zip")
    for read_so in (book, packed):
        assert (read_so.changes, read_so.questions, read_so.tables.faults) == ((), (), ())
    assert records(book.tables) == records(packed.tables)
    assert {name: len(rows) for name, rows in records(book.tables).items()} == {
        name: len(rows) for name, rows in contents.items()
    }


@pytest.mark.parametrize("seed", range(6))
def test_a_dirty_book_is_read_as_the_clean_one(contents: Mapping[str, Sequence[Record]], seed: int) -> None:
    clean = records(converted(workbook_of(contents)).tables)
    soiled = converted(dirt.dirty_book(seed, dirt.clean_sheets(contents), 0.1 + 0.08 * seed))
    assert (soiled.tables.faults, soiled.questions) == ((), ())
    assert records(soiled.tables) == clean
    assert soiled.changes


def test_the_dirty_workbook_of_a_college_is_taken_and_each_change_is_listed() -> None:
    found = converted((DATA / "dirty.xlsx").read_bytes())
    assert (found.tables.faults, found.questions) == ((), ())
    assert {name: len(sheet.rows) for name, sheet in found.tables.sheets.items()} == {
        "term": 1, "departments": 8, "buildings": 2, "rooms": 30, "time_slots": 39, "week_sets": 1, "faculty": 70,
        "groups": 126, "courses": 136, "sections": 155, "components": 205, "availability": 59,
    }  # fmt: skip
    counted = {(change.sheet, change.column, change.found, change.taken): change.count for change in found.changes}
    assert counted["COURSES", "Credits", "1,5", "1.5"] == 17
    assert counted["faculty", "department", "cse", "CSE"] == 2
    assert counted["term", "ends_on", "46360", "2026-12-04"] == 1
    assert counted["time_slots", "start", "9:00 AM", "09:00"] == 3
    assert {row.record["department"] for row in found.tables.sheets["faculty"].rows} == {
        row.record["code"] for row in found.tables.sheets["departments"].rows
    }


DEPARTMENTS = [["code", "name"], ["CSE", "Computer Science"], ["ECE", "Electronics"]]
FACULTY = [["code", "name", "department"], ["F1", "Dr. Meera Rao", "CSE"], ["F2", "Mr. P. V. Singh", "ECE"]]


def book(**tables: Sequence[Sequence[Any]]) -> RawBook:
    sheets = tuple(sheet(name, rows) for name, rows in tables.items())
    return RawBook("book.xlsx", BookKind.XLSX, sheets)


def read(sent: RawBook, answers: Mapping[str, str] | None = None) -> Converted:
    said = guess(sent, NOTHING_STORED)
    return convert(sent, BookMapping(said.sheets, answers or {}), NOTHING_STORED)


def test_two_codes_that_differ_by_case_only_are_asked_about() -> None:
    twins = book(departments=[*DEPARTMENTS, ["cse", "Civil Service"]])
    found = read(twins)
    (question,) = found.questions
    assert (question.code, question.found) == ("same_code", "CSE, cse")
    apart = read(twins, {question.key: NEW})
    assert [row.record["code"] for row in apart.tables.sheets["departments"].rows] == ["CSE", "ECE", "cse"]
    one = read(twins, {question.key: "CSE"})
    assert [(fault.row, fault.column, fault.value) for fault in one.tables.faults] == [(4, "code", "CSE")]


def test_what_names_no_row_is_asked_about_once_with_the_nearest_first() -> None:
    courses = [["Code", "Course Title", "Dept"], *[[f"C{n}", f"Course {n}", "CSEE"] for n in range(30)]]
    sent = book(departments=DEPARTMENTS, Subjects=courses)
    (question,) = read(sent).questions
    assert (question.found, question.count, len(question.rows)) == ("CSEE", 30, 20)
    assert question.candidates[0].value == "CSE"
    done = read(sent, {question.key: "CSE"})
    assert {row.record["department"] for row in done.tables.sheets["courses"].rows} == {"CSE"}
    made = read(sent, {question.key: NEW})
    assert [row.record["code"] for row in made.tables.sheets["departments"].rows] == ["CSE", "ECE", "CSEE"]
    gone = read(sent, {question.key: LEAVE_OUT})
    assert gone.tables.sheets["courses"].rows == ()


def test_rows_are_found_by_name_where_no_code_is_written() -> None:
    sections = [["course", "section", "faculty"], ["c1", "A", "Meera Rao / Singh P V"], ["C1", "B", "MR. P.V. SINGH"]]
    courses = [["code", "title", "department"], ["C1", "Logic", "computer science"]]
    found = read(book(departments=DEPARTMENTS, faculty=FACULTY, courses=courses, sections=sections))
    assert (found.questions, found.tables.faults) == ((), ())
    assert records(found.tables)["courses"]["C1",]["department"] == "CSE"
    assert [row.record["faculty"] for row in found.tables.sheets["sections"].rows] == [("F1", "F2"), ("F2",)]


def test_rows_that_stand_there_twice_are_read_once_and_those_that_differ_are_named() -> None:
    twice = [*FACULTY, FACULTY[1], ["F2", "Ms. Someone Else", "ECE"]]
    found = read(book(departments=DEPARTMENTS, faculty=twice))
    assert [(change.code, change.found) for change in found.changes] == [("duplicate", "F1")]
    (fault,) = found.tables.faults
    assert (fault.row, fault.value, fault.expected) == (5, "F2", "each once; it is in row 3 already")


def test_a_cell_can_be_corrected_and_a_row_skipped_without_a_new_file() -> None:
    wrong = book(rooms=[["code", "name", "capacity"], ["R1", "Hall", "many"], ["R2", "Lab", "few"]])
    said = guess(wrong, NOTHING_STORED)
    faults = convert(wrong, said, NOTHING_STORED).tables.faults
    assert [(fault.row, fault.role) for fault in faults] == [(2, "capacity"), (3, "capacity")]
    corrections = {cell_key("rooms", 2, "capacity"): "60"}
    sheets = (replace(said.sheets[0], skipped_rows=(3,)),)
    found = convert(wrong, replace(said, corrections=corrections, sheets=sheets), NOTHING_STORED)
    assert [row.record["capacity"] for row in found.tables.sheets["rooms"].rows] == [60]


def test_two_sheets_of_one_table_are_refused_in_words() -> None:
    found = read(book(faculty=FACULTY, Teachers=[["Emp ID", "Teacher Name", "Dept"], ["T1", "Ms Das", "CSE"]]))
    (fault,) = found.tables.faults
    assert (fault.sheet, fault.value) == ("Teachers", "Teachers")
    assert "once: leave one of the two sheets unread" in fault.expected


def test_a_kind_that_is_nearly_one_in_use_is_asked_about_once_and_a_new_one_is_not() -> None:
    stored = known(rooms=[["code", "kind", "features"], ["R0", "computer lab", ("projector",)]])
    rooms = sheet("Our rooms", [
        ["Room no.", "Name", "Seats", "Type of room", "Equipment"],
        ["R1", "Lab 1", 30, "Computr lab", "projector"], ["R2", "Lab 2", 30, "computr lab", "projecter"],
        ["R3", "Studio", 30, "dance studio", "mirrors"],
    ])  # fmt: skip
    asked = read_sheets(stored, rooms)
    assert [(question.found, question.count, question.candidates[0].value) for question in asked.questions] == [
        ("computr lab", 2, "computer lab"),
        ("projecter", 1, "projector"),
    ]
    answers = {asked.questions[0].key: "computer lab", asked.questions[1].key: NEW}
    told = read_sheets(stored, rooms, answers=answers)
    assert table(told, "rooms", "kind") == ["computer lab", "computer lab", "dance studio"]
    assert table(told, "rooms", "features") == [("projector",), ("projecter",), ("mirrors",)]
    assert told.questions == ()
