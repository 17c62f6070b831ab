"""Sets of rules that can't hold together: found by CP-SAT, shrunk by deletion, verified afresh.

Every hard rule hangs on an assumption literal. What the solver answers is not trusted: each
literal it names is looked up among ours (a fault of the library may return others), the set is
shrunk until every member is needed, and then solved once more from nothing without assumptions.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from webapp.engine.cpsat import room_counts
from webapp.engine.cpsat.constraints import add_constraints
from webapp.engine.cpsat.room_model import about_rooms, solve_rooms
from webapp.engine.cpsat.run import Clock, Limits, Outcome, run
from webapp.engine.cpsat.time_model import read
from webapp.engine.cpsat.variables import GivenUp, Variables
from webapp.engine.domains import Domains, meetings_of
from webapp.engine.evaluate import evaluate
from webapp.engine.explain.assumptions import Assumption
from webapp.engine.instance import Instance
from webapp.engine.result import Status
from webapp.engine.rules.family import ChoiceRule, ClashRule, RuleSubject, subjects_of
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time

MOST_PLACES = 150_000
"""Rooms are named in models of up to so many meetings times times times rooms."""


@dataclass(frozen=True)
class Core:
    """Assumptions that can't hold together.

    ``minimal``: without any one of them there is a timetable. ``verified``: a fresh model without
    assumption literals was infeasible too.
    """

    members: tuple[Assumption, ...]
    minimal: bool
    verified: bool


class Guarded:
    """A model in which each assumption can be made or not.

    ``only`` limits it to some meetings; the others are left out, as if they were not held. Raises `GivenUp` when the
    clock is over before it is built.
    """

    def __init__(
        self, instance: Instance, assumptions: Sequence[Assumption], clock: Clock, only: Collection[int] | None = None
    ) -> None:
        self.assumptions = list(assumptions)
        self.instance = replace(instance, constraints=tuple(a.constraint for a in assumptions))
        everything = frozenset(range(len(self.assumptions)))
        meetings = meetings_touched(self.instance, only)
        self.named_rooms = names_rooms(self.instance, meetings)
        self.variables = Variables(
            self.instance,
            meetings,
            {},
            Domains(self.instance, without=everything),
            named_rooms=self.named_rooms,
            guarded=True,
            given_up=lambda: clock.over,
        )
        model = self.variables.model
        self.guards = {i: model.new_bool_var(a.sentence[:60]) for i, a in enumerate(self.assumptions)}
        objective = add_constraints(self.variables, guards=self.guards)
        self.left_out = objective.left_out
        for index, assumption in enumerate(self.assumptions):
            if isinstance(assumption.rule, ClashRule):
                _count(self.variables, assumption, self.guards[index])

    def solve(self, members: Sequence[int], limits: Limits) -> Outcome:
        """Solve with these assumptions (by index) made, the others left open."""
        model = self.variables.model
        model.clear_assumptions()
        model.add_assumptions([self.guards[i] for i in members])
        return run(model, replace(limits, workers=1))

    def named(self, outcome: Outcome, among: Sequence[int]) -> list[int]:
        """The members of the solver's core; all of them when it names anything else."""
        ours = {self.guards[i].index: i for i in among}
        core = outcome.solver.sufficient_assumptions_for_infeasibility()
        if any(literal not in ours for literal in core):
            return list(among)
        return [ours[literal] for literal in core]


def names_rooms(instance: Instance, meetings: Sequence[int]) -> bool:
    """Whether a model decides about rooms: some rule asks for it, and it does not grow too large."""
    asks = any(about_rooms(constraint.rule) for constraint in instance.constraints)
    return asks and places(instance, meetings) <= MOST_PLACES


def places(instance: Instance, meetings: Sequence[int]) -> int:
    """Number of (meeting, time, room) triples."""
    return sum(len(instance.meetings[m].times) * max(1, len(instance.meetings[m].rooms)) for m in meetings)


def meetings_touched(instance: Instance, only: Collection[int] | None = None) -> list[int]:
    """The meetings that some constraint is about; the others stand wherever they like."""
    if only is not None:
        return sorted(only)
    found: set[int] = set()
    for constraint in instance.constraints:
        rule = constraint.rule
        if isinstance(rule, ClashRule) and rule.rooms:
            return list(range(len(instance.meetings)))
        for subject in subjects_of(instance, constraint):
            found.update(subject.meetings)
    return sorted(found)


def _count(variables: Variables, assumption: Assumption, guard: cp_model.IntVar) -> None:
    """Say under the same literal what adding up its cells would say: assumptions alone don't count."""
    rule = assumption.rule
    if isinstance(rule, ClashRule) and rule.rooms:
        for kind in room_counts.kinds(variables):
            room_counts.limit(variables, kind, guard)
            supply = {
                key: sum(1 for r in kind.rooms if key % variables.grid.cells not in variables.domains.closed_cells[r])
                for key in variables.occupancy(kind.meetings).literals
            }
            _enough(variables, RuleSubject(kind.meetings), supply, guard)
        return
    for subject in subjects_of(variables.instance, assumption.constraint):
        _enough_periods(variables, subject, guard)


def _enough_periods(variables: Variables, subject: RuleSubject, guard: cp_model.IntVar) -> None:
    """The periods in use are all that the meetings need: where none overlap, each has its own."""
    need, busy = 0, []
    for block in variables.blocks_in(subject.meetings):
        held = (o.time.load * o.time.days.bit_count() * _kinds_of_weeks(variables, o.time) for o in block.options)
        need += min(held, default=0) * block.size
    for week in range(len(variables.weeks)):
        for day in range(variables.grid.days):
            busy += variables.busy_periods(subject, week, day)
    variables.model.add(cp_model.LinearExpr.sum(busy) >= need).only_enforce_if(guard)


def _kinds_of_weeks(variables: Variables, time: Time) -> int:
    return sum(time.weeks >> kind.week & 1 for kind in variables.weeks)


def _enough(variables: Variables, subject: RuleSubject, supply: dict[int, int], guard: cp_model.IntVar) -> None:
    """The cells in use hold all that the meetings need."""
    need = 0
    for block in variables.blocks_in(subject.meetings):
        times = [option.time for option in block.options]
        covered = [sum(1 for _ in variables.keys_of(time)) for time in times]
        need += min(covered, default=0) * block.size
    keys = sorted(supply)
    busy = [variables.busy(subject, key) for key in keys]
    variables.model.add(cp_model.LinearExpr.weighted_sum(busy, [supply[key] for key in keys]) >= need).only_enforce_if(
        guard
    )


def find_core(instance: Instance, assumptions: Sequence[Assumption], clock: Clock) -> Core | Status:
    """A minimal set of the assumptions that can't hold together; else how far the proof came.

    Feasible is said only where the truth finds nothing hard in the timetable that was found.
    """
    try:
        guarded = Guarded(instance, assumptions, clock)
    except GivenUp:
        return Status.UNKNOWN
    everything = list(guarded.guards)
    outcome = guarded.solve(everything, clock.limits())
    if outcome.status is not Status.INFEASIBLE:
        return Status.FEASIBLE if outcome.solved and _holds(instance, guarded, outcome, clock) else Status.UNKNOWN
    named = guarded.named(outcome, everything)
    return shrink(instance, [guarded.assumptions[i] for i in named], clock)


def find_small_core(instance: Instance, assumptions: Sequence[Assumption], clock: Clock) -> Core | None:
    """A minimal set of rules about one person or set of meetings that can't hold together; None where none shows.

    The meetings of one person are few: what nobody could keep is proven in milliseconds, also where the model of the
    whole term is too large for it. Clashes and absences alone were counted before.
    """
    for only, own in _by_whom(instance, assumptions):
        if clock.over:
            break
        try:
            guarded = Guarded(instance, own, clock, only)
        except GivenUp:
            break
        everything = list(guarded.guards)
        outcome = guarded.solve(everything, clock.limits(max(0.05, clock.left / 4)))
        if outcome.status is Status.INFEASIBLE:
            return shrink(instance, [guarded.assumptions[i] for i in guarded.named(outcome, everything)], clock, only)
    return None


def _by_whom(
    instance: Instance, assumptions: Sequence[Assumption]
) -> Iterator[tuple[tuple[int, ...], list[Assumption]]]:
    """Yield sets of meetings, those of one person or of one rule, the fewest first, with the rules about them alone."""
    about: list[tuple[Assumption, frozenset[int]]] = []
    for assumption in assumptions:
        if not (isinstance(assumption.rule, ClashRule) and assumption.rule.rooms):
            about.append((assumption, frozenset(meetings_of(instance, assumption.constraint))))
    of_meeting: dict[int, list[int]] = {}
    for number, (_, meetings) in enumerate(about):
        for meeting in meetings:
            of_meeting.setdefault(meeting, []).append(number)
    asking = {meetings for a, meetings in about if not isinstance(a.rule, ClashRule | ChoiceRule)}
    for meetings in sorted(asking, key=lambda each: (len(each), sorted(each))):
        among = sorted({number for meeting in meetings for number in of_meeting[meeting]})
        yield tuple(sorted(meetings)), [about[number][0] for number in among if about[number][1] <= meetings]


def _holds(instance: Instance, guarded: Guarded, outcome: Outcome, clock: Clock) -> bool:
    """Whether the solver's answer, with rooms if it has none yet, is a timetable by the truth."""
    hard = replace(instance, constraints=tuple(c for c in instance.constraints if c.hard))
    found: Solution | None = read(guarded.variables, outcome)
    if found is not None and not guarded.named_rooms:
        limits = clock.limits()
        found = solve_rooms(hard, found, limits.seconds, seed=limits.seed, stop=limits.stop).solution
    if found is None:
        return False
    untouched = {m for m in found.unplaced if m not in guarded.variables.block_of}
    score = evaluate(hard, found)
    return score.hard == 0 or (score.hard == score.counts.get("all_placed", 0) and set(found.unplaced) <= untouched)


def shrink(
    instance: Instance, members: Sequence[Assumption], clock: Clock, only: Collection[int] | None = None
) -> Core:
    """Leave out each member in turn; whoever is not missed goes."""
    try:
        guarded = Guarded(instance, members, clock, only)
    except GivenUp:
        return Core(tuple(members), False, False)
    kept = list(guarded.guards)
    minimal = not guarded.left_out
    for index in list(kept):
        if index not in kept:
            continue
        others = [i for i in kept if i != index]
        if clock.over:
            minimal = False
            break
        outcome = guarded.solve(others, clock.limits(max(0.5, clock.left / 4)))
        if outcome.status is Status.INFEASIBLE:
            smaller = guarded.named(outcome, others)
            kept = smaller if _proven(guarded, smaller, others, clock) else others
        elif not outcome.solved:
            minimal = False
    core = tuple(guarded.assumptions[i] for i in kept)
    return Core(core, minimal, verify(instance, core, clock, only))


def _proven(guarded: Guarded, smaller: list[int], others: list[int], clock: Clock) -> bool:
    if len(smaller) == len(others):
        return True
    return guarded.solve(smaller, clock.limits(max(0.5, clock.left / 4))).status is Status.INFEASIBLE


def verify(
    instance: Instance, members: Sequence[Assumption], clock: Clock, only: Collection[int] | None = None
) -> bool:
    """Whether a fresh model of these rules alone, without assumption literals, is infeasible too."""
    return status_of(instance, members, clock.limits(), only) is Status.INFEASIBLE


def status_of(
    instance: Instance, members: Sequence[Assumption], limits: Limits, only: Collection[int] | None = None
) -> Status:
    """Whether these rules can hold together, by a model built afresh."""
    alone = replace(instance, constraints=tuple(a.constraint for a in members))
    meetings = meetings_touched(alone, only)
    domains = Domains(alone)
    if any(not domains.times(m) for m in meetings):
        return Status.INFEASIBLE
    named = names_rooms(alone, meetings)
    if named and any(alone.meetings[m].needs_room and not domains.rooms(m) for m in meetings):
        return Status.INFEASIBLE
    clock = Clock(replace(limits, adding_up=True))
    try:
        variables = Variables(alone, meetings, {}, domains, named_rooms=named, given_up=lambda: clock.over)
        add_constraints(variables)
        if named and variables.rooms_are_exclusive:
            for kind in room_counts.kinds(variables):
                room_counts.limit(variables, kind)
    except GivenUp:
        return Status.UNKNOWN
    return run(variables.model, clock.limits()).status
