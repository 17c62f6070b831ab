"""Teaching periods: what people count when they tell a load, a limit, a gap or a row.

Periods lie on the slots of a grid and may overlap (two shifts with other hours). Somebody's day is the bit mask of the
periods in which meetings are held; everything that rules of days count is read off such a mask. The words:

- two periods *follow each other* when the second begins at most a short break after the first ends, and no other period
  of the day fits between;
- a *run* is a longest series of busy periods of which each follows the one before, or overlaps it;
- the *gap* between two runs is the most periods of the day that could be held there, one after the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

MOST_REMEMBERED = 1 << 17
"""So many busy masks of a day are remembered with what they count."""


@dataclass(frozen=True)
class Periods:
    """The teaching periods of a week.

    Parameters
    ----------
    spans
        First slot of the grid and the one after the last, of each period, in ascending order.
    follows
        Per period, the mask of those that begin after it ends and at most a short break later.
    held
        Per day, the mask of the periods that the day has.
    """

    spans: tuple[tuple[int, int], ...]
    follows: tuple[int, ...]
    held: tuple[int, ...]

    @cached_property
    def by_day(self) -> tuple["DayPeriods", ...]:
        """The periods of each day; days with the same ones share the object."""
        known = {held: DayPeriods(self.spans, self.follows, held) for held in self.held}
        return tuple(known[held] for held in self.held)

    def check(self, days: int, slots: int) -> None:
        """Raise `ValueError` where the periods do not fit a grid of so many days and slots a day."""
        if len(self.held) != days or len(self.follows) != len(self.spans):
            raise ValueError(f"periods are told for {len(self.held)} days of {days}")
        if list(self.spans) != sorted(set(self.spans)):
            raise ValueError("periods stand in ascending order, each once")
        for start, end in self.spans:
            if not 0 <= start < end <= slots:
                raise ValueError(f"period of slots {start} to {end} lies outside the day of {slots} slots")


@dataclass(frozen=True)
class DayPeriods:
    """The teaching periods of one day, a bit each in the masks of busy periods; fields as in `Periods`."""

    spans: tuple[tuple[int, int], ...]
    follows: tuple[int, ...]
    held: int
    _fits: dict[tuple[int, int], int] = field(default_factory=dict, init=False, repr=False, compare=False)
    _mosts: dict[int, int] = field(default_factory=dict, init=False, repr=False, compare=False)
    _runs: dict[int, tuple[int, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _free: dict[int, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def indices(self) -> tuple[int, ...]:
        """The periods of the day, by the bits that stand for them."""
        return tuple(bits(self.held))

    @cached_property
    def is_disjoint(self) -> bool:
        """Whether no two periods of the day overlap."""
        own = [self.spans[index] for index in self.indices]
        return all(earlier[1] <= later[0] for earlier, later in pairwise(own))

    def masks(self) -> list[int]:
        """Every mask of periods of the day, in the order of the numbers whose bits stand for the day's periods."""
        found = [0]
        for index in self.indices:
            found += [busy | 1 << index for busy in found]
        return found

    def most(self, among: int) -> int:
        """The most of some periods (a mask) that can be held one after the other."""
        among &= self.held
        if self.is_disjoint:
            return among.bit_count()
        if among not in self._mosts:
            found, free = 0, 0
            for begins, ends in sorted((self.spans[index] for index in bits(among)), key=lambda span: span[1]):
                if free <= begins:
                    found, free = found + 1, ends
            self._mosts[among] = found
        return self._mosts[among]

    def fit(self, start: int, end: int) -> int:
        """The most periods that can be held one after the other from a slot of the grid up to another."""
        if (start, end) not in self._fits:
            within = (1 << i for i in self.indices if start <= self.spans[i][0] and self.spans[i][1] <= end)
            self._fits[start, end] = self.most(sum(within))
        return self._fits[start, end]

    def runs(self, busy: int) -> tuple[int, ...]:
        """The numbers of busy periods in each run."""
        known = self._runs.get(busy)
        if known is None:
            self._count(busy)
            known = self._runs[busy]
        return known

    def free_between(self, busy: int) -> int:
        """How many periods could be held in the gaps between the runs."""
        if self.is_disjoint:
            between = (1 << busy.bit_length()) - (busy & -busy) if busy else 0
            return (self.held & between & ~busy).bit_count()
        if busy not in self._free:
            self._count(busy)
        return self._free[busy]

    def _count(self, busy: int) -> None:
        if len(self._runs) >= MOST_REMEMBERED:
            self._runs.clear()
            self._free.clear()
        runs = self.runs_of(busy)
        ends = [max(self.spans[index][1] for index in run) for run in runs]
        self._free[busy] = sum(self.fit(end, self.spans[run[0]][0]) for end, run in zip(ends, runs[1:], strict=False))
        self._runs[busy] = tuple(map(len, runs))

    def runs_of(self, busy: int) -> list[list[int]]:
        """The periods of each run, earliest first."""
        runs: list[list[int]] = []
        last, end = -1, -1
        for index in bits(busy):
            begins, ends = self.spans[index]
            if last >= 0 and (begins < end or self.follow(last, index)):
                runs[-1].append(index)
            else:
                runs.append([index])
            if ends >= end:
                last, end = index, ends
        return runs

    def follow(self, first: int, second: int) -> bool:
        """Whether a period follows another: it begins a short break later at most, and no other fits between."""
        is_near = self.follows[first] >> second & 1
        return bool(is_near) and not self.fit(self.spans[first][1], self.spans[second][0])


def bits(mask: int) -> Iterator[int]:
    """Yield the places of the bits that are set, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
