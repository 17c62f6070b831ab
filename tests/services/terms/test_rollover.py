"""A term copied: all that is ticked and nothing else, once, and the source as it was."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests import factories
from tests import university as build
from webapp.extensions import db
from webapp.models import (
    AuditEvent,
    Pin,
    StudentGroup,
    StudentGroupMember,
    Term,
    TermRule,
    TimetableEntry,
    TimetableStatus,
    WishLevel,
)
from webapp.services.imports.exports import term_contents
from webapp.services.imports.faults import ImportConflict
from webapp.services.reference.errors import RecordRefused
from webapp.services.terms import rollover
from webapp.services.terms.calendar.dates import monday_of
from webapp.services.terms.rollover import PARTS, CopyRefused

ALL = tuple(part.key for part in PARTS)
OF_TERM = {name for part in PARTS for name in part.tables} - {"term_weeks"}
"""What comes along unchanged."""


@pytest.fixture
def here(session):
    """A term with at least one row in every table that can be copied, and a published timetable."""
    made = build.university()
    weeks = factories.week_set(made.term)
    made.lab.components[0].week_set_id = weeks.week_set_id
    student = factories.student(made.organization, "S1")
    factories.member(student, made.a1)
    factories.enrollment(student, made.logic)
    factories.basket(made.term, options=[made.logic], groups=[made.section_b])
    slot = factories.slot(made.term)
    factories.availability(factories.slot(made.term, 1), WishLevel.AVOID, faculty_id=made.rao.faculty_id)
    factories.availability(factories.slot(made.term, 2), student_group_id=made.section_b.student_group_id)
    factories.pin(made.logic.components[0], slot)
    gaps = db.session.scalars(sa.select(TermRule).filter_by(term_id=made.term.term_id, rule="group_gaps")).one()
    gaps.weight = 7
    db.session.commit()
    return made


def copy(here, ticked=ALL, key="k1", **changed):
    return rollover.copy_term(here.term, here.registrar, rollover.suggested(here.term) | changed, ticked, key)


def published(here):
    draft = here.timetable()
    draft.status, draft.number = TimetableStatus.PUBLISHED, 1
    db.session.commit()
    return draft


def contents(here, term):
    """The term's own rows, without the term itself and what belongs to the organisation."""
    found = term_contents(here.organization, term)
    return {name: found[name] for name in sorted(OF_TERM)}


def test_a_copy_has_every_row_of_its_source_and_the_source_has_them_still(here):
    free = [part for part in ALL if part != "timetable"]
    before = contents(here, here.term)
    made = copy(here, free)
    assert contents(here, here.term) == before
    assert contents(here, made) == before
    assert all(before[name] for name in OF_TERM - {"entries"}), "the test has a row of each"
    assert (made.academic_year, made.starts_on.weekday()) == ("2025-26", here.term.starts_on.weekday())


def test_the_numbers_and_the_event_tell_what_was_copied(here):
    made = copy(here, [part for part in ALL if part != "timetable"])
    told = rollover.copied(made)
    assert dict(told.rows)["time_slots"] == 30
    assert dict(told.rows)["pins"] == 1
    assert (told.source, told.draft) == (here.term.name, None)
    event = db.session.scalars(sa.select(AuditEvent).filter_by(action="term.copy")).one()
    assert (event.user_id, event.subject_key) == (here.registrar.user_id, str(made.term_id))


def test_what_is_not_ticked_stays_behind(here):
    made = copy(here, ["slots", "availability"])
    rows = contents(here, made)
    assert {name for name, listed in rows.items() if listed and name != "students"} == {
        "time_slots",
        "week_sets",
        "availability",
        "rules",
    }
    assert [row["faculty"] for row in rows["availability"]] == ["RAO"], "a group that isn't copied has no wishes"
    assert {row["code"]: row["weight"] for row in rows["rules"]}["group_gaps"] == 2, "the usual rules"


def test_weeks_without_classes_keep_their_place_in_the_term_and_holidays_stay_behind(here):
    monday = monday_of(here.term.starts_on) + timedelta(weeks=7)
    factories.term_week(here.term, monday, note="Mid-terms")
    factories.term_week(here.term, monday_of(here.term.ends_on))
    factories.holiday(here.term, here.term.starts_on)
    starts = here.term.starts_on + rollover.ONE_YEAR + timedelta(weeks=1)
    made = copy(here, ["weeks"], starts_on=starts)
    found = term_contents(here.organization, made)
    assert [(week["monday"], week["note"]) for week in found["term_weeks"]] == [
        (monday_of(starts) + timedelta(weeks=7), "Mid-terms")
    ], "the last week has no place in a term that ends a week earlier"
    assert found["holidays"] == []


def test_a_student_is_in_the_groups_of_both_terms(here):
    made = copy(here, [part for part in ALL if part != "timetable"])
    query = sa.select(StudentGroup).join(
        StudentGroupMember, StudentGroupMember.student_group_id == StudentGroup.student_group_id
    )
    assert {(group.code, group.term_id) for group in db.session.scalars(query)} == {
        ("A1", here.term.term_id),
        ("A1", made.term_id),
    }


def test_the_published_timetable_comes_along_as_a_draft(session):
    here = build.university()
    original = published(here)
    made = copy(here)
    draft = rollover.copied(made).draft
    assert (draft.status.value, draft.term_id, draft.unplaced) == ("draft", made.term_id, 0)
    assert places(draft) == places(original)
    assert original.status.value == "published"


def places(timetable):
    query = sa.select(TimetableEntry).filter_by(timetable_id=timetable.timetable_id)
    return sorted((e.course_id, e.ordinal, e.day, str(e.start_time), e.room_id) for e in db.session.scalars(query))


def test_a_second_click_makes_no_second_term(here):
    first = copy(here, ["slots"])
    assert copy(here, ["slots"]) == first
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Term)) == 2


def test_what_does_not_fit_together_is_said_and_nothing_is_made(here):
    with pytest.raises(CopyRefused) as refused:
        copy(here, ["pins", "timetable"])
    assert "“Fixed classes” needs “Sections”." in refused.value.findings
    assert any("no published timetable" in finding for finding in refused.value.findings)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Term)) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"academic_year": "2024-25"}, "semester"),
        ({"academic_year": "next"}, "academic_year"),
        ({"ends_on": date(2020, 1, 1)}, "ends_on"),
        ({"weeks": 0}, "weeks"),
    ],
)
def test_the_new_term_follows_the_rules_of_terms(here, changed, field):
    with pytest.raises(RecordRefused) as refused:
        copy(here, ["slots"], **changed)
    assert set(refused.value.errors) == {field}


def test_overlapping_dates_are_refused_in_words(here):
    with pytest.raises(ImportConflict, match="overlaps"):
        copy(here, ["slots"], starts_on=here.term.ends_on)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Term)) == 1


def test_a_row_that_does_not_fit_the_new_term_undoes_all_of_it(here):
    with pytest.raises(CopyRefused) as refused:
        copy(here, ["slots"], weeks=10)
    assert "weeks from 1 to 10" in refused.value.findings[0]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Term)) == 1


def test_a_pin_of_a_meeting_that_is_no_longer_asked_for_is_left_behind(here):
    pin = db.session.scalars(sa.select(Pin)).one()
    pin.ordinal = 5
    db.session.commit()
    assert dict(rollover.copied(copy(here, ["slots", "sections", "pins"])).rows)["pins"] == 0
