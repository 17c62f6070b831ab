"""What every complete timetable of an instance costs, by counting alone: a lower bound that is there at once.

No solver and no clock, so that the answer is the same on every machine. Four shares of the cost are counted, of which
no two look at the same rule: single placements, seats, the days of one person or course, and rooms used. Each is told
for its subject alone, as if nothing else had to be placed.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from webapp.engine.domains import ANY_TIME, Domains, meetings_of, traits_of
from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.periods import DayPeriods, bits
from webapp.engine.rules.family import (
    ChoiceRule,
    ClashRule,
    DayPatternRule,
    PlacedRule,
    RuleSubject,
    SamePlaceRule,
    WeekPatternRule,
    subjects_of,
)
from webapp.engine.rules.room_capacity import RoomCapacity
from webapp.engine.timegrid import Time

_Asked = tuple[ChoiceRule, Constraint, int]
"""A rule about one placement, and for how many of its subjects a meeting counts."""

_OfDay = tuple[DayPatternRule, Constraint]

MOST_OPTIONS = 400_000
"""Possible times of all meetings together, beyond which nothing is counted: it would no longer be there at once."""

MOST_PERIODS = 10
"""Periods of a day, beyond which what a day may look like is not tried."""

MOST_WEEKS_TRIED = 400
"""Subjects that differ in their rules or possible times, of which a week is put together."""


def least_cost(instance: Instance) -> int:
    """Count what no complete timetable of the instance can cost less than; 0 where nothing is known.

    An incomplete timetable may cost less, so nothing is said where meetings may stay unplaced.
    """
    return _Counting(instance).total if _is_counted(instance) else 0


def least_of_rooms_used(instance: Instance) -> int:
    """The share of `least_cost` that rules about how many rooms are used have, room stability among them."""
    return _Counting(instance).rooms_used() if _is_counted(instance) else 0


def _is_counted(instance: Instance) -> bool:
    must = (c for c in instance.constraints if c.hard and isinstance(c.rule, PlacedRule))
    is_whole = any(not c.meetings and not c.resources for c in must)
    return is_whole and sum(len(meeting.times) for meeting in instance.meetings) <= MOST_OPTIONS


@dataclass(frozen=True)
class _Week:
    """A subject's possible weeks: what is held of each day, and how much there is to hold."""

    allowed: tuple[int, ...]
    """Per day, the mask of the periods that its meetings may be held in."""
    least: int
    most: int
    """Periods that are held in the week, at least and at most."""
    most_days: int


class _Counting:
    """The shares of one instance's cost."""

    def __init__(self, instance: Instance) -> None:
        self.instance, self.grid = instance, instance.grid
        self.domains = Domains(instance)
        self.soft = [c for c in instance.constraints if c.weight and not c.rule.is_mean]
        self._cheapest: dict[Hashable, int] = {}
        self._weeks: dict[Hashable, int] = {}
        self._days: dict[Hashable, list[int]] = {}

    @property
    def total(self) -> int:
        """All shares together."""
        return self.placements() + self.weeks() + self.rooms_used()

    # Single placements, and seats

    def placements(self) -> int:
        """Each meeting at the best of its times and in the best of its rooms, or seats by number where that is more."""
        times = self._alone(lambda rule: rule.time_only, self._at_best_time)
        rooms = self._alone(lambda rule: rule.room_only, self._in_best_room)
        others = self._alone(lambda rule: rule.room_only and not isinstance(rule, RoomCapacity), self._in_best_room)
        return times + max(rooms, others + self._seats())

    def _alone(self, is_asked: Callable[[ChoiceRule], bool], best: Callable[[int, list[_Asked]], int]) -> int:
        asked: list[list[_Asked]] = [[] for _ in self.instance.meetings]
        for constraint in self.soft:
            rule = constraint.rule
            if isinstance(rule, ChoiceRule) and is_asked(rule):
                for meeting, times in meetings_of(self.instance, constraint).items():
                    asked[meeting].append((rule, constraint, times))
        total = 0
        for meeting, rules in enumerate(asked):
            if rules:
                key = best, traits_of(self.instance, meeting), tuple((id(c), times) for _, c, times in rules)
                if key not in self._cheapest:
                    self._cheapest[key] = best(meeting, rules)
                total += self._cheapest[key]
        return total

    def _at_best_time(self, meeting: int, rules: list[_Asked]) -> int:
        return self._cheapest_of(meeting, rules, (Placement(o.time) for o in self.domains.times(meeting)))

    def _in_best_room(self, meeting: int, rules: list[_Asked]) -> int:
        rooms = self.domains.rooms(meeting) if self.instance.meetings[meeting].needs_room else ()
        return self._cheapest_of(meeting, rules, (Placement(ANY_TIME, room) for room in rooms))

    def _cheapest_of(self, meeting: int, rules: list[_Asked], places: Iterable[Placement]) -> int:
        least: int | None = None
        for place in places:
            cost = 0
            for rule, constraint, times in rules:
                cost += times * (constraint.weight or 0) * rule.cost(self.instance, constraint, meeting, place)
            if not cost:
                return 0
            least = cost if least is None else min(least, cost)
        return least or 0

    def _seats(self) -> int:
        """Students without a seat because the larger rooms are too few, all week long: per seat, the meetings that
        need more than that, less the times at which a larger room is open."""
        uses = [c for c in self.soft if isinstance(c.rule, RoomCapacity) and not (c.meetings or c.resources)]
        if not uses or not any(c.hard and isinstance(c.rule, ClashRule) and c.rule.rooms for c in self._hard):
            return 0
        sizes = Counter(m.size for m in self.instance.meetings if m.needs_room)
        open_cells = len({cell for m in self.instance.meetings for o in m.times for cell in o.time.cells(self.grid)})
        open_cells *= self.grid.weeks
        levels = sorted({0, *sizes, *(room.capacity for room in self.instance.rooms)})
        missing = 0
        for low, high in pairwise(levels):
            larger = sum(number for size, number in sizes.items() if size >= high)
            places = open_cells * sum(room.capacity >= high for room in self.instance.rooms)
            missing += (high - low) * max(0, larger - places)
        return missing * sum(c.weight or 0 for c in uses)

    @property
    def _hard(self) -> Iterable[Constraint]:
        return (c for c in self.instance.constraints if c.hard)

    # Days of one person, group or course

    def weeks(self) -> int:
        """Each person, group and course by itself: the cheapest week that holds as much as must be held."""
        rules: dict[RuleSubject, list[Constraint]] = {}
        for constraint in self.soft:
            if isinstance(constraint.rule, DayPatternRule | WeekPatternRule):
                for subject in subjects_of(self.instance, constraint):
                    if subject.meetings:
                        rules.setdefault(subject, []).append(constraint)
        return sum(self._least_week(subject, asked) for subject, asked in rules.items())

    def _least_week(self, subject: RuleSubject, asked: Sequence[Constraint]) -> int:
        week = self._week(subject.meetings)
        if week is None:
            return 0
        signature = tuple(sorted((c.rule.name, c.amount, c.weight or 0) for c in asked))
        if (week, signature) not in self._weeks:
            if len(self._weeks) >= MOST_WEEKS_TRIED:
                return 0
            self._weeks[week, signature] = self._cheapest_week(week, asked)
        return self._weeks[week, signature]

    def _week(self, meetings: tuple[int, ...]) -> _Week | None:
        """What the meetings' possible times leave; None where they differ by week, or one has none."""
        allowed, least, most, most_days = [0] * self.grid.days, 0, 0, 0
        singly = self._are_apart(meetings)
        for meeting in meetings:
            times = [option.time for option in self.domains.times(meeting)]
            if not times or any(time.weeks != self.grid.all_weeks for time in times):
                return None
            for time in times:
                for day in time.day_list():
                    allowed[day] |= time.busy
            lightest = min(time.week_load for time in times)
            least = least + lightest if singly else max(least, lightest)
            most += max(time.week_load for time in times)
            most_days += max(time.days.bit_count() for time in times)
        return _Week(tuple(allowed), least, most, most_days)

    def _are_apart(self, meetings: tuple[int, ...]) -> bool:
        """Whether no two of the meetings may be held in one period: they share somebody who can't be in two places.

        Where periods overlap, one that is held says nothing of the others: then they are not added up.
        """
        shared = set.intersection(*(set(self.instance.meetings[m].resources) for m in meetings))
        are_disjoint = all(day.is_disjoint for day in self.grid.days_periods)
        return len(meetings) == 1 or (are_disjoint and not shared.isdisjoint(self._exclusive))

    @property
    def _exclusive(self) -> set[int]:
        clashes = (c for c in self._hard if isinstance(c.rule, ClashRule) and not c.rule.rooms)
        return {s.resource for c in clashes for s in subjects_of(self.instance, c) if s.resource is not None}

    def _cheapest_week(self, week: _Week, asked: Sequence[Constraint]) -> int:
        """The least cost over all ways to spread periods over the days, by how many are held and on how many days."""
        by_day = [(c.rule, c) for c in asked if isinstance(c.rule, DayPatternRule)]
        by_week = [(c.rule, c) for c in asked if isinstance(c.rule, WeekPatternRule)]
        known: dict[tuple[int, int], int] = {(0, 0): 0}
        for allowed, day in zip(week.allowed, self.grid.days_periods, strict=True):
            costs = self._by_load(day, allowed, by_day)
            longer: dict[tuple[int, int], int] = {}
            for (held, used), cost in known.items():
                for number, added in enumerate(costs[: week.most - held + 1]):
                    key = held + number, used + bool(number)
                    if used + bool(number) <= week.most_days:
                        longer[key] = min(longer.get(key, cost + added), cost + added)
            known = longer
        found = [
            cost + sum(self._of_week(rule, c, held, used) for rule, c in by_week)
            for (held, used), cost in known.items()
            if held >= week.least
        ]
        return min(found, default=0)

    def _of_week(self, rule: WeekPatternRule, constraint: Constraint, held: int, used: int) -> int:
        """What a rule of weeks costs at least where so many periods are held on so many days."""
        rest = [0] * (self.grid.days - used)
        if rule.days_only:
            return (constraint.weight or 0) * rule.cost([1] * used + rest, self.grid, constraint.amount)
        if rule.total_only and used:
            loads = [held - used + 1, *([1] * (used - 1)), *rest]
            return (constraint.weight or 0) * rule.cost(loads, self.grid, constraint.amount)
        return 0

    def _by_load(self, day: DayPeriods, allowed: int, asked: Sequence[_OfDay]) -> list[int]:
        """By how many of the allowed periods are held on a day: what the rules of days cost at least."""
        signature = tuple((rule.name, c.amount, c.weight or 0) for rule, c in asked)
        key = id(day), allowed, signature
        if key not in self._days:
            periods = list(bits(allowed))
            least = [0] * (len(periods) + 1)
            if asked and len(periods) <= MOST_PERIODS:
                tried: list[int | None] = [0, *([None] * len(periods))]
                for mask in range(1, 1 << len(periods)):
                    busy = sum(1 << period for place, period in enumerate(periods) if mask >> place & 1)
                    number, cost = mask.bit_count(), self._of_day(busy, day, asked)
                    before = tried[number]
                    tried[number] = cost if before is None else min(before, cost)
                least = [cost or 0 for cost in tried]
            self._days[key] = least
        return self._days[key]

    def _of_day(self, busy: int, day: DayPeriods, asked: Sequence[_OfDay]) -> int:
        return sum((c.weight or 0) * rule.cost(busy, day, c.amount) for rule, c in asked)

    # Rooms used

    def rooms_used(self) -> int:
        """For each rule about how many rooms are used, what as few as possible cost."""
        total = 0
        for constraint in self.soft:
            if isinstance(constraint.rule, SamePlaceRule):
                for subject in subjects_of(self.instance, constraint):
                    needing = [m for m in subject.meetings if self.instance.meetings[m].needs_room]
                    costs = [
                        constraint.rule.cost(range(number), constraint.amount)
                        for number in range(self._fewest_rooms(needing), len(needing) + 1)
                    ]
                    total += (constraint.weight or 0) * min(costs, default=0)
        return total

    def _fewest_rooms(self, meetings: Sequence[int]) -> int:
        """Rooms that the meetings can't do without: those that have none in common, and enough for all at once."""
        apart, seen = 0, set[int]()
        for rooms in sorted(
            {self.domains.rooms(meeting) for meeting in meetings}, key=lambda found: (len(found), found)
        ):
            if rooms and seen.isdisjoint(rooms):
                apart += 1
                seen.update(rooms)
        if not any(isinstance(c.rule, ClashRule) and c.rule.rooms for c in self._hard):
            return apart
        alike = Counter(self.domains.times(meeting) for meeting in meetings)
        times = {options: [option.time for option in options] for options in alike if options}
        needed = sum(alike[options] * min(map(_room_hours, found)) for options, found in times.items())
        cells = {cell for found in times.values() for time in found for cell in time.cells(self.grid)}
        hours = len(cells) * self.grid.weeks
        return max(apart, -(-needed // hours) if hours else 0)


def _room_hours(time: Time) -> int:
    """How much of a room's time a meeting takes, in cells of the grid and weeks."""
    return time.length * time.days.bit_count() * time.weeks.bit_count()
