"""The timetables that a run has found, with the parts that they came of, kept so that the run can be done again."""

from collections.abc import Iterator

from webapp.config import VERSION
from webapp.engine.instance import Instance
from webapp.engine.params import SolveParams
from webapp.engine.receipt.instance_data import timetable_hash
from webapp.engine.receipt.receipt import GIVEN, RunPart, part_of, weights_within
from webapp.engine.result import Result
from webapp.engine.solution import Solution
from webapp.services.problem.weights import FIRST_TIMETABLE
from webapp.services.timetables import receipts


class Pool:
    """The parts of a run, the first one first.

    Parameters
    ----------
    job_id
        Whose records they become.
    instance
        The problem of the run, with what it holds to built in.
    """

    def __init__(self, job_id: str, instance: Instance) -> None:
        self._job_id, self._instance = job_id, instance
        self._parts: list[RunPart] = []
        self._names: dict[Solution, str] = {}

    def __iter__(self) -> Iterator[Solution]:
        """Yield the timetables."""
        return (part.solution for part in self._parts)

    def begin(self) -> None:
        """Keep the problem; the parts of an attempt before that had the same one are taken up again."""
        self._parts, self._names = [], {}
        for part in receipts.begin(self._job_id, self._instance):
            self._add(part)

    @property
    def first(self) -> RunPart | None:
        """The part that all variants begin from; None before there is one."""
        return self._parts[0] if self._parts else None

    def name_of(self, solution: Solution) -> str:
        """The name of the first part that had this timetable; empty where none had."""
        return self._names.get(solution, "")

    def add_given(self, name: str, solution: Solution) -> None:
        """Add a timetable that is there already, of which nobody knows any more how it was found."""
        hashed = timetable_hash(self._instance, solution)
        self._add(RunPart(name, GIVEN, SolveParams(), solution, hashed, cost=None, hard=None, limit="", iterations=0))

    def add_first(self, params: SolveParams, result: Result, kept: Solution) -> None:
        """Add the first timetable."""
        part = part_of(
            FIRST_TIMETABLE,
            "schedule",
            params,
            result,
            self._instance,
            solution=kept,
            is_tight=result.is_tight,
            program=VERSION,
        )
        self._add(part)

    def add_variant(
        self, name: str, weighed: Instance, start: Solution, params: SolveParams, result: Result, kept: Solution
    ) -> None:
        """Add what the search for a variant gave, from a timetable of the pool under the variant's weights."""
        part = part_of(
            name,
            "resolve",
            params,
            result,
            self._instance,
            solution=kept,
            weights=weights_within(self._instance, weighed),
            start=self.name_of(start),
            is_tight=self.is_tight,
            program=VERSION,
        )
        self._add(part)

    @property
    def is_tight(self) -> bool:
        """Whether annealing could not find the first timetable."""
        return self.first is not None and self.first.is_tight

    def keep_latest(self) -> None:
        """Keep the part that was added last; the caller commits."""
        receipts.keep_part(self._job_id, len(self._parts), self._parts[-1])

    def keep_all(self) -> None:
        """Keep every part; the caller commits."""
        for number, part in enumerate(self._parts, 1):
            receipts.keep_part(self._job_id, number, part)

    def _add(self, part: RunPart) -> None:
        self._parts.append(part)
        self._names.setdefault(part.solution, part.name)
