"""An imported timetable becomes a draft: verified, with its locks, and the tray for what has no place."""

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import (
    Component,
    EntryClaim,
    EntryFaculty,
    Organization,
    Term,
    Timetable,
    TimetableEntry,
    TimetableStatus,
)
from webapp.services.imports import exports, uploads
from webapp.services.imports.formats.files import read_upload
from webapp.services.imports.preview import RowState
from webapp.services.imports.sheets import Tables
from webapp.services.problem.words.reasons import sentence_of

HEAD = "course,section,component,number,slot,room,locked_time,locked_room\n"


@pytest.fixture
def term(app: object) -> Term:
    """Two courses of one teacher in a term of two days by three slots, with two rooms."""
    organization = factories.organization("SARU")
    made = factories.term(organization, days=2, slots=3)
    department = factories.department(organization)
    teacher = factories.faculty(department, "F1")
    for code in ("R1", "R2"):
        factories.room(organization, code)
    for code in ("C1", "C2"):
        section = factories.section(made, factories.course(department, code), faculty=[teacher])
        factories.component(section, meetings_per_week=2)
    for rule in ("all_placed", "room_clash", "instructor_clash", "different_days"):
        factories.rule(made, rule)
    db.session.commit()
    return made


@pytest.fixture
def organization(term: Term) -> Organization:
    return term.organization


def sent(*rows: str) -> Tables:
    return read_upload("entries.csv", (HEAD + "\n".join(rows)).encode())


def entries(timetable_id: int | None) -> list[TimetableEntry]:
    query = (
        sa.select(TimetableEntry)
        .where(TimetableEntry.timetable_id == timetable_id)
        .join(TimetableEntry.course)
        .order_by("code", TimetableEntry.ordinal)
    )
    return list(db.session.scalars(query))


WEEK = (
    "C1,A,L,1,D1P1,R1,yes,no",
    "C1,A,L,2,D2P1,R1,no,no",
    "C2,A,L,1,D1P2,R2,no,no",
    "C2,A,L,2,D2P2,R2,no,yes",
)


def test_a_timetable_becomes_a_draft_with_its_claims_and_locks(organization: Organization, term: Term) -> None:
    imported = uploads.confirm(organization, term, sent(*WEEK))
    timetable = db.session.get(Timetable, imported.timetable_id)
    assert timetable is not None
    assert (timetable.status, timetable.generation_job_id, timetable.unplaced) == (TimetableStatus.DRAFT, None, 0)
    assert timetable.variant_name.startswith("entries.csv 20")
    placed = entries(imported.timetable_id)
    assert [(e.time_slot and e.time_slot.code, e.room and e.room.code) for e in placed] == [
        ("D1P1", "R1"),
        ("D2P1", "R1"),
        ("D1P2", "R2"),
        ("D2P2", "R2"),
    ]
    assert [(e.locked_time, e.locked_room) for e in placed] == [
        (True, False),
        (False, False),
        (False, False),
        (False, True),
    ]
    claims = sa.select(sa.func.count()).select_from(EntryClaim).filter_by(timetable_id=imported.timetable_id)
    assert db.session.scalar(claims) == 8
    assert db.session.scalar(sa.select(sa.func.count()).select_from(EntryFaculty)) == 4


def test_the_same_timetable_again_makes_no_second_draft(organization: Organization, term: Term) -> None:
    uploads.confirm(organization, term, sent(*WEEK))
    again = uploads.confirm(organization, term, sent(*WEEK))
    assert again.timetable_id is None
    assert again.counts[RowState.UNCHANGED] == 4
    packed = exports.export_zip(organization, term)
    assert uploads.preview(organization, term, read_upload("x.zip", packed)).changes_nothing
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Timetable)) == 1


def test_a_changed_timetable_becomes_another_draft(organization: Organization, term: Term) -> None:
    first = uploads.confirm(organization, term, sent(*WEEK)).timetable_id
    second = uploads.confirm(organization, term, sent(*WEEK[:3], "C2,A,L,2,D2P3,R2,no,no"))
    assert second.timetable_id not in (None, first)
    assert second.counts[RowState.CHANGED] == 1
    assert entries(first)[3].time_slot is not None
    assert entries(first)[3].time_slot.code == "D2P2"


def test_what_breaks_a_hard_rule_or_has_no_slot_goes_to_the_tray(organization: Organization, term: Term) -> None:
    clash = (*WEEK[:2], "C2,A,L,1,D1P1,R2,no,no")  # the teacher is with C1 then; C2's second lecture is not named
    imported = uploads.confirm(organization, term, sent(*clash))
    placed = entries(imported.timetable_id)
    assert sum(entry.time_slot_id is None for entry in placed) == 2
    reasons = [sentence_of(entry.unplaced_reason) for entry in placed if entry.time_slot_id is None]
    assert any(reason.startswith("Taken off, because") for reason in reasons)
    assert any("no slot" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("row", "column", "found"),
    [
        ("C1,A,L,3,D1P1,R1,no,no", "number", "3"),
        ("C1,A,X,1,D1P1,R1,no,no", "component", "X"),
        ("C1,A,L,1,D9P1,R1,no,no", "slot", "D9P1"),
        ("C1,A,L,1,D1P1,R9,no,no", "room", "R9"),
    ],
)
def test_a_row_that_fits_no_meeting_is_named(
    organization: Organization, term: Term, row: str, column: str, found: str
) -> None:
    (fault,) = uploads.preview(organization, term, sent(row)).faults
    assert (fault.row, fault.column, fault.value) == (2, column, found)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Component)) == 2


def test_a_meeting_that_is_no_longer_asked_for_is_not_exported_and_keeps_no_export_out(
    organization: Organization, term: Term
) -> None:
    uploads.confirm(organization, term, sent(*WEEK))
    db.session.execute(sa.update(Component).values(meetings_per_week=1))
    db.session.expire_all()
    packed = exports.export_zip(organization, term)
    again = uploads.preview(organization, term, read_upload("x.zip", packed))
    assert (again.faults, again.changes_nothing) == ((), True)
    assert [row.label for row in again.table("entries").rows] == ["C1/A/L/1", "C2/A/L/1"]


@pytest.mark.parametrize("days", ["Mon-Wed or Tue-Thu", "2"])
def test_an_entry_whose_days_are_a_choice_is_a_fault_and_not_held_on_the_first_of_them(
    organization: Organization, term: Term, days: str
) -> None:
    file = read_upload("entries.csv", f"course;section;component;number;slot;days\nC1;A;L;1;D1P1;{days}\n".encode())
    (fault,) = uploads.preview(organization, term, file).faults
    assert (fault.row, fault.column) == (2, "days")
    assert fault.expected == "the days on which this class is held, as one pattern such as Mon-Wed-Fri, or nothing"
