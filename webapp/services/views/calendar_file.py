"""Classes as an iCalendar file (RFC 5545) that shows each on exactly the dates on which it is held.

Pure: it reads no rows. A class is an event that recurs by the week, with its days and the step of its weeks; a date on
which it is due by that rule and not held is an EXDATE, one on which it is held otherwise an event with a RECURRENCE-ID,
and what a make-up day brings an event of its own. Hours are the organisation's, told with its VTIMEZONE, so that ten
o'clock stays ten o'clock when the clocks change. What an event is called (UID) follows from the class alone: a new
version moves the events that calendars have, and doubles none.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import gcd

from icalendar import Calendar, Event

from webapp.services.shared.words import _
from webapp.services.views.dated_week import DatedClass

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
REFRESH = timedelta(hours=1)
"""How often a program that subscribes is asked to look."""


@dataclass(frozen=True)
class FeedTerm:
    """The classes of somebody or something in a published timetable.

    Parameters
    ----------
    planned
        On all dates of the term, as published.
    held
        As they are held after what happens on single dates: those of ``planned`` without the cancelled, changed ones
        with the same key.
    names
        What tells a class apart in every version, by entry.
    """

    planned: Sequence[DatedClass]
    held: Sequence[DatedClass]
    names: Mapping[int, str]
    published_at: datetime


def calendar_file(title: str, terms: Iterable[FeedTerm], host: str) -> bytes:
    """Write the classes of some terms as one calendar; the same classes give the same bytes."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Timeloom//Timetable//EN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    dates: list[date] = []
    for term in terms:
        held = {one.key: one for one in term.held}
        by_entry: dict[int, list[DatedClass]] = defaultdict(list)
        for one in term.planned:
            by_entry[one.entry.view.entry_id].append(one)
            dates.append(one.day.on)
        for entry_id, planned in by_entry.items():
            uid = f"{term.names[entry_id]}@{host}"
            for event in _events(uid, planned, held):
                _stamp(event, term.published_at)
                calendar.add_component(event)
    if dates:
        calendar.add_missing_timezones(min(dates), max(dates) + timedelta(days=1))
    return bytes(calendar.to_ical())


def _events(uid: str, planned: Sequence[DatedClass], held: Mapping[tuple[int, date], DatedClass]) -> Iterable[Event]:
    """The events of one class."""
    regular = [one for one in planned if one.day.makeup is None]
    kept = [one for one in regular if one.key in held]
    if kept:
        yield _series(uid, regular, {one.day.on for one in kept})
        for one in kept:
            if _is_changed(one, held[one.key]):
                event = _event(uid, held[one.key])
                event.add("recurrence-id", one.start)
                yield event
    for one in planned:
        if one.day.makeup is not None and one.key in held:
            yield _event(f"{one.day.on:%Y%m%d}-{uid}", held[one.key])


def _is_changed(planned: DatedClass, held: DatedClass) -> bool:
    return (planned.start, planned.end, planned.entry) != (held.start, held.end, held.entry)


def _series(uid: str, planned: Sequence[DatedClass], kept: set[date]) -> Event:
    """All dates of a class that a weekly rule can name, less those on which it is not held."""
    first, last = planned[0], planned[-1]
    event = _event(uid, first)
    if len(planned) == 1:
        return event
    weekdays = sorted({one.day.on.weekday() for one in planned})
    mondays = sorted({_monday(one.day.on) for one in planned})
    step = max(1, gcd(*((later - earlier).days // 7 for earlier, later in pairwise(mondays))))
    rule = {"freq": "weekly", "until": last.start.astimezone(UTC), "byday": [WEEKDAYS[day] for day in weekdays]}
    event.add("rrule", rule | ({"interval": step} if step > 1 else {}))
    due = (
        _monday(first.day.on) + timedelta(weeks=week, days=day)
        for week in range(0, (mondays[-1] - mondays[0]).days // 7 + 1, step)
        for day in weekdays
    )
    dropped = [on for on in due if first.day.on <= on <= last.day.on and on not in kept]
    if dropped:
        event.add("exdate", [datetime.combine(on, first.start.timetz()) for on in dropped])
    return event


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


def _event(uid: str, one: DatedClass) -> Event:
    view = one.entry.view
    event = Event()
    event.add("uid", uid)
    event.add("dtstart", one.start)
    event.add("dtend", one.end)
    if view.foreign:
        event.add("summary", _("Taken: %(whose)s", whose=view.note))
        return event
    event.add("summary", f"{view.course_code} {view.course_title}".strip())
    place = [view.room_code, view.room_name if view.room_name != view.room_code else "", view.building]
    if view.room_code:
        event.add("location", ", ".join(part for part in place if part))
    lines = [f"{view.kind_letter}, {view.section}", ", ".join(view.faculty), ", ".join(view.groups)]
    event.add("description", "\n".join(line for line in lines if line))
    event.add("categories", [view.kind])
    return event


def _stamp(event: Event, published_at: datetime) -> None:
    """Say since when it is so: whoever has an older one takes the new one."""
    event.add("dtstamp", published_at)
    event.add("last-modified", published_at)
    event.add("sequence", int((published_at - EPOCH).total_seconds() // 60))
