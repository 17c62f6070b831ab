"""Solving: clustering, scheduling and conflict resolution, wired together."""

import platform
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from importlib.metadata import version

from webapp.engine.clusters import Clusters, cluster
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Instance
from webapp.engine.params import MOVES_PER_SECOND, SearchParams, SolveParams
from webapp.engine.placing import reasons, without_clashes
from webapp.engine.result import NoObserver, Observer, Result, Status, Stop, never
from webapp.engine.search.annealing import HARD_ALONE, Found, anneal_rounds, find_feasible
from webapp.engine.search.budget import Budget, TimeBudget, WorkBudget
from webapp.engine.search.compile import Compiled, compile_instance
from webapp.engine.solution import Solution

__all__ = ["Clusters", "cluster", "resolve", "schedule", "solve"]

MARGIN = 0.25
"""Seconds kept back for the truth's last word and for writing it down."""

SCHEDULING_SHARE = 0.5
"""Most of the time that looking for a first timetable may take."""

ANNEALING_SHARE = 0.15
"""The part of it after which CP-SAT is asked instead, where its model is small enough."""

CPSAT_SHARE = 0.6
"""Most of the time left that CP-SAT may take for it."""

CPSAT_OPTIONS = 60_000
"""Possible times of all meetings together up to which CP-SAT is asked."""

CPSAT_OPTIONS_PER_SECOND = 2_000
"""As many for each second of the run: building a model can't be interrupted and shall not take the run's time.

The time model of 590 meetings with 24,904 possible times took 1.3 s to build, which of a search of 5 s left it no
time to prove anything."""


def solve(instance: Instance, params: SolveParams, stop: Stop = never, observer: Observer | None = None) -> Result:
    """Find a timetable: cluster, schedule, resolve.

    Parameters
    ----------
    stop
        Asked several times a second; when it says yes the best so far is returned.
    observer
        Told about stages and improvements.

    Returns
    -------
    Result
        Judged by the truth; feasible only when nothing hard is violated.
    """
    run = _Run(instance, params, stop, observer or NoObserver())
    run.observer.on_stage("clustering")
    cluster(instance)
    start = run.schedule()
    return run.result(run.resolve(start.solution))


def schedule(instance: Instance, params: SolveParams, stop: Stop = never, observer: Observer | None = None) -> Result:
    """Find a first timetable, as good as comes quickly; what finds no place is listed with a reason."""
    run = _Run(instance, params, stop, observer or NoObserver())
    return run.result(run.schedule())


def resolve(
    instance: Instance, start: Solution, params: SolveParams, stop: Stop = never, observer: Observer | None = None
) -> Result:
    """Improve a timetable under the instance's weights; the start may be partial or violate hard rules."""
    run = _Run(instance, params, stop, observer or NoObserver())
    return run.result(run.resolve(start))


ENOUGH_MOVES = 30_000
"""Moves for each meeting that make a full annealing worth its while; with more there are several chains and reheats."""

MANY_ROUNDS = 8
"""So many times `ENOUGH_MOVES` let all chains begin warm."""

COOLER = 1 / 16
"""Where the others begin else: terms of 590 and 1,500 classes whose heaviest rule weighs 50 and whose others weigh 1 to
5 came to 50 and 550 from 10, to 80 and 25,000 from 200; with three rules of 200 it was the other way round."""

PROVING_SHARE = 0.2
"""Share of the time in which the last of several workers looks for a bound."""


class _Run:
    """One run: its clock, what it has told the observer, and the problem as arrays."""

    def __init__(self, instance: Instance, params: SolveParams, stop: Stop, observer: Observer) -> None:
        self.instance, self.params, self.stop, self.observer = instance, params, stop, observer
        self.wall, self.cpu = time.monotonic(), time.process_time()
        self.clock: Callable[[], float] = time.process_time if params.cpu_clock else time.monotonic
        self.begin = 0.0 if params.cpu_clock else self.wall
        self.end = self.begin + max(params.seconds - MARGIN, 0.8 * params.seconds)
        self.first_feasible: float | None = None
        self.best: tuple[int, int] | None = None
        self.lock = threading.Lock()
        self.moves, self.safety_hit = 0, False
        self.is_tight = False
        self.bound, self.bound_of = 0, "costs are never negative"
        self.problem: Compiled = compile_instance(instance)

    # Stages

    def schedule(self) -> Found:
        """A first timetable, from nothing or from what is pinned."""
        self.observer.on_stage("scheduling")
        start = self.instance.reference if self.instance.reference else Solution.empty(self.instance).placements
        small = self._options() <= min(CPSAT_OPTIONS, CPSAT_OPTIONS_PER_SECOND * self.params.seconds)
        found = self._anneal_hard(Solution(start), ANNEALING_SHARE if small else SCHEDULING_SHARE)
        if found.hard and small and not self.stop():
            found = self._ask_cpsat(found)
        return found

    def _options(self) -> int:
        return sum(len(meeting.times) for meeting in self.instance.meetings)

    def _anneal_hard(self, start: Solution, share: float) -> Found:
        """Anneal the hard rules alone."""
        budget = self._budget(share)
        found = find_feasible(self.problem, start, self.params.search, self.params.seed, budget, self.stop, self._told)
        self._note(found, [budget])
        return found

    def _ask_cpsat(self, found: Found) -> Found:
        """The timetable that CP-SAT finds by the hard rules alone; without one annealing goes on."""
        from webapp.engine.cpsat.feasible import find_feasible as find_by_cpsat

        params = self.params
        if params.reproducible:
            work, seconds = CPSAT_SHARE * params.seconds, self.wall + 2 * params.seconds - time.monotonic()
        else:
            work, seconds = None, CPSAT_SHARE * (self.end - self.clock())
        if seconds <= 0:
            return found
        solution = find_by_cpsat(
            self.instance, seconds, params.workers, params.seed, self.stop, found.solution, deterministic=work
        )
        self.safety_hit |= params.reproducible and time.monotonic() > self.wall + 2 * params.seconds
        if solution is None:
            return self._anneal_hard(found.solution, SCHEDULING_SHARE)
        score = evaluate(self.instance, solution)
        self.is_tight = score.hard == 0
        self._told(score.hard, score.cost)
        return Found(solution, score.hard, score.cost, 0)

    def resolve(self, start: Solution) -> Found:
        """Anneal from a start, one chain per worker."""
        self.observer.on_stage("conflict resolution")
        workers = self.params.workers
        if workers == 1:
            return self._chain(start, 0)
        with ThreadPoolExecutor(workers, thread_name_prefix="search") as pool:
            running = [pool.submit(self._chain, start, worker) for worker in range(workers)]
            chains = [each.result() for each in running]
        return min(chains, key=lambda found: (found.hard, found.cost))

    def _chain(self, start: Solution, worker: int) -> Found:
        """One worker's part; the last of several looks for a bound before it joins."""
        if worker and worker == self.params.workers - 1 and not self.params.reproducible:
            self._prove(start)
        budget = self._budget(1.0)
        seed = self.params.seed * 1_000_003 + worker
        found = anneal_rounds(self.problem, start, self._shaped(worker), seed, budget, self.stop, self._told)
        self._note(found, [budget])
        return found

    def _shaped(self, worker: int) -> SearchParams:
        """The search's parameters, with fewer rounds and cooler starts where there are few moves for each meeting.

        What is melted has to freeze again: in a short run on many meetings it is better to keep the start. How warm it
        should be depends on how the weights lie, not only on the heaviest, so in such a run one chain, or every
        other worker, begins much cooler than the rest.
        """
        search = self.params.search
        seconds = self.params.seconds if self.params.reproducible else max(0.0, self.end - self.clock())
        moves = self.params.moves if self.params.reproducible and self.params.moves else MOVES_PER_SECOND * seconds
        rounds = moves / max(1, len(self.instance.meetings)) / ENOUGH_MOVES
        search = replace(
            search,
            start_temperature=search.start_temperature * max(0.05, min(1.0, rounds)),
            chains=max(1, min(search.chains, int(search.chains_share * rounds))),
            reheats=min(search.reheats, int((1.0 - search.chains_share) * rounds)),
        )
        if rounds < MANY_ROUNDS:
            alone = self.params.workers == 1
            starts = (1.0, COOLER) if alone else (COOLER if worker % 2 else 1.0,)
            search = replace(search, chains=len(starts), cooler=starts)
        # What annealing could not make feasible it would not make feasible again.
        return replace(search, hard_weight=HARD_ALONE) if self.is_tight else search

    def _prove(self, start: Solution) -> None:
        """Ask CP-SAT for a bound on the cost of any timetable: by times with rooms as numbers, then by parts."""
        from webapp.engine.cpsat.partition import partition_bound
        from webapp.engine.cpsat.time_model import solve_times

        seconds = PROVING_SHARE * (self.end - self.clock())
        if seconds <= 0:
            return
        if self._options() <= CPSAT_OPTIONS_PER_SECOND * self.params.seconds:
            stage = solve_times(self.instance, 0.25 * seconds, 1, self.params.seed, start, self.stop, partial=False)
            if stage.bound:
                self.bound, self.bound_of = stage.bound, stage.bound_of
            if stage.status is Status.OPTIMAL:
                return
        parts = partition_bound(self.instance, 0.75 * seconds, 1, self.params.seed, self.stop)
        if parts.bound > self.bound:
            self.bound, self.bound_of = parts.bound, parts.bound_of

    def _budget(self, share: float) -> Budget:
        params = self.params
        if params.reproducible:
            moves = params.moves or int(MOVES_PER_SECOND * params.seconds)
            safety = self.wall + 2 * params.seconds
            return WorkBudget(int(share * moves), params.search.slices, lambda: time.monotonic() > safety)
        now = self.clock()
        end = self.end if share == 1.0 else now + share * max(0.0, self.end - now)
        return TimeBudget(self.clock, now, end, params.search.slices)

    def _note(self, found: Found, budgets: list[Budget]) -> None:
        with self.lock:
            self.moves += found.moves
        self.safety_hit |= any(isinstance(budget, WorkBudget) and budget.hit for budget in budgets)

    def _told(self, hard: int, cost: int) -> None:
        with self.lock:
            if self.best is not None and (hard, cost) >= self.best:
                return
            self.best = (hard, cost)
            seconds = self.clock() - self.begin
            if hard == 0 and self.first_feasible is None:
                self.first_feasible = seconds
            self.observer.on_best(cost, hard, self.bound, seconds)

    # The last word

    def result(self, found: Found) -> Result:
        """What the truth says about the timetable found."""
        solution = found.solution
        score = evaluate(self.instance, solution)
        if not score.feasible:
            solution = without_clashes(self.instance, solution)
            score = evaluate(self.instance, solution)
        status = Status.UNKNOWN
        if score.feasible:
            status = Status.OPTIMAL if score.cost <= self.bound else Status.FEASIBLE
        return Result(
            status=status,
            solution=solution,
            cost=score.cost,
            counts=score.counts,
            hard=score.hard,
            bound=self.bound,
            bound_of=self.bound_of,
            seconds=time.monotonic() - self.wall,
            cpu_seconds=time.process_time() - (0.0 if self.params.cpu_clock else self.cpu),
            first_feasible=self.first_feasible if score.feasible else None,
            iterations=self.moves,
            seed=self.params.seed,
            limit=self._limit(status),
            unplaced=reasons(self.instance, solution),
            reason=self._reason(score.hard),
            versions=versions(),
            params=asdict(self.params),
        )

    def _limit(self, status: Status) -> str:
        if status is Status.OPTIMAL:
            return "optimal"
        if self.stop():
            return "stopped"
        return "work" if self.params.reproducible and not self.safety_hit else "time"

    def _reason(self, hard: int) -> str:
        said = []
        if hard:
            said.append(f"No timetable without hard violations was found: {hard} are left.")
        if self.safety_hit:
            said.append("The clock ended a run that work should have ended: it can't be repeated exactly.")
        if self.problem.left_out:
            named = ", ".join(self.problem.left_out)
            said.append(f"The search did not see these rules, which the result counts: {named}.")
        return " ".join(said)


def versions() -> dict[str, str]:
    """Versions of what a result depends on."""
    found = {name: version(name) for name in ("numba", "numpy", "ortools")}
    return {"python": platform.python_version()} | found


def warm() -> None:
    """Compile everything ahead, so that the first run is as quick as the second."""
    from webapp.engine.search.warming import tiny

    for weeks in (1, 2):
        params = SolveParams(seconds=1.0, reproducible=True, moves=2_000)
        solve(tiny(weeks), replace(params, seed=weeks))
