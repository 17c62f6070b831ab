"""A run of the search on wide weeks: chains that cool, the best of them warmed again, judged by the truth."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from threading import Lock

import numpy as np

from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Instance
from webapp.engine.obstacles import reasons
from webapp.engine.params import REPEATABLE_PACE, SolveParams, WorkNotDone, guard_seconds
from webapp.engine.placement import without_clashes
from webapp.engine.result import Observer, Remark, Result, Status, Stop, versions
from webapp.engine.search.budget import Budget, GivenBudget, NotedBudget, TimeBudget, WorkBudget
from webapp.engine.solution import Solution
from webapp.engine.wide.compile import compile_wide
from webapp.engine.wide.state import WideTimetable
from webapp.engine.words import RemarkCode
from webapp.engine.work import WorkDone, chain_name

MARGIN = 0.5
"""Seconds kept back for the truth's last word and for writing it down."""

SLICES = 400
"""Steps of the temperature in a run."""

START, END = 2.5, 0.3
"""Temperatures at which cooling begins and ends: times the heaviest weight, and the lightest."""

HARD_WEIGHT, HARD_ALONE = 12.0, 1e6
"""Price of a hard violation, times the start temperature, and the highest that it rises to where violations stay."""

RISE = 1.05
"""How much dearer a hard violation becomes with each slice of the second half of a round, while there are any."""

SHARES = np.array([0.3 * 65536, 0.06 * 65536], np.int64)
"""Of 65,536 moves, those about students, and those that take along what must follow."""

BETWEEN_SEEDS = 7_919
"""Seeds of two rounds are this far apart."""

SHARE_OF_MOVES = 0.1
"""A move takes longer here than in the other search: what the moves of a reproducible run are multiplied by."""


@dataclass(frozen=True)
class _Round:
    """A stretch of the budget that begins so warm: 0 is the end temperature, 1 the start temperature."""

    begin: float
    end: float
    warmth: float


ROUNDS = (_Round(0.0, 0.6, 1.0), *(_Round(0.6 + 0.1 * n, 0.7 + 0.1 * n, 0.45) for n in range(4)))


def solve_wide(
    instance: Instance, start: Solution, params: SolveParams, stop: Stop, observer: Observer, work: WorkDone | None
) -> Result:
    """Find a timetable with its sectioning, or improve one, as `webapp.engine.solve` does for other instances."""
    run = _WideRun(instance, params, stop, observer, work)
    observer.on_stage("conflict resolution")
    if params.workers == 1:
        return run.result(run.chain(0, start).solution)
    with ThreadPoolExecutor(params.workers, thread_name_prefix="search") as pool:
        running = [pool.submit(run.chain, worker, start) for worker in range(params.workers)]
        chains = [each.result() for each in running]
    return run.result(min(chains, key=lambda found: found.counts).solution)


@dataclass(frozen=True)
class _Found:
    """What a chain came to, by the compiled count."""

    counts: tuple[int, int]
    solution: Solution


_NEVER = (1 << 40, 0)
"""More hard violations than any timetable has."""


class _WideRun:
    """One run: its clock, what the observer knows, and the problem as arrays."""

    def __init__(
        self, instance: Instance, params: SolveParams, stop: Stop, observer: Observer, work: WorkDone | None
    ) -> None:
        self.instance, self.params, self.asked, self.observer = instance, params, stop, observer
        self.again, self.work = work, WorkDone()
        self.wall, self.cpu = time.monotonic(), time.process_time()
        self.clock: Callable[[], float] = time.process_time if params.cpu_clock else time.monotonic
        self.begin = 0.0 if params.cpu_clock else self.wall
        self.end = self.begin + max(params.seconds - MARGIN, 0.8 * params.seconds)
        self.lock, self.moves = Lock(), 0
        self.best: tuple[int, int] | None = None
        self.first_feasible: float | None = None
        self.problem = compile_wide(instance)
        weights = [c.weight * c.factor for c in instance.constraints if c.weight] or [1]
        usual = [c.weight for c in instance.constraints if c.weight and not c.meetings]
        self.cold = END * min(weights)
        self.warm = max(2 * self.cold, START * max(usual or weights))

    def chain(self, worker: int, start: Solution) -> _Found:
        """One worker's search: a cooling from the start, then reheats of the best."""
        step = chain_name(worker)
        budget, seed = self._budget(step), self.params.seed * 1_000_003 + worker
        best = _Found(_NEVER, start)
        for number, each in enumerate(ROUNDS):
            if best.counts == (0, 0):
                break
            timetable = WideTimetable.of(self.problem, best.solution, seed + BETWEEN_SEEDS * number)
            self._cool(timetable, each, budget)
            # An equal timetable is taken too: it is another place to go on from.
            if timetable.least() <= best.counts:
                best = _Found(timetable.least(), timetable.solution())
        return best

    def _cool(self, timetable: WideTimetable, stretch: _Round, budget: Budget) -> None:
        """One round. Hard violations left in its second half grow dearer until they go."""
        hard, known = HARD_WEIGHT * self.warm, timetable.least()
        self._reached(known)
        while (used := budget.used()) < stretch.end and not self._stops() and known != (0, 0):
            warmth = stretch.warmth * (stretch.end - used) / (stretch.end - stretch.begin)
            if warmth < stretch.warmth / 2 and timetable.now()[0]:
                hard = min(HARD_ALONE * self.warm, hard * RISE)
            moves = budget.slice()
            timetable.anneal(moves, self.cold * (self.warm / self.cold) ** warmth, hard, SHARES)
            budget.done(moves)
            with self.lock:
                self.moves += moves
            if timetable.least() < known:
                known = timetable.least()
                self._reached(known)

    def _stops(self) -> bool:
        return self.again is None and self.asked()

    def _budget(self, step: str) -> Budget:
        """A number of moves where the run is reproducible, else the time; or what was noted."""
        params = self.params
        if self.again is not None:
            return GivenBudget(self.again.slices.get(step, ()))
        budget: Budget = TimeBudget(self.clock, self.clock(), self.end, SLICES)
        if params.reproducible:
            moves = params.moves or int(SHARE_OF_MOVES * REPEATABLE_PACE * params.seconds)
            budget = WorkBudget(moves, SLICES, self._fail_beyond_guard)
        return NotedBudget(budget, self.work.slices.setdefault(step, []))

    def _fail_beyond_guard(self) -> None:
        if time.monotonic() > self.wall + guard_seconds(self.params.seconds):
            raise WorkNotDone(f"the work of {self.params.seconds:.1f} seconds took {time.monotonic() - self.wall:.0f}")

    def _reached(self, counts: tuple[int, int]) -> None:
        """A timetable is known."""
        with self.lock:
            if self.best is not None and counts >= self.best:
                return
            self.best = counts
            seconds = self.clock() - self.begin
            if counts[0] == 0 and self.first_feasible is None:
                self.first_feasible = seconds
            self.observer.on_best(counts[1], counts[0], 0, seconds)

    def result(self, solution: Solution) -> Result:
        """What the truth says about the timetable found."""
        params, score = self.params, evaluate(self.instance, solution)
        if not score.feasible:
            solution = without_clashes(self.instance, solution)
            score = evaluate(self.instance, solution)
        status = Status.UNKNOWN if score.hard else Status.FEASIBLE if score.cost else Status.OPTIMAL
        limit = "work" if params.reproducible else "time"
        return Result(
            status=status,
            solution=solution,
            cost=score.cost,
            counts=score.counts,
            hard=score.hard,
            bound=0,
            bound_of="costs are never negative",
            seconds=time.monotonic() - self.wall,
            cpu_seconds=time.process_time() - (0.0 if params.cpu_clock else self.cpu),
            first_feasible=self.first_feasible if score.feasible else None,
            iterations=self.moves,
            seed=params.seed,
            limit="optimal" if status is Status.OPTIMAL else "stopped" if self.asked() else limit,
            unplaced=reasons(self.instance, solution),
            remarks=(Remark(RemarkCode.NOT_FOUND, {"hard": score.hard}),) if score.hard else (),
            versions=versions(),
            params=asdict(params),
            work=None if params.reproducible and not self.asked() else self.work,
        )
