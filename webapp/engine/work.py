"""The work that a search did, slice by slice: with it a search that the clock has ended can be done again exactly.

A search asks how much of its limit is used, which sets its temperature, and tries so many moves at it. Both numbers are
noted each time. What CP-SAT gave depends on how far it came and on its threads: its timetable itself is noted.
"""

from dataclasses import dataclass, field

from webapp.engine.params import SearchParams
from webapp.engine.solution import Solution

Slice = tuple[float, int]
"""The share of the limit that was used, and the moves tried then; 0 moves where the search ended there."""

FIRST, EVICTIONS, AFTER_CPSAT, CPSAT, REST = "first", "evictions", "after CP-SAT", "CP-SAT", "rest"
"""Names of the steps to a first timetable: annealing, evictions, these again, CP-SAT between them; and what is done
where none holds when all are over: evictions."""


def chain_name(worker: int) -> str:
    """The name of a worker's part of the improvement."""
    return f"chain {worker + 1}"


def taken_name(step: str, number: int) -> str:
    """The name of what a chain took of another before one of its rounds."""
    return f"{step}, round {number + 1}"


@dataclass
class WorkDone:
    """What one call of the engine did, by the names of its steps.

    Attributes
    ----------
    slices
        Of each annealing.
    searches
        The parameters of each chain, which follow from how much time it had.
    given
        The timetable that CP-SAT gave to a step, None where it was asked and had none; and what a chain took of
        another.
    """

    slices: dict[str, list[Slice]] = field(default_factory=dict)
    searches: dict[str, SearchParams] = field(default_factory=dict)
    given: dict[str, Solution | None] = field(default_factory=dict)
