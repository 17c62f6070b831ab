"""When a meeting is held that somebody puts in a slot: in a chain of slots, on each of the days of its pattern."""

from collections.abc import Iterable

from webapp.engine.timegrid import Time
from webapp.services.problem.calendar import mask_of
from webapp.services.problem.term_problem import TermProblem
from webapp.services.shared.day_patterns import ONE_DAY


def time_at(
    problem: TermProblem, index: int, time_slot_id: int, days: Iterable[int] = (), near: int = 0
) -> Time | None:
    """The time of a meeting that has a slot as its first on one of its days; None where there is none.

    A meeting of several days may have more than one: the one of the ``days`` named, else the one on the days of the
    mask ``near``, else the first that begins on the slot's day, else the first of all.
    """
    calendar, row = problem.calendar, problem.rows[index]
    chain = next((c for c in calendar.chains(row.slots).values() if c.first.time_slot_id == time_slot_id), None)
    if chain is None:
        return None
    alone = calendar.time_of(chain, calendar.weeks_mask(row.weeks))
    if row.day_patterns == ONE_DAY:
        return alone
    options = (option.time for option in calendar.options(row.slots, alone.weeks, row.day_patterns))
    fitting = [t for t in options if t.days & alone.days and (t.start, t.length) == (alone.start, alone.length)]
    named, first = mask_of(days), alone.days
    ranks = {t: (t.days != named, t.days != near, (t.days & -t.days) != first) for t in fitting}
    return min(fitting, key=lambda t: ranks[t], default=None)
