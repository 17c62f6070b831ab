"""How far a run is: the stage, the time spent in it, and what is known so far. Never decoration."""

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from webapp.models import Stage

MOST_POINTS = 40
"""A curve of more points than this loses every second one; its first and its last stay."""


class Tracker:
    """Listens to the engine and to the run, and says at each heartbeat what the job's row shall hold.

    Parameters
    ----------
    names
        The variants of the run.
    earlier
        The facts of an attempt before, whose finished variants stay finished.
    """

    def __init__(self, names: Sequence[str], earlier: Mapping[str, Any] | None = None) -> None:
        self._lock = threading.Lock()
        self._stage: Stage | None = None
        self._low = self._high = 0.0
        self._limit = 1.0
        self._since = time.monotonic()
        self._facts: dict[str, Any] = {}
        done = {known["name"]: known for known in (earlier or {}).get("variants", ()) if known["status"] == "done"}
        self._variants: dict[str, dict[str, Any]] = {
            name: dict(done.get(name, {"name": name, "status": "waiting"})) for name in names
        }
        self._current: str | None = None
        self._began: float | None = None
        self._feasible: float | None = None

    def enter(self, stage: Stage, low: float, high: float, seconds: float) -> None:
        """A stage (or a variant's part of it) begins: the bar goes from ``low`` to ``high`` in so many seconds."""
        with self._lock:
            self._stage, self._low, self._high = stage, low, high
            self._limit, self._since = max(seconds, 0.1), time.monotonic()
            if self._began is None:
                self._began = self._since

    def note(self, **facts: Any) -> None:
        """Add facts about the run."""
        with self._lock:
            self._facts.update(facts)

    def begin_variant(self, name: str) -> None:
        """The engine improves this variant from now on."""
        with self._lock:
            self._current = name
            self._variants[name] |= {"status": "running", "curve": [], "hard": None}
            self._variants[name]["first_feasible"] = self._feasible

    def end_variant(self, name: str, **known: Any) -> None:
        """A variant is stored."""
        with self._lock:
            if self._current == name:
                known["seconds"] = round(time.monotonic() - self._since, 1)
                self._current = None
            self._variants[name] |= {"status": "done", **known}

    def finish(self) -> None:
        """Everything is stored."""
        with self._lock:
            self._low = self._high = 100.0

    # What the engine tells

    def on_stage(self, stage: str) -> None:
        """The run knows its stages itself."""

    def on_best(self, cost: int, hard: int, bound: int | None, seconds: float) -> None:
        """The engine knows a better timetable: note its cost, and the bound, of the variant in hand.

        Costs compare only between timetables that break as many hard rules: a curve begins anew where fewer are broken.
        """
        with self._lock:
            if bound is not None:
                self._facts["bound"] = bound
            self._facts["hard"] = hard
            now = time.monotonic()
            if not hard:
                self._facts["best_cost"] = cost
                if self._feasible is None:
                    self._feasible = round(now - (self._began or now), 1)
                    self._facts["first_feasible"] = self._feasible
            if self._current is not None:
                self._note(self._variants[self._current], cost, hard, bound, round(now - self._since, 1))

    def _note(self, known: dict[str, Any], cost: int, hard: int, bound: int | None, seconds: float) -> None:
        if known["hard"] is None or hard < known["hard"]:
            known |= {"hard": hard, "curve": []}
        if hard == known["hard"]:
            known["curve"] = thinned([*known["curve"], [seconds, cost]])
        if not hard:
            known |= {"cost": cost, "weighed": cost, "bound": bound if bound is not None else known.get("bound")}
            known["first_feasible"] = known["first_feasible"] or self._feasible

    # What the row shall hold

    def facts(self) -> dict[str, Any]:
        """Everything known, as JSON."""
        with self._lock:
            return self._facts | {"variants": [dict(known) for known in self._variants.values()]}

    def report(self) -> dict[str, Any]:
        """Stage, progress and facts, for the job's row."""
        with self._lock:
            share = min(1.0, (time.monotonic() - self._since) / self._limit)
            progress = int(self._low + (self._high - self._low) * share)
            stage = self._stage
        return {"stage": stage, "progress": progress, "facts": self.facts()}


def thinned(curve: Sequence[Sequence[float]]) -> list[Sequence[float]]:
    """A step curve of at most `MOST_POINTS`: of several in the same tenth of a second the last, its ends always."""
    points = list({point[0]: point for point in curve}.values())
    if len(points) <= MOST_POINTS:
        return points
    return [*points[:-1:2], points[-1]]
