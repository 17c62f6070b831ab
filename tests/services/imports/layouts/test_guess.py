"""A college's own workbook (invented) becomes all tables of a term, once six questions have answers."""

from collections import Counter
from pathlib import Path

from tests.services.imports.layouts.layouts import known, table
from webapp.services.imports.formats.books import read_book
from webapp.services.imports.layouts.convert import convert
from webapp.services.imports.layouts.guess import guess
from webapp.services.imports.layouts.plan import LEAVE_OUT, BookMapping

FILE = Path(__file__).parents[3] / "data" / "own-headings.xlsx"
NAMESAKES = {
    "teacher:Dr. M. A. Müller": "CSE10",
    "teacher:Dr M. A. Müller": "CSE04",
    "teacher:Dr. P. V. Joshi": "MAT06",
    "teacher:Dr P. V. Joshi": "EEE09",
}
"""The two pairs of teachers with the same name and title; who is meant only the office knows."""


def test_the_whole_book_is_read_with_six_questions() -> None:
    book, nothing = read_book(FILE.name, FILE.read_bytes()), known()
    said = guess(book, nothing)
    asked = convert(book, said, nothing)
    assert Counter(question.code for question in asked.questions) == {"namesakes": 4, "saturday": 1, "class_size": 1}
    assert {question.key for question in asked.questions if question.code == "namesakes"} == set(NAMESAKES)
    answers = {**NAMESAKES, "saturday": "until-lunch", "class-size": LEAVE_OUT}
    read = convert(book, BookMapping(said.sheets, answers), nothing)
    assert read.questions == ()
    assert [str(fault) for fault in read.tables.faults] == []
    assert {name: len(sheet.rows) for name, sheet in read.tables.sheets.items()} == {
        "departments": 8, "buildings": 2, "rooms": 31, "time_slots": 39, "faculty": 70, "groups": 76, "courses": 136,
        "sections": 155, "components": 205,
    }  # fmt: skip
    blocks = Counter(table(read, "components", "kind", "meetings_per_week", "slots_per_meeting"))
    assert blocks == {
        ("lecture", 3, 1): 50, ("lecture", 4, 1): 40, ("lecture", 2, 1): 17, ("lecture", 1, 1): 27,
        ("lab", 1, 2): 62, ("lab", 1, 3): 9,
    }  # fmt: skip
    assert dict(table(read, "courses", "code", "department"))["MACSE101"] == "MAT"
    assert ("CSE5-A-E1", "CSE5-A", "elective", 5) in table(
        read, "groups", "code", "parent", "split", "semester_of_study"
    )
    kinds = dict(table(read, "components", "course", "room_kind"))
    assert {kinds["CSE106"], kinds["ECE106"], kinds["MEC106"]} == {"Computer Lab", "Electronics Lab", "Workshop"}
