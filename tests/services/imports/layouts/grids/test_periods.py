"""Sheets of periods become time slots, whichever way they lie."""

from collections import Counter
from datetime import time

from tests.services.imports.layouts.layouts import known, read, sheet, table
from webapp.services.imports.layouts.convert import Converted

TERM = known(term=[("academic_year", "semester", "break_minutes"), ("2026-27", 1, 15)])
DOWN = sheet(
    "Time Table Slots",
    [["Hour", "Timing"], [1, "9:00 AM - 10:00 AM"], [2, "10:00 AM - 11:00 AM"], ["Short break", "11:00-11:15"],
     [3, "11.15-12.15"], ["LUNCH", "12.15 to 1.00"], [4, "1-2"], [5, "2-3"]],
)  # fmt: skip


def days(converted: Converted) -> dict[int, int]:
    return dict(Counter(table(converted, "time_slots", "day")))


def test_periods_below_each_other_are_asked_for_saturday_and_make_a_week() -> None:
    asked = read(TERM, DOWN)
    assert [(q.code, [c.value for c in q.candidates]) for q in asked.questions] == [
        ("saturday", ["until-lunch", "all", "none"])
    ]
    assert not asked.tables.faults
    assert days(asked) == dict.fromkeys(range(5), 5)
    half = read(TERM, DOWN, answers={"saturday": "until-lunch"})
    assert days(half) == {**dict.fromkeys(range(5), 5), 5: 3}
    assert half.questions == ()
    assert days(read(TERM, DOWN, answers={"saturday": "all"}))[5] == 5
    assert 5 not in days(read(TERM, DOWN, answers={"saturday": "none"}))
    assert table(half, "time_slots", "code", "start")[:5] == [
        ("MON1", time(9)), ("MON2", time(10)), ("MON3", time(11, 15)), ("MON4", time(13)), ("MON5", time(14)),
    ]  # fmt: skip


def test_a_break_that_is_longer_than_the_term_allows_within_a_double_period_is_taken_over() -> None:
    rows = [["Period", "From", "To"], [1, "9:00", "10:00"], [2, "10:20", "11:20"], [3, "12:20", "1:20"]]
    converted = read(TERM, sheet("Periods", rows), answers={"saturday": "none"})
    assert table(converted, "term", "break_minutes") == [20]
    assert [change.code for change in converted.changes] == ["break_minutes"]
    assert table(read(TERM, DOWN), "term", "break_minutes") == []  # 15 minutes, as the term has


def test_a_lunch_shorter_than_the_breaks_that_the_term_allows_ends_a_double_period() -> None:
    rows = [["Period", "Time"], [1, "9-10"], [2, "10-11"], ["Lunch", "11-11:10"], [3, "11:10-12:10"]]
    assert table(read(TERM, sheet("Periods", rows)), "term", "break_minutes") == [0]


def test_periods_side_by_side_are_read_with_their_names() -> None:
    rows = [["Period", "I", "II", "Break", "III"], ["Time", "9-9.50", "9.50-10.40", "10.40-11", "11-11.50"]]
    converted = read(TERM, sheet("Bell", rows), answers={"saturday": "all"})
    assert table(converted, "time_slots", "code", "label")[:3] == [("MON1", "I"), ("MON2", "II"), ("MON3", "III")]
    assert days(converted) == dict.fromkeys(range(6), 3)


def test_a_column_of_days_and_columns_for_days_say_which_days_there_are() -> None:
    named = sheet("Timings", [["Days", "Period", "Time"], ["Mon - Fri", 1, "9-10"], ["Mon to Fri", 2, "10-11"],
                              ["Sat", 1, "8-9"], ["MON, WED", 3, "11-12"]])  # fmt: skip
    converted = read(TERM, named)
    assert not converted.questions
    assert days(converted) == {0: 3, 1: 2, 2: 3, 3: 2, 4: 2, 5: 1}
    columns = sheet("Timings", [["Hour", "Mon", "Tue", "Wed"], [1, "9-10", "9-10", "8-9"], [2, "10-11", "", "9-10"],
                                [3, "2-3", "2-3", ""]])  # fmt: skip
    converted = read(TERM, columns)
    assert not converted.questions
    assert days(converted) == {0: 3, 1: 2, 2: 2}
    assert ("WED2", time(9)) in table(converted, "time_slots", "code", "start")


def test_slots_that_are_stored_keep_their_codes() -> None:
    stored = known(time_slots=[("code", "shift", "day", "start"), ("M-1", "", 0, time(9))])
    assert table(read(stored, DOWN), "time_slots", "code")[:2] == ["M-1", "MON2"]


def test_a_time_that_cannot_be_read_is_named_with_its_cell() -> None:
    rows = [["Hour", "Timing"], [1, "9-10"], [2, "morning"], [3, "11-12"], [4, "12-1"]]
    (fault,) = read(TERM, sheet("Slots", rows)).tables.faults
    assert (fault.sheet, fault.row, fault.column, fault.value, fault.role) == (
        "Slots",
        3,
        "Timing",
        "morning",
        "timing",
    )


def test_a_period_that_begins_within_the_one_above_it_is_a_fault_and_a_second_shift_is_none() -> None:
    rows = [
        ["Hour", "Timing"],
        ["I", "9:00-10:00"],
        ["II", "9:50-10:40"],
        ["III", "10:40-11:30"],
        ["IV", "11:30-12:20"],
    ]
    faults = read(TERM, sheet("Periods", rows), answers={"saturday": "none"}).tables.faults
    assert [str(fault).partition("row ")[2] for fault in faults] == [
        "3, column Timing: found 'II', expected a period that begins when I has ended."
    ]
    shifts = [["Hour", "Timing"], ["1", "8:00 AM - 9:00 AM"], ["2", "9:00 AM - 10:00 AM"], ["3", "10:00 AM - 11:00 AM"],
              ["1", "9:30 AM - 10:30 AM"], ["2", "10:30 AM - 11:30 AM"]]  # fmt: skip
    assert not read(TERM, sheet("Periods", shifts), answers={"saturday": "none"}).tables.faults
