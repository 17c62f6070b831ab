"""What it would take: single rules to relax so that there is a timetable, and how far each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from webapp.engine.cpsat.constraints import add_constraints
from webapp.engine.cpsat.run import Clock, run
from webapp.engine.cpsat.time_model import cost
from webapp.engine.cpsat.variables import Variables
from webapp.engine.domains import Domains
from webapp.engine.explain.assumptions import Assumption
from webapp.engine.explain.core import MOST_PLACES, places
from webapp.engine.instance import Instance
from webapp.engine.result import Status
from webapp.engine.rules.family import ClashRule


@dataclass(frozen=True)
class Price:
    """What one relaxation costs.

    Attributes
    ----------
    assumption
        The rule to relax, or None for leaving meetings out of the timetable.
    amount
        How often the rule must be broken, or how many meetings left out; None: no amount is enough.
    proven
        Whether fewer are proven not to be enough (with no amount: that none is).
    rooms_checked
        Whether rooms were assigned, and not only counted.
    """

    assumption: Assumption | None
    amount: int | None
    proven: bool
    rooms_checked: bool
    sentence: str


def prices(
    instance: Instance, everything: Sequence[Assumption], members: Sequence[Assumption], clock: Clock
) -> tuple[Price, ...]:
    """Price every member of a conflict, and leaving meetings out, cheapest first; double bookings are asked about last.

    Each is asked about on the whole instance with all its other hard rules. The instance must be
    known to have no timetable: then nothing costs less than 1. Without a price is whatever there was no
    time for, and all of it where the model has no form for a rule.
    """
    found = []
    asked: list[Assumption | None] = [*members, None]
    asked.sort(key=lambda member: member is not None and isinstance(member.rule, ClashRule))
    for number, member in enumerate(asked):
        if clock.over:
            break
        share = clock.left / (len(asked) - number)
        price = _price(instance, everything, member, clock, share)
        if price is not None:
            found.append(price)
    return tuple(sorted(found, key=lambda p: (p.amount is None, p.amount or 0)))


def _price(
    instance: Instance, everything: Sequence[Assumption], member: Assumption | None, clock: Clock, seconds: float
) -> Price | None:
    constraints = [a.constraint for a in everything if a is not member]
    if member is not None:
        constraints.append(replace(member.constraint, weight=1))
    asked = replace(instance, constraints=tuple(constraints))
    meetings = range(len(asked.meetings))
    domains = Domains(asked)
    if member is not None and not all(domains.times(m) for m in meetings):
        return _told(instance, member, None, True, True)
    named = places(asked, list(meetings)) <= MOST_PLACES
    variables = Variables(asked, meetings, {}, domains, named_rooms=named, partial=member is None)
    objective = add_constraints(variables)
    goal = cost(asked, variables, objective) if member is not None else variables.missing
    if objective.left_out:
        return None  # what the model does not know can be neither proven nor counted
    variables.model.add(goal >= 1)  # nothing to pay would mean that there was no conflict
    variables.model.minimize(goal)
    outcome = run(variables.model, replace(clock.limits(seconds), adding_up=named))
    if outcome.status is Status.UNKNOWN:
        return None
    amount = round(outcome.objective) if outcome.solved else None
    proven = outcome.status in (Status.OPTIMAL, Status.INFEASIBLE)
    if amount is not None and not proven:
        proven = ceil(outcome.bound - 1e-6) >= amount
    return _told(instance, member, amount, proven, named)


def _told(instance: Instance, member: Assumption | None, amount: int | None, proven: bool, named: bool) -> Price:
    if member is None:
        words = (
            f"leave {amount} meeting{'' if amount == 1 else 's'} out" if amount is not None else "leave meetings out"
        )
    elif amount is None:
        words = f"giving up {_short(member)} alone is not enough"
    else:
        words = f"allow {member.rule.amount_in_words(amount)}{f' ({member.who})' if member.who else ''}"
    said = "" if proven else " (fewer may do)"
    return Price(member, amount, proven, named, f"{words[:1].upper()}{words[1:]}{said}.")


def _short(member: Assumption) -> str:
    return f"“{member.rule.title}”{f' of {member.who}' if member.who else ''}"
