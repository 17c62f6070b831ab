"""A term's calendar as it is stored."""

from datetime import date

from tests import factories
from tests.queries import counted_queries
from webapp.models import TermWeekKind
from webapp.services.terms.calendar.dates import DaysOff, FollowedDay, WeekRow
from webapp.services.terms.calendar.stored import read_calendar


def test_a_calendar_is_read_in_one_query_and_one_more_for_groups(app):
    term = factories.term(weeks=12)
    department, other = factories.department(term.organization), factories.term(term.organization, semester=2)
    factories.term_week(term, date(2024, 1, 15), TermWeekKind.READING, counted=True, note="Read")
    factories.makeup_day(term, date(2024, 1, 20), 2, week=5)
    republic = factories.holiday(term, date(2024, 1, 26), name="Republic Day")
    factories.term_week(other, date(2024, 5, 6))
    with counted_queries() as queries:
        read = read_calendar(term)
    assert len(queries) == 1
    parent = factories.group(term, programme="B.Tech")
    batch = factories.group(term, parent=parent)
    third = factories.group(term)
    part = {"programmes": ["B.Tech"], "name": "Fest", "departments": [department]}
    fest = factories.holiday(term, date(2024, 2, 1), date(2024, 2, 2), **part)
    picnic = factories.holiday(term, date(2024, 2, 5), name="Picnic", groups=[third])
    with counted_queries() as queries:
        again = read_calendar(term)
    assert len(queries) == 2

    assert (read.week_count, str(read.timezone)) == (12, "Asia/Kolkata")
    assert read.rows == {date(2024, 1, 15): WeekRow(TermWeekKind.READING, True, "Read")}
    assert [(day, followed.weekday, followed.week) for day, followed in read.makeup_days.items()] == [
        (date(2024, 1, 20), 2, 5)
    ]
    assert isinstance(read.makeup_days[date(2024, 1, 20)], FollowedDay)
    day = date(2024, 1, 26)
    assert read.days_off == (DaysOff(republic.holiday_id, day, day, "Republic Day"),)
    departments, groups = (
        frozenset({department.department_id}),
        frozenset({parent.student_group_id, batch.student_group_id}),
    )
    assert again.days_off[1:] == (
        DaysOff(fest.holiday_id, date(2024, 2, 1), date(2024, 2, 2), "Fest", departments, groups),
        DaysOff(
            picnic.holiday_id,
            date(2024, 2, 5),
            date(2024, 2, 5),
            "Picnic",
            None,
            frozenset({third.student_group_id}),
        ),
    )
