"""The timetable editor in a real browser: by click, by key, by dragging, and with two tabs open."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import BrowserContext, Page, expect

from tests.edge import commit
from tests.university import Case, adjustable
from webapp.extensions import db
from webapp.services.editor import board_cache, moves
from webapp.web.access import SESSION_BEGAN

AXE = next(Path(__file__).parent.glob("vendor/axe-*.min.js"))


@pytest.fixture
def case(data: Flask) -> Iterator[Case]:
    board_cache.forget_boards()
    found = adjustable()
    db.session.commit()
    yield found
    board_cache.forget_boards()


@pytest.fixture
def registrar(case: Case, data: Flask, context: BrowserContext, base_url: str) -> BrowserContext:
    """A browser in which the case's registrar has signed in."""
    signer = SecureCookieSessionInterface().get_signing_serializer(data)
    assert signer is not None
    value = signer.dumps({"_user_id": case.user.get_id(), "_fresh": True, SESSION_BEGAN: int(time.time())})
    name = str(data.config["SESSION_COOKIE_NAME"])
    context.add_cookies([{"name": name, "value": value, "url": base_url}])
    return context


@pytest.fixture
def complaints(page: Page) -> list[str]:
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def path(case: Case, code: str = "", ordinal: int = 1) -> str:
    entry = f"&entry={case.entry(code, ordinal).entry_id}" if code else ""
    return f"/admin/timetables/{case.timetable.timetable_id}/edit?by=group{entry}"


def cell(page: Page, case: Case, day: int, number: int) -> str:
    return f'[data-spot="{case.slot(day, number).time_slot_id}"]'


def open_editor(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_function("window.htmx !== undefined")


def last_step(page: Page) -> str:
    return page.locator(".ed__last").inner_text()


def test_a_class_is_chosen_and_moved_by_keyboard_and_the_move_undone(
    page: Page, registrar: BrowserContext, case: Case, complaints: list[str]
) -> None:
    open_editor(page, path(case))
    page.locator(f'.wg [data-entry="{case.entry("ALG", 2).entry_id}"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#chosen-title")).to_have_text("ALG A, L 2")
    expect(page.locator(f'.wg [data-entry="{case.entry("ALG", 2).entry_id}"]')).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator(cell(page, case, 0, 2))).to_be_focused()
    expect(page.locator("#ed-effect")).to_contain_text("Monday 10:00 to 11:00, LH-1: Cost")
    page.keyboard.press("Enter")
    expect(page.locator(".ed__last")).to_contain_text("ALG A, L 2: from Monday 09:00 to 10:00, LH-1 to Monday 10:00")
    expect(page.locator(f'.wg [data-entry="{case.entry("ALG", 2).entry_id}"]')).to_be_focused()
    assert case.place("ALG", 2)[:2] == (0, 2)
    page.get_by_text("Re-solve the rest").first.click()
    page.keyboard.press("Control+z")
    expect(page.locator(".ed__last")).to_contain_text("No step has been taken yet.")
    assert case.place("ALG", 2)[:2] == (0, 1)
    expect(page.get_by_label("Moves")).to_be_visible()  # what is unfolded stays so when the page is drawn anew
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".ed__last")).to_contain_text("ALG A, L 2")
    page.keyboard.press("Escape")
    expect(page.locator("#chosen-title")).to_have_count(0)
    assert complaints == []


def test_a_class_is_dragged_to_a_free_cell(page: Page, registrar: BrowserContext, case: Case) -> None:
    open_editor(page, path(case))
    chip = page.locator(f'.wg [data-entry="{case.entry("ALG").entry_id}"]').bounding_box()
    assert chip is not None
    page.mouse.move(chip["x"] + 20, chip["y"] + 12)
    page.mouse.down()
    page.mouse.move(chip["x"] + 50, chip["y"] + 40, steps=3)
    target = page.locator(f"td:has({cell(page, case, 2, 2)})")
    expect(target).to_be_visible()
    box = target.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    expect(target).to_contain_class("is-target")
    page.mouse.up()
    expect(page.locator(".ed__last")).to_contain_text("to Wednesday 10:00 to 11:00")
    assert case.place("ALG")[:2] == (2, 2)


def test_a_taken_cell_offers_a_swap(page: Page, registrar: BrowserContext, case: Case) -> None:
    page.goto(path(case, "ALG"))
    page.wait_for_function("window.htmx !== undefined")
    page.locator(cell(page, case, 0, 1)).click()
    expect(page.get_by_role("alert")).to_contain_text("it is taken")
    page.get_by_role("button", name="Swap the two").click()
    expect(page.locator(".ed__last")).to_contain_text("ALG A, L 2: from Monday 09:00")
    assert (case.place("ALG"), case.place("ALG", 2)) == ((0, 1, "LH-1"), (0, 0, "LH-1"))


def test_the_second_tab_is_told_what_the_first_did(page: Page, registrar: BrowserContext, case: Case) -> None:
    open_editor(page, path(case, "ALG"))
    other = registrar.new_page()
    open_editor(other, path(case, "BOT") + "&by=faculty")
    page.locator(cell(page, case, 2, 2)).click()
    expect(page.locator(".ed__last")).to_contain_text("ALG A, L 1")
    other.locator(cell(other, case, 2, 3)).click()
    expect(other.get_by_role("alert")).to_contain_text("The draft has changed since you looked at it")
    expect(other.get_by_role("alert")).to_contain_text("You: ALG A, L 1: from Monday 08:00")
    assert case.place("BOT") == (0, 0, "LH-2")
    other.locator(cell(other, case, 2, 3)).click()
    expect(other.locator(".ed__last")).to_contain_text("BOT A, L 1")
    assert (case.place("ALG")[:2], case.place("BOT")[:2]) == ((2, 2), (2, 3))


def test_it_works_without_script(browser: object, registrar: BrowserContext, case: Case, base_url: str) -> None:
    plain = browser.new_context(java_script_enabled=False, base_url=base_url)  # type: ignore[attr-defined]
    plain.add_cookies(registrar.cookies())
    page = plain.new_page()
    page.goto(path(case, "ALG"))
    page.locator(cell(page, case, 2, 2)).click()
    expect(page.locator(".ed__last")).to_contain_text("to Wednesday 10:00 to 11:00")
    page.get_by_role("button", name="Undo").click()
    assert case.place("ALG") == (0, 0, "LH-1")
    plain.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(page: Page, registrar: BrowserContext, case: Case, scheme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    commit(moves.unplace, case.user, case.timetable, case.timetable.revision, case.entry("LAB").entry_id)
    open_editor(page, path(case, "ALG"))
    page.locator(cell(page, case, 2, 0)).click()
    expect(page.get_by_role("alert")).to_contain_text("must hold")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [
        f"{v['id']}: {v['nodes'][0]['html'][:200]}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


FITS = """() => {
  const inside = (box) => box.scrollHeight <= box.clientHeight + 1 && box.scrollWidth <= box.clientWidth + 1;
  return {
    page: inside(document.scrollingElement),
    weeks: [...document.querySelectorAll(".wg-scroll")].map((week) => {
      const { bottom, right } = week.getBoundingClientRect();
      return inside(week) && bottom <= innerHeight && right <= innerWidth;
    }),
  };
}"""


def test_at_1366_by_768_nothing_of_a_week_scrolls_beside_the_panel_nor_do_four_weeks_side_by_side(
    page: Page, registrar: BrowserContext, case: Case, complaints: list[str]
) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    open_editor(page, path(case))
    assert page.evaluate(FITS) == {"page": True, "weeks": [True]}
    page.locator(f'.wg [data-entry="{case.entry("ALG", 2).entry_id}"]').click()
    expect(page.locator("#chosen-title")).to_have_text("ALG A, L 2")
    assert page.evaluate(FITS) == {"page": True, "weeks": [True]}
    for number in (2, 3, 4):
        page.locator("#beside").select_option(index=1)
        expect(page.locator(".wg")).to_have_count(number)
        assert page.evaluate(FITS) == {"page": True, "weeks": [True] * number}
    expect(page.locator("#beside")).to_have_count(0)
    page.locator(cell(page, case, 0, 2)).first.click()
    expect(page.locator(".ed__last")).to_contain_text("ALG A, L 2: from Monday 09:00 to 10:00, LH-1 to Monday 10:00")
    expect(page.locator(".wg")).to_have_count(4)
    page.get_by_role("link", name="Take the week of").first.click()
    expect(page.locator(".wg")).to_have_count(3)
    assert complaints == []
