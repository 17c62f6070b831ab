"""Allotments of many offices become courses, groups, sections, components and pins."""

from decimal import Decimal
from typing import Any

import pytest

from tests.services.imports.layouts.layouts import Rows, known, read, sheet, table
from webapp.services.imports.formats.workbooks import BookKind, RawBook
from webapp.services.imports.layouts.convert import Converted
from webapp.services.imports.layouts.guess import guess
from webapp.services.imports.layouts.plan import LEAVE_OUT, NEW, SheetShape

COLLEGE = known(
    departments=[("code", "name"), ("CSE", "Computer Science"), ("MAT", "Mathematics"), ("ECE", "Electronics")],
    faculty=[
        ("code", "name", "department"),
        ("C1", "Dr. Meera Rao", "CSE"),
        ("C2", "Mr. S. K. Bose", "CSE"),
        ("M1", "Prof. T. Joshi", "MAT"),
        ("E1", "Ms. R. Kaur", "ECE"),
    ],
    rooms=[
        ("code", "name", "kind", "capacity"),
        ("LH-101", "Hall 101", "lecture", 70),
        ("LAB-CSE1", "Lab 1", "computer lab", 36),
        ("LAB-CSE2", "Lab 2", "computer lab", 36),
        ("LAB-ECE1", "Lab 3", "electronics lab", 36),
    ],
)
HEAD = ["Class", "Sub Code", "Subject", "L", "T", "P", "Credits", "Faculty", "Lab Faculty 2", "Room"]
SIZE = {"class-size": LEAVE_OUT}


def allot(*rows: Any, answers: dict[str, str] | None = None, head: Rows = (HEAD,)) -> Converted:
    return read(COLLEGE, sheet("Allotment", [*head, *rows]), answers=SIZE | (answers or {}))


def components(converted: Converted) -> list[Any]:
    columns = ("course", "section", "component", "meetings_per_week", "slots_per_meeting", "room_kind")
    return table(converted, "components", *columns)


def test_a_row_becomes_a_course_a_section_and_what_must_happen_every_week() -> None:
    converted = allot(["CSE1-A", "CSE103", "Core", 3, 1, 4, "4,5", "Dr Meera Rao", "", ""])
    assert not converted.tables.faults
    assert not converted.questions
    assert table(converted, "courses", "code", "title", "department", "credits") == [
        ("CSE103", "Core", "CSE", Decimal("4.5"))
    ]
    assert table(converted, "sections", "course", "section", "faculty", "groups") == [
        ("CSE103", "A", ("C1",), ("CSE1-A",))
    ]
    assert components(converted) == [
        ("CSE103", "A", "L", 3, 1, "lecture"),
        ("CSE103", "A", "T", 1, 1, "lecture"),
        ("CSE103", "A", "P", 2, 2, "computer lab"),
    ]
    assert table(converted, "groups", "code", "parent", "split", "department") == [
        ("CSE1", None, "", "CSE"),
        ("CSE1-A", "CSE1", "section", "CSE"),
    ]


@pytest.mark.parametrize(
    ("hours", "blocks"), [(1, [(1, 1)]), (2, [(1, 2)]), (3, [(1, 3)]), (5, [(1, 2), (1, 3)]), (6, [(3, 2)])]
)
def test_hours_of_labs_become_blocks_of_two_and_one_of_three_where_they_are_odd(
    hours: int, blocks: list[tuple[int, int]]
) -> None:
    converted = allot(["CSE1-A", "CSE103", "Core", 0, 0, hours, "", "Dr Meera Rao", "", ""])
    assert [(meetings, slots) for _, _, _, meetings, slots, _ in components(converted)] == blocks


def test_classes_in_one_cell_are_one_section_and_each_other_set_of_classes_is_another() -> None:
    converted = allot(
        ["CSE1-A, CSE1-B", "HS1", "English", 2, 0, 0, 2, "Joshi", "", ""],
        ["CSE1-A", "MA1", "Maths", 4, 0, 0, 4, "T Joshi", "", ""],
        ["cse1 b", "MA1", "Maths", 4, 0, 0, 4, "Prof. T. Joshi", "", ""],
        ["CSE5-A-E1, CSE5-B-E1", "E51", "Elective", 1, 0, 0, 3, "Bose", "", ""],
    )
    assert table(converted, "sections", "course", "section", "groups") == [
        ("HS1", "A", ("CSE1-A", "CSE1-B")),
        ("MA1", "A", ("CSE1-A",)),
        ("MA1", "B", ("CSE1-B",)),
        ("E51", "A", ("CSE5-A-E1", "CSE5-B-E1")),
    ]
    groups = {code: (parent, split) for code, parent, split in table(converted, "groups", "code", "parent", "split")}
    assert groups["CSE5-A-E1"] == ("CSE5-A", "elective")
    assert len(groups) == 8
    changes = {(change.code, change.found, change.taken, change.count) for change in converted.changes}
    assert ("class", "cse1 b", "CSE1-B", 1) in changes
    assert ("course_department", "", "MAT", 2) in changes
    assert {found for code, found, *_ in changes if code == "teacher"} == {"Joshi", "T Joshi", "Bose"}


def test_two_lab_teachers_have_a_batch_each_and_several_rooms_are_the_batches() -> None:
    converted = allot(
        ["CSE1-A", "CSE103", "Core", 3, 0, 2, 4, "Meera Rao", "S K Bose", "LH 101"],
        ["CSE1-B", "CSE103", "Core", 0, 0, 2, 4, "Meera Rao", "S K Bose", "LAB-CSE1, lab-cse2"],
    )
    assert not converted.tables.faults
    assert table(converted, "components", "section", "component", "batches", "faculty") == [
        ("A", "L", (), ()),
        ("A", "P", ("CSE1-A-B1", "CSE1-A-B2"), ("C1@CSE1-A-B1", "C2@CSE1-A-B2")),
        ("B", "P", ("CSE1-B-B1", "CSE1-B-B2"), ("C1@CSE1-B-B1", "C2@CSE1-B-B2")),
    ]
    assert ("CSE1-B-B2", "CSE1-B", "lab") in table(converted, "groups", "code", "parent", "split")
    assert table(converted, "pins", "section", "component", "batch", "number", "room") == [
        ("A", "L", None, 1, "LH-101"),
        ("A", "L", None, 2, "LH-101"),
        ("A", "L", None, 3, "LH-101"),
        ("B", "P", "CSE1-B-B1", 1, "LAB-CSE1"),
        ("B", "P", "CSE1-B-B2", 1, "LAB-CSE2"),
    ]


LAYOUTS = {
    "l-t-p in one column, class in three": [
        ["Degree", "Sem", "Sec", "Course Code", "Course Title", "L-T-P", "Staff"],
        ["CSE", 3, "A", "CS301", "Operating Systems", "3-1-2", "Meera Rao"],
    ],
    "two rows of headings": [
        ["Name", "Subject", "Subject", "Hours/week", "Hours/week", "Hours/week", "Handled by"],
        ["Class", "Code", "Title", "Lec", "Tut", "Prac", ""],
        ["CSE3-A", "CS301", "Operating Systems", 3, 1, 2, "Dr.Meera Rao"],
    ],
    "a row for each kind of hours": [
        ["Year & Section", "Subject Code", "Subject Name", "Type", "Hrs/Week", "Faculty Name"],
        ["CSE3-A", "CS301", "Operating Systems", "Theory", 3, "Meera Rao"],
        ["", "CS301", "Operating Systems", "Tutorial", 1, "Meera Rao"],
        ["", "CS301", "Operating Systems", "Lab", 2, "Meera Rao"],
    ],
    "a block for each class, totals below": [
        ["SUBJECT ALLOTMENT 2026"],
        ["Class: CSE3-A"],
        ["S.No", "Sub. Code", "Name of the Subject", "L", "T", "P", "Name of the Faculty"],
        [1, "CS301", "Operating Systems", 3, 1, 2, "Meera Rao, M.Tech"],
        ["", "", "Total", 3, 1, 2, ""],
    ],
    "code and title in one cell, no code column": [
        ["Class", "Subject", "Theory hours", "Tutorial", "Lab hours", "Faculty"],
        ["CSE3-A", "CS301 - Operating Systems", "3 hrs", "1", "2", "MEERA RAO"],
    ],
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_same_allotment_is_read_from_many_layouts(name: str) -> None:
    converted = read(COLLEGE, sheet("Sheet1", LAYOUTS[name]), answers=SIZE)
    assert [str(fault) for fault in converted.tables.faults] == []
    assert [question.code for question in converted.questions] == []
    assert table(converted, "courses", "code", "title", "department") == [("CS301", "Operating Systems", "CSE")]
    assert table(converted, "sections", "course", "section", "faculty", "groups") == [
        ("CS301", "A", ("C1",), ("CSE3-A",))
    ]
    assert [row[2:5] for row in components(converted)] == [("L", 3, 1), ("T", 1, 1), ("P", 1, 2)]


def test_a_name_is_asked_about_once_and_the_answer_is_used_for_all_its_rows() -> None:
    rows = [
        ["CSE1-A", "CSE103", "Core", 3, 0, 0, 3, "Dr. Mira Rao", "", ""],
        ["CSE1-B", "CSE103", "Core", 3, 0, 0, 3, "dr mira rao", "", "TBA"],
        ["CSE1-B", "CSE104", "More", 3, 0, 0, 3, "TBA", "", "LH-1O1"],
    ]
    asked = allot(*rows)
    teacher, room = asked.questions
    assert (teacher.code, teacher.count, teacher.rows, teacher.may_create, teacher.may_skip) == (
        "teacher", 2, (2, 3), True, True,
    )  # fmt: skip
    assert teacher.candidates[0].value == "C1"
    assert (room.code, room.found, room.candidates[0].value) == ("room", "LH-1O1", "LH-101")
    answers = {teacher.key: "C1", room.key: "LH-101"}
    told = allot(*rows, answers=answers)
    assert told.questions == ()
    assert table(told, "sections", "faculty") == [("C1",), ("C1",), ()]
    assert len(table(told, "pins", "room")) == 3
    new = allot(*rows, answers=answers | {teacher.key: NEW})
    assert table(new, "faculty", "code", "name", "department") == [("MR", "Dr. Mira Rao", "CSE")]


def test_a_course_whose_department_code_and_teacher_tell_differently_is_asked_about() -> None:
    rows = [["CSE1-A", "CSE110", "Discrete mathematics", 3, 0, 0, 3, "Prof. T. Joshi", "", ""]]
    (question,) = allot(*rows).questions
    assert question.code == "course_department"
    assert [candidate.value for candidate in question.candidates[:2]] == ["CSE", "MAT"]
    assert table(allot(*rows, answers={question.key: "MAT"}), "courses", "department") == ["MAT"]


def test_a_class_that_no_lab_seats_is_asked_about_once() -> None:
    rows = [["CSE1-A", "CSE103", "Core", 0, 0, 2, 3, "Meera Rao", "", ""]]
    (size,) = read(COLLEGE, sheet("Allotment", [HEAD, *rows])).questions
    assert (size.code, size.values["number"], size.may_skip) == ("class_size", "1", True)
    converted = allot(*rows, answers={"class-size": "60"})
    (batches,) = converted.questions
    assert (batches.code, batches.values["size"], batches.values["seats"]) == ("lab_batches", "60", "36")
    split = allot(*rows, answers={"class-size": "60", batches.key: "2"})
    assert table(split, "components", "batches") == [("CSE1-A-B1", "CSE1-A-B2")]
    assert dict(table(split, "groups", "code", "size")) == {
        "CSE1": 0, "CSE1-A": 60, "CSE1-A-B1": 30, "CSE1-A-B2": 30,
    }  # fmt: skip
    whole = allot(*rows, answers={"class-size": "60", batches.key: "1"})
    assert table(whole, "components", "batches") == [()]


def test_two_teachers_of_the_same_hours_of_a_class_are_asked_about() -> None:
    rows = [
        ["CSE1-A", "CSE103", "Core", 3, 0, 0, 3, "Meera Rao", "", ""],
        ["CSE1-A", "CSE103", "Core", 3, 0, 0, 3, "S K Bose", "", ""],
        ["CSE1-A", "CSE103", "Core", 3, 0, 0, 3, "S K Bose", "", ""],
    ]
    (question,) = allot(*rows).questions
    assert (question.code, question.rows) == ("same_class", (3,))
    together = allot(*rows, answers={question.key: "together"})
    assert [(row[2], row[3]) for row in components(together)] == [("L", 3)]
    assert table(together, "sections", "faculty") == [("C1", "C2")]
    each = allot(*rows, answers={question.key: "each"})
    assert table(each, "components", "component", "meetings_per_week", "faculty") == [
        ("L", 3, ("C1",)),
        ("L-2", 3, ("C2",)),
    ]
    assert ("same_row", 1) in {(change.code, change.count) for change in each.changes}


def test_what_cannot_be_read_is_named_with_its_cell_and_nothing_is_guessed() -> None:
    head = ["Class", "Sub Code", "Subject", "L-T-P", "Faculty"]
    rows = [["CSE1-A", "CSE103", "Core", "three", "Bose"], ["CSE1-A", "", "", "3-0-0", "Bose"],
            ["", "CSE104", "More", "3-0-0", "Bose"]]  # fmt: skip
    converted = allot(*rows, head=(head,))
    assert [(fault.row, fault.column, fault.role) for fault in converted.tables.faults] == [
        (2, "L-T-P", "ltp"),
        (3, "Sub Code", "course"),
    ]
    assert ("as_above", "Class") in {(change.code, change.column) for change in converted.changes}


def test_reading_the_same_allotment_again_finds_the_same_sections() -> None:
    stored = known(
        departments=[("code", "name"), ("CSE", "Computer Science")],
        courses=[("code", "title", "department"), ("CSE103", "Core", "CSE")],
        groups=[("code", "name", "parent"), ("CSE1", "CSE1", None), ("CSE1-A", "CSE1-A", "CSE1")],
        sections=[("course", "section", "groups", "faculty"), ("CSE103", "X", ("CSE1-A",), ())],
        faculty=[("code", "name", "department"), ("C1", "Dr. Meera Rao", "CSE")],
    )
    rows = [HEAD, ["cse1-a", "CSE 103", "Core", 3, 0, 0, 3, "C1", "", ""]]
    converted = read(stored, sheet("Allotment", rows))
    assert not converted.questions
    assert table(converted, "groups", "code") == []
    assert table(converted, "sections", "course", "section", "groups") == [("CSE103", "X", ("CSE1-A",))]


def test_without_any_teacher_one_question_makes_them_of_their_names() -> None:
    nobody = known(departments=[("code", "name"), ("CSE", "Computer Science")])
    rows = [HEAD, ["CSE1-A", "CSE103", "Core", 3, 0, 0, 3, "Dr Meera Rao", "", ""],
            ["CSE1-A", "CSE104", "More", 3, 0, 0, 3, "Mr. Bose", "", ""]]  # fmt: skip
    asked = read(nobody, sheet("Allotment", rows), answers=SIZE)
    assert [question.code for question in asked.questions] == ["no_teachers_known"]
    made = read(nobody, sheet("Allotment", rows), answers=SIZE | {"teachers": NEW})
    assert table(made, "faculty", "name", "department") == [("Dr Meera Rao", "CSE"), ("Mr. Bose", "CSE")]


def test_what_follows_from_the_department_of_a_teacher_waits_until_that_is_known() -> None:
    stored = known(
        faculty=[("code", "name", "department"), ("X1", "Dr. Meera Rao", None)],
        rooms=[("code", "name", "kind", "capacity"), ("A", "A", "lab", 30), ("B", "B", "computer lab", 30)],
    )
    rows = [HEAD, ["CSE1-A", "ABC103", "Core", 3, 0, 2, 3, "Meera Rao", "", ""]]
    assert read(stored, sheet("Allotment", rows), answers=SIZE).questions == ()


def test_a_list_of_courses_is_no_allotment() -> None:
    rows = [["Code", "Title", "Department", "L", "T", "P", "Credits"], ["CSE103", "Core", "CSE", 3, 0, 2, 4]]
    said = guess(RawBook("b", BookKind.XLSX, (sheet("Courses list", rows),)), COLLEGE)
    assert said.sheets[0].shape is not SheetShape.ALLOTMENT


@pytest.mark.parametrize(
    ("cell", "codes", "asked"),
    [
        ("Meera Rao & T. Joshi", ("C1", "M1"), ()),
        ("Meera Rao\nT. Joshi", ("C1", "M1"), ()),
        ("Dr. Meera\nRao", ("C1",), ()),
        ("(Meera Rao) , T. Joshi (MAT)", ("C1", "M1"), ()),
        ("Rao, Meera", ("C1",), ()),
        ("Dr. Meera Rao, Ph.D", ("C1",), ()),
        ("Meera Rao & Zed Xavier", ("C1",), ("Zed Xavier",)),
        ("Zed Xavier / Meera Rao", ("C1",), ("Zed Xavier",)),
        ("Meera Rao\nZed Xavier", ("C1",), ("Zed Xavier",)),
        ("Meera Rao + TBA", ("C1",), ()),
    ],
)
def test_nobody_of_several_teachers_in_a_cell_is_left_out_in_silence(
    cell: str, codes: tuple[str, ...], asked: tuple[str, ...]
) -> None:
    converted = allot(["CSE1-A", "CSE103", "Core", 3, 0, 0, 3, cell, "", ""])
    assert tuple(question.found for question in converted.questions if question.code == "teacher") == asked
    assert table(converted, "sections", "faculty") == [codes]
