"""A term with a class wrong: generated, corrected, generated again, published, changed, repaired, published.

Nothing that the data have outgrown is ever shown as good, nor kept where nobody wants it.
"""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from tests import factories, university
from tests.browser import screens
from webapp.config import LEAST_RUN_SECONDS
from webapp.extensions import db
from webapp.models import Role, Timetable, TimetableStatus
from webapp.services.repair import requests

PATIENCE = 60_000
"""Milliseconds for a job of a few seconds on a machine that does other things, too."""


@pytest.fixture
def tiny(data: Flask, monkeypatch: pytest.MonkeyPatch) -> university.University:
    """A small university in which Logic has a lab that nobody teaches, and nothing is generated."""
    monkeypatch.setattr(requests, "REPAIR_SECONDS", LEAST_RUN_SECONDS)
    uni = university.university(organization=factories.organization("TINY", name="Tiny University"))
    university.account(uni.organization, Role.REGISTRAR, "Rita Registrar")
    factories.component(uni.logic, "X", meetings_per_week=1)
    db.session.commit()
    return uni


@pytest.mark.slow
@pytest.mark.usefixtures("tiny", "worker")
def test_a_wrong_class_is_corrected_and_what_changes_after_publishing_is_repaired(page: Page) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    screens.sign_in(page, Role.REGISTRAR)
    first = generate(page)
    delete_the_wrong_class(page)
    see_that_the_first_run_is_out_of_date(page)
    generate(page)
    delete_the_first_run(page, first)
    publish_the_variant(page, 1)

    change_what_is_asked_for(page)
    see_what_has_changed_since(page)
    place_it_with_the_fewest_moves(page)
    publish(page, 2)
    see_that_nothing_is_left(page)


def main(page: Page) -> Locator:
    return page.get_by_role("main")


def go(page: Page, name: str) -> None:
    page.get_by_role("navigation").first.get_by_role("link", name=name, exact=True).click()


def wait_for_the_worker(page: Page) -> None:
    expect(page.locator("[data-poll]")).to_have_count(0, timeout=PATIENCE)


def generate(page: Page) -> str:
    """Make one variant; returns the run's number."""
    go(page, "Generate")
    page.get_by_label("Seconds").fill(str(LEAST_RUN_SECONDS))
    for name in ("Faculty-First", "Student-First", "Room-Saving", "Compact-Week"):
        page.get_by_role("checkbox", name=name).uncheck()
    main(page).get_by_role("button", name="Generate", exact=True).click()
    page.wait_for_url("**/runs/tt_*")
    wait_for_the_worker(page)
    return page.url.rpartition("/")[2]


def delete_the_wrong_class(page: Page) -> None:
    go(page, "Weekly classes")
    page.get_by_role("link", name="Delete MAT205 A X").click()
    expect(main(page)).to_contain_text("MAT205 A X is used in 1 variant of 1 run, which becomes out of date.")
    expect(main(page)).to_contain_text("1 class there goes, loses its place, or goes on without it.")
    main(page).get_by_role("button", name="Delete").click()
    expect(page.get_by_text("MAT205 A X deleted.", exact=True)).to_be_visible()


def see_that_the_first_run_is_out_of_date(page: Page) -> None:
    go(page, "Runs and variants")
    row = page.get_by_role("region", name="Timetables").get_by_role("row", name="Balanced")
    expect(row).not_to_contain_text("of 100")
    row.get_by_role("link", name="Balanced").click()
    expect(main(page)).to_contain_text("1 class has lost a row that it used: it was deleted.")
    page.get_by_role("link", name="Publish", exact=True).last.click()
    expect(page.get_by_label("1 class has lost a row that it used: it was deleted.")).not_to_be_checked()


def delete_the_first_run(page: Page, job_id: str) -> None:
    go(page, "Runs and variants")
    page.get_by_role("checkbox", name=f"Tick {job_id}").check()
    page.get_by_role("button", name="Delete what is ticked").click()
    expect(main(page)).to_contain_text("These go")
    main(page).get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("1 timetable deleted. 1 run deleted.")).to_be_visible()
    expect(page.get_by_role("region", name="Timetables").locator("tbody tr")).to_have_count(1)


def publish_the_variant(page: Page, number: int) -> None:
    page.get_by_role("region", name="Timetables").get_by_role("link", name="Balanced").click()
    page.get_by_role("link", name="Publish", exact=True).last.click()
    publish(page, number)


def publish(page: Page, number: int) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text("Publish ")
    for point in main(page).get_by_role("checkbox").all():
        point.check()
    main(page).get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name=f"Everybody sees version {number}")).to_be_visible()
    db.session.rollback()
    published = sa.select(Timetable.number).filter_by(status=TimetableStatus.PUBLISHED)
    assert db.session.scalars(published).all() == [number]


def change_what_is_asked_for(page: Page) -> None:
    go(page, "Weekly classes")
    page.get_by_role("link", name="Edit MAT205 A L").click()
    page.get_by_label("Classes a week").fill("3")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("MAT205 A L saved.")).to_be_visible()


def see_what_has_changed_since(page: Page) -> None:
    sentence = "Since version 1: 2 classes added, 2 classes have no place."
    for place in ("Dashboard", "Publish"):
        go(page, place)
        expect(page.get_by_role("heading", name=sentence)).to_be_visible()
    go(page, "Dashboard")
    expect(page.locator(".ladder")).to_contain_text(re.compile(r"Approved\s*\(left out\)"))
    go(page, "Runs and variants")
    page.get_by_role("row", name="Published").get_by_role("link", name="Balanced").click()
    expect(page.get_by_role("heading", name=sentence)).to_be_visible()
    expect(main(page)).to_contain_text("The data have changed since it was counted.")


def place_it_with_the_fewest_moves(page: Page) -> None:
    page.get_by_role("button", name="Place them, moving as few as possible").click()
    page.wait_for_url("**/repair/runs/tt_*")
    wait_for_the_worker(page)
    expect(main(page)).to_contain_text("2 classes without a place get one; no other class moves.")
    page.get_by_role("button", name="Make it a draft").first.click()
    assert [how for _label, _before, _now, *how in rows(page)], "the draft has what is new"
    page.get_by_role("link", name="Edit Balanced, repair 1").click()
    page.get_by_role("link", name="Scores and review").click()
    expect(main(page)).not_to_contain_text("The data have changed since it was counted.")
    page.get_by_role("link", name="Publish", exact=True).last.click()


def rows(page: Page) -> list[list[str]]:
    """The words of each cell of the table of classes that differ."""
    found: list[list[str]] = (
        page.get_by_role("table", name="Classes that differ")
        .locator("tbody tr")
        .evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))")
    )
    return found


def see_that_nothing_is_left(page: Page) -> None:
    go(page, "Dashboard")
    expect(page.locator("[data-since]")).to_have_count(0)
    expect(main(page)).to_contain_text("is published as version 2")
