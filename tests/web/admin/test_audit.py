"""The page of the audit trail: searched, paged, empty, and safe with whatever was typed once."""

import pytest

from tests import factories
from tests.pages import words
from webapp.extensions import db
from webapp.models import JobKind
from webapp.services.shared import audit

PAGE = "/admin/audit"


@pytest.fixture
def registrar(client, sign_in):
    user = factories.user(name="Anita Desai")
    sign_in(client, user)
    return user


def test_an_empty_trail_says_what_will_stand_there(pages, registrar):
    assert "Nothing has been done yet" in words(pages.get(PAGE))


def test_before_and_after_stand_side_by_side_with_a_link_to_the_row(pages, registrar):
    room = factories.room(registrar.organization, "HALL")
    audit.record(registrar.organization, registrar, "rooms.edit", room, before={"seats": "4"}, after={"seats": "6"})
    page = pages.get(PAGE)
    cells = [words(cell) for cell in page.iter("td")]
    assert cells[1:3] == ["Anita Desai", "rooms: edit"]
    assert cells[4:] == ["seats", "4", "6"]
    assert f"/admin/records/rooms/{room.room_id}" in [a.get("href", "") for a in page.iter("a")]
    assert "No event matches" in words(pages.get(f"{PAGE}?q=nothing-of-the-kind"))


def test_tables_are_called_what_pages_call_them(pages, registrar):
    slot = factories.slot(factories.term(registrar.organization))
    for row in (slot, factories.job(factories.term(registrar.organization, semester=2))):
        audit.record(registrar.organization, registrar, "some.edit", row)
    page = pages.get(PAGE)
    (select,) = (e for e in page.iter("select") if e.get("name") == "table")
    assert [words(option) for option in select.iter("option")] == ["All", "Runs", "Time slots"]


@pytest.mark.parametrize(
    ("kind", "options", "address"),
    [
        (JobKind.GENERATE, {"profiles": ["Balanced"]}, "/admin/timetables/runs/"),
        (JobKind.CHECK, {}, "/admin/check/runs/"),
        (JobKind.WHAT_IF, {"key": "k"}, "/admin/check/tries/"),
        (JobKind.REPAIR, {"changes": []}, "/admin/repair/runs/"),
        (JobKind.RESOLVE, {}, "/admin/repair/runs/"),
    ],
)
def test_a_run_is_linked_to_its_page(pages, registrar, kind, options, address):
    job = factories.job(factories.term(registrar.organization), kind=kind, options=options)
    audit.record(registrar.organization, registrar, "run.request", job)
    assert f"{address}{job.job_id}" in [a.get("href", "") for a in pages.get(PAGE).iter("a")]


def test_a_timetable_is_linked_to_its_page(pages, registrar):
    timetable = factories.timetable(factories.term(registrar.organization))
    audit.record(registrar.organization, registrar, "timetable.move", timetable)
    assert f"/admin/timetables/{timetable.timetable_id}" in [a.get("href", "") for a in pages.get(PAGE).iter("a")]


def test_pages_follow_each_other_and_the_file_has_all(pages, client, registrar):
    room = factories.room(registrar.organization, "HALL")
    for number in range(51):
        audit.record(registrar.organization, registrar, "rooms.edit", room, after={"seats": f"s{number}"})
    db.session.commit()
    page = pages.get(PAGE)
    assert "1 to 50 of 51" in words(page)
    assert "51 to 51 of 51" in words(pages.get(f"{PAGE}?page=2&q=s"))
    answer = client.get(f"{PAGE}.csv?table=rooms")
    assert answer.mimetype == "text/csv"
    assert len(answer.get_data(as_text=True).splitlines()) == 52


def test_a_long_value_is_folded_away(pages, registrar):
    room = factories.room(registrar.organization, "HALL")
    audit.record(registrar.organization, registrar, "rooms.edit", room, after={"note": "x" * 2000})
    (folded,) = [e for e in pages.get(PAGE).iter("details") if "xxx" in words(e)]
    assert len(words(next(folded.iter("summary")))) < 140
