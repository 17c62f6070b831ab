"""The first stage: when everything takes place, with rooms as numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor

from ortools.sat.python import cp_model

from webapp.engine.cpsat.constraints import Objective, add_constraints
from webapp.engine.cpsat.run import Limits, Outcome, run
from webapp.engine.cpsat.variables import Variables
from webapp.engine.instance import UNPLACED, Instance, Placement
from webapp.engine.result import NoObserver, Observer, Status, Stop, never
from webapp.engine.solution import Solution

BOUND_OF = "times, with rooms as numbers"


@dataclass(frozen=True)
class TimeStage:
    """What the first stage came to.

    Attributes
    ----------
    status
        Of the time stage: infeasible means that the whole problem is.
    solution
        Times without rooms, or None.
    objective
        Cost of the times by the model, rooms at their least.
    bound
        No complete timetable of the instance costs less; None where nothing is proven.
    bound_of
        In words, what the bound is about.
    left_out
        Rules that the time model neither keeps nor counts.
    """

    status: Status
    solution: Solution | None
    objective: int | None
    bound: int | None
    bound_of: str = BOUND_OF
    unplaced: tuple[int, ...] = ()
    left_out: tuple[str, ...] = ()
    seconds: float = 0.0


class TimeModel:
    """Times for all meetings; at every time there are rooms enough of every kind.

    Parameters
    ----------
    partial
        Whether meetings may stay unplaced.
    cuts
        Sets of rooms that turned out too small, to be counted too.
    around
        A timetable in which only the ``free`` meetings are looked at and all others stay.
    """

    def __init__(
        self,
        instance: Instance,
        *,
        partial: bool = False,
        cuts: tuple[frozenset[int], ...] = (),
        free: Iterable[int] | None = None,
        around: Solution | None = None,
    ) -> None:
        self.instance = instance
        among = set(range(len(instance.meetings)) if free is None else free)
        placed = around.placements if around is not None else ()
        fixed = {m: place for m, place in enumerate(placed) if m not in among and place.time is not None}
        self.variables = Variables(instance, among, fixed, partial=partial)
        self.objective: Objective = add_constraints(self.variables, cuts=cuts)

    def minimize_cost(self) -> None:
        """Ask for the least cost."""
        self.variables.model.minimize(cost(self.instance, self.variables, self.objective))

    def minimize_unplaced(self) -> None:
        """Ask for the fewest unplaced meetings."""
        self.variables.model.minimize(self.missing)

    @property
    def missing(self) -> cp_model.LinearExpr:
        """The number of unplaced meetings."""
        return self.variables.missing


def cost(instance: Instance, variables: Variables, objective: Objective) -> cp_model.LinearExpr:
    """The weighted sum of the counts."""
    terms: list[cp_model.LinearExprT] = []
    factors: list[int] = []
    constant = 0
    for index, count in objective.counts.items():
        weight = instance.constraints[index].weight or 0
        terms += count.variables
        factors += [weight * coefficient for coefficient in count.coefficients]
        constant += weight * count.constant
    return cp_model.LinearExpr.weighted_sum(terms, factors) + constant


def hint(variables: Variables, solution: Solution) -> None:
    """Begin the search near a timetable."""
    model = variables.model
    for block in variables.blocks:
        places = {p.time: p.room for m in block.meetings if (p := solution.placements[m]).time is not None}
        for index, (option, literal) in enumerate(zip(block.options, block.literals, strict=True)):
            model.add_hint(literal, option.time in places)
            if block.rooms:
                for room, chosen in block.rooms[index].items():
                    if chosen.index != literal.index:
                        model.add_hint(chosen, option.time in places and places[option.time] == room)


def read(variables: Variables, outcome: Outcome | None) -> Solution:
    """The timetable that a solve found; within a block, earlier times go to earlier meetings.

    Without an outcome, only the meetings that stay are placed.
    """
    placements = [variables.fixed.get(m, UNPLACED) for m in range(len(variables.instance.meetings))]
    if outcome is None:
        return Solution(tuple(placements))
    for block in variables.blocks:
        chosen = []
        for index, (option, literal) in enumerate(zip(block.options, block.literals, strict=True)):
            if outcome.true(literal):
                rooms = block.rooms[index] if block.rooms else {}
                chosen.append(Placement(option.time, next((r for r, x in rooms.items() if outcome.true(x)), None)))
        chosen.sort(key=lambda place: place.time)  # type: ignore[arg-type, return-value]
        for meeting, placement in zip(block.meetings, chosen, strict=False):
            placements[meeting] = placement
    return Solution(tuple(placements))


def solve_times(
    instance: Instance,
    seconds: float,
    workers: int = 1,
    seed: int = 0,
    hint: Solution | None = None,
    stop: Stop = never,
    observer: Observer | None = None,
    deterministic: float | None = None,
    *,
    partial: bool = True,
    cuts: tuple[frozenset[int], ...] = (),
    free: Iterable[int] | None = None,
    around: Solution | None = None,
) -> TimeStage:
    """Find times for all meetings at the least cost, and a bound on the cost of any timetable.

    Parameters
    ----------
    seconds
        Wall time for the whole stage, building the model not counted.
    hint
        A timetable to begin from; its rooms are ignored.
    deterministic
        Limit of work in CP-SAT's deterministic time, for runs that can be repeated exactly.
    partial
        When not everything can be placed, whether to place as many meetings as possible.
    free, around
        Place only the ``free`` meetings, around the others where ``around`` has them: a cluster of
        an instance that is too large as a whole. The bound then holds for nothing beyond that.
    """
    limits = Limits(seconds, workers, seed, stop, deterministic)
    part = None if free is None else tuple(free)
    model = TimeModel(instance, cuts=cuts, free=part, around=around)
    if hint is not None:
        _hint(model, hint)
    model.minimize_cost()
    outcome = _run(model, limits, observer or NoObserver())
    if outcome.status is Status.INFEASIBLE and partial:
        return _as_many_as_possible(model, limits.left(seconds - outcome.seconds), cuts)
    return _stage(model, outcome)


def _hint(model: TimeModel, solution: Solution) -> None:
    hint(model.variables, solution)


def _run(model: TimeModel, limits: Limits, observer: Observer) -> Outcome:
    from time import monotonic

    begin = monotonic()

    def told(objective: float, bound: float) -> None:
        observer.on_best(round(objective), 0, ceil(bound - 1e-6), monotonic() - begin)

    return run(model.variables.model, limits, told)


def _stage(model: TimeModel, outcome: Outcome) -> TimeStage:
    left_out = tuple(sorted(model.objective.left_out))
    if not outcome.solved:
        known = outcome.status is Status.UNKNOWN and outcome.bound > 0
        bound = ceil(outcome.bound - 1e-6) if known else None
        return TimeStage(outcome.status, None, None, bound, left_out=left_out, seconds=outcome.seconds)
    solution = read(model.variables, outcome)
    return TimeStage(
        outcome.status,
        solution,
        round(outcome.objective),
        max(0, ceil(outcome.bound - 1e-6)),
        unplaced=solution.unplaced,
        left_out=left_out,
        seconds=outcome.seconds,
    )


def _as_many_as_possible(full: TimeModel, limits: Limits, cuts: tuple[frozenset[int], ...]) -> TimeStage:
    """Place as many meetings as possible, then as well as possible."""
    around = read(full.variables, None)
    model = TimeModel(full.instance, partial=True, cuts=cuts, free=full.variables.block_of, around=around)
    model.minimize_unplaced()
    first = run(model.variables.model, limits.left(limits.seconds / 2))
    if not first.solved:
        return TimeStage(Status.INFEASIBLE, None, None, None, seconds=first.seconds)
    best = read(model.variables, first)
    missing = floor(first.objective + 0.5)
    model.variables.model.add(model.missing <= missing)
    hint(model.variables, best)
    model.minimize_cost()
    second = run(model.variables.model, limits.left(limits.seconds - first.seconds))
    if second.solved:
        best = read(model.variables, second)
    return TimeStage(
        Status.INFEASIBLE,
        best,
        round(second.objective) if second.solved else None,
        None,
        f"nothing: {missing} meetings can't be placed",
        best.unplaced,
        tuple(sorted(model.objective.left_out)),
        first.seconds + second.seconds,
    )
