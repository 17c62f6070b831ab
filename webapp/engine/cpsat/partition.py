"""A lower bound from parts: what disjoint shares of the cost can't get below, added up.

After Hao and Benlic, "Lower bounds for the ITC-2007 curriculum-based course timetabling problem"
(2011). Every soft rule of every person, group or course belongs to exactly one part; a part is solved with
the hard rules of its own meetings alone, which only makes it cheaper. So the sum of the parts'
bounds is a bound for the whole. Parts grow while they can be solved, since a larger part sees more. Where a timetable
is known, no part's bound can exceed what that one costs there: a part that has come so far is left alone, so that the
time goes to where the bound may still rise.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import ceil

from webapp.engine.cpsat.constraints import add_constraints
from webapp.engine.cpsat.run import Clock, Limits, run
from webapp.engine.cpsat.time_model import cost
from webapp.engine.cpsat.variables import GivenUp, Variables
from webapp.engine.domains import Domains, meetings_of, pieces
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Constraint, Instance
from webapp.engine.result import Status, Stop, never
from webapp.engine.rules.family import DayPatternRule, SamePlaceRule, SetRule, WeekPatternRule
from webapp.engine.sizes import soon_built
from webapp.engine.solution import Solution

SMALL = 30
"""Meetings of a part at first: such parts are mostly solved in a second or two."""
BUILDING_SHARE = 0.1
"""Of the time, at most, for building the model of one part."""
BOUND_OF = "all costs but those of rooms in use and room stability, in parts"


@dataclass(frozen=True)
class _Part:
    """Soft constraints that are judged together, and the meetings that they are about."""

    soft: tuple[Constraint, ...]
    meetings: frozenset[int]
    bound: int = 0
    solved: bool = False
    cost: int | None = None
    """What the known timetable costs here."""

    @property
    def may_rise(self) -> bool:
        """Whether more may be proven: there is no timetable that shows the bound to be the least."""
        return self.cost is None or self.bound < self.cost


def partition_bound(
    instance: Instance,
    seconds: float,
    workers: int = 1,
    seed: int = 0,
    stop: Stop = never,
    known: Solution | None = None,
) -> int | None:
    """Prove a lower bound on the cost of any complete timetable, the better the longer it takes.

    None says that there is no such timetable: the hard rules of some part can't hold.

    Parameters
    ----------
    known
        A timetable, the better the more quickly the bound rises; of use where it is complete and keeps the hard rules.
    """
    clock = Clock(Limits(seconds, workers, seed, stop, prove=True))
    domains = Domains(instance)
    parts = _first_parts(instance, clock)
    if known is not None and evaluate(instance, known).feasible:
        costs = [evaluate(replace(instance, constraints=part.soft), known).cost for part in parts]
        parts = [replace(part, cost=cost, solved=not cost) for part, cost in zip(parts, costs, strict=True)]
    for share in (0.4, 0.5):  # what was not solved at first gets a second chance, with more time
        waiting = [number for number, part in enumerate(parts) if not part.solved]
        end = clock.left * (1 - share)
        for left, number in zip(range(len(waiting), 0, -1), waiting, strict=True):
            if clock.over:
                break
            limits = clock.limits(max(0.1, clock.left - end) / left)
            solved = _solve(instance, domains, parts[number], limits, clock)
            if solved is None:
                return None
            parts[number] = solved
    return sum(part.bound for part in _grow(instance, domains, parts, clock))


def _first_parts(instance: Instance, clock: Clock) -> list[_Part]:
    """Small parts: soft rules that share many meetings together; large ones where their model is soon built."""
    atoms = []
    for constraint in instance.constraints:
        if constraint.weight and not isinstance(constraint.rule, SamePlaceRule):
            for piece in () if clock.over else pieces(instance, constraint):
                atoms.append(_Part((piece,), frozenset(meetings_of(instance, piece))))
    large = [atom for atom in atoms if len(atom.meetings) > SMALL]
    waiting = [atom for atom in atoms if 0 < len(atom.meetings) <= SMALL]
    large = [atom for atom in large if soon_built(instance, BUILDING_SHARE * clock.left, atom.meetings)]
    return _gather(waiting, clock) + large


def _gather(waiting: list[_Part], clock: Clock) -> list[_Part]:
    """Join each part with those that share most with it, up to the size of a small part, as far as time goes."""
    found = []
    of_meeting: dict[int, set[int]] = {}
    for number, atom in enumerate(waiting):
        for meeting in atom.meetings:
            of_meeting.setdefault(meeting, set()).add(number)
    left = set(range(len(waiting)))
    for number in sorted(left, key=lambda n: (-len(waiting[n].meetings), n)):
        if clock.over:
            break
        if number not in left:
            continue
        left.discard(number)
        chosen, meetings = [number], set(waiting[number].meetings)
        while True:
            shared = Counter(n for m in meetings for n in of_meeting[m] if n in left)
            fitting = [(n, common) for n, common in shared.items() if len(meetings | waiting[n].meetings) <= SMALL]
            if not fitting:
                break
            best = max(fitting, key=lambda item: (item[1] / len(waiting[item[0]].meetings), -item[0]))[0]
            left.discard(best)
            chosen.append(best)
            meetings |= waiting[best].meetings
        found.append(_joined(waiting[n] for n in chosen))
    return found


def _joined(parts: Iterable[_Part]) -> _Part:
    several = list(parts)
    return _Part(
        tuple(c for part in several for c in part.soft),
        frozenset().union(*(part.meetings for part in several)),
        sum(part.bound for part in several),
        cost=sum(costs) if len(costs := [p.cost for p in several if p.cost is not None]) == len(several) else None,
    )


def _grow(instance: Instance, domains: Domains, parts: list[_Part], clock: Clock) -> list[_Part]:
    """Join solved parts that share meetings and may cost more together, the smallest first, while there is time."""
    tried: set[tuple[frozenset[int], frozenset[int]]] = set()
    while not clock.over:
        pairs = [
            (len(a.meetings | b.meetings), -len(a.meetings & b.meetings), i, j)
            for i, a in enumerate(parts)
            for j, b in enumerate(parts[:i])
            if a.solved
            and b.solved
            and (a.may_rise or b.may_rise)
            and a.meetings & b.meetings
            and (a.meetings, b.meetings) not in tried
        ]
        if not pairs:
            break
        _, _, i, j = min(pairs)
        tried.add((parts[i].meetings, parts[j].meetings))
        together = _joined((parts[i], parts[j]))
        solved = _solve(instance, domains, together, clock.limits(max(1.0, clock.left / 6)), clock)
        if solved is not None and (solved.bound > together.bound or solved.solved):
            parts = [part for n, part in enumerate(parts) if n not in (i, j)] + [solved]
    return parts


def _solve(instance: Instance, domains: Domains, part: _Part, limits: Limits, clock: Clock) -> _Part | None:
    """The part with the bound that CP-SAT proves for it; None if its hard rules can't hold."""
    hard = tuple(_within(instance, part.meetings))
    alone = replace(instance, constraints=hard + part.soft)
    try:
        variables = Variables(alone, part.meetings, {}, domains, given_up=lambda: clock.over)
        objective = add_constraints(variables)
    except GivenUp:
        return part
    goal = cost(alone, variables, objective)
    variables.model.add(goal >= part.bound)
    variables.model.minimize(goal)
    outcome = run(variables.model, limits)
    if outcome.status is Status.INFEASIBLE:
        return None
    bound = max(part.bound, ceil(outcome.bound - 1e-6))
    return replace(part, bound=bound, solved=outcome.status is Status.OPTIMAL or bound == part.cost)


def _within(instance: Instance, meetings: frozenset[int]) -> Iterator[Constraint]:
    """The hard rules that hold for these meetings whatever the others do.

    A rule about a day or a week is kept only where all meetings of its subject are there: with
    some of them missing it might forbid what the others would put right.
    """
    for constraint in instance.constraints:
        if not constraint.hard:
            continue
        if isinstance(constraint.rule, DayPatternRule | WeekPatternRule | SetRule):
            for piece in pieces(instance, constraint):
                if meetings_of(instance, piece).keys() <= meetings:
                    yield piece
        else:
            yield constraint
