"""A term's calendar as the registrar sees it: every week and date, and what is said of those that are looked at."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Term, TermWeek
from webapp.services.reference.commands import mark_of
from webapp.services.schema.dates import TERM_WEEKS
from webapp.services.terms.calendar.dates import CalendarDay, CalendarWeek, TermCalendar
from webapp.services.terms.calendar.stored import read_calendar
from webapp.services.terms.selection import today_in


@dataclass(frozen=True)
class YearPage:
    """All weeks of a term with their dates, and the week or the date that is looked at."""

    calendar: TermCalendar
    today: date
    day: CalendarDay | None
    week: CalendarWeek | None
    row: TermWeek | None
    """What is stored of the week that is looked at."""

    @property
    def rows(self) -> list[tuple[CalendarWeek, list[CalendarDay]]]:
        """Each week with its seven dates."""
        return [(week, list(self.calendar.days(week.monday, week.sunday))) for week in self.calendar.weeks]

    @property
    def seen(self) -> str:
        """The mark of what is stored of the week, for its form."""
        return mark_of(TERM_WEEKS, self.row) if self.row is not None else ""

    @property
    def missing_weeks(self) -> int:
        """How many teaching weeks of the term its dates have no room for."""
        numbers = [week.number for week in self.calendar.weeks if week.number is not None]
        return self.calendar.week_count - max(numbers, default=0)


def read_year(term: Term, day: str, week: str) -> YearPage:
    """Read the calendar; a date, and a week by a date in it, are looked at where the term has them."""
    calendar = read_calendar(term)
    on, within = _date_of(day), _date_of(week)
    chosen_day = calendar.day(on) if on is not None and calendar.starts_on <= on <= calendar.ends_on else None
    chosen = calendar.week_of(within) if within is not None else None
    row = None
    if chosen is not None:
        query = sa.select(TermWeek).filter_by(term_id=term.term_id, monday=chosen.monday)
        row = db.session.scalars(query).one_or_none()
    return YearPage(calendar, today_in(term.organization), chosen_day, chosen, row)


def _date_of(text: str) -> date | None:
    """A date that an address gives; None where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
