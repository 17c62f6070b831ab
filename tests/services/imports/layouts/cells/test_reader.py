"""Cells: what has one reading is read and counted, what has two is asked about, what has none is a fault."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.services.imports.layouts.layouts import known, sheet
from webapp.services.imports.formats.workbooks import BookKind, RawBook, RawValue, ValuelessCell
from webapp.services.imports.layouts.cells.reader import ColumnReader, NotRead, academic_year
from webapp.services.imports.layouts.conversion import Conversion
from webapp.services.imports.layouts.plan import LEAVE_OUT, BookMapping
from webapp.services.schema.tables import BY_NAME


def reading(
    column: str, raw: RawValue, evidence: Sequence[RawValue] = (), answers: dict[str, str] | None = None
) -> tuple[Any, Conversion]:
    """What a cell of a column (table.column) is read as, and what came up."""
    table, name = column.split(".")
    lines = sheet(table, [[name], [raw]])
    book = RawBook("book.xlsx", BookKind.XLSX, (lines,))
    conversion = Conversion(book, BookMapping(answers=answers or {}), known())
    reader = ColumnReader(conversion, lines, name, BY_NAME[table].by_name[name], [raw, *evidence])
    try:
        return reader.read(2, raw), conversion
    except NotRead:
        return NotRead, conversion


ONE_READING: list[tuple[str, RawValue, object]] = [
    ("rooms.capacity", 60.0, 60),
    ("rooms.capacity", "60 seats", 60),
    ("rooms.capacity", "1 200", 1200),
    ("rooms.capacity", "60,0", 60),
    ("rooms.capacity", "'60", 60),
    ("rooms.capacity", "６０", 60),
    ("groups.semester_of_study", "III", 3),
    ("groups.semester_of_study", "Sem 3", 3),
    ("groups.semester_of_study", "3rd", 3),
    ("faculty.max_slots_week", "18 hrs/week", 18),
    ("faculty.max_slots_week", "-", None),
    ("courses.credits", "1,5", Decimal("1.5")),
    ("courses.credits", "4 credits", Decimal(4)),
    ("time_slots.start", "9:00 AM", time(9)),
    ("time_slots.start", "2 p.m.", time(14)),
    ("time_slots.start", "12:15 PM", time(12, 15)),
    ("time_slots.start", "0930", time(9, 30)),
    ("time_slots.start", "9h30", time(9, 30)),
    ("time_slots.start", 0.4166666666666667, time(10)),
    ("time_slots.start", time(9, 59, 59, 999_000), time(10)),
    ("time_slots.start", datetime(1899, 12, 31, 13, 30), time(13, 30)),
    ("time_slots.start", timedelta(hours=9), time(9)),
    ("time_slots.day", "MON", 0),
    ("time_slots.day", "Thurs.", 3),
    ("time_slots.day", "Donnerstag", 3),
    ("time_slots.day", "W", 2),
    ("term.starts_on", 46216.0, date(2026, 7, 13)),
    ("term.starts_on", "46216", date(2026, 7, 13)),
    ("term.starts_on", "13th July, 2026", date(2026, 7, 13)),
    ("term.starts_on", "Mon, 13-Jul-26", date(2026, 7, 13)),
    ("term.starts_on", "2026/7/13", date(2026, 7, 13)),
    ("term.starts_on", "07/13/2026", date(2026, 7, 13)),
    ("term.starts_on", "05/05/2026", date(2026, 5, 5)),
    ("term.starts_on", datetime(2026, 7, 13, 9), date(2026, 7, 13)),
    ("rooms.open", "Y", True),
    ("rooms.open", "✗", False),
    ("rooms.name", " Main\u00a0 Hall\u200b ", "Main Hall"),
    ("rooms.features", "projector;audio\ncomputers", ("projector", "audio", "computers")),
    ("faculty.email", "Dr Rao <rao@example.edu>", "rao@example.edu"),
    ("week_sets.weeks", "Weeks 1 to 8 and 10", frozenset({*range(1, 9), 10})),
    ("availability.level", "not available", "unavailable"),
    ("availability.level", "unavailble", "unavailable"),
]


@pytest.mark.parametrize(("column", "raw", "value"), ONE_READING, ids=lambda value: repr(value)[:24])
def test_what_has_one_reading_is_read(column: str, raw: RawValue, value: object) -> None:
    found, conversion = reading(column, raw)
    assert (found, conversion.questions, conversion.faults.list) == (value, (), [])


def test_what_the_strict_reader_takes_is_no_change_and_all_else_is_counted() -> None:
    for column, raw in (("rooms.capacity", "60"), ("time_slots.start", "09:00"), ("time_slots.day", "Monday")):
        assert reading(column, raw)[1].changes == ()
    (change,) = reading("courses.credits", "1,5")[1].changes
    assert (change.code, change.found, change.taken, change.count) == ("decimal_comma", "1,5", "1.5", 1)


TWO_READINGS: list[tuple[str, RawValue, str, dict[str, object]]] = [
    ("term.starts_on", "03/04/2026", "date_order", {"day": date(2026, 4, 3), "month": date(2026, 3, 4)}),
    ("term.starts_on", "3-4-26", "date_order", {"day": date(2026, 4, 3), "month": date(2026, 3, 4)}),
    ("rooms.capacity", "1,234", "thousands", {"1234": 1234}),
    ("rooms.capacity", "60,000", "thousands", {"60000": 60000, "60": 60}),
    ("time_slots.start", "2:00", "time_of_day", {"pm": time(14), "am": time(2)}),
    ("time_slots.day", "1", "day_numbers", {"monday": 0, "sunday": 6}),
]


@pytest.mark.parametrize(("column", "raw", "code", "answers"), TWO_READINGS, ids=lambda value: repr(value)[:20])
def test_what_has_two_readings_is_asked_about_and_never_guessed(
    column: str, raw: RawValue, code: str, answers: dict[str, object]
) -> None:
    found, conversion = reading(column, raw)
    (question,) = conversion.questions
    assert (found, question.code, question.found, question.rows) == (NotRead, code, raw, (2,))
    assert {candidate.value for candidate in question.candidates} == set(answers)
    for answer, value in answers.items():
        assert reading(column, raw, answers={question.key: answer})[0] == value
    if question.may_skip:
        assert reading(column, raw, answers={question.key: LEAVE_OUT})[0] is None


def test_other_dates_of_the_column_tell_the_order() -> None:
    assert reading("term.starts_on", "03/04/2026", ["13/07/2026"])[0] == date(2026, 4, 3)
    assert reading("term.starts_on", "03/04/2026", ["07/13/2026"])[0] == date(2026, 3, 4)
    assert reading("term.starts_on", "03/04/2026", ["07/13/2026", "13/07/2026"])[0] is NotRead


@pytest.mark.parametrize(
    ("column", "raw"),
    [
        ("rooms.capacity", "many"),
        ("rooms.capacity", 60.5),
        ("rooms.capacity", "-1"),
        ("time_slots.start", "25:00"),
        ("time_slots.start", "14:00 am"),
        ("time_slots.start", 46216.0),
        ("term.starts_on", "31/02/2026"),
        ("time_slots.day", "T"),
        ("rooms.capacity", ValuelessCell("=A1*2")),
        ("rooms.name", ValuelessCell("#REF!")),
    ],
)
def test_what_has_no_reading_is_a_fault_by_its_place(column: str, raw: RawValue) -> None:
    found, conversion = reading(column, raw)
    (fault,) = conversion.faults.list
    assert (found, fault.row, fault.column, fault.role) == (NotRead, 2, column.split(".")[1], column.split(".")[1])


def test_an_academic_year_is_read_however_it_is_written() -> None:
    assert {academic_year(text) for text in ("2026-2027", "2026/27", "AY 2026–27", "2026-27")} == {"2026-27"}
    assert academic_year("next year") == "next year"
