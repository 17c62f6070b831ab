"""The truth: what a timetable counts under the rules, in plain Python.

It alone judges: the web, the tests, the check before publishing and every reported score. `evaluate`
counts a timetable from nothing, `violations` puts each count into a sentence, and `ScoredTimetable` keeps
the counts up to date while meetings move.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from webapp.engine.instance import UNPLACED, Instance, Placement
from webapp.engine.parts import CountPart, cost_of, parts
from webapp.engine.rules import RULES, STUDENT_RULES
from webapp.engine.solution import Solution
from webapp.engine.touched import Aspect, Touched
from webapp.engine.words import Names, finding_in_words, finding_values

_ORDER = {rule.name: place for place, rule in enumerate((*RULES, *STUDENT_RULES))}


@dataclass(frozen=True)
class Score:
    """How good a timetable is.

    Attributes
    ----------
    counts
        Raw count of every rule that the instance uses, hard and soft alike.
    costs
        Weight times count of every rule that is soft somewhere.
    hard
        Sum of the counts of the hard constraints.
    cost
        Sum of ``costs``.
    """

    counts: Mapping[str, int]
    costs: Mapping[str, int]
    hard: int
    cost: int

    @property
    def feasible(self) -> bool:
        """Whether nothing hard is violated."""
        return self.hard == 0

    @classmethod
    def of(cls, instance: Instance, totals: Sequence[int]) -> "Score":
        """Sum up one count per constraint."""
        counts: Counter[str] = Counter()
        costs: Counter[str] = Counter()
        hard = 0
        for constraint, count in zip(instance.constraints, totals, strict=True):
            counts[constraint.rule.name] += count
            if constraint.weight is None:
                hard += count
            else:
                costs[constraint.rule.name] += cost_of(instance, constraint, count)
        return cls(_ordered(counts), _ordered(costs), hard, sum(costs.values()))


@dataclass(frozen=True)
class Delta:
    """What moving meetings would change; negative numbers are improvements.

    ``counts`` names the rules whose raw count changes, and by how much.
    """

    hard: int
    cost: int
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Violation:
    """One count of one rule, with its sentence.

    Attributes
    ----------
    rule, constraint, weight
        The rule's name, the index of the constraint, and its weight (None: hard).
    subject, resource
        Who or what it is about, and the index of the resource if it is one.
    meetings, day
        The meetings that cause it, and the day where it is about one.
    """

    rule: str
    constraint: int
    subject: str
    count: int
    weight: int | None
    meetings: tuple[int, ...]
    day: int | None
    sentence: str
    resource: int | None = None
    values: Mapping[str, int | str] = field(default_factory=dict, hash=False)
    """What the sentence names, for `webapp.engine.words.finding_in_words`."""


def evaluate(instance: Instance, solution: Solution) -> Score:
    """Count every rule of the instance for a timetable."""
    return Score.of(instance, _totals(instance, solution))


def violations(
    instance: Instance, solution: Solution, rule: str | None = None, names: Names | None = None
) -> Iterator[Violation]:
    """Yield everything that counts, hard rules first in the order of `RULES`; or of one rule only."""
    names = names or Names.of(instance)
    used = [i for i, constraint in enumerate(instance.constraints) if rule in (None, constraint.rule.name)]
    for index in sorted(
        used, key=lambda i: (not instance.constraints[i].hard, _ORDER[instance.constraints[i].rule.name])
    ):
        for part in parts(instance, solution.placements, index, solution.sectioning):
            yield violation_of(instance, solution.placements, part, names)


def violation_of(instance: Instance, placements: Sequence[Placement], part: CountPart, names: Names) -> Violation:
    """The violation that a part is."""
    constraint = instance.constraints[part.constraint]
    values = finding_values(instance, placements, part, names)
    return Violation(
        rule=constraint.rule.name,
        constraint=part.constraint,
        subject=str(values["who"]),
        count=part.count,
        weight=constraint.weight,
        meetings=part.meetings,
        day=part.day,
        sentence=finding_in_words(constraint.rule, values),
        resource=part.subject.resource,
        values=values,
    )


class ScoredTimetable:
    """A timetable in the making: knows its score, and what a move would change.

    Counting again touches only the parts of the rules in which the moved meeting has a share.

    Parameters
    ----------
    solution
        Where the meetings stand at first; nowhere if None.
    """

    def __init__(self, instance: Instance, solution: Solution | None = None) -> None:
        self.instance = instance
        solution = solution or Solution.empty(instance)
        self._sectioning = solution.sectioning
        self._touched = Touched(instance, solution.placements, solution.sectioning)
        self._totals = _totals(instance, solution)

    @property
    def placements(self) -> Sequence[Placement]:
        """Where every meeting stands; not to be changed by hand."""
        return self._touched.placements

    @property
    def solution(self) -> Solution:
        """The timetable as it stands."""
        return Solution(tuple(self.placements), self._sectioning)

    def score(self) -> Score:
        """The score, equal to that of `evaluate`."""
        return Score.of(self.instance, self._totals)

    def place(self, meeting: int, placement: Placement) -> None:
        """Move a meeting, or place it for the first time."""
        for part, change in self._touched.changes(meeting, placement):
            self._totals[part.constraint] += change
        self._touched.move(meeting, placement)

    def unplace(self, meeting: int) -> None:
        """Take a meeting off the timetable."""
        self.place(meeting, UNPLACED)

    def delta(self, changes: Mapping[int, Placement] | Iterable[tuple[int, Placement]]) -> Delta:
        """What moving these meetings together would change; nothing is moved."""
        moves = list(changes.items() if isinstance(changes, Mapping) else changes)
        summed: Counter[int] = Counter()
        undo: list[tuple[int, Placement]] = []
        try:
            for place, (meeting, placement) in enumerate(moves, 1):
                for part, change in self._touched.changes(meeting, placement):
                    summed[part.constraint] += change
                if place < len(moves):
                    undo.append((meeting, self.placements[meeting]))
                    self._touched.move(meeting, placement)
        finally:
            for meeting, placement in reversed(undo):
                self._touched.move(meeting, placement)
        return self._delta(summed)

    def worth(self, changes: Mapping[int, int]) -> tuple[int, int]:
        """Hard violations and cost of changes in the counts of constraints, by their index."""
        hard = cost = 0
        for index, change in changes.items():
            constraint, now = self.instance.constraints[index], self._totals[index]
            if constraint.weight is None:
                hard += change
            else:
                cost += cost_of(self.instance, constraint, now + change) - cost_of(self.instance, constraint, now)
        return hard, cost

    def changes(
        self, meeting: int, placement: Placement, aspect: Aspect = Aspect.EVERYTHING
    ) -> Iterator[tuple[CountPart, int]]:
        """Yield each part that a move would change, as it would be, and by how much its count changes.

        ``aspect`` limits this to rules about times, rooms, or both together; the three add up.
        """
        return self._touched.changes(meeting, placement, aspect)

    def overlapping(self, meeting: int, placement: Placement) -> set[int]:
        """The other meetings that are held at some time of the placement."""
        return self._touched.overlapping(meeting, placement)

    def excluded(self, meeting: int, placement: Placement) -> set[int]:
        """The other meetings that could not stay: they clash with the placement under a hard rule."""
        return self._touched.excluded(meeting, placement)

    def _delta(self, summed: Mapping[int, int]) -> Delta:
        counts: Counter[str] = Counter()
        for index, change in summed.items():
            counts[self.instance.constraints[index].rule.name] += change
        return Delta(*self.worth(summed), _ordered({rule: change for rule, change in counts.items() if change}))


def _totals(instance: Instance, solution: Solution) -> list[int]:
    placements, attends = solution.placements, solution.sectioning
    return [
        sum(part.count for part in parts(instance, placements, i, attends)) for i in range(len(instance.constraints))
    ]


def _ordered(counts: Mapping[str, int]) -> dict[str, int]:
    return {rule: counts[rule] for rule in sorted(counts, key=_ORDER.__getitem__)}
