"""Which of all timetables found is the best for a variant: by what the variant is named for."""

from collections.abc import Sequence

from webapp.engine.evaluate import Score, evaluate
from webapp.engine.instance import Instance
from webapp.engine.profiles import criterion, measured, profiled
from webapp.engine.solution import Solution


class Judge:
    """Counts each timetable once, on the one yardstick, and weighs it again only where two are tied."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._measured = measured(instance)
        self._scores: dict[Solution, Score] = {}

    def score(self, solution: Solution) -> Score:
        """The truth's counts of a timetable."""
        if solution not in self._scores:
            self._scores[solution] = evaluate(self._measured, solution)
        return self._scores[solution]

    def best(self, name: str, found: Sequence[Solution]) -> Solution:
        """The best for a variant; the earlier one of two that are equal."""
        candidates = list(dict.fromkeys(found))
        named_for = {solution: criterion(name, self.score(solution))[:-1] for solution in candidates}
        least = min(named_for.values())
        tied = [solution for solution in candidates if named_for[solution] == least]
        if len(tied) == 1:
            return tied[0]
        instance = profiled(self._instance, name)
        return min(tied, key=lambda solution: evaluate(instance, solution).cost)
