"""The classes of a timetable by date: which are held on which day, in which week, and what is now and next.

`dated_classes` lays a timetable's entries over a term's calendar; it reads no rows. What happens to a single class on a
single date (cancelled, moved, another room) is laid over the list that it gives: each class has the ``key`` that such a
change names, and a class that is changed is a copy with another ``entry``, ``start`` or ``end``.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cached_property

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import StudentGroupMember, Term
from webapp.services.shared.errors import NotFound
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.words import _
from webapp.services.terms.calendar.dates import ONE_WEEK, CalendarDay, CalendarWeek, Phase, TermCalendar
from webapp.services.terms.calendar.stored import read_calendar
from webapp.services.views.entries import SeenEntry, read_slot_views
from webapp.services.views.grid import EntryView, Grid, SlotView, build_grid

EVERY_WEEK = "every"
"""How addresses ask for the week that repeats, without dates."""


class WeekUnknown(NotFound):
    """The term has no such week."""


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


# One week on a page


@dataclass(frozen=True)
class DatedWeek:
    """A week of somebody's classes as a page shows it, and what is now and next.

    ``week`` is None where the week that repeats is shown: it is asked for, or the term does not run.
    """

    calendar: TermCalendar
    at: datetime
    week: CalendarWeek | None
    entries: tuple[SeenEntry, ...]
    slots: tuple[SlotView, ...]
    own_groups: frozenset[int] = frozenset()

    @property
    def phase(self) -> Phase:
        """Where today stands to the term."""
        return self.calendar.phase(self.at.date())

    @cached_property
    def days(self) -> Mapping[int, CalendarDay]:
        """The dates of the week, by day of the week; none of the week that repeats."""
        if self.week is None:
            return {}
        return {day.on.weekday(): day for day in self.calendar.days(self.week.monday, self.week.sunday)}

    @cached_property
    def off_names(self) -> Mapping[int, list[str]]:
        """By day of the week, the holidays of everybody and those that take a class of these away."""
        return {
            weekday: [
                off.name
                for off in day.holidays
                if off.is_for_all
                or any(
                    off.covers(entry.department_id, entry.group_ids, self.own_groups)
                    for entry in self.entries
                    if _hours_on(day, entry) is not None
                )
            ]
            for weekday, day in self.days.items()
        }

    @cached_property
    def grid(self) -> Grid:
        """The classes of the week, those of a make-up day on its date."""
        if self.week is None:
            return build_grid(self.slots, [entry.view for entry in self.entries])
        held = dated_classes(self.calendar, self.entries, self.week.monday, self.week.sunday, self.own_groups)
        return build_grid(self.slots, [one.view for one in held])

    @property
    def today(self) -> int | None:
        """The day of the week that today is, where today is in what is shown."""
        today = self.at.date()
        in_sight = self.week is None or self.week.monday <= today <= self.week.sunday
        return today.weekday() if self.phase is Phase.RUNNING and in_sight else None

    @property
    def now(self) -> time | None:
        """The time of day, where today is in a week with dates."""
        return self.at.time() if self.week is not None and self.today is not None else None

    @property
    def this_week(self) -> CalendarWeek | None:
        """The week that today is in, while the term runs."""
        return self.calendar.week_of(self.at.date()) if self.phase is Phase.RUNNING else None

    @property
    def before(self) -> CalendarWeek | None:
        """The week before, if the term has one."""
        return None if self.week is None else self.calendar.week_of(self.week.monday - ONE_WEEK)

    @property
    def after(self) -> CalendarWeek | None:
        """The week after, if the term has one."""
        return None if self.week is None else self.calendar.week_of(self.week.monday + ONE_WEEK)

    @cached_property
    def now_and_next(self) -> tuple[list[DatedClass], list[DatedClass]]:
        """What runs now, and what begins next, in whatever week of the term."""
        today = self.at.date()
        return now_and_next(
            dated_classes(self.calendar, self.entries, today, self.calendar.ends_on, self.own_groups), self.at
        )


def choose_week(calendar: TermCalendar, asked: str | None, today: date) -> CalendarWeek | None:
    """The week that an address asks for, by number or by a date in it; today's without one while the term runs.

    None is the week that repeats. Raises `WeekUnknown`.
    """
    if asked == EVERY_WEEK:
        return None
    if not asked:
        return calendar.week_of(today) if calendar.phase(today) is Phase.RUNNING else None
    number = whole_number(asked)
    week = calendar.week(number) if number is not None else _week_of_date(calendar, asked)
    if week is None:
        last = max((week.number for week in calendar.weeks if week.number is not None), default=0)
        raise WeekUnknown(_("The term has no such week: its weeks are 1 to %(last)s.", last=last))
    return week


def _week_of_date(calendar: TermCalendar, text: str) -> CalendarWeek | None:
    try:
        return calendar.week_of(date.fromisoformat(text))
    except ValueError:
        return None


def read_week(
    term: Term,
    entries: Sequence[SeenEntry],
    asked: str | None,
    at: datetime,
    *,
    student_id: int | None = None,
    group: int | None = None,
) -> DatedWeek:
    """Read the week that an address asks for at an instant, see `choose_week`.

    That of a student or a group has their own days off.
    """
    calendar = read_calendar(term)
    own = frozenset({group}) if group is not None else frozenset[int]()
    if student_id is not None:
        own = groups_of_student(student_id, calendar)
    here = at.astimezone(calendar.timezone)
    week = choose_week(calendar, asked, here.date())
    return DatedWeek(calendar, here, week, tuple(entries), tuple(read_slot_views(term.term_id)), own)
