"""What a group that chooses breaks, counted once and not once for each way in which its students may choose.

The engine knows such a group as several, one a way to choose (`webapp.services.problem.baskets`), and what must hold
must hold for each. A class of the whole group beside a basket is one clash for whoever reads of it.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from webapp.engine.evaluate import Score, Violation
from webapp.engine.parts import CountPart, parts
from webapp.engine.solution import Solution
from webapp.services.problem.baskets import plain_leaf
from webapp.services.problem.term_problem import TermProblem
from webapp.services.shared.words import ngettext

T = TypeVar("T")


@dataclass(frozen=True)
class _Count:
    """What a part or a violation is about."""

    constraint: int
    resource: int | None
    meetings: tuple[int, ...]
    day: int | None


class ChoiceCounts:
    """Finds what is said of several parts of one group alike."""

    def __init__(self, problem: TermProblem) -> None:
        self._problem = problem
        self._leaves = {index: plain_leaf(leaf) for leaf, index in problem.resource_of_leaf.items()}
        self._has_choices = len(set(self._leaves.values())) < len(self._leaves)

    def once(self, violations: Iterable[Violation]) -> list[Violation]:
        """The violations, those of one group alike as the first of them, which says for how many choices it is so."""
        alike = self._alike((_Count(one.constraint, one.resource, one.meetings, one.day), one) for one in violations)
        return [self._first_of(own) for own in alike]

    def parts_once(self, counted: Sequence[CountPart]) -> list[CountPart]:
        """The parts of counts, those of one group alike as the dearest of them."""
        alike = self._alike(
            (_Count(part.constraint, part.subject.resource, part.meetings, part.day), part) for part in counted
        )
        return [max(own, key=lambda part: part.count) for own in alike]

    def score(self, solution: Solution, score: Score) -> Score:
        """The score with what must hold counted once; cost and counts of wishes are once already."""
        if not score.hard or not self._has_choices:
            return score
        instance, twice = self._problem.instance, Counter[str]()
        for index, constraint in enumerate(instance.constraints):
            if constraint.weight is None:
                found = list(parts(instance, solution.placements, index))
                once = self.parts_once(found)
                twice[constraint.rule.name] += sum(p.count for p in found) - sum(p.count for p in once)
        counts = {rule: count - twice[rule] for rule, count in score.counts.items()}
        return replace(score, counts=counts, hard=score.hard - sum(twice.values()))

    def _alike(self, counted: Iterable[tuple[_Count, T]]) -> Iterator[list[T]]:
        found: dict[Hashable, list[T]] = {}
        for number, (count, one) in enumerate(counted):
            leaf = self._leaves.get(count.resource) if count.resource is not None and self._has_choices else None
            key: Hashable = number
            if leaf is not None:
                places = frozenset(self._place_of.get(meeting, (meeting, -1)) for meeting in count.meetings)
                key = (count.constraint, leaf, places, count.day)
            found.setdefault(key, []).append(one)
        return iter(found.values())

    def _first_of(self, alike: list[Violation]) -> Violation:
        dearest = max(alike, key=lambda one: one.count)
        more = len(alike) - 1
        if not more:
            return dearest
        words = ngettext(
            "%(sentence)s It is so for %(num)d more choice of its students.",
            "%(sentence)s It is so for %(num)d more choices of its students.",
            more,
            sentence=dearest.sentence,
        )
        return replace(dearest, sentence=words)

    @cached_property
    def _place_of(self) -> Mapping[int, tuple[int, int]]:
        """By meeting of an option, its basket and which of the basket's meetings it starts with."""
        return {
            meeting: (position.options.basket_ids[0], number)
            for number, position in enumerate(self._problem.positions)
            if position.is_bound
            for meeting in position.meetings
        }
