"""Parameters of a run: one dataclass per part, each with its defaults and its checks."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class SearchParams:
    """How the compiled search anneals. Temperatures and the price of hard violations are in units of weights.

    Parameters
    ----------
    start_temperature
        Times the largest weight of a soft rule: where cooling begins.
    end_temperature
        Times the smallest weight of a soft rule: where it ends. The cheapest rules need it low.
    hard_weight
        Price of a hard violation on the way, times the start temperature.
    share_room
        Share of moves that keep the time and change the room.
    share_time
        Share of moves that keep the room and change the time; the rest change both.
    slices
        Steps of the temperature in a run.
    chains
        Chains that are cooled from the start temperature, one after the other; the best of them goes on.
    cooler
        Where the chains begin, in start temperatures: in turn, or after trials where the best of these began.
    trial_share
        Share of the moves for trying each of ``cooler`` before the chains; 0 for no trials.
    reheats
        How often the best is warmed again and cooled.
    reheat
        How far up: 0 is the end temperature, 1 the start temperature, on the logarithmic scale of the cooling.
    chains_share
        Share of the moves for the chains; the rest is for the reheats.
    ejections
        Share of moves in the place of which a class that stands dear displaces others.
    """

    start_temperature: float = 4.0
    end_temperature: float = 0.1
    hard_weight: float = 5.0
    share_room: float = 0.2
    share_time: float = 0.4
    slices: int = 300
    chains: int = 4
    cooler: tuple[float, ...] = (1.0,)
    trial_share: float = 0.0
    reheats: int = 4
    reheat: float = 0.43
    chains_share: float = 0.5
    ejections: float = 0.0

    def __post_init__(self) -> None:
        if not self.end_temperature > 0 or not self.start_temperature > 0:
            raise ValueError("temperatures must be positive")
        if self.hard_weight <= 0:
            raise ValueError("hard_weight must be positive")
        if min(self.share_room, self.share_time) < 0 or self.share_room + self.share_time > 1:
            raise ValueError("shares of moves must lie between 0 and 1 and add up to at most 1")
        if self.slices < 1:
            raise ValueError("slices must be at least 1")
        if self.chains < 1 or self.reheats < 0:
            raise ValueError("there must be at least one chain, and no fewer than 0 reheats")
        if not self.cooler or not all(0 < share <= 1 for share in self.cooler):
            raise ValueError("cooler must hold shares above 0 and not above 1")
        if not 0 <= self.trial_share * len(self.cooler) < 1:
            raise ValueError("trial_share must leave something for the chains")
        if not 0 <= self.ejections < 1:
            raise ValueError("ejections must be a share of the moves")
        if not 0 < self.reheat <= 1 or not 0 < self.chains_share <= 1:
            raise ValueError("reheat and chains_share must lie above 0 and not above 1")


GUARD_FACTOR, GUARD_LEAST = 10, 600


def guard_seconds(seconds: float) -> float:
    """After how many seconds a reproducible run fails that was given ``seconds``: far beyond what a busy machine takes.

    No less than what compiling the search for the first time takes there.
    """
    return max(GUARD_LEAST, GUARD_FACTOR * seconds)


class WorkNotDone(Exception):
    """A reproducible run was not through with its work long after it should have been."""


@dataclass(frozen=True)
class SolveParams:
    """Limits, seed and workers of a run.

    Parameters
    ----------
    seconds
        Time limit. Wall time from the call, or with ``cpu_clock`` the CPU seconds of the whole
        process since it started.
    workers
        Threads that search at the same time.
    reproducible
        Limits by work: the same parameters give the same timetable, bit for bit, whatever the load. The clock
        never changes the answer: beyond `guard_seconds` the run fails (`WorkNotDone`).
    moves
        Work limit of each worker in a reproducible run; None takes `REPEATABLE_PACE` times ``seconds``.
    """

    seconds: float = 60.0
    seed: int = 1
    workers: int = 1
    reproducible: bool = False
    moves: int | None = None
    cpu_clock: bool = False
    search: SearchParams = field(default_factory=SearchParams)

    def __post_init__(self) -> None:
        if not 0 < self.seconds <= 1_000_000:
            raise ValueError(f"seconds must lie between 0 and 1000000, found {self.seconds}")
        if not 1 <= self.workers <= 64:
            raise ValueError(f"workers must lie between 1 and 64, found {self.workers}")
        if self.moves is not None and self.moves < 1:
            raise ValueError(f"moves must be at least 1, found {self.moves}")


REPEATABLE_PACE = 2_000_000
"""Moves that a second of a reproducible run stands for, on whatever machine; else the pace is measured."""
