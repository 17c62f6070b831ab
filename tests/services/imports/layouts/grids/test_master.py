"""Timetables of last year become a draft's entries, however their grids lie and their cells are written."""

from datetime import time
from typing import Any

import pytest

from tests.services.imports.layouts.layouts import Rows, known, read, sheet, table
from webapp.services.imports.formats.workbooks import RawSheet
from webapp.services.imports.layouts.convert import Converted
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.layouts.plan import LEAVE_OUT

DAYS = ("Monday", "Tuesday", "Wednesday")


def college(slots: bool = True) -> Known:
    """A college of two classes, with a lecture, a tutorial, and a lab in two batches."""
    hours = [(9, 10), (10, 11), (11, 12), (13, 14)]
    tables: dict[str, Rows] = {
        "courses": [("code", "title"), ("CS101", "Programming"), ("MA1", "Maths"), ("HS1", "English")],
        "faculty": [("code", "name"), ("C1", "Dr. Meera Rao"), ("C2", "Mr. S. K. Bose"), ("M1", "Prof. T. Joshi")],
        "rooms": [("code", "name"), ("LH-101", "Hall 101"), ("LAB-1", "Lab 1"), ("LAB-2", "Lab 2")],
        "groups": [("code", "name", "parent"), ("CSE1", "CSE1", None), ("CSE1-A", "CSE1-A", "CSE1"),
                   ("CSE1-B", "CSE1-B", "CSE1"), ("CSE1-A-B1", "", "CSE1-A"), ("CSE1-A-B2", "", "CSE1-A")],
        "sections": [("course", "section", "groups", "faculty"), ("CS101", "A", ("CSE1-A",), ("C1",)),
                     ("CS101", "B", ("CSE1-B",), ("C2",)), ("MA1", "A", ("CSE1-A",), ("M1",)),
                     ("HS1", "A", ("CSE1-A", "CSE1-B"), ("M1",))],
        "components": [
            ("course", "section", "component", "meetings_per_week", "slots_per_meeting", "batches", "faculty"),
            ("CS101", "A", "L", 3, 1, (), ()),
            ("CS101", "A", "P", 1, 2, ("CSE1-A-B1", "CSE1-A-B2"), ("C1@CSE1-A-B1", "C2@CSE1-A-B2")),
            ("CS101", "B", "L", 3, 1, (), ()), ("MA1", "A", "L", 3, 1, (), ()), ("HS1", "A", "L", 2, 1, (), ()),
        ],
    }  # fmt: skip
    if slots:
        tables["time_slots"] = [("code", "label", "day", "start")] + [
            (f"{day[:3].upper()}{number}", str(number), at, time(hour))
            for at, day in enumerate(DAYS)
            for number, (hour, _end) in enumerate(hours, 1)
        ]
    return known(**tables)


def entries(converted: Converted, *columns: str) -> list[Any]:
    return table(converted, "entries", *(columns or ("course", "section", "component", "batch", "slot", "room")))


def lines(*sheets: RawSheet, answers: dict[str, str] | None = None) -> Converted:
    return read(college(), *sheets, answers=answers)


def test_a_timetable_of_two_days_is_one_too() -> None:
    down = [["CSE1-A"], ["Day", "9:00-10:00", "10:00-11:00"], ["Monday", "CS101", "MA1"], ["Tuesday", "MA1", ""]]
    across = [["CSE1-A"], ["", "Monday", "Tuesday"], ["9:00-10:00", "CS101", "MA1"], ["10:00-11:00", "MA1", ""]]
    expected = [("CS101", "MON1"), ("MA1", "MON2"), ("MA1", "TUE1")]
    assert entries(lines(sheet("down", down)), "course", "slot") == expected
    assert sorted(entries(lines(sheet("across", across)), "course", "slot")) == expected


def test_days_below_each_other_with_a_lunch_column_and_merged_cells_become_entries() -> None:
    rows = [
        ["CLASS TIME TABLE"],
        ["Class: CSE1-A", "", "", "", "", "Room: LH 101"],
        ["Day", 1, 2, 3, "LUNCH", 4],
        ["", "9-10", "10-11", "11-12", "12-1", "1-2"],
        ["MON", "CS101\nDr. Meera Rao", "MA1 (TJ)", "", "L", "HS1"],
        ["TUE", "CS101-MR-LH101", "Maths / T. Joshi / LH-101", "", "U", ""],
        ["WED", "CS101 B1 LAB-1 / CS101 B2 LAB-2", "", "Programming", "N", ""],
    ]
    converted = lines(sheet("I CSE A", rows, merged=[(7, 1, 7, 2)]))
    assert [str(fault) for fault in converted.tables.faults] == []
    assert not converted.questions
    assert entries(converted) == [
        ("CS101", "A", "L", None, "MON1", "LH-101"),
        ("MA1", "A", "L", None, "MON2", "LH-101"),
        ("HS1", "A", "L", None, "MON4", "LH-101"),
        ("CS101", "A", "L", None, "TUE1", "LH-101"),
        ("MA1", "A", "L", None, "TUE2", "LH-101"),
        ("CS101", "A", "P", "CSE1-A-B1", "WED1", "LAB-1"),
        ("CS101", "A", "P", "CSE1-A-B2", "WED1", "LAB-2"),
        ("CS101", "A", "L", None, "WED3", "LH-101"),
    ]
    assert entries(converted, "component", "number")[-1] == ("L", 3)


def test_days_side_by_side_in_a_sheet_of_a_class_become_entries() -> None:
    rows = [
        ["Time", "Mon", "Tue", "Wed"],
        ["9.00-10.00", "CS101; C2; LH-101", "HS1", ""],
        ["10.00-11.00", "CS101", "", "CS101"],
        ["Lunch", "", "", ""],
        ["1.00-2.00", "", "HS1", ""],
    ]
    converted = lines(sheet("CSE1-B", rows))
    assert [str(fault) for fault in converted.tables.faults] == []
    assert sorted(entries(converted, "course", "section", "slot", "room")) == [
        ("CS101", "B", "MON1", "LH-101"),
        ("CS101", "B", "MON2", None),
        ("CS101", "B", "WED2", None),
        ("HS1", "A", "TUE1", None),
        ("HS1", "A", "TUE4", None),
    ]


def test_a_meeting_in_the_grids_of_classes_teachers_and_rooms_is_one_entry() -> None:
    head = ["Day", "I", "II", "III", "IV"]
    blocks = [
        ["CSE1-A"], head, ["Mon", "HS1"], ["Tue", "MA1"], ["Wed", "CS101"],
        ["CSE1-B"], head, ["Mon", "HS1"], ["Tue", "CS101"], ["Wed", "CS101"],
    ]  # fmt: skip
    teacher = [["Name: Prof. T. Joshi"], head, ["Mon", "HS1 CSE1-A, CSE1-B"], ["Tue", "MA1 CSE1-A"], ["Wed", "", "MA1"]]
    room = [["Room No : LH-101"], head, ["Mon", "HS1"], ["Tue", "CSE1-A MA1"], ["Wed", "CS101 CSE1-B"]]
    converted = lines(sheet("All classes", blocks), sheet("T Joshi", teacher), sheet("LH101", room))
    assert [str(fault) for fault in converted.tables.faults] == []
    assert sorted(entries(converted, "course", "section", "slot", "number", "room")) == [
        ("CS101", "A", "WED1", 1, None),
        ("CS101", "B", "TUE1", 1, None),
        ("CS101", "B", "WED1", 2, "LH-101"),
        ("HS1", "A", "MON1", 1, "LH-101"),
        ("MA1", "A", "TUE1", 1, "LH-101"),
        ("MA1", "A", "WED2", 2, None),
    ]


def test_the_rows_of_a_day_can_be_those_of_its_classes() -> None:
    rows = [
        ["DAY", "CLASS", 1, 2, 3, 4],
        ["Monday", "CSE1-A", "CS101", "MA1"], ["", "CSE1-B", "", "CS101"],
        ["Tuesday", "CSE1-A", "CS101", ""], ["", "CSE1-B", "CS101", ""],
        ["Wednesday", "CSE1-A", "", "MA1"], ["", "CSE1-B", "HS1", ""],
    ]  # fmt: skip
    converted = lines(sheet("MASTER TIME TABLE", rows, merged=[(2, 0, 3, 0)]))
    assert [str(fault) for fault in converted.tables.faults] == []
    assert sorted(entries(converted, "course", "section", "slot")) == [
        ("CS101", "A", "MON1"), ("CS101", "A", "TUE1"), ("CS101", "B", "MON2"), ("CS101", "B", "TUE1"),
        ("HS1", "A", "WED1"), ("MA1", "A", "MON2"), ("MA1", "A", "WED2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("CS101 LAB-1\nMA1 LH-101", [("CS101", "LAB-1"), ("MA1", "LH-101")]),
        ("CS101/MA1/HS1\nMR/TJ/TJ\nLAB-1/LAB-2/LH-101", [("CS101", "LAB-1"), ("HS1", "LH-101"), ("MA1", "LAB-2")]),
        ("CS101, LAB-1; MA1, LH-101", [("CS101", "LAB-1"), ("MA1", "LH-101")]),
    ],
)
def test_a_cell_of_several_classes_is_split_where_each_part_can_be_told(cell: str, found: list[Any]) -> None:
    rows = [["Day", 1, 2], ["Mon", cell], ["Tue", "CS101"], ["Wed", "MA1"]]
    converted = lines(sheet("CSE1-A", rows))
    assert [str(fault) for fault in converted.tables.faults] == []
    assert sorted(row[:2] for row in entries(converted, "course", "room", "slot") if row[2] == "MON1") == found


def test_a_cell_of_three_classes_that_cannot_be_told_apart_is_a_fault_that_names_sheet_and_cell() -> None:
    rows = [["Day", 1, 2], ["Mon", "", "LAB-1 LH-101 CS101 MA1 HS1 Rao"], ["Tue", "CS101"], ["Wed", "MA1"]]
    converted = lines(sheet("CSE1-A", rows))
    (fault,) = converted.tables.faults
    assert (fault.sheet, fault.row, fault.column) == ("CSE1-A", 2, "C2")
    assert "line of its own" in fault.expected
    assert len(entries(converted)) == 2


def test_what_no_course_is_called_is_asked_about_once_and_left_out_if_that_is_said() -> None:
    rows = [["Day", 1, 2, 3], ["Mon", "Library", "Progamming"], ["Tue", "Library", "CS101"], ["Wed", "MA1"]]
    asked = lines(sheet("CSE1-A", rows))
    assert [(q.code, q.found, q.count) for q in asked.questions] == [
        ("master_course", "Library", 2),
        ("master_course", "Progamming", 1),
    ]
    assert asked.questions[1].candidates[0].value == "CS101"
    answers = {asked.questions[0].key: LEAVE_OUT, asked.questions[1].key: "CS101"}
    told = lines(sheet("CSE1-A", rows), answers=answers)
    assert not told.questions
    assert len(entries(told)) == 3
    assert ("not_carried", "Library", 2) in {(c.code, c.found, c.count) for c in told.changes}


def test_more_meetings_than_a_component_has_are_counted_and_not_carried() -> None:
    rows = [["Day", 1, 2, 3], ["Mon", "MA1", "", "MA1"], ["Tue", "MA1"], ["Wed", "MA1"]]
    converted = lines(sheet("CSE1-A", rows))
    assert len(entries(converted)) == 3
    assert [(c.code, c.found, c.count) for c in converted.changes] == [("meeting_not_carried", "MA1/A", 1)]


def test_a_section_that_the_class_does_not_tell_is_asked_about() -> None:
    rows = [["Day", 1, 2, 3], ["Mon", "CS101"], ["Tue", "HS1"], ["Wed", "CS101"]]
    asked = lines(sheet("Hall", [["Room: LH-101"], *rows]))
    (question,) = asked.questions
    assert (question.code, [c.value for c in question.candidates]) == ("master_section", ["A", "B"])
    told = lines(sheet("Hall", [["Room: LH-101"], *rows]), answers={question.key: "B"})
    assert entries(told, "course", "section", "slot", "room") == [
        ("CS101", "B", "MON1", "LH-101"),
        ("HS1", "A", "TUE1", "LH-101"),
        ("CS101", "B", "WED1", "LH-101"),
    ]


def test_slots_are_made_of_the_grid_where_the_term_has_none() -> None:
    rows = [
        ["Day", "9-10", "10-11", "Break", "11.15-12.15"],
        ["Mon", "CS101"],
        ["Tue", "", "", "", "MA1"],
        ["Wed", "MA1"],
    ]
    converted = read(college(slots=False), sheet("CSE1-A", rows))
    assert table(converted, "time_slots", "code", "start")[:3] == [
        ("MON1", time(9)), ("MON2", time(10)), ("MON3", time(11, 15)),
    ]  # fmt: skip
    assert entries(converted, "course", "slot") == [("CS101", "MON1"), ("MA1", "TUE3"), ("MA1", "WED1")]


def test_a_timetable_without_anything_to_match_says_so() -> None:
    rows = [["Day", 1, 2, 3], ["Mon", "CS101"], ["Tue", "MA1"], ["Wed", "CS101"]]
    (fault,) = read(known(), sheet("CSE1-A", rows)).tables.faults
    assert "sections and components" in fault.expected
