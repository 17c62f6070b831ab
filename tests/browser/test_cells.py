"""Cells of a list edited in place in a real browser: by key alone, with two tabs, and with a server that is slow."""

import re
import time

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests import factories
from webapp.extensions import db
from webapp.models import Room, User
from webapp.web.access import SESSION_BEGAN

ROOMS = "/admin/records/rooms"
REFUSED = re.compile("status of (409|422)")


@pytest.fixture
def registrar(data: Flask, context: BrowserContext, base_url: str) -> User:
    """Somebody who is signed in, with three rooms."""
    user = factories.user()
    factories.term(user.organization)
    for number in range(1, 4):
        factories.room(user.organization, code=f"R{number}", capacity=40, kind="lecture")
    db.session.commit()
    signer = SecureCookieSessionInterface().get_signing_serializer(data)
    assert signer is not None
    value = signer.dumps({"_user_id": user.get_id(), "_fresh": True, SESSION_BEGAN: int(time.time())})
    context.add_cookies([{"name": str(data.config["SESSION_COOKIE_NAME"]), "value": value, "url": base_url}])
    return user


def cell(page: Page, row: int, name: str) -> Locator:
    return page.locator("tr[data-row]").nth(row).locator(f"[data-cell={name}]")


def seats() -> list[int]:
    rooms = db.session.query(Room).order_by(Room.code).populate_existing()
    found = [room.capacity for room in rooms]
    db.session.rollback()
    return found


def forgive(complaints: list[str]) -> None:
    """A refusal is a status that a browser's console repeats."""
    complaints[:] = [said for said in complaints if not REFUSED.search(said)]


def test_a_column_is_typed_down_by_keyboard_corrected_and_undone(
    page: Page, registrar: User, complaints: list[str]
) -> None:
    page.goto(ROOMS)
    cell(page, 0, "name").focus()
    page.keyboard.press("ArrowRight")
    expect(cell(page, 0, "capacity")).to_be_focused()
    assert page.locator("tbody [tabindex='0']").count() == 1
    for number in ("51", "52"):
        page.keyboard.type(number)
        expect(page.locator(".cell-form input[name=value]")).to_have_value(number)
        page.keyboard.press("Enter")
        expect(page.locator(".cell-form")).to_have_count(0)
    expect(cell(page, 2, "capacity")).to_be_focused()
    assert seats() == [51, 52, 40]
    page.keyboard.press("F2")
    page.keyboard.type("-3")
    page.keyboard.press("Enter")
    field = cell(page, 2, "capacity").locator("input[name=value]")
    expect(cell(page, 2, "capacity").get_by_role("alert")).to_contain_text("whole number from 0")
    expect(field).to_be_focused()
    expect(field).to_have_value("-3")
    page.keyboard.press("Escape")
    expect(cell(page, 2, "capacity")).to_have_text("40")
    page.keyboard.press("Enter")
    page.keyboard.type("53")
    page.keyboard.press("Tab")
    expect(cell(page, 2, "kind")).to_be_focused()
    assert seats() == [51, 52, 53]
    page.locator(".undo-bar button").click()
    expect(page.locator(".flash, .alert").first).to_contain_text("Undone")
    assert seats() == [51, 52, 40]
    forgive(complaints)


def test_what_another_tab_has_stored_meanwhile_is_taken_or_overwritten(
    page: Page, registrar: User, context: BrowserContext, complaints: list[str]
) -> None:
    other = context.new_page()
    for tab in (page, other):
        tab.goto(ROOMS)
        for row in (0, 1):
            cell(tab, row, "capacity").click()
            cell(tab, row, "capacity").locator("input[name=value]").fill(f"{60 + row}" if tab is other else "99")
            if tab is other:
                tab.keyboard.press("Enter")
                expect(cell(tab, row, "capacity").locator("form")).to_have_count(0)
            else:
                tab.evaluate("document.hasFocus = () => false")  # it goes to the back with its fields open
    assert seats() == [60, 61, 40]
    for row in (0, 1):
        cell(page, row, "capacity").locator("input[name=value]").press("Enter")
        expect(cell(page, row, "capacity").get_by_role("alert")).to_contain_text(f"it is now “{60 + row}”")
    cell(page, 0, "capacity").get_by_text("Take what it is now").click()
    expect(cell(page, 0, "capacity")).to_have_text("60")
    cell(page, 1, "capacity").get_by_role("button", name="Overwrite").click()
    expect(cell(page, 1, "capacity")).to_have_text("99")
    assert seats() == [60, 99, 40]
    forgive(complaints)


def test_a_slow_server_loses_nothing_that_is_typed(page: Page, registrar: User) -> None:
    def late(route: Route) -> None:
        time.sleep(0.4)
        route.continue_()

    page.route("**/cells/*", late)
    page.goto(ROOMS)
    cell(page, 0, "capacity").focus()
    for number in ("71", "72", "73"):  # before a field is there, and while another is being stored
        page.keyboard.type(number)
        if number != "73":
            page.keyboard.press("Enter")
    expect(cell(page, 2, "capacity").locator("input[name=value]")).to_have_value("73")
    page.get_by_role("link", name="Buildings", exact=True).click()  # waits until it is stored
    page.wait_for_url("**/buildings")
    assert seats() == [71, 72, 73]
