"""One CP-SAT solve that keeps its limits."""

import threading
from dataclasses import dataclass, replace
from time import monotonic

from ortools.sat.python import cp_model

from webapp.engine.result import Status, Stop, never

STOP_POLL = 0.1
"""Seconds between two looks at the stop flag."""

_STATUS = {
    cp_model.OPTIMAL: Status.OPTIMAL,
    cp_model.FEASIBLE: Status.FEASIBLE,
    cp_model.INFEASIBLE: Status.INFEASIBLE,
    cp_model.UNKNOWN: Status.UNKNOWN,
}


@dataclass(frozen=True)
class Limits:
    """How long a solve may take and with what.

    Parameters
    ----------
    seconds
        Wall time. With ``work`` given it is only a safety.
    workers
        Search threads; 1 is exact about the processor time it takes.
    stop
        Asked from another thread about ten times a second.
    work
        Limit in CP-SAT's deterministic time: the same run twice gives the same answer.
    adding_up
        Whether every clause is looked at as a sum, too: what is impossible by counting is then proven at once.
    prove
        Whether the bound matters more than the solution: one worker then works on it alone.
    """

    seconds: float
    workers: int = 1
    seed: int = 0
    stop: Stop = never
    work: float | None = None
    adding_up: bool = False
    prove: bool = False


class Clock:
    """What is left of a time limit."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._end = limits, monotonic() + limits.seconds

    @property
    def left(self) -> float:
        """Seconds left."""
        return max(0.0, self._end - monotonic())

    @property
    def over(self) -> bool:
        """Whether time is up or somebody said stop."""
        return self.left <= 0 or self._limits.stop()

    def limits(self, seconds: float | None = None) -> Limits:
        """Limits for one solve: what is left, or less."""
        return replace(self._limits, seconds=self.left if seconds is None else max(0.0, min(seconds, self.left)))


@dataclass(frozen=True)
class Outcome:
    """What a solve came to; `value` reads the best solution found. ``work`` is in deterministic time."""

    status: Status
    objective: float
    bound: float
    solver: cp_model.CpSolver
    work: float = 0.0

    @property
    def solved(self) -> bool:
        """Whether there is a solution to read."""
        return self.status in (Status.OPTIMAL, Status.FEASIBLE)

    def true(self, literal: cp_model.LiteralT) -> bool:
        """Whether the literal holds in the solution."""
        return bool(self.solver.boolean_value(literal))

    def value(self, expression: cp_model.LinearExprT) -> int:
        """The expression's value in the solution."""
        return int(self.solver.value(expression))


def run(model: cp_model.CpModel, limits: Limits) -> Outcome:
    """Solve within the limits, and end within a fraction of a second when `stop` asks for it.

    CP-SAT's callbacks speak only when a solution is found, so a thread of its own watches the flag.
    """
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = max(1, limits.workers)
    parameters.random_seed = limits.seed & 0x7FFFFFFF
    parameters.max_time_in_seconds = max(0.01, limits.seconds)
    if limits.work is not None:
        parameters.max_deterministic_time = max(0.001, limits.work)
        parameters.interleave_search = limits.workers > 1
    if limits.prove or limits.adding_up:
        parameters.linearization_level = 2
    if limits.prove:
        parameters.optimize_with_lb_tree_search = True
    if limits.stop():
        return Outcome(Status.UNKNOWN, 0.0, 0.0, solver)
    done = threading.Event()

    def watch() -> None:
        """Stop the solver once the caller asks for it."""
        while not done.wait(STOP_POLL):
            if limits.stop():
                solver.stop_search()

    watcher = threading.Thread(target=watch, name="cpsat-stop", daemon=True)
    if limits.stop is not never:
        watcher.start()
    try:
        status = solver.solve(model)
    finally:
        done.set()
        if watcher.is_alive():
            watcher.join()
    if status not in _STATUS:
        raise RuntimeError(f"CP-SAT refuses the model: {model.validate()}")
    work = solver.response_proto.deterministic_time
    return Outcome(_STATUS[status], solver.objective_value, solver.best_objective_bound, solver, work)
