"""A week planned by shifts: where its slots stand, what does not fit, and when those that are there are replaced."""

from dataclasses import replace
from datetime import time

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import AuditEvent, TimeSlot
from webapp.services.terms import week_plan
from webapp.services.terms.week_plan import DayLength, Pause, ShiftPlan, WeekInUse, WeekPlanRefused, plan_week

DAYS = dict.fromkeys(range(5), DayLength.FULL) | {5: DayLength.HALF, 6: DayLength.OFF}
USUAL = ShiftPlan("", DAYS, time(9), 60, 7, 4, (Pause(2, 10),), time(13, 10), 50)


def hours(plan, day):
    return [f"{slot.start:%H:%M}-{slot.end:%H:%M}" for slot in plan.slots if slot.day == day]


def test_breaks_lunch_and_half_days_stand_where_they_were_said():
    plan = plan_week([USUAL])
    monday = ["09:00-10:00", "10:00-11:00", "11:10-12:10", "12:10-13:10", "14:00-15:00", "15:00-16:00", "16:00-17:00"]
    assert (hours(plan, 0), hours(plan, 5), hours(plan, 6)) == (monday, monday[:4], [])
    assert [slot.code for slot in plan.slots][:8] == [*(f"MON{n}" for n in range(1, 8)), "TUE1"]
    assert (plan.faults, plan.remarks, len(plan.slots)) == ((), (), 39)


def test_lunch_takes_in_a_break_that_ends_while_it_lasts():
    plan = plan_week([replace(USUAL, breaks=(Pause(4, 20),), lunch_starts=time(13), lunch_minutes=30)])
    assert (hours(plan, 0)[3:5], plan.faults) == (["12:00-13:00", "13:30-14:30"], ())


def test_a_break_over_which_no_double_period_goes_is_named():
    assert plan_week([USUAL], 10).remarks == ()
    (said,) = plan_week([replace(USUAL, breaks=(Pause(4, 20),), lunch_starts=None)], 15).remarks
    assert said.startswith("No double period goes over the break of 20 minutes after period 4")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"lunch_starts": time(12, 30)},
            "Lunch at 12:30 falls into period 4 (12:10 to 13:10). Let it begin at 12:10 or 13:10, "
            "or change the length of a period.",
        ),
        ({"lunch_starts": time(9, 30)}, "Lunch at 09:30 falls into period 1 (09:00 to 10:00). Let it begin at 10:00, or"
         " change the length of a period."),
        ({"lunch_starts": time(18)}, "Lunch at 18:00 is outside the day, which goes from 09:00 to 16:10."),
        ({"lunch_starts": time(9)}, "Lunch at 09:00 is outside the day, which goes from 09:00 to 16:10."),
        ({"breaks": (Pause(2, 10), Pause(7, 10))}, "A break after period 7 has no period after it: a day has 7."),
        ({"breaks": (Pause(2, 10), Pause(2, 10))}, "Two breaks come after the same period: make them one."),
        ({"half_periods": 8}, "A half day has 8 periods and a full day only 7."),
        (
            {"starts": time(20), "lunch_starts": None, "breaks": ()},
            "Period 4 would end at 24:00, and a day ends before 24:00. "
            "Start earlier, or make periods shorter or fewer.",
        ),
        ({"days": dict.fromkeys(range(7), DayLength.OFF)},
         "No day is taught: choose a full or a half day for one at least."),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_a_sentence(change, said):
    assert plan_week([replace(USUAL, **change)]).faults == (said,)


def test_shifts_need_names_keep_codes_apart_and_say_where_they_overlap():
    morning = replace(USUAL, name="Morning")
    evening = ShiftPlan("Evening", DAYS, time(16), 60, 3, 1)
    plan = plan_week([morning, evening])
    assert plan.faults == ()
    assert plan.remarks == (
        "Morning and Evening overlap from 16:00 to 17:00: a teacher, a group or a room can be in one of them only.",
    )
    assert len({slot.code for slot in plan.slots}) == len(plan.slots)
    assert [(s.code, s.label, s.shift) for s in plan.slots if s.day == 5][3:] == [
        ("SAT4", "Morning 4", "Morning"),
        ("SAT5", "Evening 1", "Evening"),
    ]
    for names in (("", "Evening"), ("Evening", "evening ")):
        unnamed = plan_week([replace(morning, name=names[0]), replace(evening, name=names[1])])
        assert "Give each shift a name of its own" in unnamed.faults[0]


def test_a_stored_week_is_replaced_as_long_as_nothing_uses_it(session):
    term = factories.term(factories.organization(), days=1, slots=2)
    seen = week_plan.seen_of(term)
    assert week_plan.store_week(term, None, plan_week([USUAL]), seen) == 39
    codes = db.session.scalars(sa.select(TimeSlot.code).filter_by(term_id=term.term_id)).all()
    assert len(codes) == 39
    event = db.session.scalars(sa.select(AuditEvent).filter_by(action="term.week")).one()
    assert (len(event.before), event.after["MON1"]) == (2, [0, "09:00", "10:00", ""])
    with pytest.raises(WeekInUse, match="have changed since the page was shown"):
        week_plan.store_week(term, None, plan_week([USUAL]), seen)
    with pytest.raises(WeekPlanRefused):
        week_plan.store_week(term, None, plan_week([replace(USUAL, half_periods=9)]))
    teacher = factories.faculty(factories.department(term.organization))
    factories.availability(week_plan.slots_of(term)[0], faculty_id=teacher.faculty_id)
    with pytest.raises(WeekInUse, match="use the time slots"):
        week_plan.store_week(term, None, plan_week([USUAL]))
