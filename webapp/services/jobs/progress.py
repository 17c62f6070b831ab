"""How far a job is: the stage, the time spent in it, and what is known so far. Never decoration."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

from webapp.models import GenerationJob, JobKind, Stage
from webapp.services.jobs.kinds import (
    KINDS,
    Facts,
    GenerateFacts,
    GenerateOptions,
    VariantFacts,
    VariantStatus,
    facts_of,
    options_of,
    stored,
)

MOST_POINTS = 40
"""A curve of more points than this loses every second one; its first and its last stay."""
F = TypeVar("F", bound=Facts)


class Tracker(Generic[F]):
    """Listens to a job, and says at each heartbeat what its row shall hold."""

    def __init__(self, facts: F) -> None:
        self._lock = threading.Lock()
        self._stage: Stage | None = None
        self._low = self._high = 0.0
        self._limit = 1.0
        self._since = time.monotonic()
        self._facts = facts

    def enter(self, stage: Stage, low: float, high: float, seconds: float) -> None:
        """A stage (or a variant's part of it) begins: the bar goes from ``low`` to ``high`` in so many seconds."""
        with self._lock:
            self._stage, self._low, self._high = stage, low, high
            self._limit, self._since = max(seconds, 0.1), time.monotonic()
            self._entered()

    def _entered(self) -> None:
        """A stage has begun."""

    def note(self, **facts: Any) -> None:
        """Change the facts by name."""
        with self._lock:
            self._facts = replace(self._facts, **facts)

    def finish(self) -> None:
        """Everything is stored."""
        with self._lock:
            self._low = self._high = 100.0

    @property
    def facts(self) -> F:
        """Everything known."""
        with self._lock:
            return self._facts

    def report(self) -> dict[str, Any]:
        """Stage, progress and facts, as the job's row holds them."""
        with self._lock:
            share = min(1.0, (time.monotonic() - self._since) / self._limit)
            progress = int(self._low + (self._high - self._low) * share)
            return {"stage": self._stage, "progress": progress, "facts": stored(self._facts)}


class RunTracker(Tracker[GenerateFacts]):
    """Listens to the engine besides, and follows each variant of a run.

    Parameters
    ----------
    names
        The variants of the run.
    earlier
        The facts of an attempt before, whose finished variants stay finished.
    """

    def __init__(self, names: Sequence[str], earlier: GenerateFacts | None = None) -> None:
        known = earlier.variants if earlier is not None else ()
        done = {variant.name: variant for variant in known if variant.status is VariantStatus.DONE}
        super().__init__(GenerateFacts(variants=tuple(done.get(name, VariantFacts(name)) for name in names)))
        self._current: str | None = None
        self._began: float | None = None
        self._feasible: float | None = None

    def _entered(self) -> None:
        if self._began is None:
            self._began = self._since

    def begin_variant(self, name: str) -> None:
        """The engine improves this variant from now on."""
        with self._lock:
            self._current = name
            self._change(name, status=VariantStatus.RUNNING, curve=(), hard=None, first_feasible=self._feasible)

    def end_variant(self, name: str, **known: Any) -> None:
        """A variant is stored."""
        with self._lock:
            if self._current == name:
                known["seconds"] = round(time.monotonic() - self._since, 1)
                self._current = None
            self._change(name, status=VariantStatus.DONE, **known)

    def _change(self, name: str, **known: Any) -> None:
        variants = (replace(each, **known) if each.name == name else each for each in self._facts.variants)
        self._facts = replace(self._facts, variants=tuple(variants))

    # What the engine tells

    def on_stage(self, stage: str) -> None:
        """The run knows its stages itself."""

    def on_best(self, cost: int, hard: int, bound: int | None, seconds: float) -> None:
        """The engine knows a better timetable: note its cost, and the bound, of the variant in hand.

        Costs compare only between timetables that break as many hard rules: a curve begins anew where fewer are broken.
        """
        with self._lock:
            now = time.monotonic()
            changed: dict[str, Any] = {"hard": hard} | ({} if bound is None else {"bound": bound})
            if not hard:
                changed["best_cost"] = cost
                if self._feasible is None:
                    self._feasible = round(now - (self._began or now), 1)
                    changed["first_feasible"] = self._feasible
            self._facts = replace(self._facts, **changed)
            if self._current is not None:
                self._follow(self._current, cost, hard, bound, round(now - self._since, 1))

    def _follow(self, name: str, cost: int, hard: int, bound: int | None, seconds: float) -> None:
        variant = next(each for each in self._facts.variants if each.name == name)
        known: dict[str, Any] = {}
        curve = variant.curve
        if variant.hard is None or hard < variant.hard:
            known["hard"], curve = hard, ()
        if hard == known.get("hard", variant.hard):
            known["curve"] = thinned((*curve, (seconds, cost)))
        if not hard:
            known |= {"cost": cost, "weighed": cost, "bound": variant.bound if bound is None else bound}
            known["first_feasible"] = variant.first_feasible or self._feasible
        self._change(name, **known)


def tracker_of(job: GenerationJob) -> Tracker[Any]:
    """Make what listens to a job of its kind."""
    if job.kind is JobKind.GENERATE:
        return RunTracker(options_of(job, GenerateOptions).profiles, facts_of(job, GenerateFacts))
    return Tracker(KINDS[job.kind].facts())


def thinned(curve: Sequence[tuple[float, int]]) -> tuple[tuple[float, int], ...]:
    """A step curve of at most `MOST_POINTS`: of several in the same tenth of a second the last, its ends always."""
    points = tuple({point[0]: point for point in curve}.values())
    if len(points) <= MOST_POINTS:
        return points
    return (*points[:-1:2], points[-1])
