"""The dates of a term, counted by hand on a calendar of 2024: 1 January is a Monday, 31 March the change to summer."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from webapp.models import TermWeekKind
from webapp.services.terms.calendar.dates import DaysOff, FollowedDay, Phase, TermCalendar, WeekRow

BERLIN = ZoneInfo("Europe/Berlin")


def jan(day: int) -> date:
    return date(2024, 1, 1) + timedelta(days=day - 1)


def calendar(first=1, last=42, weeks=6, **fields) -> TermCalendar:
    return TermCalendar(jan(first), jan(last), weeks, BERLIN, **fields)


def numbers(made: TermCalendar) -> list[int | None]:
    return [week.number for week in made.weeks]


def test_weeks_without_a_word_are_numbered_from_the_first_to_the_terms_last():
    assert numbers(calendar()) == [1, 2, 3, 4, 5, 6]
    two_too_many = calendar(weeks=4)
    assert numbers(two_too_many) == [1, 2, 3, 4, None, None]
    assert [week.kind for week in two_too_many.weeks[3:]] == [TermWeekKind.TEACHING, None, None], (
        "nothing is known of them"
    )
    assert numbers(calendar(weeks=60)) == [1, 2, 3, 4, 5, 6], "the dates have no more"


@pytest.mark.parametrize(("first", "first_week"), [(5, 1), (6, None), (7, None)])
def test_a_term_that_begins_on_a_weekend_has_its_first_week_after_it(first, first_week):
    """5 January 2024 is a Friday."""
    made = calendar(first)
    assert made.weeks[0].monday == jan(1)
    assert made.weeks[0].number == first_week
    assert made.weeks[1].number == (first_week or 0) + 1


def test_a_break_is_not_counted_and_a_reading_week_is_where_it_says_so():
    rows = {
        jan(8): WeekRow(TermWeekKind.BREAK, False, "Pongal"),
        jan(22): WeekRow(TermWeekKind.READING, True, ""),
        jan(36): WeekRow(TermWeekKind.EXAM, False, ""),
    }
    made = calendar(rows=rows)
    assert numbers(made) == [1, None, 2, 3, 4, None]
    assert [week.is_taught for week in made.weeks] == [True, False, True, False, True, False]
    assert [week.is_even for week in made.weeks] == [False, None, True, False, True, None]
    assert (made.taught_weeks, made.weeks[1].note) == (3, "Pongal")
    assert [week.address for week in made.weeks[:3]] == ["1", "2024-01-08", "2"]
    assert made.week(3).monday == jan(22)
    assert made.week(6) is None


def test_the_week_of_a_date_is_found_from_monday_to_sunday_and_nowhere_outside_the_term():
    made = calendar()
    assert [made.week_of(jan(day)).number for day in (1, 7, 8, 14, 42)] == [1, 1, 2, 2, 6]
    assert made.week_of(jan(0)) is None
    assert made.week_of(jan(43)) is None
    assert [made.phase(jan(day)) for day in (0, 1, 42, 43)] == [
        Phase.BEFORE,
        Phase.RUNNING,
        Phase.RUNNING,
        Phase.OVER,
    ]


def test_days_follow_their_weekday_holidays_nothing_and_a_make_up_day_another():
    made = calendar(
        rows={jan(22): WeekRow(TermWeekKind.EXAM, False, "")},
        days_off=(DaysOff(1, jan(9), jan(10), "Feast"), DaysOff(2, jan(11), jan(11), "Sports", frozenset({7}))),
        makeup_days={
            jan(13): FollowedDay(1, 2, None, ""),
            jan(20): FollowedDay(2, 1, 4, ""),
            jan(27): FollowedDay(3, 0, None, ""),
            jan(10): FollowedDay(4, 0, None, ""),
        },
    )
    follows = {day: (made.day(jan(day)).weekday, made.day(jan(day)).number) for day in (8, 9, 11, 13, 14, 20, 22, 27)}
    assert follows == {
        8: (0, 2),
        9: (None, None),
        11: (3, 2),
        13: (2, 2),
        14: (6, 2),
        20: (1, 4),
        22: (None, None),
        27: (0, None),
    }
    assert made.day(jan(9)).closed_by.name == "Feast"
    assert made.day(jan(10)).weekday is None, "a holiday of everybody is stronger than a make-up day"
    assert made.day(jan(11)).closed_by is None
    assert made.day(jan(43)).weekday is None
    assert made.day(jan(27)).holds((0,), None)
    assert not made.day(jan(27)).holds((0,), {1, 2, 3}), "no one can say which alternate week it is"


def test_a_holiday_of_a_part_covers_the_classes_that_nobody_else_attends():
    everybody = DaysOff(1, jan(1), jan(1), "")
    of_department = DaysOff(1, jan(1), jan(1), "", frozenset({7}))
    of_groups = DaysOff(1, jan(1), jan(1), "", None, frozenset({20, 21}))
    both = DaysOff(1, jan(1), jan(1), "", frozenset({7}), frozenset({20}))
    assert everybody.covers(1, ())
    assert (of_department.covers(7, (1,)), of_department.covers(8, (1,))) == (True, False)
    assert of_groups.covers(1, (20, 21))
    assert not of_groups.covers(1, (20, 30)), "group 30 comes"
    assert of_groups.covers(1, (20, 30), own=(21,)), "but not those of group 21"
    assert not of_groups.covers(1, ()), "a class that names no group"
    assert (both.covers(7, (20,)), both.covers(8, (20,)), both.covers(7, (21,))) == (True, False, False)
