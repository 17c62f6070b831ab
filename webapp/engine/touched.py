"""Which parts of the rules a move touches, and what becomes of them.

The indices behind `webapp.engine.evaluate.ScoredTimetable`: who meets when, which subjects watch a
meeting. Every number comes from the same functions of the rules that `parts` calls.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Flag, auto
from functools import reduce
from operator import or_

from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.parts import CountPart, held, pair_weight
from webapp.engine.rule import Rule
from webapp.engine.rules.family import (
    Attendance,
    ChoiceRule,
    ClashRule,
    DayPatternRule,
    DaySetRule,
    PairRule,
    PlacedRule,
    RuleSubject,
    SamePlaceRule,
    SectioningRule,
    SetRule,
    WeekPatternRule,
    subjects_of,
)
from webapp.engine.rules.patterns import DayPattern, averaged, day_patterns, week_loads
from webapp.engine.rules.same_attendees import cannot_attend
from webapp.engine.timegrid import Time

_Change = tuple[CountPart, int]
_SetCounts = dict[int | None, tuple[int, tuple[int, ...]]]
"""By day, what a rule counts of a set, and of which meetings."""
MOST_REMEMBERED = 500
"""So many answers to "who is there at that time" are kept until something moves."""


class Aspect(Flag):
    """What of a placement a rule looks at. A move's change is the sum over the three."""

    TIME = auto()
    ROOM = auto()
    BOTH = auto()
    EVERYTHING = TIME | ROOM | BOTH


@dataclass
class _Watch:
    """A subject with the rules about its days, weeks and rooms, and what it does now."""

    subject: RuleSubject
    day_rules: list[tuple[int, DayPatternRule, int]] = field(default_factory=list)
    week_rules: list[tuple[int, WeekPatternRule, int]] = field(default_factory=list)
    room_rules: list[tuple[int, SamePlaceRule, int]] = field(default_factory=list)
    days: list[dict[int, Time]] = field(default_factory=list)
    patterns: list[list[DayPattern]] = field(default_factory=list)
    rooms: Counter[int] = field(default_factory=Counter)


class Touched:
    """The meetings where they stand, indexed for asking what a move changes."""

    def __init__(self, instance: Instance, placements: Sequence[Placement], attends: Attendance = ()) -> None:
        self.instance, self.attends = instance, attends
        self._sectioned: list[int] = []
        self._students: list[list[int]] = [[] for _ in instance.meetings]
        for student, meetings in enumerate(attends):
            for meeting in meetings:
                self._students[meeting].append(student)
        self.placements = list(placements)
        count = len(instance.meetings)
        self._at: list[set[int]] = [set() for _ in range(instance.grid.cells)]
        self._placed: list[list[tuple[int, RuleSubject]]] = [[] for _ in range(count)]
        self._choices: list[list[tuple[int, ChoiceRule, Constraint, RuleSubject, int]]] = [[] for _ in range(count)]
        self._clashes: list[list[tuple[int, ClashRule, RuleSubject]]] = [[] for _ in range(count)]
        self._sharing: dict[int, dict[int, list[tuple[int, RuleSubject, int]]]] = {}
        self._room_clashes: list[int] = []
        self._pairs: list[list[tuple[int, PairRule, Constraint, int, bool]]] = [[] for _ in range(count)]
        self._sets: list[list[tuple[int, SetRule, Constraint, RuleSubject]]] = [[] for _ in range(count)]
        self._set_counts: dict[tuple[int, int], _SetCounts] = {}
        self._watches: list[list[_Watch]] = [[] for _ in range(count)]
        self._by_subject: dict[RuleSubject, _Watch] = {}
        self._there: dict[tuple[int, Time], tuple[set[int], dict[int, list[int]]]] = {}
        for index, constraint in enumerate(instance.constraints):
            self._register(index, constraint, constraint.rule)
        self._start()

    def _register(self, index: int, constraint: Constraint, rule: Rule) -> None:
        if isinstance(rule, PairRule):
            for first, second in rule.pairs(constraint):
                self._pairs[first].append((index, rule, constraint, second, True))
                self._pairs[second].append((index, rule, constraint, first, False))
            return
        if isinstance(rule, ClashRule) and rule.rooms:
            self._room_clashes.append(index)
            return
        if isinstance(rule, SectioningRule):
            if rule.about_places:
                self._sectioned.append(index)
            return
        for subject in subjects_of(self.instance, constraint):
            if isinstance(rule, PlacedRule):
                for meeting in subject.meetings:
                    self._placed[meeting].append((index, subject))
            elif isinstance(rule, ChoiceRule):
                for meeting in subject.meetings:
                    self._choices[meeting].append((index, rule, constraint, subject, aspect_of(rule).value))
            elif isinstance(rule, ClashRule):
                for meeting in subject.meetings:
                    self._clashes[meeting].append((index, rule, subject))
            elif isinstance(rule, SetRule):
                for meeting in subject.meetings:
                    self._sets[meeting].append((index, rule, constraint, subject))
            else:
                self._watch(index, constraint.amount, rule, subject)

    def _watch(self, index: int, amount: int, rule: Rule, subject: RuleSubject) -> None:
        watch = self._by_subject.get(subject)
        if watch is None:
            watch = self._by_subject[subject] = _Watch(subject)
            for meeting in subject.meetings:
                self._watches[meeting].append(watch)
        if isinstance(rule, DayPatternRule):
            watch.day_rules.append((index, rule, amount))
        elif isinstance(rule, WeekPatternRule):
            watch.week_rules.append((index, rule, amount))
        elif isinstance(rule, SamePlaceRule):
            watch.room_rules.append((index, rule, amount))
        else:
            raise TypeError(f"rule {rule.name} belongs to no known family")

    def _start(self) -> None:
        for watch in self._by_subject.values():
            watch.days = [{} for _ in range(self.instance.grid.days)]
        for meeting, placement in enumerate(self.placements):
            self._put(meeting, placement)
        for watch in self._by_subject.values():
            watch.patterns = [self._patterns(today.values(), day) for day, today in enumerate(watch.days)]

    def _patterns(self, times: Iterable[Time], day: int) -> list[DayPattern]:
        return day_patterns(times, day, self.instance.grid.all_weeks)

    def _put(self, meeting: int, placement: Placement) -> None:
        time, room = placement.time, placement.room
        if time is None:
            return
        for cell in time.cells(self.instance.grid):
            self._at[cell].add(meeting)
        for watch in self._watches[meeting]:
            for day in time.day_list():
                watch.days[day][meeting] = time
            if room is not None:
                watch.rooms[room] += 1

    def _take(self, meeting: int) -> None:
        time, room = self.placements[meeting].time, self.placements[meeting].room
        if time is None:
            return
        for cell in time.cells(self.instance.grid):
            self._at[cell].discard(meeting)
        for watch in self._watches[meeting]:
            for day in time.day_list():
                del watch.days[day][meeting]
            if room is not None:
                watch.rooms[room] -= 1
                if not watch.rooms[room]:
                    del watch.rooms[room]

    def move(self, meeting: int, placement: Placement) -> None:
        """Take the meeting from where it stands and put it elsewhere."""
        old = self.placements[meeting].time
        self._there.clear()
        self._set_counts.clear()
        self._take(meeting)
        self.placements[meeting] = placement
        self._put(meeting, placement)
        if old != placement.time:
            days = {day for time in (old, placement.time) if time is not None for day in time.day_list()}
            for watch in self._watches[meeting]:
                for day in days:
                    watch.patterns[day] = self._patterns(watch.days[day].values(), day)

    def overlapping(self, meeting: int, placement: Placement) -> set[int]:
        """The other meetings that are held at some time of the placement."""
        return set() if placement.time is None else self._at_time(meeting, placement.time)[0]

    def _at_time(self, meeting: int, time: Time) -> tuple[set[int], dict[int, list[int]]]:
        """The other meetings that are held at some time of ``time``, and the same by room."""
        known = self._there.get((meeting, time))
        if known is not None:
            return known
        found: set[int] = set().union(*(self._at[cell] for cell in time.cells(self.instance.grid)))
        found.discard(meeting)
        if self.instance.grid.weeks > 1:
            found = {m for m in found if self.placements[m].at.weeks & time.weeks}
        by_room: dict[int, list[int]] = defaultdict(list)
        for other in found:
            room = self.placements[other].room
            if room is not None:
                by_room[room].append(other)
        if len(self._there) >= MOST_REMEMBERED:
            self._there.clear()
        self._there[meeting, time] = found, dict(by_room)
        return self._there[meeting, time]

    def excluded(self, meeting: int, placement: Placement) -> set[int]:
        """The other meetings that hard rules about clashes forbid at the time of the placement, or in its room."""
        constraints = self.instance.constraints
        there = self.overlapping(meeting, placement)
        shared = self._shared_with(meeting)
        found = {other for other in there & shared.keys() if any(constraints[i].hard for i, _, _ in shared[other])}
        if placement.room is not None and any(constraints[i].hard for i in self._room_clashes):
            found |= {other for other in there if self.placements[other].room == placement.room}
        return found

    def changes(self, meeting: int, new: Placement, aspect: Aspect = Aspect.EVERYTHING) -> Iterator[_Change]:
        """Yield each part that a move would change, as it would be, and by how much its count changes."""
        old = self.placements[meeting]
        retimed = old.time != new.time
        reroomed = old.room != new.room or (old.time is None) != (new.time is None)
        if retimed and Aspect.TIME in aspect:
            yield from self._placed_changes(meeting, old, new)
            yield from self._clash_changes(meeting, old, new)
            yield from self._pattern_changes(meeting, old, new)
        if (retimed or reroomed) and Aspect.BOTH in aspect:
            yield from self._room_clash_changes(meeting, old, new)
            yield from self._student_changes(meeting, old, new)
        if reroomed and Aspect.ROOM in aspect:
            yield from self._same_place_changes(meeting, old, new)
        wanted = aspect & ((Aspect.TIME if retimed else Aspect(0)) | (Aspect.ROOM if reroomed else Aspect(0)))
        if retimed or reroomed:
            wanted |= aspect & Aspect.BOTH
        if wanted:
            yield from self._choice_changes(meeting, old, new, wanted)
            yield from self._pair_changes(meeting, old, new, wanted)
            yield from self._set_changes(meeting, new, wanted)

    def _placed_changes(self, meeting: int, old: Placement, new: Placement) -> Iterator[_Change]:
        change = (new.time is None) - (old.time is None)
        if change:
            for index, subject in self._placed[meeting]:
                yield CountPart(index, subject, int(new.time is None), (meeting,)), change

    def _choice_changes(self, meeting: int, old: Placement, new: Placement, wanted: Aspect) -> Iterator[_Change]:
        instance, bits = self.instance, wanted.value  # numbers, since asking a Flag costs more than most rules
        for index, rule, constraint, subject, looks_at in self._choices[meeting]:
            if not looks_at & bits:
                continue
            before = 0 if old.time is None else rule.cost(instance, constraint, meeting, old)
            after = 0 if new.time is None else rule.cost(instance, constraint, meeting, new)
            if before != after:
                yield CountPart(index, subject, after, (meeting,)), after - before

    def _pair_changes(self, meeting: int, old: Placement, new: Placement, wanted: Aspect) -> Iterator[_Change]:
        for index, rule, constraint, other, is_first in self._pairs[meeting]:
            there = self.placements[other]
            if there.time is None or aspect_of(rule) not in wanted:
                continue
            before, after = (
                0 if here.time is None
                else rule.cost(self.instance, constraint, here, there) if is_first
                else rule.cost(self.instance, constraint, there, here)
                for here in (old, new)
            )  # fmt: skip
            if before != after:
                pair = (meeting, other) if is_first else (other, meeting)
                yield CountPart(index, RuleSubject(constraint.meetings), after, pair), after - before

    def _set_changes(self, meeting: int, new: Placement, wanted: Aspect) -> Iterator[_Change]:
        """What becomes of sets with the meeting; a rule of days is asked only about those that it leaves or takes."""
        times = [place.time for place in (self.placements[meeting], new) if place.time is not None]
        touched, anywhere = reduce(or_, (time.days for time in times), 0), (1 << self.instance.grid.days) - 1
        for index, rule, constraint, subject in self._sets[meeting]:
            if aspect_of(rule) not in wanted:
                continue
            days = touched if isinstance(rule, DaySetRule) else anywhere
            there = {}
            for member in subject.meetings:
                place = new if member == meeting else self.placements[member]
                if place.time is not None and place.time.days & days:
                    there[member] = place
            before = self._counts_of_set(index, rule, constraint, subject)
            after = {day: (count, who) for count, who, day in rule.findings(self.instance, constraint, there)}
            for day in before.keys() | after.keys():
                if day is not None and not days >> day & 1:
                    continue
                (count, who), (then, _) = after.get(day, (0, ())), before.get(day, (0, ()))
                if count != then:
                    yield CountPart(index, subject, count, who, day), count - then

    def _counts_of_set(self, index: int, rule: SetRule, constraint: Constraint, subject: RuleSubject) -> _SetCounts:
        """What a rule counts of a set as it stands, by day; kept until something moves."""
        known = self._set_counts.get((index, id(subject)))
        if known is None:
            there = held(self.placements, subject)
            known = {day: (count, who) for count, who, day in rule.findings(self.instance, constraint, there)}
            self._set_counts[index, id(subject)] = known
        return known

    def _student_changes(self, meeting: int, old: Placement, new: Placement) -> Iterator[_Change]:
        """Pairs of classes of one student: each is asked about where the moved one was and where it comes."""
        if not self._sectioned or not self._students[meeting]:
            return
        known: dict[int, int] = {}
        for student in self._students[meeting]:
            for other in self.attends[student]:
                if other == meeting:
                    continue
                if other not in known:
                    there = self.placements[other]
                    before, after = (
                        place.time is not None and there.time is not None and cannot_attend(self.instance, place, there)
                        for place in (old, new)
                    )
                    known[other] = after - before
                if known[other]:
                    pair = _pair(meeting, other)
                    for index in self._sectioned:
                        yield (
                            CountPart(index, RuleSubject(pair, student=student), int(known[other] > 0), pair),
                            known[other],
                        )

    def _shared_with(self, meeting: int) -> dict[int, list[tuple[int, RuleSubject, int]]]:
        """Per other meeting, the constraints under which the two may not overlap, and what a pair counts."""
        found = self._sharing.get(meeting)
        if found is None:
            found = self._sharing[meeting] = defaultdict(list)
            for index, rule, subject in self._clashes[meeting]:
                share = (index, subject, pair_weight(self.instance, rule, subject))
                for other in subject.meetings:
                    found[other].append(share)
        return found

    def _clash_changes(self, meeting: int, old: Placement, new: Placement) -> Iterator[_Change]:
        shared = self._shared_with(meeting)
        then, now = self.overlapping(meeting, old), self.overlapping(meeting, new)
        for others, there in ((then - now, 0), (now - then, 1)):
            for other in sorted(others & shared.keys()):
                for index, subject, weight in shared[other]:
                    yield CountPart(index, subject, there * weight, _pair(meeting, other)), weight if there else -weight

    def _room_clash_changes(self, meeting: int, old: Placement, new: Placement) -> Iterator[_Change]:
        if not self._room_clashes:
            return
        then, now = (
            {(other, here.room) for other in self._at_time(meeting, here.time)[1].get(here.room, ())}
            if here.room is not None and here.time is not None
            else set()
            for here in (old, new)
        )
        for others, there in ((then - now, 0), (now - then, 1)):
            for other, room in sorted(others):
                for index in self._room_clashes:
                    part = CountPart(index, RuleSubject((), room=room), there, _pair(meeting, other))
                    yield part, 1 if there else -1

    def _pattern_changes(self, meeting: int, old: Placement, new: Placement) -> Iterator[_Change]:
        days = sorted({day for time in (old.time, new.time) if time is not None for day in time.day_list()})
        for watch in self._watches[meeting]:
            if not (watch.day_rules or watch.week_rules):
                continue
            patterns = list(watch.patterns)
            for day in days:
                today = {m: time for m, time in watch.days[day].items() if m != meeting}
                if new.time is not None and new.time.days >> day & 1:
                    today[meeting] = new.time
                patterns[day] = self._patterns(today.values(), day)
                if patterns[day] != watch.patterns[day]:
                    yield from self._day_changes(watch, day, patterns[day], tuple(today))
            if patterns != watch.patterns:
                yield from self._week_changes(watch, patterns)

    def _day_changes(
        self, watch: _Watch, day: int, patterns: list[DayPattern], meetings: tuple[int, ...]
    ) -> Iterator[_Change]:
        grid = self.instance.grid
        periods = grid.days_periods[day]
        for index, rule, amount in watch.day_rules:
            before, after = (
                averaged([(weeks, rule.cost(busy, periods, amount)) for weeks, busy in found], grid)
                for found in (watch.patterns[day], patterns)
            )
            if before != after:
                yield CountPart(index, watch.subject, after, meetings, day), after - before

    def _week_changes(self, watch: _Watch, patterns: list[list[DayPattern]]) -> Iterator[_Change]:
        grid = self.instance.grid
        for index, rule, amount in watch.week_rules:
            before, after = (
                averaged([(w, rule.cost(loads, grid, amount)) for w, loads in week_loads(found, grid.all_weeks)], grid)
                for found in (watch.patterns, patterns)
            )
            if before != after:
                yield CountPart(index, watch.subject, after, watch.subject.meetings), after - before

    def _same_place_changes(self, meeting: int, old: Placement, new: Placement) -> Iterator[_Change]:
        for watch in self._watches[meeting]:
            if not watch.room_rules:
                continue
            rooms = Counter(watch.rooms)
            if old.time is not None and old.room is not None:
                rooms[old.room] -= 1
            if new.time is not None and new.room is not None:
                rooms[new.room] += 1
            used = [room for room, count in rooms.items() if count]
            if len(used) == len(watch.rooms):
                continue
            for index, rule, amount in watch.room_rules:
                before, after = rule.cost(list(watch.rooms), amount), rule.cost(used, amount)
                if before != after:
                    yield CountPart(index, watch.subject, after, watch.subject.meetings), after - before


def aspect_of(rule: ChoiceRule | PairRule | SetRule) -> Aspect:
    """What of a placement a rule looks at."""
    if rule.time_only:
        return Aspect.TIME
    return Aspect.ROOM if isinstance(rule, ChoiceRule) and rule.room_only else Aspect.BOTH


def _pair(one: int, two: int) -> tuple[int, int]:
    return (one, two) if one < two else (two, one)
