"""From a draft to everybody's timetable: a head comments and approves on a phone, and the registrar publishes."""

import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from tests.browser import looking
from tests.browser.university import University
from webapp.extensions import db
from webapp.flow import adjusting, approving
from webapp.models import Role, Timetable, User

PHONE = {"width": 390, "height": 844}


def test_a_head_comments_and_approves_on_a_phone_and_one_click_brings_the_old_version_back(
    browser: Browser, base_url: str, page: Page, published: University
):
    registrar = db.session.scalars(sa.select(User).filter_by(role=Role.REGISTRAR)).one()
    old = db.session.get_one(Timetable, published.timetable_id)
    draft = approving.submit(registrar, adjusting.branch(registrar, old, "Second thoughts"))
    key = draft.timetable_id
    db.session.rollback()

    context = browser.new_context(base_url=base_url, viewport=PHONE, reduced_motion="reduce")
    phone = context.new_page()
    looking.sign_in(phone, "hod")
    phone.get_by_role("link", name="Review", exact=True).click()
    phone.get_by_role("link", name="Review Second thoughts").click()
    assert looking.overflow(phone) == 0
    phone.locator(".day-list a[data-entry]").first.click()
    expect(phone.get_by_label("About")).not_to_have_value("")
    phone.get_by_label("What should be different?").fill("Not at this hour, please.")
    phone.get_by_role("button", name="Send to the registrar").click()
    expect(phone.locator(".said")).to_contain_text("Not at this hour, please.")
    phone.get_by_role("button", name="Approve for CSE").click()
    expect(phone.get_by_role("main")).to_contain_text("Approved by Hema Head")
    found = looking.grave_violations(phone)
    context.close()

    looking.sign_in(page, "registrar")
    for path in (f"/admin/approvals/{key}", f"/admin/timetables/{key}/publish"):
        page.goto(path)
        found += looking.grave_violations(page)
    assert found == []
    page.get_by_role("button", name="Publish").click()
    assert page.url.endswith("/publish"), "the browser itself asks for the ticks"
    for point in page.get_by_role("checkbox").all():
        point.check()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="Everybody sees version 2")).to_be_visible()
    page.get_by_role("button", name="Back to version 1").click()
    page.get_by_role("dialog").get_by_role("button", name="Back to version 1").click()
    expect(page.get_by_role("heading", name="Everybody sees version 1")).to_be_visible()
