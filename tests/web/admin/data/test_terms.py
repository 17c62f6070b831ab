"""The page on which a term is copied: what is suggested, what is refused, what it says afterwards."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests import factories
from tests.pages import parse, words
from webapp.extensions import db
from webapp.models import Term

PAGE = "/admin/terms/copy"


@pytest.fixture
def registrar(client, sign_in):
    user = factories.user()
    sign_in(client, user)
    return user


@pytest.fixture
def term(registrar):
    made = factories.term(registrar.organization)
    db.session.commit()
    return made


def form_of(page):
    """What a browser would send of the second form, ticks included."""
    form = [form for form in page.iter("form") if form.get("method") == "post" and "copy" in form.get("action")][-1]
    sent = {}
    for field in form.iter("input"):
        if field.get("type") != "checkbox" or field.get("checked") is not None:
            sent.setdefault(field.get("name"), []).append(field.get("value", ""))
    return sent


def test_without_a_term_there_is_nothing_to_copy(pages, registrar):
    assert "no term yet" in words(pages.get(PAGE))


def test_the_suggestion_can_be_sent_as_it_stands_and_sent_twice_it_makes_one_term(pages, term):
    sent = form_of(pages.get(PAGE))
    assert "timetable" not in sent["parts"], "none is published"
    first, second = pages.post(PAGE, sent), pages.post(PAGE, sent)
    assert first.location == second.location
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Term)) == 2
    page = words(pages.get(first.location))
    assert "time slots30" in page.replace(" 30", "30")
    assert f"From {term.name}" in page


def test_dates_that_overlap_are_refused_and_everything_typed_stays(pages, term):
    sent = form_of(pages.get(PAGE)) | {"starts_on": term.ends_on.isoformat(), "name": "Spring", "parts": ["slots"]}
    answer = pages.post(PAGE, sent, status=422)
    page = parse(answer.get_data(as_text=True))
    assert "overlaps" in words(page)
    again = form_of(page)
    assert (again["name"], again["parts"]) == (["Spring"], ["slots"])


def test_the_last_year_that_there_is_has_none_after_it(pages, term):
    term.ends_on = date(9999, 12, 31)
    db.session.commit()
    sent = form_of(pages.get(PAGE))
    assert (sent["starts_on"], sent["ends_on"]) == ([(term.starts_on + timedelta(weeks=52)).isoformat()], [""])


def test_a_term_of_somebody_else_is_no_source(pages, term):
    foreign = factories.term()
    assert pages.post(PAGE, {"source": str(foreign.term_id)}, status=404)
