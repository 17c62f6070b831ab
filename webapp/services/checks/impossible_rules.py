"""Rules about certain classes that can't hold, as a look at the possible times of these classes alone tells.

A finding is a blocker where the rule is hard, for then it is proved; a soft rule that can't hold is a warning.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

from webapp.engine.instance import Constraint
from webapp.engine.matching import match
from webapp.engine.rules.consecutive import Consecutive
from webapp.engine.rules.different_days import DifferentDays
from webapp.engine.rules.family import ClashRule, PairRule, subjects_of
from webapp.engine.rules.max_in_row import MaxInRow
from webapp.engine.rules.max_per_day import MaxPerDay
from webapp.engine.rules.min_working_days import MinWorkingDays
from webapp.engine.rules.patterns import first_bit
from webapp.engine.rules.precedence import Precedence
from webapp.engine.rules.precedence_of_pairs import PrecedenceOfPairs
from webapp.engine.rules.same_time import SameTime
from webapp.engine.timegrid import Time
from webapp.services.checks.findings import Finding, FindingKind, Severity
from webapp.services.checks.term_data import CheckedProblem
from webapp.services.problem.calendar import clock
from webapp.services.problem.words.statements import Statement, told
from webapp.services.schema.values import DAY_NAMES

ORDERS = (Precedence, PrecedenceOfPairs, Consecutive)
Moment = tuple[int, int, int]
"""Week of the grid, day, slot of the grid: what an order of classes is told in."""


def rules_that_cannot_hold(case: CheckedProblem) -> Iterator[Finding]:
    """Find each rule that no placing of its own classes keeps; classes without any possible time are told elsewhere."""
    impossible = _Impossible(case)
    yield from impossible.orders_in_a_circle()
    for constraint in case.instance.constraints:
        look = impossible.looks.get(type(constraint.rule))
        if look is not None and constraint.weight != 0:
            yield from look(constraint)


class _Impossible:
    """The looks at a constraint, by its rule, and what they share."""

    def __init__(self, case: CheckedProblem) -> None:
        self.case = case
        self.looks: dict[type, Callable[[Constraint], Iterator[Finding]]] = {
            MinWorkingDays: self._too_few_days,
            Precedence: self._out_of_order,
            SameTime: self._never_together,
            MaxPerDay: self._too_long,
            MaxInRow: self._too_long,
        }
        self._told: set[tuple[int, str]] = set()
        self._people: dict[int, set[int]] | None = None
        self._apart: set[frozenset[int]] | None = None

    def _times(self, meeting: int) -> list[Time]:
        return [option.time for option in self.case.domains.times(meeting)]

    def _finding(self, constraint: Constraint, meeting: int, words: Statement, numbers: tuple[int, int]) -> Finding:
        severity = Severity.BLOCKER if constraint.hard else Severity.WARNING
        return Finding(severity, FindingKind.TIMES, words, self.case.of_meeting(meeting), *numbers)

    # Days

    def _too_few_days(self, constraint: Constraint) -> Iterator[Finding]:
        """More days asked for than the classes can be held on, one class on one day."""
        if not constraint.meetings or not all(self._times(m) for m in constraint.meetings):
            return
        wants = {
            (m, n): sorted({day for time in self._times(m) for day in time.day_list()})
            for m in constraint.meetings
            for n in range(max(time.days.bit_count() for time in self._times(m)))
        }
        possible = len(match(wants))
        if constraint.amount > possible:
            number = len(constraint.meetings)
            sentence = told(
                "few_days",
                number,
                name=constraint.label or self.case.label(constraint.meetings[0]),
                asked=constraint.amount,
                possible=possible,
            )
            yield self._finding(constraint, constraint.meetings[0], sentence, (constraint.amount, possible))

    # Order

    def _out_of_order(self, constraint: Constraint) -> Iterator[Finding]:
        """Each class as early as can be after the one before it: who comes too late then always does."""
        before: tuple[int, Moment] | None = None
        for meeting in constraint.meetings:
            times = self._times(meeting)
            if not times:
                return
            begun = [time for time in times if before is None or _start(time) >= before[1]]
            if before is not None and not begun:
                earlier, end = before
                sentence = told(
                    "out_of_order",
                    one=self.case.label(earlier),
                    other=self.case.label(meeting),
                    end=self._when(end, is_end=True),
                    start=self._when(max(map(_start, times))),
                )
                yield self._finding(constraint, meeting, sentence, (0, 0))
                return
            before = meeting, min(map(_end, begun))

    def orders_in_a_circle(self) -> Iterator[Finding]:
        """Classes that hard rules of order, taken together, ask to come before themselves; the first one found.

        Two that are each to come before the other are told by the places that rules leave them.
        """
        later: dict[int, list[int]] = defaultdict(list)
        by_pair: dict[tuple[int, int], Constraint] = {}
        for constraint in self.case.instance.constraints:
            if constraint.hard and isinstance(constraint.rule, ORDERS) and isinstance(constraint.rule, PairRule):
                for one, other in constraint.rule.pairs(constraint):
                    later[one].append(other)
                    by_pair[one, other] = constraint
        for one, after in later.items():
            later[one] = [other for other in after if one not in later.get(other, ())]
        pair = _step_of_a_circle(later)
        if pair is not None:
            one, other = pair
            words = told("order_in_a_circle", one=self.case.label(one), other=self.case.label(other))
            yield self._finding(by_pair[pair], one, words, (0, 0))

    def _when(self, moment: Moment, *, is_end: bool = False) -> str:
        _week, day, slot = moment
        pieces = self.case.problem.calendar.pieces
        return f"{DAY_NAMES[day]} {clock(pieces[slot - 1][1] if is_end else pieces[slot][0]):%H:%M}"

    # Same start

    def _never_together(self, constraint: Constraint) -> Iterator[Finding]:
        """Classes that are to start together, of one person or group, on different days, or with no time in common."""
        starts = [{(t.start, t.days, t.weeks) for t in self._times(m)} for m in constraint.meetings]
        for one, other in combinations(constraint.meetings, 2) if all(starts) else ():
            shared = self._busy_with(one) & self._busy_with(other)
            named = {"one": self.case.label(one), "other": self.case.label(other)}
            words: Statement | None = None
            if shared:
                who = self.case.instance.resources[min(shared)].label
                words = told("same_start_same_person", **named, who=who)
            elif frozenset((one, other)) in self._on_different_days:
                words = told("same_start_other_day", **named)
            if words is not None:
                yield self._finding(constraint, one, words, (0, 0))
                return
        if len(starts) > 1 and all(starts) and not set.intersection(*starts):
            sentence = told(
                "no_same_start",
                name=constraint.label or told("rule", rule=constraint.rule.name),
                number=len(starts),
                one=self.case.label(constraint.meetings[0]),
            )
            yield self._finding(constraint, constraint.meetings[0], sentence, (len(starts), 0))

    def _busy_with(self, meeting: int) -> set[int]:
        """The people and groups of a class whom a hard rule lets be at one place at a time."""
        if self._people is None:
            self._people = defaultdict(set)
            for constraint in self.case.instance.constraints:
                if constraint.hard and isinstance(constraint.rule, ClashRule) and not constraint.rule.rooms:
                    for subject in subjects_of(self.case.instance, constraint):
                        for member in subject.meetings if subject.resource is not None else ():
                            self._people[member].add(subject.resource or 0)
        return self._people.get(meeting, set())

    @property
    def _on_different_days(self) -> set[frozenset[int]]:
        """The pairs that a hard rule keeps on different days."""
        if self._apart is None:
            hard = ((c, c.rule) for c in self.case.instance.constraints if c.hard)
            self._apart = {
                frozenset(pair)
                for constraint, rule in hard
                if isinstance(rule, PairRule) and isinstance(rule, DifferentDays)
                for pair in rule.pairs(constraint)
            }
        return self._apart

    # Length

    def _too_long(self, constraint: Constraint) -> Iterator[Finding]:
        """Classes that are longer, wherever they stand, than somebody may be busy in a row or on a day."""
        rule, days = constraint.rule, self.case.instance.grid.days_periods
        assert isinstance(rule, MaxPerDay | MaxInRow)  # noqa: S101  # looked up by them
        for subject in subjects_of(self.case.instance, constraint):
            for meeting in subject.meetings:
                key = self.case.component(meeting).component_id, rule.name
                times = self._times(meeting)
                if key in self._told or not times:
                    continue
                if all(rule.cost(t.busy, days[d], constraint.amount) for t in times for d in t.day_list()):
                    self._told.add(key)
                    yield self._of_length(constraint, meeting, subject.resource)

    def _of_length(self, constraint: Constraint, meeting: int, resource: int | None) -> Finding:
        load = self.case.slots[meeting]
        words = told(
            "too_long",
            most=constraint.amount,
            name=self.case.data.component_label(self.case.component(meeting)),
            load=load,
            who=constraint.label if resource is None else self.case.instance.resources[resource].label,
            rule=told("limit", rule=constraint.rule.name),
        )
        return self._finding(constraint, meeting, words, (load, constraint.amount))


def _step_of_a_circle(later: Mapping[int, Sequence[int]]) -> tuple[int, int] | None:
    """A step that closes a circle, None where the steps go round nowhere."""
    left = {node: list(after) for node, after in later.items()}
    done: set[int] = set()
    for first in later:
        path, on_path = [first], {first}
        while path:
            node = path[-1]
            if node in done or not left.get(node):
                done.add(node)
                on_path.discard(path.pop())
                continue
            after = left[node].pop()
            if after in on_path:
                return node, after
            if after not in done:
                path.append(after)
                on_path.add(after)
    return None


def _start(time: Time) -> Moment:
    return first_bit(time.weeks), first_bit(time.days), time.start


def _end(time: Time) -> Moment:
    return first_bit(time.weeks), first_bit(time.days), time.end
