"""What a calendar of somebody or something has in it: the published classes of the terms that are not long over.

A person's calendar has the own classes. A room's or a section's has all classes there, as far as whoever made the link
may see them: what is beyond is told as taken, and by which department.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import FeedKind, Room, StudentGroup, Term, Timetable, TimetableEntry, User
from webapp.services.accounts.permissions import Permission, may
from webapp.services.shared.errors import NotFound
from webapp.services.shared.scoped import load, rows_of
from webapp.services.shared.words import _
from webapp.services.terms.calendar.stored import read_calendar
from webapp.services.terms.selection import list_terms, shown_term, today_in
from webapp.services.timetables.lifecycle import published_timetable
from webapp.services.views.audience import Lens, classes_of_sheet, own_classes
from webapp.services.views.calendar_file import FeedTerm, calendar_file
from webapp.services.views.dated_week import dated_classes, groups_of_student
from webapp.services.views.entries import SeenEntry, read_entries
from webapp.services.views.grid import SheetKind, SheetSubject

KEPT_AFTER = timedelta(days=60)
"""For so long after its end a term stays in calendars."""
OWN = {FeedKind.TEACHING: Lens.FACULTY, FeedKind.STUDIES: Lens.GROUP}


@dataclass(frozen=True)
class FeedSubject:
    """Whose or what classes a calendar has; ``key`` is that of the room or group, None for the own classes."""

    kind: FeedKind
    title: str
    key: int | None = None


def kinds_for(user: User) -> tuple[FeedKind, ...]:
    """Return the kinds of calendars that a user may have."""
    sees_all = may(user, Permission.SEE_TIMETABLES)
    heads = may(user, Permission.SEE_DEPARTMENT) and user.department_id is not None
    teaches = user.faculty_id is not None and may(user, Permission.SEE_OWN_TEACHING)
    studies = user.student_id is not None and may(user, Permission.SEE_OWN_STUDIES)
    which = {
        FeedKind.TEACHING: teaches,
        FeedKind.STUDIES: studies,
        FeedKind.ROOM: sees_all or heads or teaches,
        FeedKind.GROUP: sees_all or heads,
    }
    return tuple(kind for kind, is_theirs in which.items() if is_theirs)


def find_subject(user: User, kind: FeedKind, code: str = "") -> FeedSubject:
    """Return what a user asks a calendar of, a room or section by its code; raises NotFound."""
    if kind not in kinds_for(user):
        raise NotFound(_("There is no such calendar for you."))
    match kind:
        case FeedKind.TEACHING:
            return FeedSubject(kind, _("My teaching"))
        case FeedKind.STUDIES:
            return FeedSubject(kind, _("My studies"))
        case FeedKind.ROOM:
            room = db.session.scalar(rows_of(user.organization, Room).where(Room.code == code))
            if room is None:
                raise NotFound(_("There is no room with the code “%(code)s”.", code=code))
            return FeedSubject(kind, _("Room %(code)s", code=room.code), room.room_id)
        case FeedKind.GROUP:
            term = shown_term(user.organization)
            group = db.session.scalar(_groups_for(user, term).where(StudentGroup.code == code)) if term else None
            if group is None:
                raise NotFound(_("There is no section with the code “%(code)s” among yours.", code=code))
            return FeedSubject(kind, _("Section %(code)s", code=group.code), group.student_group_id)


def _groups_for(user: User, term: Term) -> sa.Select[StudentGroup]:
    query = sa.select(StudentGroup).where(StudentGroup.term_id == term.term_id)
    if may(user, Permission.SEE_TIMETABLES):
        return query
    return query.where(StudentGroup.department_id == user.department_id)


def write_feed(user: User, subject: FeedSubject) -> bytes:
    """Write the calendar of a subject as the user may see it now; raises NotFound for what is no longer theirs."""
    if subject.kind not in kinds_for(user):
        raise NotFound(_("There is no such calendar for you."))
    parts = []
    for term in _terms_of(user, subject):
        timetable = published_timetable(term)
        if timetable is not None:
            parts.append(_part(user, subject, term, timetable))
    title = f"{subject.title} · {user.organization.name}"
    return calendar_file(title, parts, f"{user.organization.code.lower()}.timeloom")


def _terms_of(user: User, subject: FeedSubject) -> Sequence[Term]:
    if subject.kind is FeedKind.GROUP:
        group = load(user, StudentGroup, subject.key or 0)
        if not may(user, Permission.SEE_TIMETABLES) and group.department_id != user.department_id:
            raise NotFound(_("There is no such calendar for you."))
        return [db.session.get_one(Term, group.term_id)]
    if subject.kind is FeedKind.ROOM:
        load(user, Room, subject.key or 0)
    still = today_in(user.organization) - KEPT_AFTER
    recent = [term for term in list_terms(user.organization, published_only=True) if term.ends_on >= still]
    return recent or [term for term in [shown_term(user.organization)] if term is not None]


def _part(user: User, subject: FeedSubject, term: Term, timetable: Timetable) -> FeedTerm:
    which, own_groups = _which(user, subject, term)
    calendar = read_calendar(term)
    seen = [_as_seen(user, subject, entry) for entry in read_entries(timetable.timetable_id, which)]
    groups = own_groups(calendar)
    planned = dated_classes(calendar, seen, term.starts_on, term.ends_on, groups)
    return FeedTerm(planned, planned, _names(timetable, which), timetable.published_at or timetable.created_at)


def _which(
    user: User, subject: FeedSubject, term: Term
) -> tuple[sa.ColumnElement[bool], Callable[[Any], frozenset[int]]]:
    """Which entries a calendar has, and the groups whose days off are off for it."""
    if (lens := OWN.get(subject.kind)) is not None:
        student_id = user.student_id if lens is Lens.GROUP else None
        own = own_classes(user, lens, term.term_id)
        return own, lambda calendar: groups_of_student(student_id, calendar) if student_id else frozenset()
    key = subject.key or 0
    if subject.kind is FeedKind.ROOM:
        return TimetableEntry.room_id == key, lambda _calendar: frozenset()
    shows = SheetSubject(SheetKind.GROUP, key, "")
    return classes_of_sheet(shows, term.term_id), lambda _calendar: frozenset({key})


def _as_seen(user: User, subject: FeedSubject, entry: SeenEntry) -> SeenEntry:
    """An entry of somebody else's is taken time, but for who sees all and for a head's own sections."""
    if subject.kind is not FeedKind.ROOM or may(user, Permission.SEE_TIMETABLES):
        return entry
    is_headed = may(user, Permission.SEE_DEPARTMENT) and entry.department_id == user.department_id
    is_taught = user.faculty_id in entry.faculty_ids
    return entry if is_headed or is_taught else entry.as_busy()


def _names(timetable: Timetable, which: sa.ColumnElement[bool]) -> dict[int, str]:
    """By entry what its class is called in every version: component, batch, and which of the component's."""
    row = TimetableEntry
    query = sa.select(row.entry_id, row.component_id, row.student_group_id, row.ordinal)
    query = query.where(row.timetable_id == timetable.timetable_id, which)
    return {key: f"{part}-{batch or 0}-{ordinal}" for key, part, batch, ordinal in db.session.execute(query)}
