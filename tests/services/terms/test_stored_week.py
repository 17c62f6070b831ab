"""Slots that are stored, read back as the plan that gives them."""

from dataclasses import replace
from datetime import time

import pytest

from tests import factories
from webapp.extensions import db
from webapp.services.terms import week_plan
from webapp.services.terms.stored_week import plans_of
from webapp.services.terms.week_plan import DayLength, Pause, ShiftPlan, plan_week

DAYS = dict.fromkeys(range(5), DayLength.FULL) | {5: DayLength.HALF}
USUAL = ShiftPlan("", DAYS, time(9), 60, 7, 4, (Pause(2, 10),), time(13, 10), 50)
MORNING = replace(
    USUAL, name="Morning", starts=time(8), length=50, periods=5, breaks=(), lunch_starts=None, half_periods=3
)
EVENING = replace(MORNING, name="Evening", starts=time(17), days={0: DayLength.FULL, 2: DayLength.FULL}, half_periods=4)


@pytest.mark.parametrize(
    "shifts",
    [
        [USUAL],
        [replace(USUAL, breaks=(Pause(2, 10), Pause(5, 15)))],
        [
            replace(MORNING, name="", lunch_minutes=0),
        ],
        [replace(MORNING, lunch_minutes=0), replace(EVENING, lunch_minutes=0)],
    ],
    ids=["usual", "two breaks", "no pause", "two shifts"],
)
def test_a_stored_week_is_read_back_as_its_plan(session, shifts):
    term = factories.term(slots=0)
    week_plan.store_week(term, None, plan_week(shifts))
    assert plans_of(week_plan.slots_of(term), 2) == sorted(shifts, key=lambda shift: shift.starts)


def test_days_that_no_plan_gives_are_not_forced_into_one(session):
    term = factories.term(slots=0)
    assert plans_of([], 2) is None
    week_plan.store_week(term, None, plan_week([USUAL]))
    assert plans_of(week_plan.slots_of(term), 0) is None, "more breaks than the form can say"
    slots = week_plan.slots_of(term)
    slots[3].end_time = time(13)
    db.session.flush()
    assert plans_of(slots, 2) is None, "periods of different lengths"
