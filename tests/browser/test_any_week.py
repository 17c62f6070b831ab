"""A term of every rule and every kind of week: imported, checked, generated, edited, published and printed."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.browser import screens
from webapp.demo import any_week
from webapp.engine.evaluate import Score, evaluate
from webapp.extensions import db
from webapp.models import Course, Section, Timetable, TimetableEntry
from webapp.services.problem.solutions import solution_from
from webapp.services.problem.term_problem import build_problem

PATIENCE = 120_000
"""Milliseconds for a job of some seconds on a machine that does other things, too."""
RUN_SECONDS = 30
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


@pytest.mark.chaos
@pytest.mark.slow
@pytest.mark.usefixtures("worker", "empty_university")
def test_a_term_of_every_rule_goes_all_the_way_to_paper(page: Page) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    screens.sign_in(page, "registrar")
    bring_in(page)
    see_that_nothing_blocks(page)
    job_id = generate(page)
    compare_with_the_truth(page, job_id)
    move_a_class_of_three_days(page)
    publish(page)
    print_each_of_its_days(page)


def bring_in(page: Page) -> None:
    page.goto("/admin/import")
    book = {"name": "any-week.zip", "mimeType": "application/zip", "buffer": any_week.archive()}
    page.get_by_label("File", exact=True).set_input_files([book])
    page.get_by_role("button", name="Upload and preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Preview")
    page.get_by_role("button", name="Import all of it").click()
    expect(page.get_by_role("status").or_(page.locator(".alert")).first).to_contain_text("any-week.zip is imported")


def see_that_nothing_blocks(page: Page) -> None:
    page.get_by_role("navigation").first.get_by_role("link", name="Check", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Check")
    expect(page.locator(".findings li[data-severity=blocker]")).to_have_count(0)


def generate(page: Page) -> str:
    page.goto("/admin/timetables/generate")
    page.get_by_label("Seconds").fill(str(RUN_SECONDS))
    for name in ("Faculty-First", "Student-First", "Room-Saving", "Compact-Week"):
        page.get_by_role("checkbox", name=name).uncheck()
    page.get_by_role("main").get_by_role("button", name="Generate", exact=True).click()
    page.wait_for_url("**/runs/tt_*")
    expect(page.locator("[data-poll]")).to_have_count(0, timeout=PATIENCE)
    expect(page.locator("#run")).to_contain_text("1 variant is stored, every class has its place.")
    expect(page.locator("#run")).not_to_contain_text("not seen")
    return page.url.rpartition("/")[2]


def truth(timetable: Timetable) -> Score:
    problem = build_problem(timetable.term)
    return evaluate(problem.instance, solution_from(problem, timetable.timetable_id))


def compare_with_the_truth(page: Page, job_id: str) -> None:
    db.session.rollback()
    score = truth(db.session.scalars(sa.select(Timetable)).one())
    assert score.hard == 0
    told = page.request.get(f"/api/timetable/result/{job_id}").json()["variants"]
    assert [variant["cost"] for variant in told] == [score.cost]
    page.get_by_role("link", name="Compare the variants").click()
    expect(page.get_by_role("main")).to_contain_text(f"{score.cost:,}")


def move_a_class_of_three_days(page: Page) -> None:
    """Move Calculus of section A to where it breaks nothing: it stands on each day of its new pattern."""
    page.goto("/admin/timetables")
    page.get_by_role("region", name="Timetables").get_by_role("link", name="Balanced").click()
    page.get_by_role("link", name="Edit", exact=True).first.click()
    page.get_by_role("button", name="Make a draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Edit Balanced, draft 1")
    page.get_by_label("Groups").select_option(label="CSE1-A: Computer Science, semester 1, section A")
    week = page.locator(".ed__one .wg-scroll")
    expect(page.get_by_role("heading", level=2, name="CSE1-A: Computer Science, semester 1")).to_be_visible()
    assert week.evaluate("one => one.scrollWidth - one.clientWidth") == 0, "the whole week is seen"
    lecture = page.locator(".wg a[data-entry]").filter(has_text="MA101").filter(has=page.get_by_title("Lecture"))
    assert lecture.count() == len(calculus("Balanced").days)
    lecture.first.click()
    expect(page.locator("#chosen-title")).to_contain_text("MA101 A, L")
    page.locator(".wg button.spot--good, .wg button.spot--warn").first.click()
    expect(page.locator(".ed__last")).to_contain_text("Last step: MA101 A, L")
    moved = calculus("Balanced, draft 1")
    assert (moved.days, moved.start_time) != (calculus("Balanced").days, calculus("Balanced").start_time)
    assert lecture.count() == len(moved.days)
    score = truth(moved.timetable)
    assert score.hard == 0
    assert shown(page, "Cost") == score.cost


def shown(page: Page, figure: str) -> int:
    words = page.locator(".ed__figures div").filter(has_text=figure).locator("dd").inner_text()
    return int(re.sub(r"[^\d].*$", "", words.replace(",", "")))


def calculus(variant: str) -> TimetableEntry:
    """The lecture of Calculus of section A in a timetable."""
    db.session.rollback()
    query = sa.select(TimetableEntry).join(Section, Section.section_id == TimetableEntry.section_id)
    query = query.join(Course, Course.course_id == Section.course_id).where(Course.code == "MA101", Section.code == "A")
    query = query.join(Timetable, Timetable.timetable_id == TimetableEntry.timetable_id)
    query = query.where(Timetable.variant_name == variant, TimetableEntry.student_group_id.is_(None))
    return db.session.scalars(query).one()


def publish(page: Page) -> None:
    page.get_by_role("link", name="Scores and review").click()
    page.get_by_role("link", name="Publish", exact=True).last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Publish ")
    for point in page.get_by_role("main").get_by_role("checkbox").all():
        point.check()
    page.get_by_role("main").get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="Everybody sees version 1")).to_be_visible()


def print_each_of_its_days(page: Page) -> None:
    """The sheet of the section has the class on each day of its pattern, and each day once."""
    moved = calculus("Balanced, draft 1")
    page.goto(f"/admin/timetables/{moved.timetable_id}/week")
    page.get_by_role("main").get_by_label("Groups").select_option(
        label="CSE1-A: Computer Science, semester 1, section A"
    )
    expect(page.get_by_role("heading", level=2)).to_contain_text("CSE1-A")
    page.get_by_role("link", name="Print").first.click()
    page.wait_for_url("**/print*")
    days = page.locator("table.wg tbody").filter(has_text="MA101").locator("th.wg__day")
    held = [name for number, name in enumerate(DAYS) if number in moved.days]
    lectures = page.locator("table.wg tbody").filter(has=page.locator(f"[data-entry='{moved.entry_id}']"))
    assert [words.split()[-1] for words in lectures.locator("th.wg__day").all_inner_texts()] == held, days.count()
    sheet = " ".join(screens.printed(page))
    assert sheet.count("MA101") >= len(held)
    assert all(name[:3] in sheet for name in held)
