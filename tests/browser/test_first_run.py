"""The first run in a browser: from an empty installation to the page where a workbook is brought."""

from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser import screens
from webapp.extensions import db
from webapp.services.accounts import first_run

PASSWORD = "seven horses sleep"


def test_from_an_empty_installation_to_the_import_page(page: Page, data: Flask, complaints: list[str]):
    token = first_run.replace_tokens()
    db.session.commit()
    page.goto("/")
    page.get_by_label("Setup token").fill(token)
    page.get_by_label("Name of the university or college").fill("Hill College")
    page.get_by_label("Its code").fill("HILL")
    page.get_by_label("Time zone").select_option("Asia/Kolkata")
    page.get_by_label("Your name").fill("Dr Rao")
    page.get_by_label("Your e-mail").fill("rao@hill.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Set up").click()
    expect(page.locator(".alert").first).to_contain_text("Hill College is set up")

    page.get_by_role("link", name="Create a term").click()
    page.get_by_label("Name").fill("Autumn")
    page.get_by_label("Academic year").fill("2026-27")
    page.get_by_label("Semester").fill("1")
    page.get_by_label("First day").fill("2026-08-03")
    page.get_by_label("Last day").fill("2026-12-18")
    page.get_by_role("button", name="Go on to the week").click()

    picture = page.locator("#week-picture")
    expect(picture).to_contain_text("39 time slots a week")
    page.get_by_label("Lunch starts").first.fill("12:30")
    expect(picture).to_contain_text("Lunch at 12:30 falls into period 4 (12:10 to 13:10)")
    page.get_by_label("Lunch starts").first.fill("12:10")
    expect(picture).to_contain_text("39 time slots a week")
    expect(picture).not_to_contain_text("falls into")
    page.get_by_label("Saturday").first.select_option("free")
    expect(picture).to_contain_text("35 time slots a week: MON1 – FRI7")
    assert screens.grave_violations(page) == []
    page.get_by_role("button", name="Store the week").click()
    expect(page.locator(".alert").first).to_contain_text("35 time slots")

    page.get_by_role("link", name="Bring your workbook").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Import and export")
    expect(page.locator(".lead")).to_contain_text("Autumn")
    page.goto("/setup")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    # The browser notes the 404 that was asked for; nothing else.
    assert [text for text in complaints if "404" not in text] == []
    complaints.clear()
