"""The way out: a term in the exchange format or as a file of FET, and a published timetable as a `.ctt` solution."""

from datetime import time
from pathlib import Path

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import (
    Course,
    Organization,
    Room,
    Term,
    TimeSlot,
    Timetable,
    TimetableEntry,
    TimetableStatus,
    Upload,
)
from webapp.services.imports.formats import writers
from webapp.services.imports.formats.fet_writer import LockedPlace, TermFile, locked_file
from webapp.services.imports.formats.writers import Contents
from webapp.services.imports.stored import Store
from webapp.services.problem.groups import LeafGroups
from webapp.services.problem.rows import read_term
from webapp.services.problem.stored_entries import read_entries
from webapp.services.problem.term_problem import problem_from
from webapp.services.schema.columns import Record, Value
from webapp.services.schema.tables import TABLES
from webapp.services.schema.wishes import ENTRIES
from webapp.services.shared.day_patterns import days_of
from webapp.services.shared.errors import Problem
from webapp.services.shared.words import _


class NothingPublished(Problem):
    """A published timetable was asked for, and the term has none."""


def term_contents(organization: Organization, term: Term) -> Contents:
    """Every table of a term; entries are those of the published or else the newest timetable."""
    store = Store(organization.organization_id, term)
    return {table.name: list(store.table(table.name).records.values()) for table in TABLES}


def export_folder(organization: Organization, term: Term, path: Path) -> None:
    """Write a term as a folder of CSV files."""
    writers.write_folder(path, term_contents(organization, term))


def export_zip(organization: Organization, term: Term) -> bytes:
    """A term as a ZIP of CSV files."""
    return writers.zip_of(term_contents(organization, term))


def export_workbook(organization: Organization, term: Term) -> bytes:
    """A term as one workbook."""
    return writers.workbook_of(term_contents(organization, term))


def fet_file(organization: Organization, term: Term) -> bytes:
    """A term with its published or else newest timetable as a file that FET opens.

    Where the term was imported from a file of FET and asks for the same classes still, it is that file with each
    activity locked where it stands; else it is written anew. Raises `NotForFet`, or `NothingToPlace` for an empty term.
    """
    store = Store(organization.organization_id, term)
    placed = {key: record for key, record in store.table(ENTRIES.name).records.items() if record["slot"] is not None}
    upload = db.session.scalar(
        sa.select(Upload)
        .where(Upload.term_id == term.term_id, Upload.confirmed_at.is_not(None), Upload.filename.ilike("%.fet"))
        .order_by(Upload.confirmed_at.desc())
        .limit(1)
    )
    if upload is not None:
        places = {
            _meeting(record): LockedPlace(str(record["slot"]), _text(record["room"])) for record in placed.values()
        }
        again = locked_file(upload.filename, upload.content, places)
        if again is not None:
            return again
    rows = read_term(term)
    problem = problem_from(rows)
    where = {
        entry.key: (entry.state.time_slot_id, entry.state.room_id)
        for entry in (read_entries(store.reference_timetable_id) if store.reference_timetable_id is not None else ())
        if entry.state.time_slot_id is not None and entry.key in problem.index_of
    }
    return TermFile(rows, problem.rows, LeafGroups(rows.groups)).write(where)


def _meeting(record: Record) -> tuple[str, str, str, int]:
    """What names a meeting that no batch has; a batch's is never one of a file of FET."""
    number = record["number"]
    assert isinstance(number, int)  # noqa: S101 (a record of `entries` has one)
    component = f"{record['component']}{'' if record['batch'] is None else '@' + str(record['batch'])}"
    return str(record["course"]), str(record["section"]), component, number


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


def ctt_solution(organization: Organization, term: Term) -> str:
    """The published timetable as ``course room day period`` lines, days and periods from 0.

    Raises `NothingPublished`.
    """
    timetable_id = db.session.scalar(
        sa.select(Timetable.timetable_id).where(
            Timetable.organization_id == organization.organization_id,
            Timetable.term_id == term.term_id,
            Timetable.status == TimetableStatus.PUBLISHED,
        )
    )
    if timetable_id is None:
        raise NothingPublished(_("%(name)s has no published timetable.", name=term.name))
    periods = _periods(term)
    query = (
        sa.select(Course.code, Room.code, TimetableEntry.day, TimetableEntry.days, TimetableEntry.start_time)
        .join(Course, Course.course_id == TimetableEntry.course_id)
        .join(Room, Room.room_id == TimetableEntry.room_id)
        .where(TimetableEntry.timetable_id == timetable_id, TimetableEntry.time_slot_id.is_not(None))
        .order_by(Course.code, TimetableEntry.component_id, TimetableEntry.ordinal, TimetableEntry.entry_id)
    )
    lines = []
    for course, room, day, days, start in db.session.execute(query):
        if start is not None:
            lines += [f"{course} {room} {day} {periods[day, start]}\n" for day in days_of(day, days)]
    return "".join(lines)


def _periods(term: Term) -> dict[tuple[int, time], int]:
    """The number of the period within the day, from 0, by day and start."""
    query = (
        sa.select(TimeSlot.day, TimeSlot.start_time)
        .where(TimeSlot.term_id == term.term_id)
        .order_by(TimeSlot.day, TimeSlot.start_time, TimeSlot.shift)
    )
    periods: dict[tuple[int, time], int] = {}
    used: dict[int, int] = {}
    for day, start in db.session.execute(query):
        periods.setdefault((day, start), used.get(day, 0))
        used[day] = used.get(day, 0) + 1
    return periods
