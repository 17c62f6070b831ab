"""How many points of cost are one in the search, so that no soft cost spills into the hard count of a packed one."""

from webapp.engine.instance import Constraint, Instance
from webapp.engine.rules.family import (
    ChoiceRule,
    ClashRule,
    DayPatternRule,
    DayStatisticRule,
    PairRule,
    PlacedRule,
    SamePlaceRule,
    SetRule,
    subjects_of,
)
from webapp.engine.search.arrays import SHIFT

MOST_SOFT = 1 << (SHIFT - 2)
"""No timetable's soft cost, and no sum of two, reaches what a packed cost can hold of it."""


def unit_of(instance: Instance) -> int:
    """Points of cost to one of the search: 1 but for weights in the hundreds of thousands."""
    return 1 + most_soft(instance) // MOST_SOFT


def most_soft(instance: Instance) -> int:
    """More than any timetable costs, or any move of a class saves.

    The estimate is generous: it counts every violation that there could be, each at its largest.
    """
    largest = _largest(instance)
    return sum(c.weight * _most(instance, c, largest) for c in instance.constraints if c.weight)


def scaled(weight: int, unit: int) -> int:
    """A weight in units of the search; what weighs anything never weighs nothing."""
    return -(-weight // unit)


def _most(instance: Instance, constraint: Constraint, largest: int) -> int:
    """More than a constraint can count."""
    rule, grid = constraint.rule, instance.grid
    if isinstance(rule, PairRule):
        return len(constraint.meetings) ** 2 * max(1, constraint.amount)
    if isinstance(rule, ClashRule) and rule.rooms:
        return 0  # the search never breaks it
    subjects = subjects_of(instance, constraint)
    if isinstance(rule, ClashRule):
        weights = [1 if s.resource is None else instance.resources[s.resource].weight for s in subjects]
        return sum(len(s.meetings) ** 2 * weight for s, weight in zip(subjects, weights, strict=True))
    if isinstance(rule, ChoiceRule):
        return sum(len(s.meetings) for s in subjects) * largest
    if isinstance(rule, PlacedRule):
        return sum(len(s.meetings) for s in subjects)
    if isinstance(rule, SamePlaceRule):
        return len(subjects) * (len(instance.rooms) + 1)
    if isinstance(rule, SetRule):
        meetings = sum(len(subject.meetings) for subject in subjects)
        weeks = grid.calendar_weeks if rule.is_mean else 1
        return meetings * grid.days * grid.slots_per_day * weeks * constraint.factor
    periods = max(len(day.indices) for day in grid.days_periods)
    per_day = periods
    if isinstance(rule, DayStatisticRule):  # no number, and no sum of them, is above the day's periods
        per_day *= max(-(-rule.price(number, constraint.amount) // number) for number in range(1, periods + 1))
    elif isinstance(rule, DayPatternRule):
        per_day **= 2
    return len(subjects) * grid.days * per_day


def _largest(instance: Instance) -> int:
    """The most that a single placement can count: a penalty, missing seats or empty ones."""
    sizes = [meeting.size for meeting in instance.meetings] + [room.capacity for room in instance.rooms]
    domains = {id(m.times): m.times for m in instance.meetings} | {id(m.rooms): m.rooms for m in instance.meetings}
    penalties = [option.penalty for options in domains.values() for option in options]
    return max([1, *sizes, *penalties])
