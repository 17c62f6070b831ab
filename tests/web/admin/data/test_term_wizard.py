"""A new term step by step: dates, week with its picture, and data from a file or an example."""

import pytest
import sqlalchemy as sa

from tests import factories
from tests.pages import Pages, parse, sent_by, words
from webapp.extensions import db
from webapp.models import Room, Section, Term, TimeSlot, Upload

DATES = {
    "name": "Autumn",
    "academic_year": "2026-27",
    "semester": "1",
    "starts_on": "2026-08-03",
    "ends_on": "2026-12-18",
}


@pytest.fixture
def registrar(client, sign_in):
    user = factories.user()
    sign_in(client, user)
    return user


@pytest.fixture
def week(registrar, pages: Pages) -> str:
    """The path of the week of a new term."""
    return pages.post("/admin/terms/new", DATES).location


def count(model) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_dates_that_will_not_do_are_said(registrar, pages: Pages):
    assert "Go on to the week" in words(pages.get("/admin/terms/new"))
    page = parse(pages.post("/admin/terms/new", DATES | {"ends_on": "2026-08-01"}, 422).get_data(as_text=True))
    assert "1 field needs a correction" in words(page)
    assert count(Term) == 0


def test_the_week_is_shown_as_it_would_be_and_stored(week, pages: Pages):
    sent = sent_by(pages.get(week), week)
    shown = parse(pages.post(week, sent | {"show": "1", "s1-lunch_starts": "12:30"}, 200).get_data(as_text=True))
    assert "falls into period 4" in words(shown)
    two = {"show": "1", "s1-periods": "2", "s1-half_periods": "1", "s1-after_1": "", "s1-lunch_starts": ""}
    part = pages.post(week, sent | two, 200, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert part.lstrip().startswith("<section")
    assert "11 time slots a week: MON1 – SAT1" in words(parse(part))
    pages.post(week, sent | {"s1-lunch_starts": "12:30"}, 422)
    page = parse(pages.post(week, sent | {"s1-length": "soon"}, 422).get_data(as_text=True))
    assert "can’t be read" in words(page)
    assert count(TimeSlot) == 0
    after = pages.post(week, sent).location
    assert (count(TimeSlot), after) == (39, week.replace("/week", "/data"))
    assert "39 time slots a week are stored" in words(pages.get(after))
    pages.post(week, sent, 409)


def test_the_form_begins_with_the_week_that_is_stored(week, pages: Pages):
    other = {"s1-starts": "08:30", "s1-length": "45", "s1-lunch_starts": "", "s1-lunch_minutes": "", "s1-day_5": "off"}
    pages.post(week, sent_by(pages.get(week), week) | other)
    page = pages.get(week)
    assert "The form begins with them." in words(page)
    again = sent_by(page, week)
    assert {name: again[name] for name in other} == other
    slot = db.session.scalars(sa.select(TimeSlot).filter_by(code="MON2")).one()
    db.session.delete(slot)
    db.session.commit()
    assert "another week than the stored one" in words(pages.get(week))


def test_a_second_shift_counts_once_something_of_it_is_filled_in(week, pages: Pages):
    sent = sent_by(pages.get(week), week)
    evening = {"s2-name": "Evening", "s2-starts": "18:00", "s2-length": "45", "s2-periods": "3", "s2-half_periods": "1"}
    refused = parse(pages.post(week, sent | evening, 422).get_data(as_text=True))
    assert "Give each shift a name" in words(refused)
    pages.post(week, sent | evening | {"s1-name": "Day"})
    assert count(TimeSlot) == 39 + 5 * 3 + 1
    refused = parse(pages.post(week, sent | {"s3-name": "Night"}, 422).get_data(as_text=True))
    assert "This is needed" in words(refused)


def test_an_example_can_be_tried_and_taken_back_whole(week, pages: Pages, registrar):
    data = week.replace("/week", "/data")
    assert "Dates (done) Week (left out) Data" in words(pages.get(data))
    pages.post(week, sent_by(pages.get(week), week))
    assert "Dates (done) Week (done) Data" in words(pages.get(data))
    assert "Try with an example" in words(pages.get(data))
    imported = pages.post(week.replace("/week", "/example")).location
    assert "The example is loaded" in words(pages.get(imported))
    assert (count(Room) > 0, count(Section) > 0) == (True, True)
    assert "in use" in words(pages.get(week))
    assert "would mix" in words(pages.get(data))
    pages.post(week.replace("/week", "/example"), status=422)
    upload = db.session.scalars(sa.select(Upload)).one()
    back = f"/admin/import/{upload.upload_id}/take-back"
    pages.post(back, sent_by(pages.get(back), back))
    assert [count(model) for model in (Room, Section, TimeSlot, Term)] == [0, 0, 0, 1]
    (term,) = db.session.scalars(sa.select(Term)).all()
    gone = f"/admin/records/terms/{term.term_id}/delete"
    pages.post(gone, sent_by(pages.get(gone), gone))
    assert count(Term) == 0


def test_a_term_of_another_organisation_is_not_there(registrar, pages: Pages):
    other = factories.term(factories.organization())
    for step in ("week", "data"):
        pages.get(f"/admin/terms/{other.term_id}/{step}", 404)
    pages.post(f"/admin/terms/{other.term_id}/example", status=404)
