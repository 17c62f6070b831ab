"""A timetable's page: what it counts, one by one, with ways to where it can be seen and changed."""

import pytest
import sqlalchemy as sa

from tests import factories
from tests.pages import words
from tests.university import adjustable, university
from webapp.extensions import db
from webapp.models import Faculty, TimetableStatus
from webapp.services.timetables import violations


@pytest.fixture
def timetable(session, client, sign_in):
    uni = university()
    sign_in(client, uni.registrar)
    return uni.timetable(unplaced=1)


def ways(page, part):
    """Where the links of the section lead, of those with a part in their address."""
    (section,) = [one for one in page.iter("section") if one.get("id") == "violations"]
    return {link.get("href") for link in section.iter("a") if part in link.get("href")}


def test_every_line_leads_to_a_week_and_in_a_draft_to_the_editor(client, pages, timetable):
    key = timetable.timetable_id
    page = pages.get(f"/admin/timetables/{key}")
    assert "MAT205 A, L 1 has no time." in words(page)
    weeks, edits = ways(page, "/week"), ways(page, "/edit")
    assert weeks
    assert edits
    assert {client.get(way).status_code for way in weeks | edits} == {200}
    timetable.status = TimetableStatus.SUPERSEDED
    db.session.commit()
    assert ways(pages.get(f"/admin/timetables/{key}"), "/edit") == set()


def test_a_page_says_that_the_data_have_changed_where_rules_are_broken_that_held(pages, client, sign_in, session):
    case = adjustable()
    sign_in(client, case.user)
    path, changed = f"/admin/timetables/{case.timetable.timetable_id}", "The data have changed since it was made"
    assert changed not in words(pages.get(path))
    rao = db.session.scalars(sa.select(Faculty).filter_by(name="Dr Rao")).one()
    factories.availability(case.slot(0, 0), faculty_id=rao.faculty_id)
    db.session.commit()
    assert changed in words(pages.get(path))


def test_counts_are_honest_when_some_are_shown(pages, timetable, monkeypatch):
    monkeypatch.setattr(violations, "SHOWN_OF_EACH", 1)
    monkeypatch.setattr(violations, "MOST_ON_A_PAGE", 2)
    key = timetable.timetable_id
    (group,) = violations.itemised(timetable, "isolated_meetings", most=100)
    assert f"1 of {group.total} shown" in words(pages.get(f"/admin/timetables/{key}"))
    path = f"/admin/timetables/{key}?rule=isolated_meetings&page="
    assert group.items[-1].sentence in words(pages.get(f"{path}9"))
    assert group.items[0].sentence in words(pages.get(f"{path}1"))


def test_all_of_it_comes_as_a_file_to_ones_own_registrar_alone(client, timetable):
    answer = client.get(f"/admin/timetables/{timetable.timetable_id}/violations.csv?rule=all_placed")
    assert (answer.mimetype, answer.get_data(as_text=True).count("has no time")) == ("text/csv", 1)
    theirs = factories.timetable(factories.term())
    db.session.commit()
    assert client.get(f"/admin/timetables/{theirs.timetable_id}/violations.csv").status_code == 404
