"""The calendar to click on: what a date or a week is stands beside it, and is said there."""

from datetime import date

import pytest
import sqlalchemy as sa

from tests import factories
from tests.pages import Pages, words
from webapp.extensions import db
from webapp.models import Holiday, MakeupDay, Role, Term, TermWeek


@pytest.fixture
def term(session, client, sign_in) -> Term:
    """From Monday, 1 January to Sunday, 21 April 2024: sixteen weeks."""
    made = factories.term(days=1, slots=1)
    sign_in(client, factories.user(made.organization, Role.REGISTRAR))
    return made


def test_a_date_becomes_a_holiday_another_one_makes_up_for_it_and_a_week_is_for_exams(pages: Pages, term):
    page = words(pages.get("/admin/calendar?day=2024-01-26"))
    assert "Friday, 26 January 2024" in page
    assert "Week 4, even. Its own classes are held." in page
    sent = {"term": term.term_id, "first_day": "2024-01-26", "name": "Republic Day", "last_day": ""}
    assert pages.post("/admin/records/holidays/new", sent).location == "/admin/calendar"
    sent = {"term": term.term_id, "held_on": "2024-01-27", "follows": "4", "week": ""}
    assert pages.post("/admin/records/makeup-days/new", sent).location == "/admin/calendar"
    sent = {"term": term.term_id, "monday": "2024-02-05", "kind": "exam", "note": "Mid-terms"}
    assert pages.post("/admin/records/term-weeks/new", sent).location == "/admin/calendar"
    assert db.session.scalars(sa.select(Holiday.name)).all() == ["Republic Day"]
    assert "Republic Day" in words(pages.get("/admin/calendar?day=2024-01-26"))
    assert "The classes of Friday are held." in words(pages.get("/admin/calendar?day=2024-01-27"))
    year = words(pages.get("/admin/calendar?week=2024-02-05"))
    assert "15 weeks with classes" in year
    assert "Mid-terms" in year
    assert "The term has one teaching week more than its dates have room for" in year


@pytest.mark.parametrize(
    ("table", "sent", "said"),
    [
        ("holidays", {"first_day": "2025-01-26", "name": "x"}, "The term is from 2024-01-01 to 2024-04-21."),
        ("holidays", {"first_day": "2024-01-26", "name": "x", "last_day": "2024-01-25"}, "2024-01-26 or a later date"),
        ("holidays", {"first_day": "2024-01-20", "name": "x"}, "2024-01-20 is a make-up day. Delete that one first."),
        ("makeup-days", {"held_on": "2024-01-15", "follows": "2"}, "No classes are held then: Pongal."),
        ("makeup-days", {"held_on": "2024-01-20", "follows": "2"}, "This date follows another day already."),
        ("makeup-days", {"held_on": "2024-01-21", "follows": "2", "week": "17"}, "The term has 16 weeks."),
        ("term-weeks", {"monday": "2024-01-02", "kind": "exam"}, "a Monday, such as 2024-01-01"),
        ("term-weeks", {"monday": "2024-04-22", "kind": "exam"}, "The term is from 2024-01-01 to 2024-04-21."),
        ("term-weeks", {"monday": "2024-01-08", "kind": "party"}, "one of teaching, reading, exam, break"),
    ],
)
def test_what_can_not_be_is_refused_in_words_and_nothing_is_stored(pages: Pages, term, table, sent, said):
    factories.holiday(term, date(2024, 1, 14), date(2024, 1, 16), name="Pongal")
    factories.makeup_day(term, date(2024, 1, 20), 0)
    db.session.commit()
    answer = pages.post(f"/admin/records/{table}/new", {"term": term.term_id} | sent, 422)
    assert said in answer.get_data(as_text=True)
    counts = [
        db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Holiday, MakeupDay, TermWeek)
    ]
    assert counts == [1, 1, 0]


@pytest.mark.parametrize("asked", ["day=2031-01-01", "day=x", "week=2031-01-01", "week=1&day="])
def test_an_address_of_no_date_shows_the_year_alone(pages: Pages, term, asked):
    assert "Choose a date or a week to say what it is." in words(pages.fragment(f"/admin/calendar?{asked}"))
