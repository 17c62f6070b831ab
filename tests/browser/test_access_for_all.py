"""Every page of every role can be used by everybody: by axe, by keyboard alone, and without script."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import screens, workbench
from tests.university import University, email
from webapp.models import Role

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

REGISTRAR = (
    "/admin/records/rooms/new",
    "/admin/records/sections/new",
    "/admin/availability/rooms",
    "/admin/users/new",
    "/admin/timetables/{timetable}",
    "/admin/timetables/{timetable}/week",
    "/admin/timetables/{timetable}/print",
    "/profile",
)
# Beside what the navigation leads to.
PAGES = {
    "registrar": REGISTRAR,
    "hod": ("/hod/timetable", "/hod/timetable?by=group", "/hod/timetable/print", "/profile"),
    "faculty": ("/faculty/timetable", "/faculty/timetable/print"),
    "student": ("/student/timetable", "/student/timetable/print"),
}


@pytest.mark.parametrize("role", PAGES)
def test_axe_finds_nothing_serious_on_any_page_of_a_role_light_or_dark(page: Page, published: University, role: str):
    screens.sign_in(page, role)
    found: list[str] = []
    linked = page.locator("nav a").evaluate_all("links => links.map(one => one.getAttribute('href'))")
    for path in dict.fromkeys([*PAGES[role], *linked]):
        answer = page.goto(path.format(timetable=published.timetable_id))
        assert answer is not None
        assert answer.status == 200, path
        found += screens.grave_violations(page)
    assert found == []


def test_axe_finds_nothing_serious_before_signing_in(page: Page, data: object):
    page.goto("/sign-in")
    assert screens.grave_violations(page) == []


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.HOD])
def test_axe_finds_nothing_serious_on_the_workbench_and_it_fits_a_phone(page: Page, published: University, role: Role):
    addresses = workbench.furnish(published)[role]
    screens.sign_in(page, role)
    found, wide = [], []
    for path in addresses:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        found += screens.grave_violations(page)
        page.set_viewport_size(PHONE)
        wide += [path] if screens.overflow(page) else []
        page.set_viewport_size(DESKTOP)
    assert (found, wide) == ([], [])


def test_by_keyboard_alone_a_student_comes_to_the_printed_week(page: Page, published: University):
    page.goto("/sign-in")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type(email("student"))
    page.keyboard.press("Tab")
    page.keyboard.type(screens.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/student/timetable")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Calendar")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Print")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/print*")
    expect(page.get_by_role("button", name="Print")).to_be_visible()


def test_keys_move_in_a_list_without_leaving_the_page_until_enter(page: Page, published: University):
    screens.sign_in(page, "registrar")
    page.goto(f"/admin/timetables/{published.timetable_id}/week")
    page.get_by_label("Groups").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("button", name="Show")).to_be_visible()
    expect(page.get_by_label("Groups")).to_be_focused()
    assert "key=" not in page.url
    page.keyboard.press("Enter")
    page.wait_for_url("**key=*")


def test_without_script_a_run_can_be_asked_for_watched_and_cancelled(
    browser: Browser, base_url: str, published: University
):
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    screens.sign_in(page, "registrar")
    page.goto("/admin/timetables/generate")
    page.get_by_role("button", name="Generate").click()
    assert "/admin/timetables/runs/tt_" in page.url
    expect(page.locator("#run")).to_contain_text("Queued")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#run")).to_contain_text("Cancelled")
    context.close()


def test_the_question_before_a_run_is_cancelled_has_two_different_answers(page: Page, published: University):
    screens.sign_in(page, "registrar")
    page.goto("/admin/timetables/generate")
    page.get_by_role("button", name="Generate").click()
    page.locator("#run").get_by_role("button", name="Cancel").click()
    answers = page.get_by_role("dialog").get_by_role("button")
    expect(answers).to_have_text(["Back", "Cancel"])
    answers.last.click()
    expect(page.locator("#run")).to_contain_text("Cancelled")


def test_without_script_another_subjects_week_can_be_chosen(browser: Browser, base_url: str, published: University):
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    screens.sign_in(page, "registrar")
    page.goto(f"/admin/timetables/{published.timetable_id}/week")
    page.get_by_label("Groups").select_option(label="B: Group B")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("B: Group B")
    assert "CSE301" in page.locator("#week").inner_text()
    context.close()
