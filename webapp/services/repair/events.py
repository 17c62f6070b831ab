"""What has happened that a timetable must be repaired for: read from a form, kept as codes with names.

A change is written as one piece of text, so that several fit into a form and an address: "room:12:01:0900-1100" (days
and hours, both may be left out), "faculty:7::", "section:31:80" (the new size).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Component, Course, Faculty, Room, Section, Term, TimeSlot
from webapp.services.jobs.kinds import EventKind, RepairEvent
from webapp.services.problem.words.sentences import RepairCause, when_in_words
from webapp.services.repair.errors import ChangeRefused
from webapp.services.schema.values import DAY_NAMES
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.scoped import find
from webapp.services.shared.words import _

MOST_STUDENTS = 10_000
MOST_CHANGES = 20


def events_from(term: Term, texts: Sequence[str]) -> list[RepairEvent]:
    """Read the events that the texts name, each once; raises `ChangeRefused`."""
    given = list(dict.fromkeys(text for text in texts if text))
    if len(given) > MOST_CHANGES:
        raise ChangeRefused(_("At most %(most)s changes fit into one repair, found %(found)s.",
                              most=MOST_CHANGES, found=len(given)))  # fmt: skip
    return [_event(term, text) for text in given]


def _event(term: Term, text: str) -> RepairEvent:
    what, _colon, rest = text.partition(":")
    key, _colon, rest = rest.partition(":")
    row_key = whole_number(key)
    if what not in set(EventKind) or row_key is None:
        raise ChangeRefused(_("A change was not understood: %(text)s.", text=text[:60]))
    if what == EventKind.SECTION:
        return _grown(term, row_key, text, rest)
    return _out(term, EventKind(what), row_key, text, rest)


def _grown(term: Term, section_id: int, text: str, size: str) -> RepairEvent:
    query = (
        sa.select(Course.code, Section.code)
        .join(Section, Section.course_id == Course.course_id)
        .where(Section.term_id == term.term_id, Section.section_id == section_id)
    )
    codes = db.session.execute(query).one_or_none()
    if codes is None:
        raise ChangeRefused(_("The term has no such section. It may have been deleted meanwhile."))
    students = whole_number(size, MOST_STUDENTS)
    if not students:
        raise ChangeRefused(
            _("%(section)s: give the new number of students as a whole number from 1 to %(most)s, found %(found)s.",
              section=" ".join(codes), most=MOST_STUDENTS, found=size[:20] or _("nothing"))
        )  # fmt: skip
    words = RepairCause(EventKind.SECTION.value, {"name": " ".join(codes), "size": students})
    return RepairEvent(EventKind.SECTION, section_id, text, words, size=students)


def _out(term: Term, what: EventKind, key: int, text: str, rest: str) -> RepairEvent:
    name = _name(term, what, key)
    days_text, _colon, hours = rest.partition(":")
    begins, _dash, ends = hours.partition("-")
    first, last = _clock(begins), _clock(ends)
    days = sorted(set(days_text))
    if not set(days) <= set("0123456") or (begins and first is None) or (ends and last is None):
        raise ChangeRefused(_("%(name)s: the days or hours were not understood.", name=name))
    slots = _slots(term, [int(day) for day in days], first, last)
    between = {
        "first": "" if first is None else f"{first:%H:%M}",
        "last": "" if last is None else f"{last:%H:%M}",
    }
    words = RepairCause(what.value, {"name": name, "days": [int(day) for day in days], **between})
    if not slots:
        raise ChangeRefused(_("%(name)s: the term has no slot %(when)s.",
                              name=name, when=when_in_words(words.values)))  # fmt: skip
    whole = not days and first is None and last is None
    return RepairEvent(what, key, text, words, () if whole else tuple(slots))


def _name(term: Term, what: EventKind, key: int) -> str:
    model: Any = Room if what is EventKind.ROOM else Faculty
    row = find(term, model, key)
    if row is None and what is EventKind.ROOM:
        raise ChangeRefused(_("There is no such room. It may have been deleted meanwhile."))
    if row is None:
        raise ChangeRefused(_("There is no such teacher. They may have been deleted meanwhile."))
    return str(row.code if what is EventKind.ROOM else row.name)


def _clock(text: str) -> time | None:
    if len(text) != 4 or not (text.isascii() and text.isdecimal()) or int(text[:2]) > 23 or int(text[2:]) > 59:
        return None
    return time(int(text[:2]), int(text[2:]))


def _slots(term: Term, days: Sequence[int], first: time | None, last: time | None) -> list[int]:
    """The slots on these days that overlap with these hours."""
    query = sa.select(TimeSlot.time_slot_id).filter_by(term_id=term.term_id)
    if days:
        query = query.where(TimeSlot.day.in_(days))
    if first is not None:
        query = query.where(TimeSlot.end_time > first)
    if last is not None:
        query = query.where(TimeSlot.start_time < last)
    return list(db.session.scalars(query.order_by(TimeSlot.day, TimeSlot.start_time, TimeSlot.time_slot_id)))


@dataclass(frozen=True)
class EventChoices:
    """What can be chosen for a term's changes: keys with what people call them."""

    rooms: list[tuple[int, str]]
    faculty: list[tuple[int, str]]
    sections: list[tuple[int, str]]
    days: list[tuple[int, str]]
    begins: list[tuple[str, str]]
    ends: list[tuple[str, str]]


def choices_of(term: Term) -> EventChoices:
    """The rooms and teachers of the organisation, the sections with classes, the days and hours of the term."""
    home = term.organization_id
    rooms = sa.select(Room.room_id, Room.code, Room.capacity).filter_by(organization_id=home).order_by(Room.code)
    people = sa.select(Faculty.faculty_id, Faculty.name, Faculty.code).filter_by(organization_id=home)
    sections = (
        sa.select(Section.section_id, Course.code, Section.code, Section.expected_size)
        .join(Course, Course.course_id == Section.course_id)
        .where(
            Section.term_id == term.term_id,
            Section.held.is_(True),
            sa.exists().where(Component.section_id == Section.section_id),
        )
        .order_by(Course.code, Section.code)
    )
    slots = db.session.execute(
        sa.select(TimeSlot.day, TimeSlot.start_time, TimeSlot.end_time).filter_by(term_id=term.term_id)
    ).all()
    return EventChoices(
        rooms=[
            (key, _("%(code)s, %(seats)s seats", code=code, seats=seats))
            for key, code, seats in db.session.execute(rooms)
        ],
        faculty=[(key, f"{name} ({code})") for key, name, code in db.session.execute(people.order_by(Faculty.name))],
        sections=[
            (key, _("%(course)s %(section)s, %(size)s students", course=course, section=section, size=size))
            for key, course, section, size in db.session.execute(sections)
        ],
        days=[(day, DAY_NAMES[day]) for day in sorted({slot.day for slot in slots})],
        begins=[(f"{at:%H%M}", f"{at:%H:%M}") for at in sorted({slot.start_time for slot in slots})],
        ends=[(f"{at:%H%M}", f"{at:%H:%M}") for at in sorted({slot.end_time for slot in slots})],
    )
