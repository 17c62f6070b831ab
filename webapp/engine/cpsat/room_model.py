"""The second stage: rooms for times that are given."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from webapp.engine.cpsat.constraints import add_constraints
from webapp.engine.cpsat.run import Clock, Limits, Outcome, run
from webapp.engine.cpsat.time_model import cost, hint, read
from webapp.engine.cpsat.variables import GivenUp, Variables
from webapp.engine.domains import ANY_TIME, Domains
from webapp.engine.instance import Instance, Placement, TimeOption
from webapp.engine.matching import match, violator
from webapp.engine.result import Status, Stop, never
from webapp.engine.rules.family import ChoiceRule, ClashRule, PairRule, SamePlaceRule, SetRule
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time

UNPLACED_WEIGHT = 1_000_000
"""What a meeting without a room costs here: more than any rooms could."""


@dataclass(frozen=True)
class RoomShortage:
    """Meetings of one cell that have fewer open suitable rooms than they are."""

    cell: int
    week: int
    meetings: tuple[int, ...]
    rooms: tuple[int, ...]


@dataclass(frozen=True)
class RoomStage:
    """What the second stage came to.

    Attributes
    ----------
    status
        Optimal and feasible: every meeting that has a time and needs a room has one. Infeasible:
        it is proven that the times allow none; unknown: the limit came first.
    solution
        Times and rooms; where rooms are missing, as many meetings as possible have one.
    unplaced
        Meetings that had a time and lost it for lack of a room.
    shortages
        Cells with too few rooms.
    work
        Spent, in CP-SAT's deterministic time.
    """

    status: Status
    solution: Solution | None
    unplaced: tuple[int, ...] = ()
    shortages: tuple[RoomShortage, ...] = ()
    work: float = 0.0


class GivenTimes(Domains):
    """Domains in which each meeting has the one time that a timetable gives it."""

    def __init__(self, instance: Instance, times: Solution) -> None:
        super().__init__(instance)
        self._given = times

    def times(self, meeting: int) -> tuple[TimeOption, ...]:
        """The given time."""
        return (TimeOption(self._given.placements[meeting].at),)


def solve_rooms(
    instance: Instance,
    times: Solution,
    seconds: float = 10.0,
    workers: int = 1,
    seed: int = 0,
    stop: Stop = never,
    deterministic: float | None = None,
) -> RoomStage:
    """Give every placed meeting that needs one a room, at the least cost of rooms.

    Parameters
    ----------
    times
        A timetable whose times stand; its rooms serve as a hint.
    """
    clock, work = Clock(Limits(seconds, workers, seed, stop)), 0.0
    domains = GivenTimes(instance, times)
    shortages = tuple(find_shortages(instance, times, domains))
    try:
        if not shortages:
            variables, outcome = _solve(instance, times, domains, clock, deterministic, partial=False)
            work = outcome.work
            if outcome.solved:
                return RoomStage(outcome.status, _keep(times, read(variables, outcome)), work=work)
            if outcome.status is Status.UNKNOWN:
                return RoomStage(outcome.status, None, work=work)
        left = None if deterministic is None else deterministic - work
        variables, outcome = _solve(instance, times, domains, clock, left, partial=True)
    except GivenUp:
        return RoomStage(Status.INFEASIBLE if shortages or work else Status.UNKNOWN, None, (), shortages, work)
    solution = _keep(times, read(variables, outcome)) if outcome.solved else None
    lost = () if solution is None else tuple(m for m in solution.unplaced if times.placements[m].time is not None)
    return RoomStage(Status.INFEASIBLE, solution, lost, shortages, work + outcome.work)


def _keep(times: Solution, found: Solution) -> Solution:
    return Solution(found.placements, times.sectioning)


def about_rooms(rule: object) -> bool:
    """Whether a rule says anything about rooms."""
    match rule:
        case ChoiceRule() | PairRule() | SetRule():
            return not rule.time_only
        case ClashRule():
            return rule.rooms
    return isinstance(rule, SamePlaceRule)


def _solve(
    instance: Instance, times: Solution, domains: Domains, clock: Clock, work: float | None, *, partial: bool
) -> tuple[Variables, Outcome]:
    needing = [m for m, p in enumerate(times.placements) if p.time is not None and instance.meetings[m].needs_room]
    with_room = set(needing)
    roomless = {m: p for m, p in enumerate(times.placements) if p.time is not None and m not in with_room}
    variables = Variables(
        instance,
        needing,
        roomless,
        domains,
        named_rooms=True,
        partial=partial,
        separate=True,
        given_up=lambda: clock.over,
    )
    objective = add_constraints(variables, only=about_rooms)
    model = variables.model
    total = cost(instance, variables, objective)
    if partial:
        model.minimize(UNPLACED_WEIGHT * variables.missing + total)
    else:
        model.minimize(total)
    hint(variables, first_rooms(instance, times, domains))
    return variables, run(model, replace(clock.limits(), work=work))


def first_rooms(instance: Instance, times: Solution, domains: Domains) -> Solution:
    """A room for each meeting without one, cell by cell, the largest meetings first: a start for the search."""
    prices = _room_prices(instance)
    order: dict[tuple[int, int], list[int]] = {}
    placements = list(times.placements)
    by_cell: dict[Time, list[int]] = {}
    for meeting, place in enumerate(placements):
        if place.time is not None and place.room is None and instance.meetings[meeting].needs_room:
            by_cell.setdefault(place.time, []).append(meeting)
    for time, meetings in by_cell.items():
        wants = {}
        for meeting in sorted(meetings, key=lambda m: (-instance.meetings[m].size, m)):
            kind = (id(instance.meetings[meeting].rooms), instance.meetings[meeting].size)
            if kind not in order:
                order[kind] = sorted(domains.rooms(meeting), key=partial(prices, meeting))
            allowed = set(domains.rooms_at(meeting, time))
            wants[meeting] = [room for room in order[kind] if room in allowed]
        for room, meeting in match(wants).items():
            placements[meeting] = Placement(time, room)
    return Solution(tuple(placements), times.sectioning)


def _room_prices(instance: Instance) -> Callable[[int, int], tuple[int, int]]:
    """What a room costs a meeting by the soft rules about rooms alone, and its seats."""
    rules = [(c.rule, c) for c in instance.constraints if c.weight and not c.resources and not c.meetings]
    alone = [(rule, c) for rule, c in rules if isinstance(rule, ChoiceRule) and rule.room_only]

    def price(meeting: int, room: int) -> tuple[int, int]:
        """The cost of the room for the meeting, then its seats."""
        place = Placement(ANY_TIME, room)
        cost = sum((c.weight or 0) * rule.cost(instance, c, meeting, place) for rule, c in alone)
        return cost, instance.rooms[room].capacity

    return price


def find_shortages(instance: Instance, times: Solution, domains: Domains) -> Iterable[RoomShortage]:
    """Yield the cells whose meetings have too few rooms, by matching, the meetings and rooms named."""
    grid = instance.grid
    together: dict[tuple[int, int], list[int]] = {}
    weeks = {p.time.weeks for p in times.placements if p.time is not None}
    kinds = [1] if weeks <= {grid.all_weeks} else [1 << week for week in range(grid.weeks)]
    for meeting, place in enumerate(times.placements):
        if place.time is not None and instance.meetings[meeting].needs_room:
            for number, week in enumerate(kinds):
                if place.time.weeks & week:
                    for cell in place.time.cells(grid):
                        together.setdefault((number, cell), []).append(meeting)
    rooms: dict[int, tuple[int, ...]] = {}
    seen = set()
    for (week, cell), meetings in sorted(together.items()):
        if tuple(meetings) in seen:
            continue
        seen.add(tuple(meetings))
        for meeting in meetings:
            if meeting not in rooms:
                rooms[meeting] = domains.rooms_at(meeting, _time(times, meeting))
        found = violator({m: rooms[m] for m in meetings})
        if found is not None:
            yield RoomShortage(cell, week, tuple(sorted(found.askers)), tuple(sorted(found.places)))


def _time(times: Solution, meeting: int) -> Time:
    return times.placements[meeting].at
