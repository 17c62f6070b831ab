"""Where values stand on the axes of a chart. Pure view model: it reads no rows and writes no markup."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

MOST_TICKS = 6
INSET = 14
"""Marks keep so far from the axes and the edge, so that none is cut."""
FAR_APART = 20
"""From so many times the least value on, a straight scale would press most of a curve onto its axis."""


@dataclass(frozen=True)
class Tick:
    """A value on an axis, and where it stands."""

    value: int
    at: float


class Scale:
    """Where values stand between two ends, with round ticks; equal values stand in the middle."""

    def __init__(self, values: Sequence[float], start: float, end: float, inset: float = INSET) -> None:
        least, most = min(values, default=0), max(values, default=0)
        step = _round_step(most - least)
        self._from, self._to = floor(least / step) * step, max(ceil(most / step), floor(least / step) + 1) * step
        sign = 1 if end > start else -1
        self._start, self._end = start + sign * inset, end - sign * inset
        self.ticks = tuple(Tick(value, self.at(value)) for value in range(self._from, self._to + 1, step))

    def at(self, value: float) -> float:
        """The position of a value."""
        share = (value - self._from) / (self._to - self._from)
        return round(self._start + share * (self._end - self._start), 1)


class LogScale:
    """The same with equal ratios equally long; 0 has a place too."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        least, most = min(values), max(values)
        steps = [0, *(factor * 10**power for power in range(12) for factor in (1, 2, 5))]
        inside = [step for step in steps if least < step < most]
        enclosing = [max(step for step in steps if step <= least), *inside, min(s for s in steps if s >= most)]
        self._from, self._to = log10(1 + enclosing[0]), log10(1 + enclosing[-1])
        self._start, self._end = start, end
        marks = enclosing if len(enclosing) <= MOST_TICKS else _powers(enclosing)
        self.ticks = tuple(Tick(value, self.at(value)) for value in marks)

    def at(self, value: float) -> float:
        """The position of a value."""
        share = (log10(1 + value) - self._from) / (self._to - self._from)
        return round(self._start + share * (self._end - self._start), 1)


def _powers(steps: Sequence[int]) -> list[int]:
    """The ends, and powers of ten between them that do not stand right beside an end."""
    between = [step for step in steps[2:-2] if set(str(step)) <= {"1", "0"}]
    return [steps[0], *between, steps[-1]]


def scale_of(values: Sequence[float], start: float, end: float, inset: float) -> Scale | LogScale:
    """A straight scale, or a logarithmic one where the values lie far apart."""
    if min(values) >= 0 and max(values) > FAR_APART * max(1, min(values)):
        return LogScale(values, start, end)
    return Scale(values, start, end, inset)


def _round_step(span: float) -> int:
    """1, 2 or 5 times a power of ten, so that no more than some ticks span it."""
    if span <= MOST_TICKS - 1:
        return 1
    least = span / (MOST_TICKS - 1)
    power = 10 ** floor(log10(least))
    return max(1, int(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)))
