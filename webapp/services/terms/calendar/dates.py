"""The dates of a term: which week a date is in, and which day's classes are held on it, if any.

Pure: it reads no rows, see `stored`. Weeks of the term begin on Mondays. They are numbered in order, from 1 to the
term's number of teaching weeks: ordinary weeks, and others where they are said to be counted. Week sets (odd, even,
first half) speak of these numbers.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from functools import cached_property
from zoneinfo import ZoneInfo

from webapp.models import TermWeekKind

ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(weeks=1)
SATURDAY = 5


def monday_of(on: date) -> date:
    """The day on which the week of a date begins."""
    return on - on.weekday() * ONE_DAY


class Phase(Enum):
    """Where a date stands to a term."""

    BEFORE = "before"
    RUNNING = "running"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class CalendarWeek:
    """A week of a term.

    ``kind`` is None for a week that nobody has said anything of and that is not taught: it has no weekday of the term
    in it, or comes after the last teaching week. ``number`` is None for a week that is not counted.
    """

    monday: date
    number: int | None
    kind: TermWeekKind | None
    note: str = ""

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + 6 * ONE_DAY

    @property
    def is_taught(self) -> bool:
        """Whether classes are held in it."""
        return self.kind is TermWeekKind.TEACHING and self.number is not None

    @property
    def is_even(self) -> bool | None:
        """Whether its number is even; None without one."""
        return None if self.number is None else self.number % 2 == 0

    @property
    def address(self) -> str:
        """How addresses name it: by its number, else by its Monday."""
        return str(self.number) if self.number is not None else self.monday.isoformat()


@dataclass(frozen=True, slots=True)
class WeekRow:
    """What is said of one week, see `webapp.models.TermWeek`."""

    kind: TermWeekKind
    counted: bool
    note: str


@dataclass(frozen=True, slots=True)
class DaysOff:
    """A holiday; ``departments`` and ``groups`` are None where it is not for some of them alone.

    ``groups`` has those that are named or of a programme that is named, with all their parts.
    """

    holiday_id: int
    first: date
    last: date
    name: str
    departments: frozenset[int] | None = None
    groups: frozenset[int] | None = None

    @property
    def is_for_all(self) -> bool:
        """Whether nobody has classes."""
        return self.departments is None and self.groups is None

    def covers(self, department_id: int, group_ids: Collection[int], own: Collection[int] = ()) -> bool:
        """Whether a class of these groups, by a course of this department, is not held.

        A class with a group that has no day off is held; but not for those of ``own`` groups that have.
        """
        if self.departments is not None and department_id not in self.departments:
            return False
        if self.groups is None or not self.groups.isdisjoint(own):
            return True
        return bool(group_ids) and self.groups.issuperset(group_ids)


@dataclass(frozen=True, slots=True)
class FollowedDay:
    """What a make-up day follows: the classes of a day of the week (0 is Monday), as in the week of a number."""

    makeup_day_id: int
    weekday: int
    week: int | None
    note: str


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A date of a term, and the day whose classes are held on it.

    ``weekday`` is that day (0 is Monday), None where no classes are held at all: in a week that is not taught, on a
    holiday of everybody, before and after the term. ``number`` is the number of the week as in which they are held;
    without one, which only a make-up day in an uncounted week has, only classes of every week are.
    """

    on: date
    week: CalendarWeek | None
    weekday: int | None
    number: int | None
    holidays: tuple[DaysOff, ...] = ()
    makeup: FollowedDay | None = None

    def holds(self, days: Collection[int], weeks: Collection[int] | None) -> bool:
        """Whether a class of these days (0 is Monday) and weeks (None: every week) is due, holidays of a part aside."""
        if self.weekday is None or self.weekday not in days:
            return False
        return weeks is None or self.number in weeks

    @property
    def closed_by(self) -> DaysOff | None:
        """The holiday of everybody that it is, if any."""
        return next((off for off in self.holidays if off.is_for_all), None)


@dataclass(frozen=True)
class TermCalendar:
    """The dates of a term, from what is stored of it.

    Parameters
    ----------
    week_count
        How many teaching weeks the term has: the highest number of a week.
    rows
        What is said of single weeks, by Monday.
    makeup_days
        By date.
    """

    starts_on: date
    ends_on: date
    week_count: int
    timezone: ZoneInfo
    rows: Mapping[date, WeekRow] = field(default_factory=dict)
    days_off: tuple[DaysOff, ...] = ()
    makeup_days: Mapping[date, FollowedDay] = field(default_factory=dict)

    @cached_property
    def weeks(self) -> tuple[CalendarWeek, ...]:
        """All weeks that have a day of the term in them, in order."""
        weeks, counted = [], 0
        monday = monday_of(self.starts_on)
        while monday <= self.ends_on:
            row = self.rows.get(monday)
            kind = self._usual_kind(monday) if row is None else row.kind
            is_counted = kind is TermWeekKind.TEACHING or (row is not None and row.counted)
            number = counted + 1 if is_counted and counted < self.week_count else None
            counted = number or counted
            if row is None and number is None:
                kind = None
            weeks.append(CalendarWeek(monday, number, kind, row.note if row is not None else ""))
            monday += ONE_WEEK
        return tuple(weeks)

    def _usual_kind(self, monday: date) -> TermWeekKind | None:
        """A week is a teaching week if it has one of Monday to Friday in the term."""
        first = max(monday, self.starts_on)
        return TermWeekKind.TEACHING if first < monday + SATURDAY * ONE_DAY else None

    @cached_property
    def _mondays(self) -> list[date]:
        return [week.monday for week in self.weeks]

    @cached_property
    def _numbered(self) -> Mapping[int, CalendarWeek]:
        return {week.number: week for week in self.weeks if week.number is not None}

    @property
    def taught_weeks(self) -> int:
        """In how many weeks classes are held."""
        return sum(week.is_taught for week in self.weeks)

    def week_of(self, on: date) -> CalendarWeek | None:
        """The week of a date; None for one that has no day of the term in it."""
        if not self.weeks[0].monday <= on <= self.weeks[-1].sunday:
            return None
        return self.weeks[bisect_right(self._mondays, on) - 1]

    def week(self, number: int) -> CalendarWeek | None:
        """The week of a number."""
        return self._numbered.get(number)

    def phase(self, on: date) -> Phase:
        """Whether the term has not begun on a date, runs, or is over."""
        if on < self.starts_on:
            return Phase.BEFORE
        return Phase.OVER if on > self.ends_on else Phase.RUNNING

    def day(self, on: date) -> CalendarDay:
        """What a date is."""
        week = self.week_of(on)
        if week is None or self.phase(on) is not Phase.RUNNING:
            return CalendarDay(on, week, None, None)
        holidays = tuple(off for off in self.days_off if off.first <= on <= off.last)
        makeup = self.makeup_days.get(on)
        if any(off.is_for_all for off in holidays):
            return CalendarDay(on, week, None, None, holidays, makeup)
        if makeup is not None:
            number = makeup.week if makeup.week is not None else week.number
            return CalendarDay(on, week, makeup.weekday, number, holidays, makeup)
        weekday = on.weekday() if week.is_taught else None
        return CalendarDay(on, week, weekday, week.number, holidays)

    def days(self, first: date, last: date) -> Iterator[CalendarDay]:
        """Yield what each date is, from the first to the last."""
        for number in range((last - first).days + 1):
            yield self.day(first + number * ONE_DAY)
