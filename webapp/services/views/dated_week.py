"""The classes of a timetable by date: which are held on which day, in which week, and what is now and next.

`dated_classes` lays a timetable's entries over a term's calendar; it reads no rows. What happens to a single class on a
single date (cancelled, moved, another room) is laid over the list that it gives: each class has the ``key`` that such a
change names, and a class that is changed is a copy with another ``entry``, ``start`` or ``end``.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import StudentGroupMember
from webapp.services.terms.calendar.dates import CalendarDay, CalendarWeek, TermCalendar
from webapp.services.views.entries import SeenEntry
from webapp.services.views.grid import EntryView


@dataclass(frozen=True, slots=True)
class DatedClass:
    """A class on a date: from ``start`` to ``end``, instants where the organisation is."""

    day: CalendarDay
    entry: SeenEntry
    start: datetime
    end: datetime

    @property
    def key(self) -> tuple[int, date]:
        """What tells it apart within a timetable: its entry and the date."""
        return self.entry.view.entry_id, self.day.on

    @property
    def week(self) -> CalendarWeek | None:
        """The week of the term that its date is in."""
        return self.day.week

    @property
    def view(self) -> EntryView:
        """The class as it stands in the grid of its week: on the day of its date alone."""
        start, end = self.start.time(), self.end.time()
        return replace(self.entry.view, day=self.day.on.weekday(), days=(), start=start, end=end)


def dated_classes(
    calendar: TermCalendar,
    entries: Sequence[SeenEntry],
    first: date,
    last: date,
    own_groups: Collection[int] = (),
) -> list[DatedClass]:
    """The classes that are held from the first to the last date, by date and hour.

    ``own_groups`` are those of the student or group whose classes these are: their days off are off, whoever else
    attends.
    """
    return [
        held
        for day in calendar.days(max(first, calendar.starts_on), min(last, calendar.ends_on))
        for held in _classes_of(calendar, day, entries, own_groups)
    ]


def _classes_of(
    calendar: TermCalendar, day: CalendarDay, entries: Sequence[SeenEntry], own_groups: Collection[int]
) -> list[DatedClass]:
    if day.weekday is None:
        return []
    held = [
        DatedClass(day, entry, _instant(calendar, day, start), _instant(calendar, day, end))
        for entry in entries
        if (hours := _hours_on(day, entry)) is not None
        and not any(off.covers(entry.department_id, entry.group_ids, own_groups) for off in day.holidays)
        for start, end in [hours]
    ]
    return sorted(held, key=_in_order)


def _hours_on(day: CalendarDay, entry: SeenEntry) -> tuple[time, time] | None:
    """When an entry is held on a date, holidays of a part aside; None where it is not."""
    view = entry.view
    if view.start is None or view.end is None or not day.holds(view.days, view.week_numbers):
        return None
    return view.start, view.end


def _instant(calendar: TermCalendar, day: CalendarDay, at: time) -> datetime:
    return datetime.combine(day.on, at, calendar.timezone)


def _in_order(held: DatedClass) -> tuple[datetime, datetime, str, str, int]:
    view = held.entry.view
    return held.start, held.end, view.course_code, view.section, view.entry_id


def now_and_next(classes: Iterable[DatedClass], at: datetime) -> tuple[list[DatedClass], list[DatedClass]]:
    """Of classes in order those that run at an instant, and those that begin together next, on whatever date."""
    running: list[DatedClass] = []
    coming: list[DatedClass] = []
    for held in classes:
        if held.start <= at < held.end:
            running.append(held)
        elif held.start > at and (not coming or held.start == coming[0].start):
            coming.append(held)
    return running, coming


def groups_of_student(student_id: int, calendar: TermCalendar) -> frozenset[int]:
    """The groups of a student, where a holiday is for some groups alone; nothing where none is."""
    named = [off.groups for off in calendar.days_off if off.groups]
    if not named:
        return frozenset()
    member = StudentGroupMember
    query = sa.select(member.student_group_id).where(
        member.student_id == student_id, member.student_group_id.in_(frozenset[int]().union(*named))
    )
    return frozenset(db.session.scalars(query))
