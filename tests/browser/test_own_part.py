"""Everybody sees, and prints, exactly their own part of what is published."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import screens
from tests.university import University

GROUPS = 4
"""How many groups have classes of their own, so how many sheets "all groups" are."""


def week(page: Page) -> str:
    return page.locator("main").inner_text()


def test_a_student_sees_section_and_own_batch_and_no_other_batch_or_group(page: Page, published: University):
    screens.sign_in(page, "student")
    text = week(page)
    assert "3 classes" in text
    assert "CSE301" in text
    assert "MAT101" in text
    assert "A1" in text
    assert "A2" not in text
    assert "MAT205" not in text


def test_a_students_week_is_one_sheet_with_name_university_and_version(page: Page, published: University):
    screens.sign_in(page, "student")
    page.get_by_role("link", name="Print").click()
    page.wait_for_url("**/print*")
    sheets = screens.printed(page)
    assert len(sheets) == 1
    for words in ("Asha Nair", "Tiny University", "Semester 3, 2024-25", "Version 1", "Sheet 1 of 1", "CSE301"):
        assert words in sheets[0]
    assert "MAT205" not in sheets[0]


def test_a_teacher_sees_own_classes_only(page: Page, published: University):
    screens.sign_in(page, "faculty")
    text = week(page)
    assert "CSE301" in text
    assert "A2" in text
    for foreign in ("MAT101", "MAT205"):
        assert foreign not in text
    page.get_by_role("link", name="Print").click()
    page.wait_for_url("**/print*")
    assert len(screens.printed(page)) == 1


def test_a_head_sees_the_own_departments_courses_only(page: Page, published: University):
    screens.sign_in(page, "hod")
    text = week(page)
    assert "CSE301" in text
    assert "CSE391" in text
    assert "MAT101" not in text
    assert "MAT205" not in text
    page.get_by_role("link", name="Groups").click()
    expect(page.get_by_label("Groups")).to_contain_text("A: Group A")
    # MAT101 keeps the group busy; a head learns by whom, and no more.
    assert "Maths" in week(page)
    assert "MAT101" not in week(page)


def test_all_groups_print_on_one_sheet_each_with_a_header(page: Page, published: University):
    screens.sign_in(page, "registrar")
    page.goto(f"/admin/timetables/{published.timetable_id}/print?by=group")
    sheets = screens.printed(page)
    assert len(sheets) == GROUPS
    for number, sheet in enumerate(sheets, 1):
        assert "Tiny University" in sheet
        assert "Semester 3, 2024-25" in sheet
        assert f"Sheet {number} of {GROUPS}" in sheet
    assert sum("MAT101" in sheet for sheet in sheets) == 3  # of A and, with it, of its batches


@pytest.mark.parametrize("width", [390, 320])
def test_a_students_week_fits_a_phone(page: Page, published: University, width: int):
    page.set_viewport_size({"width": width, "height": 844})
    screens.sign_in(page, "student")
    expect(page.get_by_role("heading", name="Monday")).to_be_visible()
    assert screens.overflow(page) == 0


def test_what_is_withdrawn_is_gone_from_a_students_page(page: Page, published: University):
    screens.sign_in(page, "registrar")
    page.goto("/admin/publishing")
    page.get_by_role("button", name="Withdraw").click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("heading", name="Nothing is published")).to_be_visible()
    screens.sign_in_anew(page, "student")
    expect(page.get_by_role("heading", name="No timetable is published yet")).to_be_visible()
    assert "CSE301" not in week(page)
