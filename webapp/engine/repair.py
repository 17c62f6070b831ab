"""Repair a timetable after rooms or people drop out or meetings grow, moving as few meetings as possible.

What must move is known from the changes alone: meetings that now stand where they can't. If those
can be placed anew while all others stay, their number is the least, and that is proven. Otherwise the circle
of those that may move grows until it is the whole timetable.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from webapp.engine.cpsat.constraints import add_constraints
from webapp.engine.cpsat.run import Clock, Limits, Outcome, run
from webapp.engine.cpsat.time_model import cost, hint, read
from webapp.engine.cpsat.variables import Variables
from webapp.engine.domains import Domains
from webapp.engine.evaluate import evaluate
from webapp.engine.explain.core import MOST_PLACES, places
from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.result import Status, Stop, never
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time

CIRCLES = (30, 90, 250)
"""Sizes of the neighbourhoods that are tried before the whole timetable."""
STEPS = (0, 1, 2, 4)
"""Rungs of the ladder: so many moves beyond the least."""


@dataclass(frozen=True)
class RoomOut:
    """A room can't be used, at these times (always, if none are given)."""

    room: int
    times: tuple[Time, ...] = ()


@dataclass(frozen=True)
class PersonOut:
    """A person or group can't attend in these cells of the grid (in none of them, if none are given)."""

    resource: int
    cells: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Grown:
    """So many students come to these meetings, and each shall have a seat."""

    meetings: tuple[int, ...]
    size: int


Change = RoomOut | PersonOut | Grown


@dataclass(frozen=True)
class Rung:
    """The best timetable found that moves at most so many meetings, and what it costs."""

    moves: int
    cost: int
    solution: Solution


@dataclass(frozen=True)
class Repair:
    """A repaired timetable.

    Attributes
    ----------
    status
        Feasible when nothing hard is violated any more; infeasible when it is proven that meetings must be
        left unplaced; unknown when the time was too short.
    instance
        The instance with the changes in it.
    solution
        The first rung: the fewest moves, then the least cost.
    moved
        Meetings that stand elsewhere than before.
    bound
        Fewer moves are proven impossible.
    ladder
        What further moves would gain in cost; the first rung first.
    """

    status: Status
    instance: Instance
    solution: Solution
    moved: tuple[int, ...]
    bound: int
    unplaced: tuple[int, ...]
    ladder: tuple[Rung, ...]
    sentence: str

    @property
    def proven(self) -> bool:
        """Whether no repair moves fewer meetings."""
        return self.status is Status.FEASIBLE and len(self.moved) <= self.bound


def changed(instance: Instance, changes: Sequence[Change]) -> Instance:
    """The instance in which the rooms and people are out, and the meetings have grown."""
    grid = instance.grid
    always = Time(0, grid.slots_per_day, (1 << grid.days) - 1, grid.all_weeks)
    rooms, meetings = list(instance.rooms), list(instance.meetings)
    added: list[Constraint] = []
    for change in changes:
        match change:
            case RoomOut(room, times):
                rooms[room] = replace(rooms[room], closed=(*rooms[room].closed, *(times or (always,))))
            case PersonOut(resource, cells):
                gone = cells or frozenset(range(grid.cells))
                label = instance.resources[resource].label
                added.append(Constraint("unavailable", None, (resource,), cells=gone, label=label))
            case Grown(grown, size):
                for meeting in grown:
                    meetings[meeting] = replace(meetings[meeting], size=size)
                added.append(Constraint("room_capacity", None, meetings=grown))
    closing = any(isinstance(change, RoomOut) for change in changes)
    if closing and not any(c.rule == "room_closed" and c.hard for c in instance.constraints):
        added.append(Constraint("room_closed", None))
    changed_constraints = (*instance.constraints, *added)
    return replace(instance, rooms=tuple(rooms), meetings=tuple(meetings), constraints=changed_constraints)


def displaced(instance: Instance, solution: Solution) -> tuple[int, ...]:
    """The placed meetings that can't stay where they stand, whatever the others do."""
    domains = Domains(instance)
    pairs = enumerate(solution.placements)
    return tuple(m for m, place in pairs if place.time is not None and _cannot_stay(domains, m, place))


def _cannot_stay(domains: Domains, meeting: int, place: Placement) -> bool:
    if place.time is None or place.time not in {option.time for option in domains.times(meeting)}:
        return True
    needs_room = domains.instance.meetings[meeting].needs_room
    return needs_room and place.room not in domains.rooms_at(meeting, place.time)


def repair(
    instance: Instance,
    solution: Solution,
    changes: Sequence[Change],
    seconds: float = 30.0,
    workers: int = 1,
    seed: int = 0,
    stop: Stop = never,
) -> Repair:
    """Move as few meetings as possible so that the timetable holds again, then at the least cost.

    Whatever can't be placed at all is left unplaced, as little as possible, and listed.
    """
    now = changed(instance, changes)
    work = _Work(now, solution, Clock(Limits(seconds, workers, seed, stop)))
    found = work.fewest_moves()
    if found is None:
        found = work.fewest_unplaced()
    if found is None:
        return Repair(Status.UNKNOWN, now, solution, (), work.bound, (), (), "No repair was found within the time.")
    ladder = work.ladder(found)
    best = ladder[0].solution
    moved = work.moved(best)
    feasible = evaluate(now, best).hard <= work.others_hard and not best.unplaced
    status = Status.FEASIBLE if feasible else work.status
    return Repair(status, now, best, moved, work.bound, best.unplaced, ladder, _sentence(moved, best, work, status))


def _sentence(moved: tuple[int, ...], best: Solution, work: "_Work", status: Status) -> str:
    meetings = f"{len(moved)} meeting{'' if len(moved) == 1 else 's'}"
    words = f"{meetings} moved" + (", which is the least possible" if len(moved) <= work.bound else "")
    if status is not Status.FEASIBLE:
        words += f"; {len(best.unplaced)} can't be placed"
    return f"{words}."


class _Work:
    """The search for a repair of one timetable."""

    def __init__(self, instance: Instance, before: Solution, clock: Clock) -> None:
        self.instance, self.before, self.clock = instance, before, clock
        self.domains = Domains(instance)
        self.status = Status.UNKNOWN
        self.must = [m for m, place in enumerate(before.placements) if _cannot_stay(self.domains, m, place)]
        self.bound = sum(before.placements[m].time is not None for m in self.must)
        rest = before.moved((m, type(before.placements[m])()) for m in self.must)
        self.others_hard = evaluate(instance, rest).hard - len(rest.unplaced)

    def moved(self, after: Solution) -> tuple[int, ...]:
        """Meetings that had a place and have another one, or none."""
        pairs = enumerate(zip(self.before.placements, after.placements, strict=True))
        return tuple(m for m, (old, new) in pairs if old.time is not None and old != new)

    def circles(self) -> Iterator[list[int]]:
        """Growing sets of meetings that may move; the last is everything, where that is not too large."""
        yield self.must
        last = len(self.must)
        near = self._nearest()
        for size in CIRCLES:
            circle = near[: len(self.must) + size]
            if len(circle) > last:
                last = len(circle)
                yield sorted(circle)
        everything = list(range(len(self.instance.meetings)))
        if last < len(everything) and places(self.instance, everything) <= 2 * MOST_PLACES:
            yield everything

    def _nearest(self) -> list[int]:
        """All meetings, those that share people with the displaced first, then those that share rooms."""
        meetings = self.instance.meetings
        people = {r for m in self.must for r in meetings[m].resources}
        rooms = {option.room for m in self.must for option in meetings[m].rooms}

        def distance(meeting: int) -> tuple[int, int, int]:
            place = self.before.placements[meeting]
            shared = len(people.intersection(meetings[meeting].resources))
            return (meeting not in self.must, -shared - (place.room in rooms), meeting)

        return sorted(range(len(meetings)), key=distance)

    def fewest_moves(self) -> Solution | None:
        """The timetable with all meetings placed and the fewest moved; ``bound`` rises on the way."""
        best: Solution | None = None
        for circle in self.circles():
            if self.clock.over or (best is not None and len(self.moved(best)) <= self.bound):
                break
            whole = len(circle) == len(self.instance.meetings)
            most = None if best is None else len(self.moved(best)) - 1
            seconds = self.clock.left * (0.7 if whole else 0.3)
            outcome, after, bound = self._solve(circle, seconds, most=most, by_cost=False)
            if after is not None:
                best = after
            if outcome.status is Status.INFEASIBLE and circle == self.must:
                self.bound += not self.others_hard  # somebody else must move too
            if whole:
                self._conclude(outcome, best, bound)
        return best

    def _conclude(self, outcome: Outcome, best: Solution | None, bound: int) -> None:
        if outcome.status is Status.INFEASIBLE and best is None:
            self.status = Status.INFEASIBLE
        elif outcome.status is Status.INFEASIBLE and best is not None:
            self.bound = len(self.moved(best))
        else:
            self.bound = max(self.bound, bound)

    def fewest_unplaced(self) -> Solution | None:
        """The timetable with the fewest unplaced meetings, and then the fewest moved, among the nearest."""
        circle = self._nearest()[: len(self.must) + CIRCLES[-1]]
        _, after, _ = self._solve(circle, self.clock.left * 0.6, most=None, by_cost=False, partial=True)
        return after

    def ladder(self, first: Solution) -> tuple[Rung, ...]:
        """The least cost with the fewest moves, and what some further moves would gain."""
        least = len(self.moved(first))
        circle = sorted(set(self._nearest()[: len(self.must) + CIRCLES[1]]) | set(self.moved(first)))
        rungs = [Rung(least, evaluate(self.instance, first).cost, first)]
        for number, step in enumerate(STEPS):
            if self.clock.over or first.unplaced:
                break
            share = self.clock.left / (len(STEPS) - number)
            start = rungs[-1].solution
            _, after, _ = self._solve(circle, share, most=least + step, by_cost=True, start=start)
            if after is None:
                continue
            better = evaluate(self.instance, after).cost
            if better < rungs[-1].cost:
                rung = Rung(len(self.moved(after)), better, after)
                rungs = [rung] if step == 0 else [*rungs, rung]
        return tuple(rungs)

    def _solve(
        self,
        free: Collection[int],
        seconds: float,
        *,
        most: int | None,
        by_cost: bool,
        partial: bool = False,
        start: Solution | None = None,
    ) -> tuple[Outcome, Solution | None, int]:
        """Place the free meetings anew: the outcome, the timetable, and the least moves by the bound."""
        instance = self.instance
        if not by_cost:
            instance = replace(instance, constraints=tuple(c for c in instance.constraints if c.hard))
        among = set(free)
        fixed = {m: p for m, p in enumerate(self.before.placements) if m not in among}
        variables = Variables(instance, among, fixed, self.domains, named_rooms=True, partial=partial, separate=True)
        objective = add_constraints(variables)
        moves = self._moves(variables)
        if most is not None:
            variables.model.add(moves <= most)
        goal = cost(instance, variables, objective) if by_cost else moves
        variables.model.minimize(goal + 10_000 * variables.missing if partial else goal)
        hint(variables, start or self.before)
        outcome = run(variables.model, self.clock.limits(seconds))
        if not outcome.solved:
            return outcome, None, 0
        after = Solution(read(variables, outcome).placements, self.before.sectioning)
        return outcome, after, 0 if by_cost or partial else max(0, round(outcome.bound + 0.49))

    def _moves(self, variables: Variables) -> cp_model.LinearExpr:
        """How many free meetings leave their place."""
        stay = []
        number = 0
        for block in variables.blocks:
            old = self.before.placements[block.meetings[0]]
            if old.time is None:
                continue
            number += 1
            for index, (option, literal) in enumerate(zip(block.options, block.literals, strict=True)):
                if option.time == old.time:
                    here = block.rooms[index].get(old.room) if block.rooms and old.room is not None else literal
                    if here is not None:
                        stay.append(here)
        return number - cp_model.LinearExpr.sum(stay)
