"""Words for people: what the engine's indices are called, and where and when a class takes place."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from typing import Any

from webapp.engine.instance import Instance, Placement
from webapp.engine.periods import bits
from webapp.engine.timegrid import Time
from webapp.engine.words import Names
from webapp.services.problem.calendar import Calendar, clock
from webapp.services.problem.term_problem import TermProblem
from webapp.services.problem.words.sentences import NOWHERE, PlaceWords, place_in_words
from webapp.services.schema.values import DAY_NAMES
from webapp.services.shared.words import _, in_runs


def names_of(problem: TermProblem) -> Names:
    """The names of a term's days, slots, meetings and rooms."""
    return names_for(problem.instance, problem.calendar)


def names_for(instance: Instance, calendar: Calendar) -> Names:
    """Names with the calendar's hours: "Monday", "09:00", "CSE301 A, L 2", "LH-1"."""
    return Names(
        day=lambda day: DAY_NAMES[day],
        slot=lambda slot: f"{clock(calendar.pieces[slot][0]):%H:%M}",
        meeting=lambda meeting: instance.meetings[meeting].code,
        room=lambda room: instance.rooms[room].code,
        weeks=lambda weeks: _weeks_in_words(calendar, weeks),
    )


def _weeks_in_words(calendar: Calendar, weeks: int) -> str:
    """Say which weeks of the term a mask of the grid's weeks stands for: "in odd weeks", "in weeks 1-8, 10"."""
    numbers = frozenset[int]().union(*(calendar.week_classes[week] for week in bits(weeks)))
    every = frozenset[int]().union(*calendar.week_classes)
    if numbers == {week for week in every if week % 2}:
        return _("in odd weeks")
    if numbers == {week for week in every if not week % 2}:
        return _("in even weeks")
    return _("in weeks %(weeks)s", weeks=in_runs(numbers))


def placement_in_words(problem: TermProblem, placement: Placement) -> str:
    """Say where the engine has a meeting: "Tuesday 09:00 to 10:50, LH-2"; empty where it has no place.

    A pin or a lock may name the time or the room alone.
    """
    return place_words(problem, placement).sentence


def place_words(problem: TermProblem, placement: Placement) -> PlaceWords:
    """The same as a row keeps it."""
    when = {} if placement.time is None else _hours(problem.calendar, placement.time)
    room = {} if placement.room is None else {"room": problem.instance.rooms[placement.room].code}
    return replace(NOWHERE, values=when | room)


def time_in_words(calendar: Calendar, moment: Time) -> str:
    """Days and hours of the engine's time: "Tuesday 09:00 to 10:50"."""
    return place_in_words(**_hours(calendar, moment))


def _hours(calendar: Calendar, moment: Time) -> dict[str, Any]:
    begins, ends = clock(calendar.pieces[moment.start][0]), clock(calendar.pieces[moment.end - 1][1])
    return {"days": list(moment.day_list()), "begins": f"{begins:%H:%M}", "ends": f"{ends:%H:%M}"}


def entry_in_words(days: Sequence[int], start: time | None, room: str | None, weeks: str = "") -> str:
    """Say where a row has a class: "Tuesday 09:00 (odd weeks), LH-2", or that it has no place."""
    if not days or start is None:
        return _("without a place")
    hours = f"{start:%H:%M} ({weeks})" if weeks else f"{start:%H:%M}"
    return place_in_words(days, hours, room=room or "")
