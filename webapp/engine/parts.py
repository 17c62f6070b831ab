"""What the count of a rule is made of: one part per subject and day, meeting, or pair.

A rule's count is the sum of its parts, and a part is what a sentence can be said about. All that
counts a timetable from nothing goes through `parts`; `webapp.engine.evaluate.ScoredTimetable` keeps the
same sums up to date while meetings move.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.rule import Rule
from webapp.engine.rules.family import (
    Attendance,
    ChoiceRule,
    ClashRule,
    DayPatternRule,
    PairRule,
    PlacedRule,
    RuleSubject,
    SamePlaceRule,
    SectioningRule,
    SetRule,
    WeekPatternRule,
    subjects_of,
)
from webapp.engine.rules.patterns import averaged, day_patterns, week_loads
from webapp.engine.timegrid import Time


@dataclass(frozen=True, slots=True)
class CountPart:
    """A share of a constraint's count.

    ``constraint`` is an index of the instance; ``meetings`` are those that cause the count: the
    first two of a clash or a pair, the one of a choice, all that stand on the day or
    in the week for a pattern.
    """

    constraint: int
    subject: RuleSubject
    count: int
    meetings: tuple[int, ...]
    day: int | None = None


def parts(
    instance: Instance, placements: Sequence[Placement], index: int, attends: Attendance = ()
) -> Iterator[CountPart]:
    """Yield the parts of a constraint (by its index) that count at least 1."""
    constraint = instance.constraints[index]
    rule = constraint.rule
    if isinstance(rule, SectioningRule):
        for student, count, meetings in rule.found(instance, placements, attends):
            yield CountPart(index, RuleSubject(meetings, student=student), count, meetings)
        return
    if isinstance(rule, PairRule):
        yield from _pair_parts(instance, placements, index, rule)
        return
    for subject in subjects_of(instance, constraint):
        found = _subject_parts(instance, placements, index, rule, subject)
        yield from (CountPart(index, subject, *part) for part in found if part[0])


def cost_of(instance: Instance, constraint: Constraint, count: int) -> int:
    """What a count of a soft constraint costs; 0 for a hard one."""
    cost = (constraint.weight or 0) * count
    return constraint.factor * (cost // instance.grid.calendar_weeks) if constraint.rule.is_mean else cost


_Found = Iterator[tuple[int, tuple[int, ...]] | tuple[int, tuple[int, ...], int | None]]


def _subject_parts(
    instance: Instance, placements: Sequence[Placement], index: int, rule: Rule, subject: RuleSubject
) -> _Found:
    constraint = instance.constraints[index]
    if isinstance(rule, PlacedRule):
        return ((1, (meeting,)) for meeting in subject.meetings if placements[meeting].time is None)
    if isinstance(rule, ChoiceRule):
        return (
            (rule.cost(instance, constraint, meeting, placements[meeting]), (meeting,))
            for meeting in subject.meetings
            if placements[meeting].time is not None
        )
    if isinstance(rule, ClashRule):
        return _clash_parts(instance, placements, rule, subject)
    if isinstance(rule, DayPatternRule):
        return _day_parts(instance, placements, constraint, rule, subject)
    if isinstance(rule, WeekPatternRule):
        return _week_parts(instance, placements, constraint, rule, subject)
    if isinstance(rule, SamePlaceRule):
        return _same_place_parts(placements, constraint, rule, subject)
    if isinstance(rule, SetRule):
        return rule.findings(instance, constraint, held(placements, subject))
    raise TypeError(f"rule {rule.name} belongs to no known family")


def held(placements: Sequence[Placement], subject: RuleSubject) -> dict[int, Placement]:
    """Where the meetings of a subject stand that have a time."""
    return {meeting: place for meeting in subject.meetings if (place := placements[meeting]).time is not None}


def _clash_parts(instance: Instance, placements: Sequence[Placement], rule: ClashRule, subject: RuleSubject) -> _Found:
    weight = pair_weight(instance, rule, subject)
    meetings: Sequence[int] = subject.meetings
    if subject.room is not None:
        meetings = [m for m, placement in enumerate(placements) if placement.room == subject.room]
    placed = [(m, time) for m in meetings if (time := placements[m].time) is not None]
    if _are_apart(time for _, time in placed):
        return
    for (first, one), (second, two) in combinations(placed, 2):
        if one.overlaps(two):
            yield weight, (first, second)


def _are_apart(times: Iterable[Time]) -> bool:
    """Whether it is plain that no two overlap, as with most people: each looked at once, in place of every pair."""
    busy: dict[int, int] = {}
    for time in times:
        mask, before = time.mask, busy.get(time.days, 0)
        if before & mask:
            return False
        busy[time.days] = before | mask
    return all(days & (days - 1) == 0 for days in busy)


def pair_weight(instance: Instance, rule: ClashRule, subject: RuleSubject) -> int:
    """What one overlapping pair of a subject counts."""
    if rule.weighted and subject.resource is not None:
        return instance.resources[subject.resource].weight
    return 1


def _day_parts(
    instance: Instance,
    placements: Sequence[Placement],
    constraint: Constraint,
    rule: DayPatternRule,
    subject: RuleSubject,
) -> _Found:
    grid = instance.grid
    placed = [(m, time) for m in subject.meetings if (time := placements[m].time) is not None]
    for day in range(grid.days):
        today = [(m, time) for m, time in placed if time.days >> day & 1]
        patterns = day_patterns((time for _, time in today), day, grid.all_weeks)
        costs = ((weeks, rule.cost(busy, grid.days_periods[day], constraint.amount)) for weeks, busy in patterns)
        yield averaged(costs, grid), tuple(m for m, _ in today), day


def _week_parts(
    instance: Instance,
    placements: Sequence[Placement],
    constraint: Constraint,
    rule: WeekPatternRule,
    subject: RuleSubject,
) -> _Found:
    grid = instance.grid
    times = [time for m in subject.meetings if (time := placements[m].time) is not None]
    days = [day_patterns(times, day, grid.all_weeks) for day in range(grid.days)]
    costs = ((weeks, rule.cost(loads, grid, constraint.amount)) for weeks, loads in week_loads(days, grid.all_weeks))
    yield averaged(costs, grid), tuple(m for m in subject.meetings if placements[m].time is not None)


def _same_place_parts(
    placements: Sequence[Placement], constraint: Constraint, rule: SamePlaceRule, subject: RuleSubject
) -> _Found:
    rooms = {
        meeting: placement.room
        for meeting in subject.meetings
        if (placement := placements[meeting]).time is not None and placement.room is not None
    }
    yield rule.cost([*rooms.values()], constraint.amount), tuple(rooms)


def _pair_parts(instance: Instance, placements: Sequence[Placement], index: int, rule: PairRule) -> Iterator[CountPart]:
    constraint = instance.constraints[index]
    subject = RuleSubject(constraint.meetings)
    for first, second in rule.pairs(constraint):
        one, two = placements[first], placements[second]
        if one.time is not None and two.time is not None and (count := rule.cost(instance, constraint, one, two)):
            yield CountPart(index, subject, count, (first, second))
