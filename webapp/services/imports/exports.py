"""The way out: a term in the exchange format, and a published timetable as a solution of a `.ctt` file."""

from pathlib import Path

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Course, Organization, Room, Term, TimeSlot, Timetable, TimetableEntry, TimetableStatus
from webapp.services.imports.formats import writers
from webapp.services.imports.formats.writers import Contents
from webapp.services.imports.stored import Store
from webapp.services.schema.tables import TABLES
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
        sa.select(Course.code, Room.code, TimetableEntry.time_slot_id)
        .join(Course, Course.course_id == TimetableEntry.course_id)
        .join(Room, Room.room_id == TimetableEntry.room_id)
        .where(TimetableEntry.timetable_id == timetable_id, TimetableEntry.time_slot_id.is_not(None))
        .order_by(Course.code, TimetableEntry.component_id, TimetableEntry.ordinal, TimetableEntry.entry_id)
    )
    lines = []
    for course, room, slot_id in db.session.execute(query):
        if slot_id is not None:
            day, period = periods[slot_id]
            lines.append(f"{course} {room} {day} {period}\n")
    return "".join(lines)


def _periods(term: Term) -> dict[int, tuple[int, int]]:
    """Day and number of the period within the day, both from 0, by slot."""
    query = (
        sa.select(TimeSlot.time_slot_id, TimeSlot.day)
        .where(TimeSlot.term_id == term.term_id)
        .order_by(TimeSlot.day, TimeSlot.start_time, TimeSlot.shift)
    )
    periods: dict[int, tuple[int, int]] = {}
    used: dict[int, int] = {}
    for slot_id, day in db.session.execute(query):
        periods[slot_id] = (day, used.get(day, 0))
        used[day] = used.get(day, 0) + 1
    return periods
