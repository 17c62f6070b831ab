"""Repair a timetable after rooms or people drop out or meetings grow, moving as few meetings as possible.

What must move is known from the changes alone: meetings that now stand where they can't. If those
can be placed anew while all others stay, their number is the least, and that is proven. Otherwise the circle
of those that may move grows, first by those that stand in the way (`webapp.engine.neighbours`), until it is the whole
timetable where that is not too large. CP-SAT counts the moves; the least cost for so many, and what more moves would
gain, is annealed in the neighbourhood (`webapp.engine.nearby`).

Meetings that had no place before may stay without one, unless they are asked for. They are placed where that moves
nobody else, and on later rungs of the ladder.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from time import monotonic

from ortools.sat.python import cp_model

from webapp.engine.cpsat.constraints import add_constraints
from webapp.engine.cpsat.run import Clock, Limits, run
from webapp.engine.cpsat.time_model import hint, read
from webapp.engine.cpsat.variables import GivenUp, Variables
from webapp.engine.domains import Domains
from webapp.engine.evaluate import Score, ScoredTimetable
from webapp.engine.explain.core import MOST_PLACES, places
from webapp.engine.instance import UNPLACED, Constraint, Instance, Placement
from webapp.engine.nearby import MOST_RUNGS, Near, efficient, prices, settled, sweep
from webapp.engine.neighbours import by_nearness
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
STEP_SECONDS = 0.0025
"""Most of a step of the ladder, in seconds for each meeting: some three thousand moves of the search."""
LADDER_SHARE = 0.4
"""Share of the time that is kept for the ladder while the fewest moves are looked for."""
ALL_MAY_MOVE, NEAR_ENOUGH = 2_000, 300
"""In the search all meetings may move where they are no more than this; else those that must, and so many near them."""
COMPILING = 1.5
"""The search for a timetable of thousands of meetings is compiled in so many times what the truth took for it."""


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
        Fewer moves are proven impossible: where the solution takes somebody's place, for any timetable, else for those
        that take nobody's.
    ladder
        What further moves would gain in cost; the first rung first.
    cost_before
        What the timetable as it stood costs now, with what can't stay where it stands.
    looked_further
        Whether there was time to look for what more moves would gain.
    """

    status: Status
    instance: Instance
    solution: Solution
    moved: tuple[int, ...]
    bound: int
    unplaced: tuple[int, ...]
    ladder: tuple[RepairRung, ...]
    sentence: str
    cost_before: int
    looked_further: bool = True

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
    return tuple(m for m, place in pairs if place.time is not None and not domains.allows(m, place))


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
    clock = Clock(Limits(seconds, workers, seed, stop))
    now = changed(instance, changes)
    work = _Work(now, solution, clock, place_waiting=place_waiting)
    if not work.must and not work.others_hard:
        rung = RepairRung(0, work.cost_before, solution)
        words = "Every meeting can stay where it is."
        return Repair(Status.FEASIBLE, now, solution, (), 0, solution.unplaced, (rung,), words, work.cost_before)
    found = work.fewest_moves() or work.fewest_lost()
    ladder = work.ladder(found)
    best = ladder[0].solution
    moved, lost = work.moved(best), len(set(best.unplaced) - work.waiting)
    loses = work.loses(best) > 0
    status, bound = (work.status, work.hit) if loses else (Status.FEASIBLE, work.bound)
    words = _sentence(len(moved), lost, bound, status)
    told = work.cost_before, work.looked_further
    return Repair(status, now, best, moved, bound, best.unplaced, ladder, words, *told)


def _sentence(moved: int, lost: int, bound: int, status: Status) -> str:
    if lost:
        known = "that not all can have one is proven" if status is Status.INFEASIBLE else "as far as was looked"
        return f"{_meetings(moved - lost)} moved; {_meetings(lost)} without a place, {known}."
    least = ", which is the least possible" if moved <= bound and status is Status.FEASIBLE else ""
    return f"{_meetings(moved)} moved{least}."


def _meetings(number: int) -> str:
    return f"{number} meeting" if number == 1 else f"{number} meetings"


class _Work:
    """The search for a repair of one timetable."""

    def __init__(self, instance: Instance, before: Solution, clock: Clock, *, place_waiting: bool = False) -> None:
        self.instance, self.before, self.clock = instance, before, clock
        self.domains = Domains(instance)
        self.status = Status.UNKNOWN
        placements = before.placements
        self.waiting = frozenset[int]() if place_waiting else frozenset(before.unplaced)
        pairs = enumerate(placements)
        self.must = [m for m, p in pairs if m not in self.waiting and not self.domains.allows(m, p)]
        self.hit = sum(placements[m].time is not None for m in self.must)
        self.bound = self.hit
        """Fewer moves are proven not to be enough where nobody is to lose a place."""
        self.asked, self.asked_seconds = 0, 0.0
        self.looked_further = False
        began = monotonic()
        self.truth = ScoredTimetable(instance, before)
        self.cost_before = self.truth.score().cost
        rest = before.moved((m, UNPLACED) for m in self.must)
        self.others_hard = self.score(rest).hard - len(rest.unplaced)
        self.compiling = COMPILING * (monotonic() - began)
        """Seconds that the search takes to be compiled, at the pace that this machine has now."""

    def score(self, solution: Solution) -> Score:
        """By the truth, which looks only at what stands elsewhere than in the timetable it was last asked about."""
        pairs = enumerate(zip(self.truth.placements, solution.placements, strict=True))
        elsewhere = [(meeting, new) for meeting, (old, new) in pairs if old != new]
        began = monotonic()
        for meeting, place in elsewhere:
            self.truth.place(meeting, place)
        self.asked += len(elsewhere)
        self.asked_seconds += monotonic() - began
        return self.truth.score()

    @property
    def last_word(self) -> float:
        """About how many seconds the truth takes to judge all the rungs of a ladder, by what it took so far."""
        most = len(self.instance.meetings if self.may_move is None else self.may_move)
        return MOST_RUNGS * most / 2 * self.asked_seconds / max(1, self.asked)

    def moved(self, after: Solution) -> tuple[int, ...]:
        """Meetings that had a place and have another one, or none."""
        pairs = enumerate(zip(self.before.placements, after.placements, strict=True))
        return tuple(m for m, (old, new) in pairs if old.time is not None and old != new)

    def circles(self) -> Iterator[list[int]]:
        """Growing sets of meetings that may move; the last is everything, where that is not too large."""
        yield self.must
        last = len(self.must)
        for size in CIRCLES:
            circle = self.near[: len(self.must) + size]
            if len(circle) > last:
                last = len(circle)
                yield sorted(circle)
        everything = [m for m in range(len(self.instance.meetings)) if m not in self.waiting]
        if last < len(everything) and places(self.instance, everything) <= 2 * MOST_PLACES:
            yield everything

    def _is_quick(self, circle: Sequence[int]) -> bool:
        """Whether a model of these meetings is built soon enough to leave time for solving it."""
        return places(self.instance, circle) <= BUILDING_SHARE * self.clock.left * PLACES_PER_SECOND

    @cached_property
    def near(self) -> list[int]:
        """All that have a place or must get one, those first that must move or stand in their way."""
        return by_nearness(self.domains, self.before.placements, self.must)

    @cached_property
    def may_move(self) -> list[int] | None:
        """Who may move in the search: who is near, and who had no place; None for all."""
        if len(self.instance.meetings) <= ALL_MAY_MOVE:
            return None
        return sorted({*self.near[: len(self.must) + NEAR_ENOUGH], *self.before.unplaced})

    def fewest_moves(self) -> Solution | None:
        """The timetable with no place lost and the fewest moved; ``bound`` rises on the way."""
        if self.hopeless:
            self.status = Status.INFEASIBLE
            return None
        best = None if self.loses(self.fitted) else self.fitted
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
            if self.others_hard:
                continue  # the model mends those too, so that it asks for more moves than a repair does
            if status is Status.INFEASIBLE and not number:
                self.bound += 1  # somebody else must move too
            if whole:
                self._conclude(status, best, bound)
        return best

    @cached_property
    def hopeless(self) -> list[int]:
        """Those that must move and can be nowhere, whatever the others do."""
        meetings, domains = self.instance.meetings, self.domains
        return [m for m in self.must if not domains.times(m) or (meetings[m].needs_room and not domains.rooms(m))]

    @cached_property
    def fitted(self) -> Solution:
        """Those that must move put where something is free, one after the other; nobody else moves."""
        placements = self.before.moved((m, UNPLACED) for m in self.must)
        return self._with(placements, sorted(self.must, key=lambda m: len(self.instance.meetings[m].rooms)))

    @cached_property
    def annealed(self) -> Solution:
        """What the search finds where each move is dear: perhaps not the fewest, perhaps with places lost."""
        start = self.before.moved((m, UNPLACED) for m in self.must)
        limits = self.clock.limits(ANNEALING_SHARE * self.clock.left)
        if limits.seconds <= 2 * self.compiling:
            limits = self.clock.limits(self.clock.left - 2 * self.compiling)  # or nothing is found at all
        if limits.seconds <= 0:
            return start
        dear = [prices(self.instance)[0]]
        lists = [dear] * limits.workers
        found = sweep(
            self.instance, self.before, start, lists, limits.seconds, limits.seed, limits.stop, free=self.may_move
        )
        best = min(found, key=lambda near: near.at(dear[0]))
        after = settled(self.instance, self.before, best.solution)
        return min((start, after), key=self._grade)

    def _grade(self, solution: Solution) -> tuple[int, int, int]:
        """The fewer lost the better, then the fewer moves, then the less cost."""
        score = self.score(solution)
        return self._loses(solution, score.hard), len(self.moved(solution)), score.cost

    def fewest_lost(self) -> Solution:
        """The timetable in which the fewest lose their place, and then the fewest move, as far as was seen."""
        if self.hopeless and self.loses(self.fitted) == len(self.hopeless):
            return self.fitted  # fewer can't be lost, and nobody moves who could stay
        circles = [self.near[: len(self.must) + size] for size in CIRCLES]
        circle = next((one for one in reversed(circles) if self._is_quick(one)), None)
        found = [self.annealed]
        if circle is not None and not self.clock.over:
            seconds = self.clock.left * (1 - LADDER_SHARE)
            _, after, _ = self._solve(circle, seconds, most=None, partial=True, start=self.annealed)
            found += [] if after is None else [after]
        return min(found, key=self._grade)

    def loses(self, solution: Solution) -> int:
        """How many meetings lose their place, and hard violations that were not there before."""
        return self._loses(solution, self.score(solution).hard)

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
        only, allowed = self._rung(first)
        limits = self.clock.limits(self.clock.left - self.last_word)
        if self.clock.over or limits.seconds <= self.compiling:
            return (only,)
        self.looked_further = True
        most = STEP_SECONDS * len(self.instance.meetings)
        found = sweep(
            self.instance, self.before, first, threads, limits.seconds, limits.seed, limits.stop, most, self.may_move
        )
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
        score = self.score(solution)
        return RepairRung(len(self.moved(solution)), score.cost, solution), self._loses(solution, score.hard)

    def _with_waiting(self, solution: Solution) -> Solution:
        """The timetable with those in it that had no place before and find a free one; nobody moves for them."""
        return self._with(solution, sorted(self.waiting.intersection(solution.unplaced)))

    def _with(self, solution: Solution, meetings: Sequence[int]) -> Solution:
        """The timetable with each of these at its cheapest time at which a room is free and no hard rule is broken."""
        self.score(solution)
        for meeting in meetings:
            if self.clock.over:
                break
            found: list[tuple[int, int, Placement]] = []
            for number, option in enumerate(self.domains.times(meeting)):
                place = self._free_at(meeting, option.time)
                change = None if place is None else self.truth.delta({meeting: place})
                if place is not None and change is not None and change.hard < 0:
                    found.append((change.cost, number, place))
            if found:
                self.truth.place(meeting, min(found)[2])
        return Solution(tuple(self.truth.placements), solution.sectioning)

    def _free_at(self, meeting: int, time: Time) -> Placement | None:
        """The smallest room that is free for a meeting then, where its people are, too."""
        rooms = self.instance.rooms
        if not self.instance.meetings[meeting].needs_room:
            return None if self.truth.excluded(meeting, Placement(time)) else Placement(time)
        taken = {self.truth.placements[other].room for other in self.truth.overlapping(meeting, Placement(time))}
        free = [room for room in self.domains.rooms_at(meeting, time) if room not in taken]
        place = Placement(time, min(free, key=lambda room: (rooms[room].capacity, room))) if free else None
        return None if place is None or self.truth.excluded(meeting, place) else place

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
