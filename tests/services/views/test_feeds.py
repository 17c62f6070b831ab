"""Calendar files, expanded by another library: exactly the classes of each date, whatever the week, the clocks and the
changes.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events

from tests import factories
from tests.university import University, university
from webapp.models import FeedKind, Role, TermWeekKind
from webapp.services.shared.errors import NotFound
from webapp.services.terms.calendar.dates import DaysOff, FollowedDay, TermCalendar, WeekRow
from webapp.services.timetables import publishing
from webapp.services.views import calendar_links
from webapp.services.views.calendar_file import FeedTerm, calendar_file
from webapp.services.views.dated_week import DatedClass, dated_classes
from webapp.services.views.entries import SeenEntry
from webapp.services.views.feeds import find_subject, write_feed
from webapp.services.views.grid import EntryView

BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = date(2026, 3, 2), date(2026, 4, 26)  # eight weeks; the clocks go forward on 29 March
HOLIDAY, BREAK, SATURDAY = date(2026, 3, 11), date(2026, 4, 6), date(2026, 3, 21)
AT = datetime(2026, 2, 20, 12, tzinfo=ZoneInfo("UTC"))
PATTERNS = {
    1: ((0,), None),  # a lecture every Monday
    2: ((2,), frozenset({1, 3, 5, 7})),  # a lab every odd Wednesday
    3: ((0, 2, 4), None),  # Monday, Wednesday and Friday
    4: ((3,), frozenset({2, 3, 7})),  # weeks without any step
    5: ((1,), frozenset({4})),  # once
}


def seen(key: int, days: tuple[int, ...], weeks: frozenset[int] | None) -> SeenEntry:
    view = EntryView(
        entry_id=key, course_code=f"C{key}", course_title="Ünïcode, and; commas", section="A", kind="lecture",
        faculty=("Dr Rao",), groups=("CSE-3A",), room_code="LH-1", room_name="Lecture Hall 1", day=days[0],
        start=time(10), end=time(11, 30), weeks="", department_code="CSE", time_slot_id=1, days=days,
        week_numbers=weeks, building="Main Building",
    )  # fmt: skip
    return SeenEntry(view, 1, "Computing", key, 1, (1,), (1,))


@pytest.fixture
def calendar() -> TermCalendar:
    return TermCalendar(
        FIRST,
        LAST,
        week_count=7,
        timezone=BERLIN,
        rows={BREAK: WeekRow(TermWeekKind.BREAK, counted=False, note="Easter")},
        days_off=(DaysOff(1, HOLIDAY, HOLIDAY, "Holi"),),
        makeup_days={SATURDAY: FollowedDay(1, 2, None, "")},
    )


def expanded(body: bytes) -> list[tuple[str, datetime, datetime]]:
    """Every event of a file on every date, by a library that shares no code with ours."""
    events = recurring_ical_events.of(icalendar.Calendar.from_ical(body)).between(
        FIRST - timedelta(days=30), LAST + timedelta(days=60)
    )
    return sorted((str(event["SUMMARY"])[:2], event["DTSTART"].dt, event["DTEND"].dt) for event in events)


def listed(classes: list[DatedClass]) -> list[tuple[str, datetime, datetime]]:
    return sorted((one.entry.view.course_code, one.start, one.end) for one in classes)


def written(planned: list[DatedClass], held: list[DatedClass]) -> bytes:
    return calendar_file("A term", [FeedTerm(planned, held, {key: f"{key}-0-1" for key in PATTERNS}, AT)], "x.timeloom")


def test_every_class_stands_on_the_dates_on_which_it_is_held_and_on_no_other(calendar: TermCalendar) -> None:
    entries = [seen(key, days, weeks) for key, (days, weeks) in PATTERNS.items()]
    planned = dated_classes(calendar, entries, FIRST, LAST)
    found = expanded(written(planned, planned))
    assert found == listed(planned)
    # counted by hand: seven weeks are taught; Wednesday of week 2 is a holiday, and Saturday of week 3 makes up for it
    assert [name for name, _start, _end in found].count("C1") == 7
    assert [start.date().isoformat() for name, start, _end in found if name == "C2"] == [
        "2026-03-04", "2026-03-18", "2026-03-21", "2026-04-01", "2026-04-22",
    ]  # fmt: skip
    assert [name for name, _start, _end in found].count("C3") == 7 * 3
    assert [name for name, _start, _end in found].count("C4") == 3
    assert {start.time() for _name, start, _end in found} == {time(10)}
    assert {start.utcoffset() for _name, start, _end in found} == {timedelta(hours=1), timedelta(hours=2)}
    assert written(planned, planned) == written(planned, planned)


def test_a_cancelled_date_goes_and_a_changed_one_moves_alone(calendar: TermCalendar) -> None:
    entries = [seen(key, days, weeks) for key, (days, weeks) in PATTERNS.items()]
    planned = dated_classes(calendar, entries, FIRST, LAST)
    mondays = [one for one in planned if one.entry.view.entry_id == 1]
    later = replace(mondays[2], start=mondays[2].start + timedelta(hours=4), end=mondays[2].end + timedelta(hours=4))
    elsewhere = replace(
        mondays[3], entry=replace(mondays[3].entry, view=replace(mondays[3].entry.view, room_code="LAB-9"))
    )
    changes = {mondays[0].key: None, later.key: later, elsewhere.key: elsewhere}
    held = [one for planned_one in planned if (one := changes.get(planned_one.key, planned_one)) is not None]
    body = written(planned, held)
    assert expanded(body) == listed(held)
    assert body.count(b"RECURRENCE-ID") == 2
    assert b"LAB-9" in body
    of_nothing_left = [one for one in planned if one.entry.view.entry_id != 5]
    assert expanded(written(planned, of_nothing_left)) == listed(of_nothing_left)


@pytest.fixture
def uni(session) -> University:
    made = university()
    publishing.publish(made.registrar, made.timetable(), factories.EVERYTHING)
    return made


def events_of(body: bytes) -> dict[str, str]:
    """Summaries by UID."""
    return {str(one["UID"]): str(one["SUMMARY"]) for one in icalendar.Calendar.from_ical(body).walk("VEVENT")}


def test_a_new_version_keeps_what_its_classes_are_called(uni: University) -> None:
    teacher = factories.user(uni.organization, Role.FACULTY, faculty_id=uni.rao.faculty_id)
    subject = find_subject(teacher, FeedKind.TEACHING)
    before = events_of(write_feed(teacher, subject))
    publishing.publish(uni.registrar, uni.timetable(), factories.EVERYTHING)
    after = events_of(write_feed(teacher, subject))
    assert before
    assert before.keys() == after.keys()


def test_a_link_shows_what_its_owner_may_see_until_it_is_revoked(uni: University) -> None:
    teacher = factories.user(uni.organization, Role.FACULTY, faculty_id=uni.rao.faculty_id)
    for kind, code in ((FeedKind.STUDIES, ""), (FeedKind.GROUP, "A"), (FeedKind.ROOM, "NONE")):
        with pytest.raises(NotFound):
            calendar_links.create_link(teacher, kind, code)
    secret, link = calendar_links.create_link(teacher, FeedKind.ROOM, "HALL")
    summaries = set(events_of(calendar_links.open_link(secret)[1]).values())
    assert "CSE301 Algorithms" in summaries, "what the teacher teaches"
    assert any(one.startswith("Taken: ") for one in summaries), "what others teach is told as taken"
    assert not any("Logic" in one for one in summaries)
    teacher.is_enabled = False
    with pytest.raises(NotFound):
        calendar_links.open_link(secret)
    teacher.is_enabled = True
    calendar_links.revoke_link(teacher, link.user_token_id)
    for opened in (secret, "tc_guess", ""):
        with pytest.raises(NotFound):
            calendar_links.open_link(opened)
