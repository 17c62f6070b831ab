"""Timetables side by side: which are compared, who is beaten, and the chart with its table."""

import pytest

from tests import factories
from tests.pages import words
from tests.university import university
from webapp.extensions import db

PAGE = "/admin/timetables/variants"


@pytest.fixture
def uni(session, client, sign_in):
    made = university()
    sign_in(client, made.registrar)
    return made


@pytest.fixture
def three(uni):
    """Two variants of the latest run, the second of which lacks a class, and a draft beside them."""
    draft, whole, lacking = (
        uni.timetable("By hand"),
        uni.timetable("Balanced"),
        uni.timetable("Compact-Week", unplaced=1),
    )
    job = factories.job(uni.term)
    whole.generation_job_id = lacking.generation_job_id = job.job_id
    db.session.commit()
    return draft.timetable_id, whole.timetable_id, lacking.timetable_id, job.job_id


def compared(page):
    return {box.get("value") for box in page.iter("input") if box.get("name") == "t" and box.get("checked") is not None}


def test_the_latest_run_is_compared_unless_others_are_ticked(pages, three):
    draft, whole, lacking, job_id = three
    latest = {str(whole), str(lacking)}
    assert compared(pages.get(PAGE)) == compared(pages.get(f"/admin/timetables/runs/{job_id}/variants")) == latest
    page = pages.get(f"{PAGE}?t={draft}&t={whole}&x=rooms_in_use&y=all_placed")
    assert compared(page) == {str(draft), str(whole)}
    chosen = [option.get("value") for option in page.iter("option") if option.get("selected") is not None]
    assert chosen == ["rooms_in_use", "all_placed"]


def test_the_chart_has_its_numbers_in_a_table_beside_it(pages, three):
    draft, whole, lacking, _job_id = three
    page = pages.get(f"{PAGE}?t={draft}&t={whole}&t={lacking}&x=all_placed&y=rooms_in_use")
    (table,) = [t for t in page.iter("table") if t.find("caption") is not None and "points" in words(t.find("caption"))]
    rows = [[words(cell) for cell in row] for row in table.find("tbody").iter("tr")]
    assert [row[:3] for row in rows] == [["A", "By hand", "0"], ["B", "Balanced", "0"], ["C", "Compact-Week", "1"]]
    (drawn,) = [one for one in page.iter("figure") if "against" in one.get("aria-label", "")]
    assert "A, B" in words(drawn), "two on one point share their mark"


def test_who_is_beaten_in_everything_is_said_with_by_whom(pages, uni):
    good, bad = uni.timetable("Good"), uni.timetable("Bad")
    for score in bad.scores:
        score.count += score.rule == "rooms_in_use"
    db.session.commit()
    text = words(pages.get(f"{PAGE}?t={good.timetable_id}&t={bad.timetable_id}"))
    assert "beaten in everything Good: nowhere worse, somewhere better." in text
    assert text.count("beaten in everything") == 1


def test_timetables_of_others_or_of_two_terms_are_refused(client, uni, three):
    theirs = factories.timetable(factories.term())
    next_term = factories.timetable(factories.term(uni.organization, semester=2))
    db.session.commit()
    assert client.get(f"{PAGE}?t={three[0]}&t={theirs.timetable_id}").status_code == 404
    assert client.get(f"{PAGE}?t=x").status_code == 404
    assert client.get(f"{PAGE}?t={three[0]}&t={next_term.timetable_id}").status_code == 422


def test_a_term_without_timetables_says_so(pages, uni):
    assert "No timetable of this term" in words(pages.get(PAGE))
