"""The audit trail: narrowed, told with what differs alone, and never anybody else's."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from tests import factories
from webapp.extensions import db
from webapp.services.audit_trail import trail
from webapp.services.audit_trail.trail import NOBODY, TrailSearch
from webapp.services.shared import audit


@pytest.fixture
def registrar(session):
    return factories.user(name="Anita Desai")


@pytest.fixture
def room(registrar):
    return factories.room(registrar.organization, "HALL")


def note(actor, row, action="rooms.edit", at=datetime(2025, 3, 1, 12, tzinfo=UTC), organization=None, **values):
    event = audit.record(organization or actor.organization, actor, action, row, **values)
    event.created_at = at
    db.session.flush()
    return event


def found(user, **search):
    return [told.event for told in trail.read(user.organization, TrailSearch(**search)).events]


def test_the_newest_stands_first_and_names_its_row_as_it_is_called_today(registrar, room):
    old = note(registrar, room, before={"capacity": "40"}, after={"capacity": "60"})
    new = note(registrar, room, at=datetime(2025, 3, 2, tzinfo=UTC))
    told = trail.read(registrar.organization, TrailSearch()).events
    assert [one.event for one in told] == [new, old]
    assert told[1].who == "Anita Desai"
    assert "HALL" in told[1].row.label
    assert (told[1].row.table, told[1].row.key) == ("rooms", room.room_id)
    assert told[1].when.isoformat() == "2025-03-01T17:30:00+05:30", "the organisation's clock"


def test_only_what_differs_is_told(registrar, room):
    event = note(
        registrar, room, before={"code": "HALL", "capacity": "40"}, after={"code": "HALL", "capacity": 60, "x": True}
    )
    differences = {one.what: (one.before, one.after) for one in trail.differences_of(event)}
    assert differences == {"capacity": ("40", "60"), "x": ("", "yes")}


def test_nested_values_are_told_without_brackets(registrar, room):
    event = note(
        registrar, room, after={"options": {"profiles": ["Balanced", "Room-Saving"], "partial": False, "n": None}}
    )
    (difference,) = trail.differences_of(event)
    assert difference.after == "profiles: Balanced, Room-Saving; partial: no; n: –"


def test_what_has_words_of_its_own_is_told_by_them(registrar, room):
    event = note(
        registrar, room, after={"changes": [{"key": 3, "words": "AB-103 is closed"}, {"words": "Dr Rao is away"}]}
    )
    (difference,) = trail.differences_of(event)
    assert difference.after == "AB-103 is closed; Dr Rao is away"


def test_timetables_and_runs_are_named_unless_they_are_anothers_or_gone(registrar):
    term = factories.term(registrar.organization)
    mine = factories.timetable(term, variant_name="Balanced")
    run = factories.job(term)
    gone = factories.timetable(term)
    for row in (mine, run, gone):
        note(registrar, row, "timetable.move")
    db.session.delete(gone)
    db.session.flush()
    told = {
        (one.event.subject, one.event.subject_key): one.row
        for one in trail.read(registrar.organization, TrailSearch()).events
    }
    assert len(told) == 3
    assert told["timetables", str(mine.timetable_id)].label == "Balanced"
    assert told["generation_jobs", run.job_id].table == "generate"
    assert sum(row is None for row in told.values()) == 1


def test_a_search_goes_by_text_person_action_table_and_days_of_the_local_clock(registrar, room):
    late = note(registrar, room, at=datetime(2025, 3, 1, 19, tzinfo=UTC), after={"note": "50 % chalk"})
    other = note(registrar, registrar, "users.edit", before={"name": "Zoë"}, after={"name": "Anita Desai"})
    worker = note(None, room, "run.end", organization=registrar.organization)
    assert found(registrar, text="50 %") == [late]
    assert found(registrar, text="zoë") == [other]
    assert found(registrar, text="50_") == []
    assert found(registrar, person=NOBODY) == [worker]
    assert set(found(registrar, person=str(registrar.user_id))) == {late, other}
    assert found(registrar, action="users.edit") == [other]
    assert found(registrar, table="users") == [other]
    assert found(registrar, since=date(2025, 3, 2)) == [late], "19:00 in London is the next day in Delhi"
    assert set(found(registrar, until=date(2025, 3, 1))) == {other, worker}


def test_another_organisation_s_events_are_not_found_and_its_rows_not_named(registrar):
    stranger = factories.user()
    hall = factories.room(stranger.organization, "SECRET")
    note(stranger, hall)
    assert found(registrar) == []
    note(registrar, hall)
    assert trail.read(registrar.organization, TrailSearch()).events[0].row is None


def test_the_file_has_a_line_for_each_value_and_no_formula(registrar, room):
    note(registrar, room, before={"name": "=1+1", "code": "A"}, after={"name": "-2", "code": "B"})
    lines = list(csv.reader(io.StringIO(trail.as_csv(registrar.organization, TrailSearch()).removeprefix("\ufeff"))))
    assert lines[0] == list(trail.COLUMNS)
    assert [line[-3:] for line in lines[1:]] == [["code", "A", "B"], ["name", "'=1+1", "'-2"]]


def test_an_address_that_says_nonsense_narrows_nothing(session):
    assert trail.understand({"since": "yesterday", "until": "2025-13-01", "q": " "}) == TrailSearch()
