"""How long a search goes on: by the clock, or by work where a run shall be repeatable."""

import math
from collections.abc import Callable, Iterable
from typing import Protocol

from webapp.engine.work import Slice

LONGEST_SLICE = 0.25
"""Seconds between two looks at the clock and the stop flag."""


class Budget(Protocol):
    """Says how much of it is used up, and how many moves to try before asking again."""

    def used(self) -> float:
        """Share that is used up, 1 at the end."""
        ...

    def slice(self) -> int:
        """Moves to try next."""
        ...

    def done(self, moves: int) -> None:
        """Take note of moves tried since `slice`."""
        ...


class TimeBudget:
    """A stretch of a clock; slices are sized by the speed seen so far.

    Parameters
    ----------
    clock
        Returns seconds.
    begin, end
        The stretch, in the clock's seconds.
    slices
        Into how many slices to divide it at least.
    most
        Moves that are enough, whatever time is left.
    """

    def __init__(
        self, clock: Callable[[], float], begin: float, end: float, slices: int, most: float = math.inf
    ) -> None:
        self._clock, self._begin, self._end = clock, begin, end
        self._target = min(LONGEST_SLICE, max(0.002, (end - begin) / slices))
        self._most, self._tried, self._longest = most, 0, max(200.0, most / slices)
        self._moves, self._last = int(min(2_000, self._longest)), clock()

    def used(self) -> float:
        """Share of the time that is gone, or of the moves that are enough."""
        length = self._end - self._begin
        gone = 1.0 if length <= 0 else (self._clock() - self._begin) / length
        return max(gone, self._tried / self._most)

    def slice(self) -> int:
        """As many moves as the target takes."""
        self._last = self._clock()
        return self._moves

    def done(self, moves: int) -> None:
        """Size the next slice, at most four times the last."""
        seconds = max(1e-4, self._clock() - self._last)
        self._tried += moves
        self._moves = int(min(self._longest, max(200, min(4 * moves, moves * self._target / seconds))))


class WorkBudget:
    """A number of moves in equal slices: says the same on every machine.

    Parameters
    ----------
    check
        Called before each slice; raises where the work takes far too long.
    """

    def __init__(self, moves: int, slices: int, check: Callable[[], None]) -> None:
        self._total, self._left, self._check = moves, moves, check
        self._size = max(1, min(500_000, moves // slices))

    def used(self) -> float:
        """Share of the moves that are tried."""
        if self._left:
            self._check()
        return 1.0 - self._left / self._total if self._left else 1.0

    def slice(self) -> int:
        """The next moves, all of one size but the last."""
        return min(self._size, self._left)

    def done(self, moves: int) -> None:
        """Count down."""
        self._left -= moves


class NotedBudget:
    """Another budget, whose answers are noted so that they can be given again."""

    def __init__(self, budget: Budget, slices: list[Slice]) -> None:
        self._budget, self._slices = budget, slices

    def used(self) -> float:
        """What the other one says."""
        used = self._budget.used()
        self._slices.append((used, 0))
        return used

    def slice(self) -> int:
        """What the other one says."""
        moves = self._budget.slice()
        self._slices[-1] = (self._slices[-1][0], moves)
        return moves

    def done(self, moves: int) -> None:
        """Tell the other one."""
        self._budget.done(moves)


class GivenBudget:
    """The slices that were noted of another search, one after the other: no clock has a say."""

    def __init__(self, slices: Iterable[Slice]) -> None:
        self._slices, self._moves = iter(slices), 0

    def used(self) -> float:
        """The share that was used; infinite where the search ended, whatever ended it."""
        used, self._moves = next(self._slices, (math.inf, 0))
        return used if self._moves else math.inf

    def slice(self) -> int:
        """As many moves as were tried."""
        return self._moves

    def done(self, moves: int) -> None:
        """Take no note: what comes next is known."""
