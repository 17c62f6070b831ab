"""Classes by date, counted by hand: January to April 2024 in Berlin, with a change to summer time on 31 March."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from webapp.models import TermWeekKind
from webapp.services.terms.calendar.dates import DaysOff, FollowedDay, TermCalendar, WeekRow
from webapp.services.views.dated_week import dated_classes, now_and_next
from webapp.services.views.entries import SeenEntry
from webapp.services.views.grid import EntryView

BERLIN = ZoneInfo("Europe/Berlin")
ODD = frozenset({1, 3, 5, 7, 9, 11, 13, 15})
STARTS, ENDS = date(2024, 1, 1), date(2024, 4, 21)
TERM = TermCalendar(STARTS, ENDS, 16, BERLIN)


def entry(key=1, days=(0,), hour=8, weeks=None, department=1, groups=(10,)) -> SeenEntry:
    view = EntryView(
        entry_id=key,
        course_code=f"C{key}",
        course_title="",
        section="A",
        kind="lecture",
        faculty=(),
        groups=(),
        room_code=None,
        room_name=None,
        day=days[0],
        days=days,
        start=time(hour),
        end=time(hour + 1),
        weeks="",
        week_numbers=weeks,
        department_code="",
        time_slot_id=1,
    )
    return SeenEntry(view, department, "", 1, None, (), tuple(groups))


def dates(calendar, *entries, first=STARTS, last=ENDS, own=()) -> list[date]:
    return [held.day.on for held in dated_classes(calendar, entries, first, last, own)]


def test_a_class_of_odd_weeks_stands_in_its_eight_weeks_and_no_other():
    held = dates(TERM, entry(weeks=ODD))
    assert held == [date(2024, 1, 1) + timedelta(weeks=week - 1) for week in sorted(ODD)]
    with_break = replace(TERM, rows={date(2024, 1, 15): WeekRow(TermWeekKind.BREAK, False, "")})
    assert dates(with_break, entry(weeks=ODD))[:3] == [date(2024, 1, 1), date(2024, 1, 22), date(2024, 2, 5)]


def test_a_pattern_of_days_is_held_on_each_of_them_in_order_of_time():
    late, early = entry(1, (0, 2, 4), hour=15), entry(2, (2,), hour=9)
    held = dated_classes(TERM, [late, early], date(2024, 1, 8), date(2024, 1, 14))
    assert [(one.key, one.week.number) for one in held] == [
        ((1, date(2024, 1, 8)), 2),
        ((2, date(2024, 1, 10)), 2),
        ((1, date(2024, 1, 10)), 2),
        ((1, date(2024, 1, 12)), 2),
    ]
    assert [(one.view.day, one.view.days, one.view.start) for one in held[2:]] == [
        (2, (), time(15)),
        (4, (), time(15)),
    ]


def test_the_hour_stays_the_same_across_the_change_to_summer_time():
    before, after = dated_classes(TERM, [entry()], date(2024, 3, 25), date(2024, 4, 1))
    assert (before.start.time(), after.start.time()) == (time(8), time(8))
    assert before.start.astimezone(UTC) == datetime(2024, 3, 25, 7, tzinfo=UTC)
    assert after.start.astimezone(UTC) == datetime(2024, 4, 1, 6, tzinfo=UTC)
    assert after.end.astimezone(UTC) == datetime(2024, 4, 1, 7, tzinfo=UTC)


def test_holidays_take_classes_away_and_make_up_days_hold_those_of_another_day():
    wednesday, saturday, odd = entry(1, (2,)), entry(2, (5,)), entry(3, (2,), hour=10, weeks=ODD)
    calendar = replace(
        TERM,
        days_off=(DaysOff(1, date(2024, 1, 10), date(2024, 1, 10), "Feast"),),
        makeup_days={
            date(2024, 1, 13): FollowedDay(1, 2, None, ""),
            date(2024, 1, 27): FollowedDay(2, 2, 3, ""),
        },
    )
    held = dated_classes(calendar, [wednesday, saturday, odd], date(2024, 1, 8), date(2024, 1, 28))
    assert [(one.day.on.day, one.entry.view.entry_id) for one in held] == [
        (13, 1),  # as on Wednesday, in week 2: no odd class, and nothing of a Saturday
        (17, 1),
        (17, 3),
        (20, 2),
        (24, 1),
        (27, 1),  # as on Wednesday of week 3
        (27, 3),
    ]


def test_a_day_off_of_some_groups_is_off_for_them_and_for_classes_of_theirs_alone():
    day = date(2024, 1, 1)
    calendar = replace(TERM, days_off=(DaysOff(1, day, day, "Fest", None, frozenset({10, 11})),))
    own, combined, foreign = entry(1, groups=(10,)), entry(2, hour=9, groups=(10, 30)), entry(3, hour=10, groups=(30,))
    of_all = dated_classes(calendar, [own, combined, foreign], day, day)
    assert [held.entry.view.entry_id for held in of_all] == [2, 3]
    assert dates(calendar, own, combined, last=day, own=(11,)) == []


def test_nothing_is_held_before_and_after_the_term_nor_in_exam_weeks():
    wide = {"first": date(2023, 1, 1), "last": date(2025, 1, 1)}
    assert len(dates(TERM, entry(), **wide)) == 16
    calendar = replace(TERM, rows={date(2024, 4, 15): WeekRow(TermWeekKind.EXAM, False, "")})
    assert max(dates(calendar, entry(), **wide)) == date(2024, 4, 8)
    assert dates(TERM, replace(entry(), view=replace(entry().view, start=None, end=None))) == []


def test_now_and_next_go_over_the_weekend_and_over_a_holiday():
    calendar = replace(TERM, days_off=(DaysOff(1, date(2024, 1, 8), date(2024, 1, 8), "Feast"),))
    entries = [entry(1, (0,)), entry(2, (4,), hour=8), entry(3, (1,), hour=9), entry(4, (1,), hour=9)]
    held = dated_classes(calendar, entries, STARTS, ENDS)

    def at(day: int, hour: int) -> tuple[list[int], list[tuple[int, date]]]:
        running, coming = now_and_next(held, datetime(2024, 1, day, hour, 30, tzinfo=BERLIN))
        return [one.entry.view.entry_id for one in running], [one.key for one in coming]

    assert at(5, 7) == ([], [(2, date(2024, 1, 5))])
    assert at(5, 8) == ([2], [(3, date(2024, 1, 9)), (4, date(2024, 1, 9))])
    assert at(7, 12) == ([], [(3, date(2024, 1, 9)), (4, date(2024, 1, 9))])
    running, coming = now_and_next(held, datetime(2024, 4, 21, 12, tzinfo=BERLIN))
    assert (running, coming) == ([], [])
