"""The whole way of a registrar, from a workbook to a student's printed week, with a real worker."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests import university
from tests.browser import screens
from tests.university import University
from webapp.models import Organization

SECONDS = 8
PATIENCE = 90


def upload_and_confirm(page: Page) -> None:
    page.goto("/admin/import")
    book = {"name": "tiny.xlsx", "mimeType": "application/octet-stream", "buffer": university.workbook()}
    page.get_by_label("File", exact=True).set_input_files([book])
    page.get_by_role("button", name="Upload and preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Preview")
    expect(page.get_by_role("row", name="students 3")).to_be_visible()
    page.get_by_role("button", name="Import all of it").click()
    expect(page.get_by_role("status").or_(page.locator(".alert")).first).to_contain_text("tiny.xlsx is imported")


def generate(page: Page, seconds: int = SECONDS) -> str:
    page.goto("/admin/timetables/generate")
    page.get_by_label("Seconds").fill(str(seconds))
    page.get_by_role("main").get_by_role("button", name="Generate").click()
    page.wait_for_url("**/runs/tt_*")
    return page.url


def bar(page: Page) -> Iterator[int]:
    """What the bar says, each time it says something else, until the page no longer asks."""
    last = None
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        value, polls = page.evaluate(
            "[document.querySelector('#run progress').value, document.querySelector('#run').hasAttribute('hx-get')]"
        )
        if value != last:
            yield (last := value)
        if not polls:
            return
        page.wait_for_timeout(200)
    pytest.fail(f"the run did not end within {PATIENCE} seconds")


@pytest.mark.chaos
@pytest.mark.slow
def test_from_a_workbook_to_a_students_printed_week(page: Page, empty_university: Organization, worker: None):
    screens.sign_in(page, "registrar")
    upload_and_confirm(page)

    generate(page)
    values = list(bar(page))
    assert values == sorted(values)
    assert len(values) >= 3, values
    assert values[-1] == 100
    expect(page.locator("#run")).to_contain_text("5 variants are stored")

    page.get_by_role("link", name="Compare the variants").click()
    for name in ("Balanced", "Faculty-First", "Student-First", "Room-Saving", "Compact-Week"):
        expect(page.get_by_role("main")).to_contain_text(
            name
        )  # one that is the same timetable as another shares its card
    expect(page.get_by_text("highest quality")).to_have_count(1)

    page.get_by_role("link", name="Week of Balanced").click()
    expect(page.get_by_role("table")).to_contain_text("CSE301")
    page.get_by_role("navigation", name="Seen by").get_by_role("link", name="Rooms").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("HALL: Room HALL")

    page.get_by_role("link", name="Balanced", exact=True).click()
    page.get_by_role("link", name="Publish", exact=True).last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Publish Balanced")
    for department in page.get_by_role("checkbox", name="has not approved it").all():
        department.check()
    page.get_by_role("main").get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="Everybody sees version 1")).to_be_visible()

    university.add_accounts(empty_university)
    screens.sign_in_anew(page, "student")
    text = page.get_by_role("main").inner_text()
    assert "A1" in text
    assert "A2" not in text
    assert "MAT205" not in text
    page.get_by_role("link", name="Print").click()
    page.wait_for_url("**/print*")
    sheets = screens.printed(page)
    assert len(sheets) == 1
    assert "Asha Nair" in sheets[0]
    assert "CSE301" in sheets[0]


def test_a_double_click_asks_for_one_run(page: Page, published: University):
    screens.sign_in(page, "registrar")
    page.goto("/admin/timetables/generate")
    page.get_by_role("main").get_by_role("button", name="Generate").dblclick()
    page.wait_for_url("**/runs/tt_*")
    page.goto("/admin/timetables")
    expect(page.get_by_role("region", name="Runs").get_by_role("row")).to_have_count(2)


def test_a_second_tab_and_the_back_button_lead_to_the_run_that_is_under_way(page: Page, published: University):
    screens.sign_in(page, "registrar")
    other = page.context.new_page()
    other.goto("/admin/timetables/generate")
    first = generate(page)
    other.get_by_role("main").get_by_role("button", name="Generate").click()
    other.wait_for_url("**/runs/tt_*")
    assert other.url == first
    page.go_back()
    page.get_by_role("main").get_by_role("button", name="Generate").click()
    page.wait_for_url("**/runs/tt_*")
    assert page.url == first


def test_a_session_that_ends_while_a_run_is_watched_leads_to_the_sign_in_page_and_back(
    page: Page, published: University
):
    screens.sign_in(page, "registrar")
    run = generate(page)
    page.context.clear_cookies()
    page.wait_for_url(lambda url: "/sign-in" in url, timeout=10_000)
    page.get_by_label("E-mail").fill(university.email("registrar"))
    page.get_by_label("Password").fill(university.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/runs/tt_*")
    assert page.url == run


def test_publishing_twice_says_that_it_is_published_already(page: Page, published: University):
    screens.sign_in(page, "registrar")
    page.goto(f"/admin/timetables/{published.timetable_id}/publish")
    expect(page.get_by_role("main")).to_contain_text("Version 1 is published already.")


def test_a_wrong_workbook_is_refused_with_row_column_and_reason_and_changes_nothing(page: Page, published: University):
    screens.sign_in(page, "registrar")
    page.goto("/admin/import")
    wrong = b"code,name,capacity\nR9,Hall 9,many\n"
    page.get_by_label("File", exact=True).set_input_files(
        [{"name": "rooms.csv", "mimeType": "text/csv", "buffer": wrong}]
    )
    page.get_by_role("button", name="Upload and preview").click()
    expect(page.get_by_role("row", name="capacity")).to_contain_text("many")
    expect(page.get_by_role("button", name="Import all of it")).to_have_count(0)
    page.goto("/admin/records/rooms")
    expect(page.get_by_role("main")).not_to_contain_text("R9")
