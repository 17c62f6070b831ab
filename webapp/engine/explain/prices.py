"""What it would take: single rules to relax so that there is a timetable, and how far each."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from webapp.engine.cpsat.constraints import Objective, add_constraints
from webapp.engine.cpsat.run import Clock, run
from webapp.engine.cpsat.time_model import cost, hint
from webapp.engine.cpsat.variables import GivenUp, Variables
from webapp.engine.domains import Domains
from webapp.engine.explain.assumptions import STRUCTURE, Assumption
from webapp.engine.explain.core import MOST_PLACES, meetings_touched, places
from webapp.engine.instance import Constraint, Instance
from webapp.engine.params import SolveParams
from webapp.engine.result import Status
from webapp.engine.rules.family import ClashRule
from webapp.engine.solution import Solution
from webapp.engine.solve import schedule
from webapp.engine.words import WayOutCode, way_out_in_words

SEARCH_SHARE, SEARCH_SECONDS = 0.4, 0.02
"""Of the time for a price, and per meeting, at most, for a local search for a timetable that pays it."""
LEAST_SHARE = 0.25
"""Of what is then left, at most, for what the conflict alone says must be paid."""


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
    """

    assumption: Assumption | None
    amount: int | None
    proven: bool

    @property
    def code(self) -> WayOutCode:
        """What it would take."""
        if self.assumption is None:
            return WayOutCode.LEAVE_OUT
        return WayOutCode.NOT_ENOUGH if self.amount is None else WayOutCode.ALLOW

    @property
    def values(self) -> dict[str, Any]:
        """The names and numbers of its sentence: see `webapp.engine.words.way_out_in_words`."""
        about = {} if self.assumption is None else self.assumption.named
        return {**about, "amount": self.amount, "fewer": not self.proven}

    @property
    def sentence(self) -> str:
        """What it would take, in words."""
        return way_out_in_words(self.code, self.values)


def prices(
    instance: Instance,
    everything: Sequence[Assumption],
    members: Sequence[Assumption],
    clock: Clock,
    only: Collection[int] | None = None,
) -> tuple[Price, ...]:
    """Price every member of a conflict, and leaving meetings out, cheapest first.

    Each is asked about on the whole instance with all its other hard rules: local search finds a timetable that pays
    some price, and CP-SAT how much must be paid at least, by the members alone (over the meetings ``only``) and else by
    everything. The instance must be known to have no timetable: then nothing costs less than 1. Double bookings,
    which nobody will pay for, are asked about last and by search alone. Without a price is whatever there was no time
    for, and what the model has no form for.
    """
    found = []
    asked: list[Assumption | None] = [*members, None]
    asked.sort(key=lambda member: member is not None and isinstance(member.rule, ClashRule))
    for number, member in enumerate(asked):
        if clock.over:
            break
        share = Clock(clock.limits(clock.left / (len(asked) - number)))
        price = _Question(instance, everything, members, member, only).answer(share)
        if price is not None:
            found.append(price)
    return tuple(sorted(found, key=lambda p: (p.amount is None, p.amount or 0)))


class _Question:
    """What a relaxation of one member costs, or leaving meetings out (None)."""

    def __init__(
        self,
        instance: Instance,
        everything: Sequence[Assumption],
        members: Sequence[Assumption],
        member: Assumption | None,
        only: Collection[int] | None,
    ) -> None:
        self.member, self.weeks = member, instance.grid.calendar_weeks
        self.whole = replace(instance, constraints=self._softened(everything))
        self.conflict = replace(instance, constraints=self._softened(members))
        self.of_conflict = meetings_touched(self.conflict, only)
        self.structure = tuple(c for c in instance.constraints if c.hard and isinstance(c.rule, STRUCTURE))

    def _softened(self, assumptions: Sequence[Assumption]) -> tuple[Constraint, ...]:
        kept = tuple(a.constraint for a in assumptions if a is not self.member)
        return kept if self.member is None else (*kept, self._priced(self.member.constraint))

    def _priced(self, constraint: Constraint) -> Constraint:
        """The rule as a wish of which each unit costs 1, also where the cost is a mean over weeks, rounded down."""
        return replace(constraint, weight=self.weeks if constraint.rule.is_mean else 1, factor=1)

    def answer(self, clock: Clock) -> Price | None:
        """The price, with a proof where there is time for one."""
        domains = Domains(self.whole)
        meetings = range(len(self.whole.meetings))
        if self.member is not None and not all(domains.times(m) for m in meetings):
            return Price(self.member, None, True)
        paid, solution = (None, None) if self.member is None else self._search(clock)
        if self.member is not None and isinstance(self.member.rule, ClashRule):
            return None if paid is None else Price(self.member, paid, paid == 1)
        least = 1 if paid == 1 else self._least(clock)
        if paid is not None and paid <= least:
            return Price(self.member, paid, True)
        return self._by_model(clock, domains, least, paid, solution)

    def _search(self, clock: Clock) -> tuple[int | None, Solution | None]:
        """What the timetable pays that local search finds; None where it finds none."""
        asked = replace(self.whole, constraints=(*self.structure, *self.whole.constraints))
        limits = clock.limits(min(SEARCH_SHARE * clock.left, SEARCH_SECONDS * len(asked.meetings)))
        found = schedule(asked, SolveParams(max(0.1, limits.seconds), limits.seed), limits.stop)
        return (None, None) if found.hard else (found.cost, found.solution)

    def _least(self, clock: Clock) -> int:
        """What must be paid at least, by the conflict's own rules and meetings; nothing would mean no conflict."""
        limits = replace(clock.limits(LEAST_SHARE * clock.left), workers=1, adding_up=True)
        try:
            variables, objective = self._built(self.conflict, self.of_conflict, None, clock, named_rooms=False)
        except GivenUp:
            return 1
        if objective.left_out:
            return 1
        variables.model.minimize(
            variables.missing if self.member is None else cost(self.conflict, variables, objective)
        )
        outcome = run(variables.model, limits)
        return max(1, ceil(outcome.bound - 1e-6)) if outcome.status is not Status.INFEASIBLE else 1

    def _built(
        self, instance: Instance, meetings: Iterable[int], domains: Domains | None, clock: Clock, *, named_rooms: bool
    ) -> tuple[Variables, Objective]:
        """A model of the meetings; raises `GivenUp` when the clock is over before it is built."""
        variables = Variables(
            instance,
            meetings,
            {},
            domains,
            named_rooms=named_rooms,
            partial=self.member is None,
            given_up=lambda: clock.over,
        )
        return variables, add_constraints(variables)

    def _by_model(
        self, clock: Clock, domains: Domains, least: int, paid: int | None, start: Solution | None
    ) -> Price | None:
        """Ask CP-SAT about the whole instance."""
        meetings = range(len(self.whole.meetings))
        named = places(self.whole, list(meetings)) <= MOST_PLACES
        try:
            variables, objective = self._built(self.whole, meetings, domains, clock, named_rooms=named)
        except GivenUp:
            return None if paid is None else Price(self.member, paid, False)
        if objective.left_out:
            return None if paid is None else Price(self.member, paid, False)
        goal = variables.missing if self.member is None else cost(self.whole, variables, objective)
        variables.model.add(goal >= least)
        if paid is not None and start is not None:
            variables.model.add(goal <= paid)
            hint(variables, start)
        variables.model.minimize(goal)
        outcome = run(variables.model, replace(clock.limits(), adding_up=named))
        if outcome.solved:
            amount = round(outcome.objective)
            proven = outcome.status is Status.OPTIMAL or ceil(outcome.bound - 1e-6) >= amount
            return Price(self.member, amount, proven)
        if paid is not None:
            return Price(self.member, paid, ceil(outcome.bound - 1e-6) >= paid)
        return Price(self.member, None, True) if outcome.status is Status.INFEASIBLE else None
