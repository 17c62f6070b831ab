"""The plan that a term's stored slots follow, so that its week can be planned on from what is there."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from webapp.models import TimeSlot
from webapp.services.terms.week_plan import (
    DayLength,
    Hours,
    Pause,
    ShiftPlan,
    clock_of,
    is_week_of,
    minute_of,
    plan_week,
)

LEAST_LUNCH = 30
"""So many minutes between two periods are lunch, and fewer a break."""
USUAL_HALF_DAY = 4


def plans_of(slots: Sequence[TimeSlot], most_breaks: int) -> list[ShiftPlan] | None:
    """The shifts whose plan gives exactly the days and hours of these slots; None where no plan of shifts does.

    ``most_breaks`` are the breaks beside lunch that a plan may have.
    """
    days: dict[str, dict[int, list[Hours]]] = defaultdict(lambda: defaultdict(list))
    for slot in slots:
        days[slot.shift][slot.day].append((minute_of(slot.start_time), minute_of(slot.end_time)))
    plans = [_plan_of(name, own) for name, own in days.items()]
    found = [plan for plan in plans if plan is not None and len(plan.breaks) <= most_breaks]
    if not slots or len(found) < len(plans):
        return None
    week = plan_week(found)
    return found if not week.faults and is_week_of(week, slots) else None


def _plan_of(name: str, days: dict[int, list[Hours]]) -> ShiftPlan | None:
    """The plan of one shift as its longest day shows it, if all periods are of one length and days of two kinds."""
    for hours in days.values():
        hours.sort()
    longest = max(days.values(), key=len)
    lengths = {end - start for start, end in longest}
    shorter = {len(hours) for hours in days.values()} - {len(longest)}
    if len(lengths) > 1 or len(shorter) > 1:
        return None
    pauses = [
        Pause(number, start - end)
        for number, ((_begin, end), (start, _end)) in enumerate(pairwise(longest), start=1)
        if start > end
    ]
    widest = max(pauses, key=lambda pause: pause.minutes, default=None)
    lunch = widest if widest is not None and widest.minutes >= LEAST_LUNCH else None
    return ShiftPlan(
        name=name,
        days={day: DayLength.FULL if len(hours) == len(longest) else DayLength.HALF for day, hours in days.items()},
        starts=clock_of(longest[0][0]),
        length=lengths.pop(),
        periods=len(longest),
        half_periods=shorter.pop() if shorter else min(USUAL_HALF_DAY, len(longest)),
        breaks=tuple(pause for pause in pauses if pause is not lunch),
        lunch_starts=None if lunch is None else clock_of(longest[lunch.after - 1][1]),
        lunch_minutes=0 if lunch is None else lunch.minutes,
    )
