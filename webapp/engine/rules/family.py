"""The families of rules: what a rule of each must say, and nothing about how it is searched.

A rule of a family is one small pure function and one sentence. The family fixes the shape of that
function, and three pieces of machinery work on the shape alone: `webapp.engine.evaluate` (the
truth), `webapp.engine.cpsat` (variables and constraints) and `webapp.engine.search` (what one move
changes, compiled). A new rule of a known family therefore is one new file.

How a constraint names what it is about (its *subjects*, see `subjects_of`):

- each index in ``constraint.resources`` is a subject of its own: the meetings it takes part in;
- the whole of ``constraint.meetings`` is one subject.

A constraint that names neither is about every resource of the rule's ``kinds``, or, where the rule
has none, about all meetings as one subject. The count of a constraint is the sum over its subjects,
so a meeting that two of them share is counted for each.

Rules about pairs look at ``constraint.meetings`` alone. The clash of rooms has the rooms as subjects.

Unplaced meetings (no time) take no part in any rule but `PlacedRule`; their room is ignored.
"""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import combinations, pairwise
from typing import ClassVar, TypeAlias

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.periods import DayPeriods
from webapp.engine.rule import Rule
from webapp.engine.rules.dates import by_day, same_weeks
from webapp.engine.rules.operations import PairOp, SetOp
from webapp.engine.rules.patterns import averaged
from webapp.engine.timegrid import TimeGrid


@dataclass(frozen=True, slots=True)
class RuleSubject:
    """Whom or what a count is about: a resource, a room, a student who asks for courses, or a set of meetings.

    ``meetings`` is empty for a room: its meetings are those that are held there.
    """

    meetings: tuple[int, ...]
    resource: int | None = None
    room: int | None = None
    student: int | None = None


def subjects_of(instance: Instance, constraint: Constraint) -> tuple[RuleSubject, ...]:
    """Whom or what a constraint counts for, each on its own."""
    rule, named = constraint.rule, constraint.resources
    if isinstance(rule, ClashRule) and rule.rooms:
        return tuple(RuleSubject((), room=room) for room in range(len(instance.rooms)))
    if not named and not constraint.meetings:
        if not rule.kinds:
            return (RuleSubject(tuple(range(len(instance.meetings)))),)
        named = tuple(r for kind in rule.kinds for r in instance.resources_of_kind(kind))
    subjects = [RuleSubject(instance.meetings_of[resource], resource) for resource in named]
    if constraint.meetings:
        subjects.append(RuleSubject(constraint.meetings))
    return tuple(subjects)


Attendance: TypeAlias = Sequence[tuple[int, ...]]
"""Per student who asks for courses, the meetings attended; empty where nobody has been sectioned."""

FoundPart: TypeAlias = tuple[int | None, int, tuple[int, ...]]
"""The student that a part is about (None: nobody alone), its count, and the meetings that cause it."""


class SectioningRule(Rule):
    """A function of who attends which meetings, where students ask for courses."""

    family = "sectioning"

    about_places: ClassVar[bool] = False
    """True when it matters where the meetings stand: then a part is about a student and two meetings."""

    @abstractmethod
    def found(self, instance: Instance, placements: Sequence[Placement], attends: Attendance) -> Iterator[FoundPart]:
        """Yield the parts of the count."""


class PlacedRule(Rule):
    """One for each meeting of a subject that has no time."""

    family = "placed"


class ChoiceRule(Rule):
    """A cost of one placement, whatever the others are."""

    family = "choice"

    @abstractmethod
    def cost(self, instance: Instance, constraint: Constraint, meeting: int, placement: Placement) -> int:
        """Count for one meeting where it stands. Never called for an unplaced meeting.

        Counted once for each subject that the meeting belongs to.
        """

    def free(self, instance: Instance, constraint: Constraint, meeting: int) -> Placement | None:
        """The only placement that costs nothing, where every other costs 1; None where the cost is not of that sort."""
        return None

    time_only: ClassVar[bool] = False
    """True when the room makes no difference."""
    room_only: ClassVar[bool] = False
    """True when the time makes no difference."""


class ClashRule(Rule):
    """At most one meeting at a time, per subject; the count is the number of overlapping pairs.

    With ``weighted``, each pair counts the resource's weight (its students). A pair counts once
    however many slots, days and weeks it overlaps in.
    """

    family = "clash"

    rooms: ClassVar[bool] = False
    """True for the rule about rooms: then the subjects are the rooms, not resources."""
    weighted: ClassVar[bool] = False


class DayPatternRule(Rule):
    """A function of the teaching periods in which a subject is busy on one day.

    Counted for each subject and day: the sum over the weeks of the calendar, divided by their number and
    rounded up, so that a violation in a single week is never lost.
    """

    family = "day pattern"

    @abstractmethod
    def cost(self, busy: int, day: DayPeriods, amount: int) -> int:
        """Count for one day of one week.

        Parameters
        ----------
        busy
            Bit mask of the busy periods. Must cost 0 when it is 0.
        day
            The day's periods.
        amount
            ``constraint.amount``.
        """


class DayStatistic(Enum):
    """What a day's busy periods come to, in numbers that are known without looking at each of them.

    The search keeps them for days of any length; a day on which nothing is held has none.
    """

    LOAD = "load"
    """The number of busy periods."""
    RUN = "run"
    """The busy periods of each run, a number each."""
    FREE = "free"
    """The periods that could be held between the runs."""

    def of(self, busy: int, day: DayPeriods) -> tuple[int, ...]:
        """Its numbers for a day with the given busy periods (a bit mask)."""
        if not busy:
            return ()
        if self is DayStatistic.RUN:
            return day.runs(busy)
        return (busy.bit_count() if self is DayStatistic.LOAD else day.free_between(busy),)


class DayStatisticRule(DayPatternRule):
    """A day pattern that is the sum of a price of each number of one statistic.

    The search sees such a rule on days of any length, and other day patterns only where a day has few periods.
    """

    statistic: ClassVar[DayStatistic]

    @abstractmethod
    def price(self, number: int, amount: int) -> int:
        """Count for one number of the statistic; ``amount`` is ``constraint.amount``."""

    def cost(self, busy: int, day: DayPeriods, amount: int) -> int:
        """The prices of the day's numbers, added up."""
        return sum(self.price(number, amount) for number in self.statistic.of(busy, day))


class WeekPatternRule(Rule):
    """A function of how many teaching periods a subject is busy on each day of a week.

    A period counts once however many meetings are held in it. Counted for each subject: the sum over
    the weeks of the calendar, divided by their number and rounded up.
    """

    family = "week pattern"

    @abstractmethod
    def cost(self, loads: Sequence[int], grid: TimeGrid, amount: int) -> int:
        """Count for one week; ``loads`` has one number of busy periods per day (all may be 0)."""

    days_only: ClassVar[bool] = False
    """True when only whether a day is used matters, not for how long."""
    total_only: ClassVar[bool] = False
    """True when only the sum of the loads matters."""


class SamePlaceRule(Rule):
    """A function of the rooms that a subject's meetings use."""

    family = "same place"

    @abstractmethod
    def cost(self, rooms: Sequence[int], amount: int) -> int:
        """Count for one subject; ``rooms`` lists the room of each placed meeting that has one.

        Depends only on how many distinct rooms there are.
        """


class Compared(Enum):
    """Which meetings of a constraint a pair rule compares."""

    ALL = "each with each"
    NEIGHBOURS = "each with the next one named"
    FIRST = "the first with each of the others"


class PairRule(Rule):
    """A function of two placements, summed over the pairs of the constraint's meetings."""

    family = "pair"

    compared: ClassVar[Compared] = Compared.ALL
    ordered: ClassVar[bool] = False
    """True when it matters which of the two is named first (precedence)."""
    op: ClassVar[PairOp]
    """The same function, compiled."""

    @abstractmethod
    def cost(self, instance: Instance, constraint: Constraint, first: Placement, second: Placement) -> int:
        """Count for one pair. Never called for an unplaced meeting."""

    time_only: ClassVar[bool] = True
    """True when the rooms make no difference."""

    def pairs(self, constraint: Constraint) -> Iterator[tuple[int, int]]:
        """Yield the pairs of meetings that are compared."""
        if self.compared is Compared.NEIGHBOURS:
            return pairwise(constraint.meetings)
        if self.compared is Compared.FIRST:
            return ((constraint.meetings[0], other) for other in constraint.meetings[1:])
        return combinations(constraint.meetings, 2)


SetFinding: TypeAlias = tuple[int, tuple[int, ...], int | None]
"""A count, the meetings that cause it, and the day that it is about."""


class SetRule(Rule):
    """A function of all placements of a subject that is no sum over pairs.

    It depends on where meetings stand and not on which of them stands where. With ``is_mean`` (ITC-2019) the count is
    the sum over the weeks, and the cost is divided by their number; else each part is a week's average, rounded up.
    """

    family = "set"

    op: ClassVar[SetOp]
    """The same function, compiled."""
    time_only: ClassVar[bool] = True
    """True when the rooms make no difference."""

    @abstractmethod
    def findings(
        self, instance: Instance, constraint: Constraint, held: Mapping[int, Placement]
    ) -> Iterator[SetFinding]:
        """Yield what counts; ``held`` has the placements of the subject's meetings that have a time."""

    def _over_weeks(self, counts: Iterable[tuple[int, int]], grid: TimeGrid) -> int:
        """The sum over the weeks or their average, from (mask of weeks, count in each of them) pairs."""
        if self.is_mean:
            return sum(grid.calendar_weeks_in(weeks) * count for weeks, count in counts if count)
        return averaged(counts, grid)


class DaySetRule(SetRule):
    """A function of the meetings of a subject on one day of one week, summed over the days."""

    @abstractmethod
    def of_day(self, instance: Instance, constraint: Constraint, day: int, held: Sequence[Placement]) -> int:
        """Count for one day; ``held`` has at least one placement, in the order of the day."""

    def findings(
        self, instance: Instance, constraint: Constraint, held: Mapping[int, Placement]
    ) -> Iterator[SetFinding]:
        """Yield each day's count."""
        days: list[list[tuple[int, int]]] = [[] for _ in range(instance.grid.days)]
        for weeks, there in same_weeks(held, instance.grid.all_weeks):
            for day, today in by_day(there).items():
                days[day].append((weeks, self.of_day(instance, constraint, day, today)))
        for day, counts in enumerate(days):
            count = self._over_weeks(counts, instance.grid)
            if count:
                yield count, tuple(m for m, place in held.items() if place.at.days >> day & 1), day


class WeekSetRule(SetRule):
    """How much a sum over the days of a week exceeds what is allowed."""

    @abstractmethod
    def of_day(self, instance: Instance, constraint: Constraint, day: int, held: Sequence[Placement]) -> int:
        """What one day adds to the sum; ``held`` has at least one placement, in the order of the day."""

    def allowed(self, constraint: Constraint) -> int:
        """How much of it is free in a week."""
        return constraint.amount

    def findings(
        self, instance: Instance, constraint: Constraint, held: Mapping[int, Placement]
    ) -> Iterator[SetFinding]:
        """Yield the count of the week."""
        counts = []
        for weeks, there in same_weeks(held, instance.grid.all_weeks):
            found = sum(self.of_day(instance, constraint, day, today) for day, today in by_day(there).items())
            counts.append((weeks, max(0, found - self.allowed(constraint))))
        count = self._over_weeks(counts, instance.grid)
        if count:
            yield count, tuple(held), None
