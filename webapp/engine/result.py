"""What a run of the engine says about itself."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import version
from typing import Any, Protocol

from webapp.engine.solution import Solution
from webapp.engine.words import RemarkCode, UnplacedCode, remark_in_words, unplaced_in_words
from webapp.engine.work import WorkDone


class Status(StrEnum):
    """How far a run came."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Unplaced:
    """A meeting (index) that could not be placed, and why: a code with what its sentence names."""

    meeting: int
    code: UnplacedCode
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The reason as a sentence."""
        return unplaced_in_words(self.code, self.values)


@dataclass(frozen=True)
class Remark:
    """What a run says of its search: a code with what its sentence names."""

    code: RemarkCode
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The remark as a sentence."""
        return remark_in_words(self.code, self.values)


@dataclass(frozen=True)
class Result:
    """Outcome of a run.

    Attributes
    ----------
    counts
        Raw count per rule, by the truth, hard and soft alike.
    cost
        Sum of weight times count over the soft constraints, by the truth.
    bound
        Best proven lower bound on the cost, or None; ``bound_of`` says for which part it holds.
    seconds, cpu_seconds
        Wall time and processor time spent.
    limit
        What ended the run: "optimal", "time", "work", "stopped".
    is_tight
        Whether CP-SAT or chains found what annealing could not make feasible: `resolve` shall know it.
    work
        What was done, where the parameters alone do not say it: the clock or somebody ended it.
    """

    status: Status
    solution: Solution
    cost: int
    counts: Mapping[str, int]
    hard: int
    bound: int | None = None
    bound_of: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    first_feasible: float | None = None
    iterations: int = 0
    seed: int = 0
    limit: str = ""
    is_tight: bool = False
    unplaced: tuple[Unplaced, ...] = ()
    remarks: tuple[Remark, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, object] = field(default_factory=dict)
    work: WorkDone | None = None

    @property
    def reason(self) -> str:
        """The remarks as sentences in a row."""
        return " ".join(remark.sentence for remark in self.remarks)


class Observer(Protocol):
    """Told about a run while it goes on; `NoObserver` ignores everything."""

    def on_stage(self, stage: str) -> None:
        """A stage begins: clustering, scheduling or conflict resolution."""

    def on_best(self, cost: int, hard: int, bound: int | None, seconds: float) -> None:
        """A better timetable or bound is known: cost, hard violations, the bound, seconds since the start."""


class NoObserver:
    """Ignores every report."""

    def on_stage(self, stage: str) -> None:
        """Do nothing."""

    def on_best(self, cost: int, hard: int, bound: int | None, seconds: float) -> None:
        """Do nothing."""


class Stop(Protocol):
    """Asked now and then whether the run shall end; `never` says no."""

    def __call__(self) -> bool:
        """Whether to stop."""
        ...


def never() -> bool:
    """Go on until the limit."""
    return False


def versions() -> dict[str, str]:
    """Versions of what a result depends on."""
    found = {name: version(name) for name in ("numba", "numpy", "ortools")}
    return {"python": platform.python_version()} | found
