"""What pages print: a head and a number on every sheet, and all rows of what is folded on screen."""

import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.browser import screens
from tests.university import DAYS, SLOTS, University
from webapp.extensions import db
from webapp.models import Faculty, Organization, Term, TimeSlot
from webapp.services.schema.scope import Scope
from webapp.services.terms import availability

HEAD = ("Tiny University", "Semester 3, 2024-25", "Version 1", "Printed")


def test_every_sheet_of_a_report_has_university_term_version_and_its_number(page: Page, published: University):
    screens.sign_in(page, "registrar")
    for key, size in (("leaves", screens.A4_PORTRAIT), ("rooms", screens.A4_LANDSCAPE)):
        page.goto(f"/admin/reports/{key}")
        sheets = screens.printed(page, size)
        for number, sheet in enumerate(sheets, 1):
            assert f"Page {number} of {len(sheets)}" in sheet
            assert [words for words in HEAD if words not in sheet] == [], sheet


def test_a_long_list_is_folded_on_screen_and_whole_on_paper(page: Page, published: University):
    _paint_a_whole_week()
    screens.sign_in(page, "registrar")
    page.goto("/admin/audit?action=availability.paint")
    last = page.get_by_role("cell", name="D3P5")
    expect(last).to_be_hidden()
    assert "D3P5" in " ".join(screens.printed(page))
    page.get_by_label(f"Show all {DAYS * SLOTS} rows").check()
    expect(last).to_be_visible()


def _paint_a_whole_week() -> None:
    organization = db.session.scalars(sa.select(Organization)).one()
    term = db.session.scalars(sa.select(Term)).one()
    teacher = db.session.scalars(sa.select(Faculty).filter_by(code="IYER")).one()
    slots = db.session.scalars(sa.select(TimeSlot.time_slot_id)).all()
    painted = dict.fromkeys(slots, "avoid")
    assert availability.paint_week(Scope(organization, term, None), "faculty", teacher.faculty_id, painted) == len(
        slots
    )
    db.session.commit()
