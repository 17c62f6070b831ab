"""A printed sheet looked up again: whether its version is in force, and what has changed on it since."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import (
    Department,
    Faculty,
    Organization,
    Room,
    Student,
    StudentGroup,
    Timetable,
    TimetableStatus,
)
from webapp.services.shared.errors import NotFound
from webapp.services.shared.words import _
from webapp.services.timetables.diff import differences_for
from webapp.services.timetables.lifecycle import published_timetable
from webapp.services.views import audience
from webapp.services.views.audience import Lens
from webapp.services.views.changes import in_words
from webapp.services.views.grid import EntryView, Sheet, SheetKind, SheetSubject
from webapp.services.views.sheet_text import SheetHead, hash_of, sheet_text

MODELS: Mapping[SheetKind, Any] = {
    SheetKind.GROUP: StudentGroup,
    SheetKind.FACULTY: Faculty,
    SheetKind.ROOM: Room,
    SheetKind.DEPARTMENT: Department,
    SheetKind.STUDENT: Student,
}


class SheetUnknown(NotFound):
    """The timetable, or whose sheet it was, is no longer there."""


class Standing(StrEnum):
    """How a printed sheet stands to what is in force today."""

    IN_FORCE = "in force"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """What the code on a sheet says of it: the timetable, whose sheet, and the hash printed beside it."""

    timetable_id: int
    kind: SheetKind
    key: int
    department_id: int | None
    printed_hash: str


@dataclass(frozen=True)
class SheetCheck:
    """A sheet as it is known today. A draft's contents are not told: it was never for everybody.

    ``hash`` is that of the sheet of the printed version as it is stored; ``is_as_printed`` says whether it is the
    printed one. ``changes`` are sentences, ``number_now`` and ``since`` those of the version in force.
    """

    standing: Standing
    organization: str
    term: str
    title: str
    number: int | None
    printed_hash: str
    hash: str = ""
    number_now: int | None = None
    since: datetime | None = None
    changes: tuple[str, ...] = ()

    @property
    def is_as_printed(self) -> bool:
        """Whether the version still says what was printed."""
        return self.hash == self.printed_hash


def text_of(timetable: Timetable, sheet: Sheet) -> str:
    """What is printed on a sheet of a timetable, as the text whose hash stands on it."""
    if sheet.shows is None:
        raise SheetUnknown(_("Nobody knows whose sheet this is."))
    placed = [entry for entry in sheet.entries if entry.placed]
    return _text(timetable, sheet.shows, placed, len(sheet.grid.unplaced))


def hash_of_sheet(timetable: Timetable, sheet: Sheet) -> str:
    """The hash that is printed on a sheet."""
    return hash_of(text_of(timetable, sheet))


def _text(timetable: Timetable, shows: SheetSubject, entries: Sequence[EntryView], unplaced: int) -> str:
    term = timetable.term
    viewer = db.session.get(Department, shows.department_id) if shows.department_id is not None else None
    head = SheetHead(
        organization=term.organization.code,
        academic_year=term.academic_year,
        semester=term.semester,
        kind=shows.kind.value,
        code=shows.code,
        viewer=viewer.code if viewer is not None else "",
    )
    return sheet_text(head, entries, unplaced)


def check_sheet(printed: PrintedSheet) -> SheetCheck:
    """Look up a printed sheet; raises `SheetUnknown`."""
    timetable, shows, name = _find(printed)
    standing = _standing(timetable)
    number = timetable.number
    term = timetable.term
    known = (standing, term.organization.name, term.name, name, number, printed.printed_hash)
    if standing is Standing.DRAFT:
        return SheetCheck(*known)
    own_hash = hash_of(_stored_text(timetable, shows))
    now = published_timetable(term)
    if now is None or standing is Standing.IN_FORCE:
        return SheetCheck(*known, hash=own_hash, number_now=now.number if now is not None else None)
    moved = differences_for(timetable, now, audience.classes_of_sheet(shows, term.term_id))
    changes = tuple(in_words(move) for move in moved)
    return SheetCheck(*known, hash=own_hash, number_now=now.number, since=now.published_at, changes=changes)


def stored_text(printed: PrintedSheet) -> str:
    """What the printed version says of the sheet; raises `SheetUnknown`, for a draft too."""
    timetable, shows, _name = _find(printed)
    if _standing(timetable) is Standing.DRAFT:
        raise SheetUnknown(_("This was a draft, which was never in force."))
    return _stored_text(timetable, shows)


@dataclass(frozen=True, slots=True)
class SheetWithHash:
    """A sheet that has a hash: of which version, and whose."""

    term: str
    number: int
    is_in_force: bool
    kind: SheetKind
    code: str
    viewer: str


def sheets_with_hash(organization: Organization, wanted: str) -> list[SheetWithHash]:
    """The sheets of all versions that were ever published whose hash it is, newest version first.

    Looks at each version by all groups, teachers, rooms and departments, as everybody and as each head sees them, and
    at the weeks of all students.
    """
    query = (
        sa.select(Timetable)
        .where(Timetable.organization_id == organization.organization_id, Timetable.number.is_not(None))
        .order_by(Timetable.published_at.desc())
    )
    found = []
    for timetable in db.session.scalars(query):
        for shows, text in _all_texts(organization, timetable):
            if hash_of(text) == wanted and timetable.number is not None:
                viewer = db.session.get(Department, shows.department_id) if shows.department_id is not None else None
                in_force = timetable.status is TimetableStatus.PUBLISHED
                whose = (shows.kind, shows.code, viewer.code if viewer is not None else "")
                found.append(SheetWithHash(timetable.term.name, timetable.number, in_force, *whose))
    return found


def _all_texts(organization: Organization, timetable: Timetable) -> Iterator[tuple[SheetSubject, str]]:
    of_organization = {"organization_id": organization.organization_id}
    departments = list(db.session.scalars(sa.select(Department.department_id).filter_by(**of_organization)))
    for viewer in (None, *departments):
        for lens in Lens:
            for sheet in audience.sheets_for(timetable, lens, department_id=viewer):
                if sheet.shows is not None:
                    yield sheet.shows, text_of(timetable, sheet)
    for student in db.session.scalars(sa.select(Student).filter_by(**of_organization)):
        shows = SheetSubject(SheetKind.STUDENT, student.student_id, student.code)
        yield shows, _stored_text(timetable, shows)


def _find(printed: PrintedSheet) -> tuple[Timetable, SheetSubject, str]:
    timetable = db.session.get(Timetable, printed.timetable_id)
    row = db.session.get(MODELS[printed.kind], printed.key)
    if timetable is None or row is None:
        raise SheetUnknown(_("The timetable of this sheet is no longer kept."))
    return timetable, SheetSubject(printed.kind, printed.key, row.code, printed.department_id), row.name


def _standing(timetable: Timetable) -> Standing:
    if timetable.status is TimetableStatus.PUBLISHED:
        return Standing.IN_FORCE
    if timetable.number is None:
        return Standing.DRAFT
    return Standing.REPLACED if published_timetable(timetable.term) is not None else Standing.WITHDRAWN


def _stored_text(timetable: Timetable, shows: SheetSubject) -> str:
    if shows.kind is SheetKind.STUDENT:
        entries = audience.classes_on(timetable, audience.classes_of_sheet(shows, timetable.term_id))
        placed = [entry for entry in entries if entry.placed]
        return _text(timetable, shows, placed, len(entries) - len(placed))
    try:
        (sheet,) = audience.sheets_for(timetable, Lens(shows.kind.value), [shows.key], shows.department_id)
    except audience.SubjectUnknown:
        return _text(timetable, shows, [], 0)
    return text_of(timetable, sheet)
