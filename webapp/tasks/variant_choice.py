"""Which of all timetables found is the best for a variant: by what the variant is named for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from webapp.engine.evaluate import Score, evaluate
from webapp.engine.instance import Instance
from webapp.engine.profiles import criterion, measured, profiled
from webapp.engine.solution import Solution
from webapp.services.problem.holds import CHANGES, HeldProblem

Weights = Mapping[str, int]


class Judge:
    """Counts each timetable once, on the one yardstick, and weighs it again only where two are tied."""

    def __init__(self, instance: Instance | HeldProblem, own: Mapping[str, Weights] | None = None) -> None:
        problem = instance if isinstance(instance, HeldProblem) else HeldProblem(instance)
        instance = problem.instance
        self._held, self._own = problem, own or {}
        self._measured = measured(instance)
        self._scores: dict[Solution, Score] = {}

    def score(self, solution: Solution) -> Score:
        """The truth's counts of a timetable."""
        if solution not in self._scores:
            self._scores[solution] = evaluate(self._measured, solution)
        return self._scores[solution]

    def best(self, name: str, solutions: Sequence[Solution]) -> Solution:
        """The best for a variant; the earlier one of two that are equal."""
        candidates = list(dict.fromkeys(solutions))
        named_for = {solution: self._named_for(name, solution) for solution in candidates}
        least = min(named_for.values())
        tied = [solution for solution in candidates if named_for[solution] == least]
        if len(tied) == 1:
            return tied[0]
        instance = self.weighed(name)
        return min(tied, key=lambda solution: evaluate(instance, solution).cost)

    def weighed(self, name: str) -> Instance:
        """The problem under a variant's weights."""
        return weighed(self._held.instance, name, self._own, self._held.close)

    def _named_for(self, name: str, solution: Solution) -> tuple[int, ...]:
        score = self.score(solution)
        return (score.hard,) if name in self._own else criterion(name, score)[:-1]


def weighed(instance: Instance, name: str, own: Mapping[str, Weights], close: int = 0) -> Instance:
    """The problem under a variant's weights, for a search: a profile of the engine, or one of the registrar's own.

    Soft rules that weigh nothing are left out. Staying close keeps its proportion to the heaviest weight.
    """
    if name not in own:
        return profiled(instance, name)
    weights = dict(own[name])
    if close:
        weights[CHANGES] = close * (max(weights.values(), default=0) or 1)
    changed = measured(instance).with_weights(weights)
    return replace(changed, constraints=tuple(c for c in changed.constraints if c.weight != 0))


def weighs_as(weighed: Instance, instance: Instance) -> bool:
    """Whether a problem weighed for a search is the other one: what is proven of the cost of one holds for both."""
    counted = tuple(c for c in instance.constraints if c.weight != 0)
    same = (weighed.meetings, weighed.reference) == (instance.meetings, instance.reference)
    return same and weighed.constraints == counted
