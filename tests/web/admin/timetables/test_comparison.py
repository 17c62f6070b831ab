"""Two timetables side by side: pages and files."""

import csv
import io

import pytest

from tests import factories
from tests.pages import words
from tests.services.timetables.test_diff import entry_of, move
from tests.university import university
from webapp.extensions import db

PAGE = "/admin/timetables/compare"


@pytest.fixture
def uni(session, client, sign_in):
    made = university()
    sign_in(client, made.registrar)
    return made


@pytest.fixture
def pair(uni):
    """The second has another time for two classes, of two teachers."""
    a, b = uni.timetable("Balanced"), uni.timetable("Compact-Week")
    for course in ("CSE301", "MAT101"):
        move(entry_of(b, course), 4)
    db.session.commit()
    return a.timetable_id, b.timetable_id


def rows(page, label):
    """The first column of the table with that caption."""
    tables = [table for table in page.iter("table") if (table.find("caption") is not None)]
    table = next(table for table in tables if words(table.find("caption")) == label)
    return [words(row.find("th")) for row in table.find("tbody").iter("tr")]


def test_only_what_differs_is_shown_from_and_to(pages, pair):
    a, b = pair
    page = pages.get(f"{PAGE}?a={a}&b={b}")
    assert [name.split(",")[0] for name in rows(page, "Classes that differ")] == ["CSE301 A", "MAT101 A"]
    text = words(page)
    assert "Fri 13:00, HALL" in text
    assert "2 other time" in text


def test_a_filter_narrows_and_draws_the_week_of_before_and_now(pages, pair, uni):
    a, b = pair
    page = pages.get(f"{PAGE}?a={a}&b={b}&teacher={uni.sen.faculty_id}")
    assert [name.split(",")[0] for name in rows(page, "Classes that differ")] == ["MAT101 A"]
    assert "1 of 2 differences" in words(page)
    assert {"before", "now"} <= {words(note) for note in page.iter("span") if note.get("class") == "chip__note"}
    of_year = pages.get(f"{PAGE}?a={a}&b={b}&group={uni.section_a.student_group_id}&how=time")
    assert len(rows(of_year, "Classes that differ")) == 2
    vain = pages.get(f"{PAGE}?a={a}&b={b}&room=999999&how=sideways")
    assert len(rows(vain, "Classes that differ")) == 2


def test_nothing_named_compares_the_newest_with_what_it_was_made_from(pages, pair):
    a, b = pair
    page = pages.get(PAGE)
    chosen = [option.get("value") for option in page.iter("option") if option.get("selected") is not None]
    assert chosen[:2] == [str(a), str(b)]


def test_the_file_has_the_differences_and_no_formula(client, pair, uni):
    a, b = pair
    uni.sen.name = "=HYPERLINK(1)"
    db.session.commit()
    answer = client.get(f"{PAGE}.csv?a={a}&b={b}&teacher={uni.sen.faculty_id}")
    assert answer.mimetype == "text/csv"
    (row,) = csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff")))
    assert (row["difference"], row["day_now"], row["start_now"], row["room_now"]) == ("time", "Friday", "13:00", "HALL")
    assert row["teachers_now"] == "'=HYPERLINK(1)"


def test_what_is_not_there_or_not_ones_own_is_not_found(client, pages, pair, uni):
    a, _b = pair
    theirs = factories.timetable(factories.term())
    db.session.commit()
    for query in (f"a={a}&b={theirs.timetable_id}", f"a={theirs.timetable_id}", "a=999999", "a=x", "b=-1"):
        assert client.get(f"{PAGE}?{query}").status_code == 404, query
        assert client.get(f"{PAGE}.csv?{query}").status_code == 404, query


def test_one_timetable_alone_is_said_so(pages, uni):
    uni.timetable("Balanced")
    assert "no two to compare" in words(pages.get(PAGE))
