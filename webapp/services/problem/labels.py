"""What the engine's indices are called in sentences for people: days, hours, courses, rooms."""

from webapp.engine.instance import Instance
from webapp.engine.words import Names
from webapp.services.problem.calendar import DAY_NAMES, Calendar, clock
from webapp.services.problem.term_problem import TermProblem


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
    )
