"""Repair a timetable after rooms or people drop out or meetings grow, moving as few meetings as possible.

What must move is known from the changes alone: meetings that now stand where they can't. If those
can be placed anew while all others stay, their number is the least, and that is proven. Otherwise the circle
of those that may move grows until it is the whole timetable. CP-SAT counts the moves; the least cost for so many, and
what more moves would gain, is annealed in the neighbourhood (`webapp.engine.nearby`).

Meetings that had no place before may stay without one, unless they are asked for. They are placed where that moves
nobody else, and on later rungs of the ladder.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from time import monotonic

from ortools.sat.python import cp_model

from webapp.engine.cpsat.constraints import add_constraints
from webapp.engine.cpsat.run import Clock, Limits, run
from webapp.engine.cpsat.time_model import hint, read
from webapp.engine.cpsat.variables import GivenUp, Variables
from webapp.engine.domains import Domains
from webapp.engine.evaluate import ScoredTimetable, evaluate
from webapp.engine.explain.core import MOST_PLACES, places
from webapp.engine.instance import UNPLACED, Constraint, Instance, Placement
from webapp.engine.nearby import Near, prices, settled, stay_close, sweep
from webapp.engine.result import Status, Stop, never
from webapp.engine.rules import rule_named
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time

CIRCLES = (30, 90, 250)
"""Sizes of the neighbourhoods that are tried before the whole timetable."""
SURE_CIRCLES = 2
"""So many circles are tried before the search is asked: small, and often enough."""
PLACES_PER_SECOND = 40_000
"""So many possible places of meetings a second go into a model: 192,554 took 5 s."""
BUILDING_SHARE = 0.25
"""Most of the time left that building a model may take."""
ANNEALING_SHARE = 0.25
"""Share of the time left that the search then takes for a repair with perhaps more moves than needed."""
MOST_RUNGS = 6
STEP_SECONDS = 0.0025
"""Most of a step of the ladder, in seconds for each meeting: some three thousand moves of the search."""
LADDER_SHARE = 0.4
"""Share of the time that is kept for the ladder while the fewest moves are looked for."""


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


Disruption = RoomOut | PersonOut | Grown


@dataclass(frozen=True)
class RepairRung:
    """The best timetable found that moves so many meetings, and what it costs."""

    moves: int
    cost: int
    solution: Solution


@dataclass(frozen=True)
class Repair:
    """A repaired timetable.

    Attributes
    ----------
    status
        Feasible when every meeting that had a place has one and nothing else is violated that was not before;
        infeasible when it is proven that some must lose theirs; unknown when the time was too short.
    instance
        The instance with the changes in it.
    solution
        The first rung: the fewest moves, then the least cost.
    moved
        Meetings that had a place and stand elsewhere.
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
    ladder: tuple[RepairRung, ...]
    sentence: str

    @property
    def proven(self) -> bool:
        """Whether no repair moves fewer meetings."""
        return self.status is Status.FEASIBLE and len(self.moved) <= self.bound


def changed(instance: Instance, changes: Sequence[Disruption]) -> Instance:
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
                added.append(Constraint(rule_named("unavailable"), None, (resource,), cells=gone, label=label))
            case Grown(grown, size):
                for meeting in grown:
                    meetings[meeting] = replace(meetings[meeting], size=size)
                added.append(Constraint(rule_named("room_capacity"), None, meetings=grown))
    closing = any(isinstance(change, RoomOut) for change in changes)
    if closing and not any(c.rule.name == "room_closed" and c.hard for c in instance.constraints):
        added.append(Constraint(rule_named("room_closed"), None))
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
    changes: Sequence[Disruption],
    seconds: float = 30.0,
    workers: int = 1,
    seed: int = 0,
    stop: Stop = never,
    *,
    place_waiting: bool = False,
) -> Repair:
    """Move as few meetings as possible so that the timetable holds again, then at the least cost.

    Whatever can't be placed at all is left unplaced, as little as possible, and listed. With ``place_waiting`` meetings
    that had no place before shall have one, too, and others move for them.
    """
    now = changed(instance, changes)
    work = _Work(now, solution, Clock(Limits(seconds, workers, seed, stop)), place_waiting=place_waiting)
    if not work.must and not work.others_hard:
        rung = RepairRung(0, evaluate(now, solution).cost, solution)
        words = "Every meeting can stay where it is."
        return Repair(Status.FEASIBLE, now, solution, (), 0, solution.unplaced, (rung,), words)
    found = work.fewest_moves() or work.fewest_lost()
    ladder = work.ladder(found)
    best = ladder[0].solution
    moved = work.moved(best)
    status = work.status if work.loses(best) else Status.FEASIBLE
    words = _sentence(moved, len(set(best.unplaced) - work.waiting), work.bound)
    return Repair(status, now, best, moved, work.bound, best.unplaced, ladder, words)


def _sentence(moved: tuple[int, ...], lost: int, bound: int) -> str:
    meetings = f"{len(moved)} meeting{'' if len(moved) == 1 else 's'}"
    words = f"{meetings} moved" + (", which is the least possible" if len(moved) <= bound else "")
    return f"{words}; {lost} of them can't be placed." if lost else f"{words}."


class _Work:
    """The search for a repair of one timetable."""

    def __init__(self, instance: Instance, before: Solution, clock: Clock, *, place_waiting: bool = False) -> None:
        self.instance, self.before, self.clock = instance, before, clock
        self.domains = Domains(instance)
        self.status = Status.UNKNOWN
        placements = before.placements
        self.waiting = frozenset[int]() if place_waiting else frozenset(before.unplaced)
        self.must = [m for m, p in enumerate(placements) if m not in self.waiting and _cannot_stay(self.domains, m, p)]
        self.bound = sum(placements[m].time is not None for m in self.must)
        rest = before.moved((m, UNPLACED) for m in self.must)
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
        everything = [m for m in range(len(self.instance.meetings)) if m not in self.waiting]
        if last < len(everything) and places(self.instance, everything) <= 2 * MOST_PLACES:
            yield everything

    def _is_quick(self, circle: Sequence[int]) -> bool:
        """Whether a model of these meetings is built soon enough to leave time for solving it."""
        return places(self.instance, circle) <= BUILDING_SHARE * self.clock.left * PLACES_PER_SECOND

    def _nearest(self) -> list[int]:
        """All that have a place, those that share people with the displaced first, then those that share rooms."""
        meetings = self.instance.meetings
        people = {r for m in self.must for r in meetings[m].resources}
        rooms = {option.room for m in self.must for option in meetings[m].rooms}

        def distance(meeting: int) -> tuple[int, int, int]:
            """The sort key: what must move first, then what shares most with it."""
            place = self.before.placements[meeting]
            shared = len(people.intersection(meetings[meeting].resources))
            return (meeting not in self.must, -shared - (place.room in rooms), meeting)

        return sorted(set(range(len(meetings))) - self.waiting, key=distance)

    def fewest_moves(self) -> Solution | None:
        """The timetable with no place lost and the fewest moved; ``bound`` rises on the way."""
        best: Solution | None = None
        for number, circle in enumerate(self.circles()):
            if self.clock.over or (best is not None and len(self.moved(best)) <= self.bound):
                break
            if number and not self._is_quick(circle):
                break
            if number == SURE_CIRCLES and best is None and not self.loses(annealed := self.annealed):
                best = annealed
            whole = len(circle) == len(self.instance.meetings) - len(self.waiting)
            most = None if best is None else len(self.moved(best)) - 1
            seconds = (1 - LADDER_SHARE) * self.clock.left * (1.0 if whole else 0.5)
            status, after, bound = self._solve(circle, seconds, most=most, start=best)
            if after is not None:
                best = after
            if status is Status.INFEASIBLE and circle == self.must:
                self.bound += not self.others_hard  # somebody else must move too
            if whole:
                self._conclude(status, best, bound)
        return best

    @cached_property
    def annealed(self) -> Solution:
        """What the search finds where each move is dear: perhaps not the fewest, perhaps with places lost."""
        start = self.before.moved((m, UNPLACED) for m in self.must)
        limits = self.clock.limits(ANNEALING_SHARE * self.clock.left)
        dear = prices(self.instance)[0]
        return stay_close(
            self.instance, self.before, start, dear, limits.seconds, limits.workers, limits.seed, limits.stop
        )

    def fewest_lost(self) -> Solution:
        """The timetable in which the fewest lose their place, and then the fewest move, as far as was seen."""
        near = self._nearest()
        circles = [near[: len(self.must) + size] for size in CIRCLES]
        circle = next((one for one in reversed(circles) if self._is_quick(one)), None)
        found = [self.annealed]
        if circle is not None and not self.clock.over:
            seconds = self.clock.left * (1 - LADDER_SHARE)
            _, after, _ = self._solve(circle, seconds, most=None, partial=True, start=self.annealed)
            found += [] if after is None else [after]
        return min(found, key=lambda one: (self.loses(one), len(self.moved(one))))

    def loses(self, solution: Solution) -> int:
        """How many meetings lose their place, and hard violations that were not there before."""
        return self._loses(solution, evaluate(self.instance, solution).hard)

    def _loses(self, solution: Solution, hard: int) -> int:
        lost = len(set(solution.unplaced) - self.waiting)
        return lost + max(0, hard - len(solution.unplaced) - self.others_hard)

    def _conclude(self, status: Status, best: Solution | None, bound: int) -> None:
        if status is Status.INFEASIBLE and best is None:
            self.status = Status.INFEASIBLE
        elif status is Status.INFEASIBLE and best is not None:
            self.bound = len(self.moved(best))
        else:
            self.bound = max(self.bound, bound)

    def ladder(self, first: Solution) -> tuple[RepairRung, ...]:
        """The least cost with the fewest moves, and what further moves would gain, as long as each gains less."""
        first = self._with_waiting(first)
        lists = prices(self.instance)
        # One thread comes down from the dearest price, the next one up from the cheapest.
        threads = [lists[:: -1 if number % 2 else 1] for number in range(self.clock.limits().workers)]
        began = monotonic()
        only, allowed = self._rung(first)
        limits = self.clock.limits(self.clock.left - MOST_RUNGS * (monotonic() - began))  # the truth's last word
        if self.clock.over or limits.seconds <= 0:
            return (only,)
        most = STEP_SECONDS * len(self.instance.meetings)
        found = sweep(self.instance, self.before, first, threads, limits.seconds, limits.seed, limits.stop, most)
        best: dict[int, Near] = {}
        for near in found:
            moves = len(self.moved(near.solution))
            if (
                near.hard <= found[0].hard
                and moves >= only.moves
                and (moves not in best or near.at(0) < best[moves].at(0))
            ):
                best[moves] = near
        chosen = efficient({moves: near.at(0) for moves, near in best.items()})
        rungs = [self._rung(settled(self.instance, self.before, best[moves].solution)) for moves in chosen]
        kept = [rung for rung, loses in rungs if loses <= allowed]
        # On a grid where the search is blind to a rule the truth may refuse what it found: the first rung stays then.
        return tuple(kept) if kept and kept[0].moves <= only.moves else (only, *kept)

    def _rung(self, solution: Solution) -> tuple[RepairRung, int]:
        """A timetable as a rung, and what it loses, by the truth."""
        score = evaluate(self.instance, solution)
        return RepairRung(len(self.moved(solution)), score.cost, solution), self._loses(solution, score.hard)

    def _with_waiting(self, solution: Solution) -> Solution:
        """The timetable with those in it that had no place before and find a free one; nobody moves for them."""
        if not self.waiting:
            return solution
        timetable = ScoredTimetable(self.instance, solution)
        for meeting in sorted(self.waiting):
            rooms: Sequence[int | None] = [option.room for option in self.instance.meetings[meeting].rooms] or [None]
            options = [Placement(o.time, r) for o in self.instance.meetings[meeting].times for r in rooms]
            open_ones = [place for place in options if not timetable.excluded(meeting, place)]
            changes = [(timetable.delta({meeting: place}), place) for place in open_ones]
            fitting = [(change.cost, number) for number, (change, _) in enumerate(changes) if change.hard < 0]
            if fitting:
                timetable.place(meeting, changes[min(fitting)[1]][1])
        return Solution(timetable.solution.placements, solution.sectioning)

    def _solve(
        self,
        free: Collection[int],
        seconds: float,
        *,
        most: int | None,
        partial: bool = False,
        start: Solution | None = None,
    ) -> tuple[Status, Solution | None, int]:
        """Place the free meetings anew: how that ended, the timetable, and the least moves by the bound."""
        instance = replace(self.instance, constraints=tuple(c for c in self.instance.constraints if c.hard))
        among = set(free)
        fixed = {m: p for m, p in enumerate(self.before.placements) if m not in among}
        try:
            variables = Variables(
                instance,
                among,
                fixed,
                self.domains,
                named_rooms=True,
                partial=partial,
                separate=True,
                given_up=lambda: self.clock.over,
            )
            add_constraints(variables)
        except GivenUp:
            return Status.UNKNOWN, None, 0
        moves = self._moves(variables)
        if most is not None:
            variables.model.add(moves <= most)
        variables.model.minimize(moves + 10_000 * variables.missing if partial else moves)
        hint(variables, start or self.before)
        outcome = run(variables.model, self.clock.limits(seconds))
        if not outcome.solved:
            return outcome.status, None, 0
        after = Solution(read(variables, outcome).placements, self.before.sectioning)
        return outcome.status, after, 0 if partial else max(0, round(outcome.bound + 0.49))

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


def efficient(worth: Mapping[int, tuple[int, int]]) -> list[int]:
    """Numbers of moves, the least first, each of which gains more for a move than those after it.

    Nobody wants a rung that is no better than one with fewer moves, or gains less for a move than a later one: what is
    left is the lower hull of moves against worth.

    Parameters
    ----------
    worth
        By number of moves, hard violations and cost; the fewer the better.
    """
    dear = 1 + max((cost for _hard, cost in worth.values()), default=0)
    value = {moves: hard * dear + cost for moves, (hard, cost) in worth.items()}
    hull: list[int] = []
    for moves in sorted(value):
        if hull and value[moves] >= value[hull[-1]]:
            continue
        while len(hull) > 1:
            before, last = hull[-2], hull[-1]
            if (value[before] - value[last]) * (moves - before) > (value[before] - value[moves]) * (last - before):
                break
            hull.pop()
        hull.append(moves)
    return hull[:MOST_RUNGS]
