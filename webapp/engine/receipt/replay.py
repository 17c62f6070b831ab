"""The parts of a receipt done again, one after the other, and whether each gives the same timetable."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from webapp.engine.instance import UNPLACED, Instance
from webapp.engine.receipt.instance_data import DataRefused, timetable_hash
from webapp.engine.receipt.receipt import GIVEN, Receipt, RunPart, code_hash, with_weights
from webapp.engine.result import Result, versions
from webapp.engine.solution import Solution
from webapp.engine.solve import resolve, schedule, solve


@dataclass(frozen=True)
class PartAgain:
    """A part that was done again: its timetable, the hash of it, and how long that took."""

    part: RunPart
    solution: Solution
    timetable: str
    seconds: float

    @property
    def is_same(self) -> bool:
        """Whether the timetable is the one of the receipt, bit for bit."""
        return self.timetable == self.part.timetable and self.solution == self.part.solution

    @property
    def from_receipt(self) -> tuple[str, ...]:
        """What was not searched for again: CP-SAT's timetables, or all of a part that was given."""
        if self.part.call == GIVEN:
            return (GIVEN,)
        return () if self.part.work is None else tuple(self.part.work.given)


def replay(receipt: Receipt, instance: Instance) -> Iterator[PartAgain]:
    """Do each part again and yield what comes of it; raises `DataRefused` where a part is none.

    A part begins from what came of the part before in this replay, not from what the receipt says.
    """
    known: dict[str, Solution] = {}
    for part in receipt.parts:
        try:
            begin = time.monotonic()
            solution = part.solution if part.call == GIVEN else _again(part, instance, known).solution
            solution = solution.moved((meeting, UNPLACED) for meeting in part.taken_out)
            again = PartAgain(part, solution, timetable_hash(instance, solution), time.monotonic() - begin)
        except (KeyError, IndexError) as error:
            raise DataRefused(f"part {part.name!r} can't be done again: {type(error).__name__} {error}") from error
        known[part.name] = solution
        yield again


def _again(part: RunPart, instance: Instance, known: dict[str, Solution]) -> Result:
    weighed = with_weights(instance, part.weights)
    params = replace(part.params, cpu_clock=False)
    if part.call == "schedule":
        return schedule(weighed, params, work=part.work)
    if part.call == "solve":
        return solve(weighed, params, work=part.work)
    if part.call == "resolve" and part.start is not None:
        return resolve(weighed, known[part.start], params, is_tight=part.is_tight, work=part.work)
    raise DataRefused(f"part {part.name!r} calls {part.call!r}, which is nothing that a run does")


def other_versions(receipt: Receipt) -> dict[str, tuple[str, str]]:
    """What is of another version here than in the receipt: there and here."""
    here = {**versions(), "engine": code_hash()}
    there = {name: version for part in receipt.parts for name, version in part.versions.items()}
    return {name: (there[name], here[name]) for name in sorted(there.keys() & here.keys()) if there[name] != here[name]}
