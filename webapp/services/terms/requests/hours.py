"""When classes are held, as minutes of the week, so that any two are compared at once."""

from collections.abc import Mapping
from datetime import time

MINUTES_A_DAY = 24 * 60

Hours = Mapping[int | None, int]
"""By week set (None: every week), the minutes of the week taken, as bits."""


def minutes_taken(days: tuple[int, ...], start: time, end: time) -> int:
    """The minutes of the week from ``start`` to ``end`` on each of the days, as bits."""
    first, last = (moment.hour * 60 + moment.minute for moment in (start, end))
    hour = (1 << last) - (1 << first)
    return sum(hour << day * MINUTES_A_DAY for day in days)


def clash(one: Hours, other: Hours, week_sets: Mapping[int, frozenset[int]]) -> bool:
    """Whether nobody can attend both: they share a minute in a week that both have."""
    return any(
        first & second and _share_a_week(week_sets, weeks, others)
        for weeks, first in one.items()
        for others, second in other.items()
    )


def _share_a_week(week_sets: Mapping[int, frozenset[int]], one: int | None, other: int | None) -> bool:
    if one is None or other is None:
        return True
    return not week_sets[one].isdisjoint(week_sets[other])


def joined(*parts: Hours) -> dict[int | None, int]:
    """All minutes of several."""
    found: dict[int | None, int] = {}
    for part in parts:
        for weeks, minutes in part.items():
            found[weeks] = found.get(weeks, 0) | minutes
    return found
