"""Solving: clustering, scheduling and conflict resolution, wired together."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from functools import partial

from webapp.engine.clusters import Clusters, cluster
from webapp.engine.evaluate import evaluate
from webapp.engine.instance import Instance
from webapp.engine.least_cost import least_cost, least_of_rooms_used
from webapp.engine.obstacles import reasons
from webapp.engine.params import REPEATABLE_PACE, SearchParams, SolveParams, WorkNotDone, guard_seconds
from webapp.engine.placement import without_clashes
from webapp.engine.result import NoObserver, Observer, Remark, Result, Status, Stop, never, versions
from webapp.engine.search.annealing import HARD_ALONE, AnnealingResult, anneal_rounds, find_feasible, unreported
from webapp.engine.search.budget import Budget, GivenBudget, NotedBudget, TimeBudget, WorkBudget
from webapp.engine.search.compile import Compiled, compile_instance
from webapp.engine.search.evictions import find_by_evictions
from webapp.engine.search.plan import measured_pace, moves_enough, planned
from webapp.engine.search.state import best_cost, state_of
from webapp.engine.sizes import options, soon_built
from webapp.engine.solution import Solution
from webapp.engine.wide.compile import is_wide
from webapp.engine.wide.run import solve_wide
from webapp.engine.words import Proof, RemarkCode
from webapp.engine.work import AFTER_CPSAT, CPSAT, EVICTIONS, FIRST, REST, WorkDone, chain_name, taken_name

__all__ = ["Clusters", "cluster", "resolve", "schedule", "solve"]

MARGIN = 0.25
"""Seconds kept back for the truth's last word and for writing it down."""

SCHEDULING_SHARE = 0.8
"""Most of a run's time that looking for a first timetable may take, all its steps together: what does not hold is not
worth improving."""

ALONE_SHARE = 0.5
"""As much where CP-SAT is not asked: what comes after it anneals, too."""

REST_SHARE = 0.75
"""Of what is then left, for evictions where no timetable holds yet."""

EVICT_FROM, CPSAT_FROM, CPSAT_TO = 0.1, 0.6, 0.85
"""Of the time for a first timetable: annealing has what is before the first, then evictions, CP-SAT up to the last, and
evictions again. Where CP-SAT is not asked annealing has what is before the second, and evictions the rest."""

CPSAT_OPTIONS = 60_000
"""Possible times of all meetings together up to which CP-SAT is asked for a first timetable."""

BUILDING_SHARE = 0.1
"""Of a run's time, at most, for building one model: what takes longer leaves no time to solve it."""


def solve(
    instance: Instance,
    params: SolveParams,
    stop: Stop = never,
    observer: Observer | None = None,
    *,
    work: WorkDone | None = None,
) -> Result:
    """Find a timetable: flatten the instance, schedule, resolve.

    Parameters
    ----------
    stop
        Asked several times a second; when it says yes the best so far is returned.
    observer
        Told about stages and improvements.
    work
        What an earlier call with the same parameters noted: it is done again, and no clock has a say.

    Returns
    -------
    Result
        Judged by the truth; feasible only when nothing hard is violated.
    """
    watcher = observer or NoObserver()
    if is_wide(instance):
        return solve_wide(instance, Solution.empty(instance), params, stop, watcher, work)
    watcher.on_stage("clustering")
    run = _Run(instance, params, stop, watcher, work)
    share = SCHEDULING_SHARE if run.asks_cpsat else ALONE_SHARE
    start = run.look_on(run.schedule(share))
    return run.result(run.resolve(start.solution))


def schedule(
    instance: Instance,
    params: SolveParams,
    stop: Stop = never,
    observer: Observer | None = None,
    *,
    work: WorkDone | None = None,
) -> Result:
    """Find a first timetable, as good as comes quickly; what finds no place is listed with a reason."""
    if is_wide(instance):
        return solve_wide(instance, Solution.empty(instance), params, stop, observer or NoObserver(), work)
    run = _Run(instance, params, stop, observer or NoObserver(), work)
    return run.result(run.schedule(1.0))


def resolve(
    instance: Instance,
    start: Solution,
    params: SolveParams,
    stop: Stop = never,
    observer: Observer | None = None,
    *,
    is_tight: bool = False,
    work: WorkDone | None = None,
) -> Result:
    """Improve a timetable under the instance's weights; the start may be partial or violate hard rules.

    Parameters
    ----------
    is_tight
        Whether annealing could not find the start (`Result.is_tight`): then no hard rule is broken on the way.
    """
    if is_wide(instance):
        return solve_wide(instance, start, params, stop, observer or NoObserver(), work)
    run = _Run(instance, params, stop, observer or NoObserver(), work)
    run.is_tight = is_tight
    return run.result(run.resolve(start))


COUNTED = "what each class, person and course costs by itself, by counting"
"""What a bound is of that needed no search."""

TIMES_SHARE, PARTS_SHARE = 0.05, 0.15
"""Shares of the time in which the last of several workers looks for a bound: by all times together, then by parts."""


OPTIONS_PROVEN_ALONE = 2_000
"""Possible times of all meetings together up to which a worker alone looks for a bound, too."""


class _Run:
    """One run: its clock, what the observer knows, and the problem as arrays."""

    def __init__(
        self, instance: Instance, params: SolveParams, stop: Stop, observer: Observer, work: WorkDone | None
    ) -> None:
        self.again, self.work = work, WorkDone()
        self.instance, self.params, self.asked, self.observer = instance, params, stop, observer
        self.wall, self.cpu = time.monotonic(), time.process_time()
        self.clock: Callable[[], float] = time.process_time if params.cpu_clock else time.monotonic
        self.begin = 0.0 if params.cpu_clock else self.wall
        self.end = self.begin + max(params.seconds - MARGIN, 0.8 * params.seconds)
        self.first_feasible: float | None = None
        self.best: tuple[int, int] | None = None
        self.lock = threading.Lock()
        self.best_of_chains: AnnealingResult | None = None
        self.best_possible = threading.Event()
        self.moves = 0
        self.is_tight, self.disproof = False, Proof.NONE
        self.least = least_cost(instance)
        self.bound, self.bound_of = self.least, COUNTED if self.least else "costs are never negative"
        self.problem: Compiled = compile_instance(instance)

    def stop(self) -> bool:
        """Whether to end: somebody says so, or nothing better can be found."""
        return self.best_possible.is_set() or self.asked()

    @property
    def asks_cpsat(self) -> bool:
        """Whether CP-SAT is asked for a first timetable where annealing finds none."""
        is_small = options(self.instance) <= CPSAT_OPTIONS
        return is_small and soon_built(self.instance, 2 * BUILDING_SHARE * self.params.seconds)

    # Stages

    def schedule(self, share: float) -> AnnealingResult:
        """A first timetable, from nothing or from what is pinned, in a share of the time that is left."""
        self.observer.on_stage("scheduling")
        begin = self.clock()
        end = begin + share * max(0.0, self.end - begin)
        start = Solution(self.instance.reference) if self.instance.reference else Solution.empty(self.instance)
        alone = EVICT_FROM if self.asks_cpsat else CPSAT_FROM
        found = self._anneal_hard(FIRST, start, alone * share, begin + alone * (end - begin))
        if not self.asks_cpsat:
            return self._chase(EVICTIONS, found, (1 - alone) * share, end)
        until = begin + CPSAT_FROM * (end - begin)
        found = self._chase(EVICTIONS, found, (CPSAT_FROM - EVICT_FROM) * share, until)
        if not found.hard or self.stop() or (self.again is not None and CPSAT not in self.again.given):
            return found
        solution = self._ask_cpsat(found.solution, CPSAT_TO * (end - begin) - (self.clock() - begin))
        if solution is None:
            return self._chase(AFTER_CPSAT, found, (1 - CPSAT_TO) * share, end)
        score = evaluate(self.instance, solution)
        self.is_tight = score.hard == 0
        self._reached(score.hard, score.cost)
        return AnnealingResult(solution, score.hard, score.cost, 0)

    def _anneal_hard(self, step: str, start: Solution, work: float, end: float) -> AnnealingResult:
        """Anneal the hard rules alone, for a share of the moves or until a moment of the clock."""
        params, budget = self.params, self._budget(step, work, end)
        report = self._reached if self.problem.is_exact else unreported
        found = find_feasible(self.problem, start, params.search, params.seed, budget, self.stop, report)
        self._note(found, budget)
        return self._judged(found)

    def look_on(self, start: AnnealingResult) -> AnnealingResult:
        """Look on for a timetable that holds, where none has been found: what does not hold is not worth improving."""
        left = max(0.0, self.end - self.clock())
        return self._chase(REST, start, REST_SHARE * (1 - SCHEDULING_SHARE), self.clock() + REST_SHARE * left)

    def _chase(self, step: str, start: AnnealingResult, work: float, end: float) -> AnnealingResult:
        """Look for a timetable that holds by evictions, where the start is none, for so many moves or until then.

        On short days alone: a form of the loop for long ones takes a minute and a half of every installation.
        """
        if not start.hard or self.stop() or self.problem.model.listed is not None:
            return start
        budget, report = self._budget(step, work, end), self._reached if self.problem.is_exact else unreported
        found = find_by_evictions(self.problem, start.solution, self.params.seed, budget, self.stop, report)
        self._note(found, budget)
        found = min(self._judged(found), start, key=lambda one: one.hard)
        self.is_tight = self.is_tight or not found.hard
        return found

    def _ask_cpsat(self, start: Solution, seconds: float) -> Solution | None:
        """The timetable that CP-SAT finds by the hard rules alone, or found where work is done again."""
        if self.again is not None:
            return self.again.given[CPSAT]
        self.work.given[CPSAT] = found = self._find_by_cpsat(start, seconds)
        return found

    def _find_by_cpsat(self, start: Solution, seconds: float) -> Solution | None:
        from webapp.engine.cpsat.feasible import find_feasible as find_by_cpsat

        params, work = self.params, None
        if params.reproducible:
            work, seconds = (CPSAT_TO - CPSAT_FROM) * params.seconds, self._guard - time.monotonic()
        if seconds <= 0:
            return None
        found = find_by_cpsat(self.instance, seconds, params.workers, params.seed, self.stop, start, work)
        self._fail_beyond_guard()
        if isinstance(found, Solution):
            return found
        if found is Status.INFEASIBLE:
            self._disproved(Proof.TIMES)
        return None

    def resolve(self, start: Solution) -> AnnealingResult:
        """Anneal from a start, one chain per worker, unless the start is as good as can be."""
        self.observer.on_stage("conflict resolution")
        workers = self.params.workers
        if self.problem.is_exact:
            known = self._counted(start)
            if (known.hard, known.cost) <= (0, self.least):
                self._reached(known.hard, known.cost)
                return known
        if workers == 1:
            return self._chain(start, 0)
        with ThreadPoolExecutor(workers, thread_name_prefix="search") as pool:
            running = [pool.submit(self._chain, start, worker) for worker in range(workers)]
            chains = [each.result() for each in running]
        return min(chains, key=lambda found: (found.hard, found.cost))

    def _chain(self, start: Solution, worker: int) -> AnnealingResult:
        """One worker's part; the last of several looks for a bound before and after.

        Parts come last: the better a timetable is known, the fewer of them have to be looked at.
        """
        step, is_settled, end = chain_name(worker), True, self.end
        if self.again is not None:
            start = self.again.given.get(step) or start
        elif self._proves(worker):
            proven, is_settled = self._prove_by_times(start)
            if proven is not start:
                self.work.given[step] = start = proven
            end -= 0.0 if is_settled else PARTS_SHARE * max(0.0, self.end - self.clock())
        seed = self.params.seed * 1_000_003 + worker
        search = self._planned(start, end) if self.again is None else self.again.searches[step]
        self.work.searches[step], report = search, self._reached
        budget = self._budget(step, 1.0, end)
        judge = None if self.problem.is_exact else self._judged
        least = self.least if judge is None else 0
        share = None if self.params.reproducible else partial(self._share, step)
        found = anneal_rounds(
            self.problem, start, search, seed, budget, self.stop, report, judge, least=least, share=share
        )
        self._note(found, budget)
        if not is_settled:
            self._prove_by_parts(found)
        return found

    def _share(self, step: str, number: int, best: AnnealingResult) -> AnnealingResult:
        """The better of a chain's best and that of the others, which is noted where it is taken, or what was noted."""
        name = taken_name(step, number)
        if self.again is not None:
            given = self.again.given.get(name)
            return best if given is None else self._judged(self._counted(given))
        shared = self._shared(best)
        if shared is not best:
            self.work.given[name] = shared.solution
        return shared

    def _shared(self, best: AnnealingResult) -> AnnealingResult:
        """Show a chain's best to the others; the same, or theirs where that is better."""
        with self.lock:
            others = self.best_of_chains
            if others is None or (best.hard, best.cost) < (others.hard, others.cost):
                self.best_of_chains = best
            is_worse = others is not None and (others.hard, others.cost) < (best.hard, best.cost)
            return others if others is not None and is_worse else best

    def _counted(self, solution: Solution) -> AnnealingResult:
        """A timetable with what the search counts of it."""
        return AnnealingResult(solution, *best_cost(state_of(self.problem, solution, self.params.seed)), 0)

    def _planned(self, start: Solution, end: float) -> SearchParams:
        """The search's parameters by the moves to come: those allowed, or as many as the pace lets expect."""
        params = self.params
        moves: float = self._work
        if not params.reproducible:
            left = max(0.0, end - self.clock())
            moves = min(moves, left * measured_pace(self.problem, start, params.search, self.clock, left))
        search = planned(self.problem, params.search, moves)
        # What annealing could not make feasible it would not make feasible again.
        return replace(search, hard_weight=HARD_ALONE) if self.is_tight else search

    @property
    def _work(self) -> int:
        """Moves of a worker at most: those of a reproducible run, or what is enough for so many meetings."""
        params, enough = self.params, moves_enough(len(self.instance.meetings))
        return min(enough, params.moves or int(REPEATABLE_PACE * params.seconds)) if params.reproducible else enough

    def _proves(self, worker: int) -> bool:
        """Whether a worker looks for a bound: the last of several, and one alone where that is done at once."""
        params = self.params
        if params.reproducible or worker < params.workers - 1:
            return False
        return worker > 0 or options(self.instance) <= OPTIONS_PROVEN_ALONE

    def _prove_by_parts(self, found: AnnealingResult) -> None:
        """Ask CP-SAT for a bound on the cost of any timetable by parts, in the time that is left."""
        from webapp.engine.cpsat.partition import BOUND_OF, partition_bound

        seconds = self.end - self.clock()
        if seconds <= 0 or self.stop():
            return
        known = self._shared(found).solution
        bound = partition_bound(self.instance, seconds, 1, self.params.seed, self.stop, known)
        if bound is None:
            self._disproved(Proof.PARTS)
        else:
            self._proved(bound + least_of_rooms_used(self.instance), BOUND_OF)

    def _prove_by_times(self, start: Solution) -> tuple[Solution, bool]:
        """The better of the start and CP-SAT's times, given rooms; and whether there is no more to prove."""
        seconds = TIMES_SHARE * (self.end - self.clock())
        if seconds <= 0 or self.stop() or not soon_built(self.instance, BUILDING_SHARE * self.params.seconds):
            return start, False
        from webapp.engine.cpsat.room_model import solve_rooms
        from webapp.engine.cpsat.time_model import solve_times

        stage = solve_times(self.instance, seconds, 1, self.params.seed, start, self.stop)
        if stage.status is Status.INFEASIBLE:
            self._disproved(Proof.TIMES)
        # Neither model prices how many rooms are used: what that comes to at least is added.
        self._proved((stage.bound or 0) + least_of_rooms_used(self.instance), stage.bound_of)
        if stage.solution is not None and not self.stop():
            rooms = solve_rooms(self.instance, stage.solution, seconds, 1, self.params.seed, self.stop)
            if rooms.solution is not None:
                old, new = (evaluate(self.instance, solution) for solution in (start, rooms.solution))
                start = rooms.solution if (new.hard, new.cost) < (old.hard, old.cost) else start
                self._reached(new.hard, new.cost)
        return start, stage.status in (Status.OPTIMAL, Status.INFEASIBLE)

    def _budget(self, step: str, work: float, end: float) -> Budget:
        """A share of the moves of a reproducible run; else the time until a moment of the clock; or what was noted."""
        params = self.params
        if self.again is not None:
            return GivenBudget(self.again.slices.get(step, ()))
        budget: Budget = TimeBudget(self.clock, self.clock(), end, params.search.slices, self._work)
        if params.reproducible:
            budget = WorkBudget(int(work * self._work), params.search.slices, self._fail_beyond_guard)
        return NotedBudget(budget, self.work.slices.setdefault(step, []))

    @property
    def _guard(self) -> float:
        """The moment after which a reproducible run fails rather than end with another answer."""
        return self.wall + guard_seconds(self.params.seconds)

    def _fail_beyond_guard(self) -> None:
        if self.params.reproducible and time.monotonic() > self._guard:
            raise WorkNotDone(f"the work of {self.params.seconds:.1f} seconds took {time.monotonic() - self.wall:.0f}")

    # What is known

    def _judged(self, found: AnnealingResult) -> AnnealingResult:
        """What the truth counts, where the search does not see all of it."""
        if self.problem.is_exact:
            return found
        score = evaluate(self.instance, found.solution)
        self._reached(score.hard, score.cost)
        return replace(found, hard=score.hard, cost=score.cost)

    def _note(self, found: AnnealingResult, budget: Budget) -> None:
        with self.lock:
            self.moves += found.moves

    def _reached(self, hard: int, cost: int) -> None:
        """A timetable is known."""
        with self.lock:
            if self.best is not None and (hard, cost) >= self.best:
                return
            self.best = (hard, cost)
            if hard == 0 and self.first_feasible is None:
                self.first_feasible = self.clock() - self.begin
            self._report(hard, cost)

    def _proved(self, bound: int, bound_of: str) -> None:
        """No complete timetable costs less."""
        with self.lock:
            if bound <= self.bound:
                return
            self.bound, self.bound_of = bound, bound_of
            if self.best is not None:
                self._report(*self.best)

    def _report(self, hard: int, cost: int) -> None:
        """Report it, and end all workers where none can do better; those of a reproducible run end alone."""
        if not hard and cost <= self.bound and not self.params.reproducible and self.again is None:
            self.best_possible.set()
        self.observer.on_best(cost, hard, self.bound, self.clock() - self.begin)

    def _disproved(self, by: Proof) -> None:
        """No timetable keeps every hard rule: the search goes on, so that as few as possible are broken."""
        if any(
            c.hard and c.rule.name == "all_placed" and not (c.meetings or c.resources)
            for c in self.instance.constraints
        ):
            self.disproof = by

    # The last word

    def result(self, found: AnnealingResult) -> Result:
        """What the truth says about the timetable found."""
        solution = found.solution
        score = evaluate(self.instance, solution)
        if not score.feasible:
            solution = without_clashes(self.instance, solution)
            score = evaluate(self.instance, solution)
        status = Status.INFEASIBLE if self.disproof else Status.UNKNOWN
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
            is_tight=self.is_tight,
            unplaced=reasons(self.instance, solution),
            remarks=tuple(self._remarks(score.hard)),
            versions=versions(),
            params=asdict(self.params),
            work=None if self.params.reproducible and not self.asked() else self.work,
        )

    def _limit(self, status: Status) -> str:
        if status is Status.OPTIMAL:
            return "optimal"
        if self.asked():
            return "stopped"
        return "work" if self.params.reproducible or self.moves >= self._work else "time"

    def _remarks(self, hard: int) -> Iterator[Remark]:
        if hard and self.disproof:
            yield Remark(RemarkCode.DISPROVEN, {"by": self.disproof.value, "hard": hard})
        elif hard:
            yield Remark(RemarkCode.NOT_FOUND, {"hard": hard})
        if self.problem.left_out:
            yield Remark(RemarkCode.LEFT_OUT, {"rules": list(self.problem.left_out)})
