"""The nineteen distributions of ITC-2019, as constraints."""

from collections.abc import Mapping

from webapp.engine.instance import MOST, Constraint
from webapp.engine.rules import rule_named

RULE_OF: Mapping[str, str] = {
    "SameStart": "same_start",
    "SameTime": "same_time_of_day",
    "DifferentTime": "different_time",
    "SameDays": "same_days",
    "DifferentDays": "different_weekdays",
    "SameWeeks": "same_weeks",
    "DifferentWeeks": "different_weeks",
    "Overlap": "overlap",
    "NotOverlap": "no_overlap",
    "SameRoom": "same_room",
    "DifferentRoom": "different_room",
    "SameAttendees": "same_attendees",
    "Precedence": "precedence_of_pairs",
    "WorkDay": "work_day",
    "MinGap": "min_gap",
    "MaxDays": "max_days",
    "MaxDayLoad": "max_day_load",
    "MaxBreaks": "max_breaks",
    "MaxBlock": "max_block",
}
"""The rule that each distribution is."""

NUMBERS: Mapping[str, int] = {"WorkDay": 1, "MinGap": 1, "MaxDays": 1, "MaxDayLoad": 1, "MaxBreaks": 2, "MaxBlock": 2}
"""How many numbers a distribution has, where it has any."""


def constraint_of(
    name: str, numbers: tuple[int, ...], penalty: int | None, weight: int, meetings: tuple[int, ...]
) -> Constraint:
    """The constraint that a distribution is; ``penalty`` None makes it hard.

    Raises
    ------
    ValueError
        With what was expected: a name or numbers that it does not have.
    """
    if name not in RULE_OF:
        raise ValueError(f"one of {', '.join(RULE_OF)}")
    wanted = NUMBERS.get(name, 0)
    if len(numbers) != wanted or any(number > MOST for number in numbers):
        raise ValueError(f"{name} with {('no number', 'one number', 'two numbers')[wanted]} up to {MOST}")
    rule, (amount, second) = rule_named(RULE_OF[name]), (*numbers, 0, 0)[:2]
    factor = weight if rule.is_mean and penalty is not None else 1
    cost = penalty if penalty is None or rule.is_mean else weight * penalty
    return Constraint(rule, cost, meetings=meetings, amount=amount, label=name, second_amount=second, factor=factor)
