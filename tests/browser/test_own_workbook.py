"""A college's own workbook, from the upload to a published timetable in one sitting, without touching the file.

Every click is counted, and every decision: what the registrar has to know. docs/importing.md names both numbers.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from tests.browser import screens
from webapp.extensions import db
from webapp.models import Faculty, Organization, Room, Section, TimeSlot, Timetable
from webapp.services.imports.layouts.plan import LEAVE_OUT

ROOT = Path(__file__).parent.parent.parent
WORKBOOK = ROOT / "tests" / "data" / "own-headings.xlsx"
DOCS = ROOT / "docs" / "importing.md"
MOST_CLICKS = 40
PATIENCE = 120_000
SECONDS = 8


@dataclass
class Hand:
    """What a registrar does with the mouse; a field that is typed into is a click, too."""

    page: Page
    clicks: int = 0
    decisions: int = 0

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def press(self, name: str) -> None:
        self.click(self.page.get_by_role("main").get_by_role("button", name=name, exact=True))

    def go(self, name: str) -> None:
        self.click(self.page.get_by_role("navigation").first.get_by_role("link", name=name, exact=True))

    def decide(self, box: Locator, value: str) -> None:
        box.select_option(value)
        self.clicks += 1
        self.decisions += 1


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


@pytest.mark.slow
def test_own_headings_become_a_published_timetable(page: Page, empty_university: Organization, worker: None) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    screens.sign_in(page, "registrar")
    hand = Hand(page)
    hand.go("Import and export")
    page.get_by_label("File", exact=True).set_input_files(WORKBOOK)
    hand.clicks += 2  # the button of the field, and the file
    hand.press("Upload and preview")

    expect(heading(page)).to_have_text("How the file is read")
    assert screens.grave_violations(page) == []
    hand.press("Continue")
    answer_every_question(hand)

    expect(heading(page)).to_have_text("Preview")
    expect(page.get_by_text(re.compile(r"\d+ faults?;"))).to_have_count(0)
    expect(page.get_by_text("Read otherwise than it stands there")).to_be_visible()
    assert screens.grave_violations(page) == []
    hand.press("Import all of it")
    expect(page.locator("#flashes")).to_contain_text("own-headings.xlsx is imported")
    assert counts() == {"faculty": 70, "rooms": 31, "sections": 155, "days": 6}

    hand.go("Generate")
    before_generate = hand.clicks
    ask_for_little(page)
    hand.press("Generate")
    page.wait_for_url("**/runs/tt_*")
    expect(page.locator("[data-poll]")).to_have_count(0, timeout=PATIENCE)
    publish_the_first(hand)
    assert before_generate < MOST_CLICKS
    told = f"{before_generate} clicks before Generate, {hand.clicks} until it is published, {hand.decisions} decisions"
    assert told in " ".join(DOCS.read_text(encoding="utf-8").split())


def answer_every_question(hand: Hand) -> None:
    """As somebody who does not know how many students a class has, and takes the nearest of every other list."""
    page = hand.page
    for _round in range(5):
        if heading(page).inner_text() != "Questions":
            return
        assert screens.grave_violations(page) == []
        for box in page.locator("select[name^='answer-']").all():
            if box.input_value() == "":
                offered = [option.get_attribute("value") or "" for option in box.locator("option").all()]
                hand.decide(box, LEAVE_OUT if "students" in box.inner_text() else offered[1])
        hand.press("Continue")
    pytest.fail("there is always a further question")


def ask_for_little(page: Page) -> None:
    """One variant in some seconds, which is for the test alone and not counted."""
    page.get_by_label("Seconds").fill(str(SECONDS))
    for name in ("Faculty-First", "Student-First", "Room-Saving", "Compact-Week"):
        page.get_by_role("checkbox", name=name).uncheck()


def publish_the_first(hand: Hand) -> None:
    page = hand.page
    hand.go("Runs and variants")
    hand.click(page.get_by_role("link", name="Balanced", exact=True).first)
    hand.click(page.get_by_role("link", name="Publish", exact=True).last)
    expect(heading(page)).to_contain_text("Publish ")
    for point in page.get_by_role("main").get_by_role("checkbox").all():
        hand.click(point)
    hand.press("Publish")
    expect(page.get_by_role("heading", name="Everybody sees version 1")).to_be_visible(timeout=30_000)
    db.session.rollback()
    assert list(db.session.scalars(sa.select(Timetable.number).where(Timetable.number.is_not(None)))) == [1]


def counts() -> dict[str, int]:
    """What is stored of the workbook."""
    db.session.rollback()
    tables = {"faculty": Faculty.faculty_id, "rooms": Room.room_id, "sections": Section.section_id}
    found = {name: db.session.scalar(sa.select(sa.func.count(key))) or 0 for name, key in tables.items()}
    return found | {"days": db.session.scalar(sa.select(sa.func.count(sa.distinct(TimeSlot.day)))) or 0}
