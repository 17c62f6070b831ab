"""Set rules: functions of where all meetings of a subject stand, over the places that its meetings may take.

Each function has its own small form, a lower bound of the count that is tight where the count is kept down.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from ortools.sat.python import cp_model

from webapp.engine.cpsat.variables import Count, Variables
from webapp.engine.instance import Constraint, Placement
from webapp.engine.rules.dates import slots_counted, whole_days
from webapp.engine.rules.family import DaySetRule, RuleSubject, SetRule, WeekSetRule, subjects_of
from webapp.engine.rules.operations import SetOp

MOST_CLAUSES = 200_000
"""A soft rule whose form would need more, for all its sets together, is left to the truth; a hard one that needs ten
times as many."""
Term: TypeAlias = cp_model.LinearExprT


@dataclass(frozen=True)
class Event:
    """A place that some meeting may take, and the literal that says whether one does.

    ``block`` tells events of which at most one is true from each other; None for a meeting that stays.
    """

    place: Placement
    literal: cp_model.IntVar
    block: int | None

    @property
    def key(self) -> tuple[int, int, int, int]:
        """The order of a day."""
        time, room = self.place.at, self.place.room
        return time.start, time.end, -1 if room is None else room, self.literal.index

    def excludes(self, other: "Event") -> bool:
        """Whether both can't be true."""
        return self.block is not None and self.block == other.block


def count(variables: Variables, constraint: Constraint, rule: SetRule) -> Count | None:
    """The rule's count, over all weeks; None where it needs rooms that are not named, or too many clauses."""
    if not rule.time_only and not variables.named_rooms:
        return None
    form, total = _Form(variables, constraint, rule), Count()
    for subject in subjects_of(variables.instance, constraint):
        if variables.touched(subject) and not form.add(subject, total):
            return None
    return total


class _Form:
    """The form of one constraint."""

    def __init__(self, variables: Variables, constraint: Constraint, rule: SetRule) -> None:
        self.variables, self.constraint, self.rule = variables, constraint, rule
        self.grid, self.model = variables.grid, variables.model
        self.clauses = 0
        self.by_op: Mapping[SetOp, Callable[[RuleSubject, int, int, list[Event]], list[Term]]] = {
            SetOp.MAX_DAY_LOAD: self._load,
            SetOp.MAX_BREAKS: self._block_starts,
            SetOp.GROUPED: self._block_starts,
            SetOp.MAX_BLOCK: self._long_blocks,
            SetOp.MOST_AT_ONCE: self._at_once,
            SetOp.MOST_SLOTS_OF: self._slots,
            SetOp.BEGINS_BY: self._late,
            SetOp.INTERVAL_DAYS: self._within,
            SetOp.BUILDING_CHANGES_A_DAY: self._ways,
            SetOp.BUILDING_CHANGES_A_WEEK: self._ways,
            SetOp.BUILDING_CHANGE_GAP: self._ways,
            SetOp.WALKING_TIME: self._ways,
            SetOp.GAPS_A_DAY: self._gaps,
            SetOp.GAPS_A_WEEK: self._gaps,
        }

    def add(self, subject: RuleSubject, total: Count) -> bool:
        """Add a subject's count; False where that takes too many clauses."""
        events = sorted(self._events(subject), key=lambda event: event.key)
        if self.rule.op is SetOp.MAX_DAYS:
            together = self.constraint.second_amount or self.grid.halves
            masks = [whole_days(event.place.at.days, together) for event in events]
            used = [
                self.variables.any_of([e.literal for e, mask in zip(events, masks, strict=True) if mask >> day & 1])
                for day in range(-(-self.grid.days // together))
            ]
            total.add(self._excess(used, self.constraint.amount))
            return True
        days: list[list[list[tuple[Term, int]]]] = [[] for _ in self._days]
        weeks: list[list[tuple[Term, int]]] = []
        for week, kind in enumerate(self.variables.weeks):
            sums: list[Term] = []
            for day in self._days:
                today = [e for e in events if e.place.at.weeks >> kind.week & 1 and e.place.at.days >> day & 1]
                self.clauses += self._clauses(len(today))
                if self.clauses > MOST_CLAUSES * (10 if self.constraint.hard else 1):
                    return False
                terms = self.by_op[self.rule.op](subject, week, day, today) if today else []
                if isinstance(self.rule, WeekSetRule):
                    sums += terms
                else:
                    days[day].append([(term, 1) for term in terms])
            if isinstance(self.rule, WeekSetRule):
                weeks.append([(self._excess(sums, self.rule.allowed(self.constraint)), 1)])
        for per_week in [weeks] if isinstance(self.rule, WeekSetRule) else days:
            for variable, coefficient in self._over_weeks(per_week):
                total.add(variable, coefficient)
        return True

    def _clauses(self, events: int) -> int:
        """More or less how many clauses a day of so many events takes, and how long they are."""
        if self.rule.op is SetOp.MAX_BLOCK:
            return events**3 // 8
        return events if self.rule.op in (SetOp.MAX_DAY_LOAD, SetOp.INTERVAL_DAYS) else events**2 // 4

    @property
    def _days(self) -> range:
        return range(self.grid.days)

    def _over_weeks(self, per_week: list[list[tuple[Term, int]]]) -> list[tuple[Term, int]]:
        if not self.rule.is_mean:
            return self.variables.averaged(per_week)
        kinds = zip(self.variables.weeks, per_week, strict=True)
        return [(term, factor * kind.number) for kind, week in kinds for term, factor in week]

    def _events(self, subject: RuleSubject) -> Iterator[Event]:
        for number, block in enumerate(self.variables.blocks_in(subject.meetings)):
            single = number if block.size == 1 else None
            for index, (option, literal) in enumerate(zip(block.options, block.literals, strict=True)):
                rooms = block.rooms[index] if block.rooms and not self.rule.time_only else {None: literal}
                for room, chosen in rooms.items():
                    yield Event(Placement(option.time, room), chosen, single)
        for meeting in subject.meetings:
            place = self.variables.fixed.get(meeting)
            if place is not None:
                yield Event(place, self.variables.true, None)

    def _excess(self, terms: Sequence[Term], allowed: int, most: int = 1) -> Term:
        """A variable that is at least what a sum exceeds."""
        found = self.model.new_int_var(0, max(0, len(terms) * most - allowed), "")
        self.model.add(found >= cp_model.LinearExpr.sum([*terms]) - allowed)
        return found

    def _forced(self, when: Sequence[Event], unless: Sequence[Event]) -> cp_model.IntVar:
        """A literal that is true where all of the first are and none of the others is."""
        found = self.model.new_bool_var("")
        self._imply(found, [event.literal for event in when], [event.literal for event in unless])
        return found

    def _imply(
        self, found: cp_model.IntVar, when: Sequence[cp_model.IntVar], unless: Sequence[cp_model.IntVar] = ()
    ) -> None:
        self.model.add_bool_or([found, *(literal.negated() for literal in when), *unless])

    # --- one day of one kind of week: terms whose sum is what the day counts ------------------

    def _load(self, _subject: RuleSubject, _week: int, _day: int, today: list[Event]) -> list[Term]:
        loads = [event.place.at.load for event in today]
        found = self.model.new_int_var(0, max(0, sum(loads) - self.constraint.amount), "")
        total = cp_model.LinearExpr.weighted_sum([event.literal for event in today], loads)
        self.model.add(found >= total - self.constraint.amount)
        return [found]

    def _near(self, day: int, one: Event, other: Event) -> bool:
        """Whether the later of two begins within the gap of a block after the other's end."""
        gap = 0 if self.rule.op is SetOp.GROUPED else self.constraint.second_amount
        return self.grid.periods_between(day, one.place.at.end, other.place.at.start) <= gap

    def _starts(self, day: int, today: list[Event]) -> dict[int, cp_model.IntVar]:
        """Per slot whether a block begins there: something does, and nothing before reaches as far."""
        found: dict[int, cp_model.IntVar] = {}
        for slot, group in groupby(today, key=lambda event: event.place.at.start):
            here = [*group]
            before = [e.literal for e in today if e.place.at.start < slot and self._near(day, e, here[0])]
            found[slot] = self.model.new_bool_var("")
            for event in here:
                self._imply(found[slot], [event.literal], before)
        return found

    def _block_starts(self, _subject: RuleSubject, _week: int, day: int, today: list[Event]) -> list[Term]:
        starts: list[Term] = [*self._starts(day, today).values()]
        return starts if self.rule.op is SetOp.GROUPED else [self._excess(starts, 1 + self.constraint.amount)]

    def _long_blocks(self, _subject: RuleSubject, _week: int, day: int, today: list[Event]) -> list[Term]:
        starts, found = self._starts(day, today), list[Term]()
        for slot, begins in starts.items():
            later = [event for event in today if event.place.at.start >= slot]
            long = [self.grid.periods_between(day, slot, e.place.at.end) > self.constraint.amount for e in later]
            if not any(long) or len(later) < 2:
                continue
            within = [self.model.new_bool_var("") for _ in later]
            is_long = self.model.new_bool_var("")
            for at, event in enumerate(later):
                if event.place.at.start == slot:
                    self._imply(within[at], [begins, event.literal])
                for before in range(at):
                    if self._near(day, later[before], event) and not event.excludes(later[before]):
                        self._imply(within[at], [within[before], event.literal])
                if long[at] and event.place.at.start > slot:
                    self._imply(is_long, [within[at]])
                elif long[at]:
                    for other in range(len(later)):
                        if other != at and not event.excludes(later[other]):
                            self._imply(is_long, [within[at], within[other]])
            found.append(is_long)
        return found

    def _at_once(self, _subject: RuleSubject, _week: int, day: int, today: list[Event]) -> list[Term]:
        base, cells = day * self.grid.slots_per_day, self.constraint.cells
        slots = {
            slot for e in today for slot in range(e.place.at.start, e.place.at.end) if not cells or base + slot in cells
        }
        found = self.model.new_int_var(0, max(0, len(today) - self.constraint.amount), "")
        for slot in sorted(slots):
            there = [e.literal for e in today if e.place.at.start <= slot < e.place.at.end]
            if len(there) > self.constraint.amount:
                self.model.add(found >= cp_model.LinearExpr.sum(there) - self.constraint.amount)
        return [found]

    def _slots(self, subject: RuleSubject, week: int, day: int, _today: list[Event]) -> list[Term]:
        base, periods = day * self.grid.slots_per_day, self.grid.days_periods[day]
        busy = self.variables.busy_periods(subject, week, day)
        return [
            literal
            for index, literal in zip(periods.indices, busy, strict=True)
            if all(base + slot in self.constraint.cells for slot in range(*periods.spans[index]))
        ]

    def _late(self, _subject: RuleSubject, _week: int, day: int, today: list[Event]) -> list[Term]:
        most = max(1, self.constraint.amount)
        late = [slots_counted(self.grid, self.constraint.cells, day, 0, e.place.at.start) >= most for e in today]
        early = [event for event, is_late in zip(today, late, strict=True) if not is_late]
        found = self.model.new_bool_var("")
        for event, is_late in zip(today, late, strict=True):
            if is_late:
                self._imply(found, [event.literal], [e.literal for e in early])
        return [found] if any(late) else []

    def _gaps(self, subject: RuleSubject, week: int, day: int, today: list[Event]) -> list[Term]:
        """A free period counts where one before and one after it are busy; where periods overlap, each way counts."""
        periods, base = self.grid.days_periods[day], day * self.grid.slots_per_day
        if not periods.is_disjoint:
            found = self._gaps_between(day, today)
        else:
            busy = self.variables.busy_periods(subject, week, day)
            before, after = self._any_before(busy), self._any_before(busy[::-1])[::-1]
            found = []
            for at, index in enumerate(periods.indices):
                if all(base + slot not in self.constraint.cells for slot in range(*periods.spans[index])):
                    free = self.model.new_bool_var("")
                    self._imply(free, [before[at], after[at]], [busy[at]])
                    found.append(free)
        if self.rule.op is SetOp.GAPS_A_DAY:
            return [self._excess(found, self.constraint.amount)]
        return found

    def _any_before(self, busy: list[cp_model.IntVar]) -> list[cp_model.IntVar]:
        """Per period whether it or one before it is busy."""
        found = busy[:1]
        for literal in busy[1:]:
            found.append(self.variables.any_of([found[-1], literal]))
        return found

    def _gaps_between(self, day: int, today: list[Event]) -> list[Term]:
        """From one meeting to the next: so many slots where both are held and nothing ends later or lies between."""
        found: list[Term] = []
        for at, event in enumerate(today):
            for later in range(at + 1, len(today)):
                start, end = event.place.at.end, today[later].place.at.start
                free = slots_counted(self.grid, self.constraint.cells, day, start, end)
                if not free or event.excludes(today[later]):
                    continue
                between = [e for e in today[:later] if e is not event and e.place.at.end > start]
                found += [self._forced([event, today[later]], between)] * free
        return found

    def _within(self, _subject: RuleSubject, _week: int, day: int, today: list[Event]) -> list[Term]:
        base = day * self.grid.slots_per_day
        cells = (range(base + event.place.at.start, base + event.place.at.end) for event in today)
        those = [e.literal for e, each in zip(today, cells, strict=True) if not self.constraint.cells.isdisjoint(each)]
        return [self.variables.any_of(those)] if those else []

    def _ways(self, _subject: RuleSubject, _week: int, day: int, today: list[Event]) -> list[Term]:
        """From one meeting to the next: a way counts where both are held and none of those between."""
        rooms = self.variables.instance.rooms
        if self.rule.op is not SetOp.WALKING_TIME:
            today = [e for e in today if e.place.room is not None and rooms[e.place.room].building]
        found: list[Term] = []
        for at, event in enumerate(today):
            for later in range(at + 1, len(today)):
                if event.excludes(today[later]) or not self._is_counted(day, event.place, today[later].place):
                    continue
                found.append(self._forced([event, today[later]], today[at + 1 : later]))
        if self.rule.op is SetOp.BUILDING_CHANGES_A_DAY:
            return [self._excess(found, self.constraint.amount)]
        return found

    def _is_counted(self, day: int, place: Placement, then: Placement) -> bool:
        """Whether the way from one place to the next one counts, as the truth says of the two alone."""
        if isinstance(self.rule, DaySetRule) and self.rule.op is not SetOp.BUILDING_CHANGES_A_DAY:
            return bool(self.rule.of_day(self.variables.instance, self.constraint, day, (place, then)))
        rooms = self.variables.instance.rooms
        return rooms[place.room or 0].building != rooms[then.room or 0].building
