"""The first stage: when everything takes place, with rooms as numbers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil

from ortools.sat.python import cp_model

from webapp.engine.cpsat.constraints import Objective, add_constraints
from webapp.engine.cpsat.run import Clock, Limits, Outcome, run
from webapp.engine.cpsat.variables import GivenUp, Variables
from webapp.engine.instance import UNPLACED, Instance, Placement
from webapp.engine.result import Status, Stop, never
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
    work
        Spent, in CP-SAT's deterministic time.
    """

    status: Status
    solution: Solution | None
    objective: int | None
    bound: int | None
    bound_of: str = BOUND_OF
    left_out: tuple[str, ...] = ()
    work: float = 0.0


class TimeModel:
    """Times for all meetings; at every time there are rooms enough of every kind.

    Parameters
    ----------
    cuts
        Sets of rooms that turned out too small, to be counted too.
    """

    def __init__(
        self, instance: Instance, cuts: tuple[frozenset[int], ...] = (), given_up: Callable[[], bool] = never
    ) -> None:
        self.variables = Variables(instance, range(len(instance.meetings)), {}, given_up=given_up)
        self.objective: Objective = add_constraints(self.variables, cuts=cuts)
        self.variables.model.minimize(cost(instance, self.variables, self.objective))


def cost(instance: Instance, variables: Variables, objective: Objective) -> cp_model.LinearExpr:
    """The weighted sum of the counts."""
    terms: list[cp_model.LinearExprT] = []
    factors: list[int] = []
    constant = 0
    weighed = [(instance.constraints[index].weight or 0, count) for index, count in objective.counts.items()]
    for weight, count in (*weighed, *((1, count) for count in objective.means.values())):
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


def read(variables: Variables, outcome: Outcome) -> Solution:
    """The timetable that a solve found; within a block, earlier times go to earlier meetings."""
    placements = [variables.fixed.get(m, UNPLACED) for m in range(len(variables.instance.meetings))]
    for block in variables.blocks:
        chosen = []
        for index, (option, literal) in enumerate(zip(block.options, block.literals, strict=True)):
            if outcome.true(literal):
                rooms = block.rooms[index] if block.rooms else {}
                chosen.append(Placement(option.time, next((r for r, x in rooms.items() if outcome.true(x)), None)))
        chosen.sort(key=lambda place: place.at)
        for meeting, placement in zip(block.meetings, chosen, strict=False):
            placements[meeting] = placement
    return Solution(tuple(placements))


def solve_times(
    instance: Instance,
    seconds: float,
    workers: int = 1,
    seed: int = 0,
    start: Solution | None = None,
    stop: Stop = never,
    deterministic: float | None = None,
    *,
    cuts: tuple[frozenset[int], ...] = (),
) -> TimeStage:
    """Find times for all meetings at the least cost, and a bound on the cost of any timetable.

    Parameters
    ----------
    seconds
        Wall time for the whole stage, building the model included.
    start
        A timetable to begin from; its rooms are ignored.
    deterministic
        Limit of work in CP-SAT's deterministic time, for runs that can be repeated exactly.
    """
    clock = Clock(Limits(seconds, workers, seed, stop))
    try:
        model = TimeModel(instance, cuts, lambda: clock.over)
    except GivenUp:
        return TimeStage(Status.UNKNOWN, None, None, None)
    if start is not None:
        hint(model.variables, start)
    limits = replace(clock.limits(), work=deterministic)
    return _stage(model, run(model.variables.model, limits))


def _stage(model: TimeModel, outcome: Outcome) -> TimeStage:
    left_out = tuple(sorted(model.objective.left_out))
    if not outcome.solved:
        known = outcome.status is Status.UNKNOWN and outcome.bound > 0
        bound = ceil(outcome.bound - 1e-6) if known else None
        return TimeStage(outcome.status, None, None, bound, left_out=left_out, work=outcome.work)
    return TimeStage(
        outcome.status,
        read(model.variables, outcome),
        round(outcome.objective),
        max(0, ceil(outcome.bound - 1e-6)),
        left_out=left_out,
        work=outcome.work,
    )
