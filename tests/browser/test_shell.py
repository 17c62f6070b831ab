"""The frame of every page works in a real browser under the strict policy."""

from playwright.sync_api import Page, expect


def test_a_page_loads_its_styles_fonts_and_scripts_without_a_complaint_of_the_browser(
    page: Page, complaints: list[str]
):
    page.goto("/no-such-page")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    page.wait_for_function("window.htmx !== undefined")
    page.evaluate("document.fonts.ready")
    # The browser notes the 404 that was asked for; nothing else.
    assert [text for text in complaints if "404" not in text] == []
    complaints.clear()
