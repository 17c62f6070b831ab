"""Where meetings may go, as CP-SAT literals in containers that answer questions.

Interchangeable meetings that never overlap (the lectures of one course, under one teacher) form one
*block*: the model decides how many of them stand at a time, 0 or 1, and never which.
Meetings that stay where they are hold no variables; they count through constant literals.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ortools.sat.python import cp_model

from webapp.engine.domains import Domains
from webapp.engine.instance import Constraint, Instance, Placement, TimeOption
from webapp.engine.periods import bits
from webapp.engine.result import never
from webapp.engine.rules.family import ChoiceRule, ClashRule, PairRule, RuleSubject, subjects_of
from webapp.engine.timegrid import Time

Literal = cp_model.LiteralT


class GivenUp(Exception):
    """A model is not built to the end: time is up, or somebody said stop."""


class Count:
    """A rule's count as a sum of variables: never less than the truth, equal at the least.

    Every coefficient is positive and every variable starts at 0, so "the count is 0" means that
    every variable is 0.
    """

    def __init__(self) -> None:
        self.variables: list[cp_model.LinearExprT] = []
        self.coefficients: list[int] = []
        self.constant = 0

    def add(self, variable: cp_model.LinearExprT, coefficient: int = 1) -> None:
        """Add ``coefficient`` for each unit of the variable."""
        if coefficient:
            self.variables.append(variable)
            self.coefficients.append(coefficient)


@dataclass(frozen=True)
class Block:
    """Meetings that differ in nothing the model can see, and the times open to them.

    Attributes
    ----------
    literals
        One per time: whether a meeting of the block stands there.
    rooms
        Per time index, the literal of each room there; empty in models that only count rooms.
    missing
        How many of the meetings are left unplaced; None where all must be placed.
    """

    meetings: tuple[int, ...]
    options: tuple[TimeOption, ...]
    literals: tuple[cp_model.IntVar, ...]
    rooms: tuple[Mapping[int, cp_model.IntVar], ...] = ()
    missing: cp_model.IntVar | None = None

    @property
    def size(self) -> int:
        """Number of meetings."""
        return len(self.meetings)


@dataclass
class Occupancy:
    """Which literals say that some meetings take place in a cell of a kind of week.

    Keys are ``week * cells + cell`` with ``week`` an index into `Variables.weeks`.
    """

    literals: dict[int, list[cp_model.IntVar]] = field(default_factory=dict)
    fixed: dict[int, int] = field(default_factory=dict)

    def keys(self) -> set[int]:
        """The keys in which anything may take place."""
        return self.literals.keys() | self.fixed.keys()


@dataclass(frozen=True)
class WeekKind:
    """Weeks in which the same time options take place: one of them, and how many weeks of the calendar they are."""

    week: int
    number: int


class Variables:
    """The variables of one model.

    Parameters
    ----------
    free
        Meetings to decide about; the others stand where ``fixed`` says, or nowhere.
    named_rooms
        Whether each meeting's room is decided; otherwise only times are.
    partial
        Whether meetings may be left unplaced.
    guarded
        Whether hard rules will hang on assumptions: then nothing is presumed about them.
    separate
        Whether interchangeable meetings are modelled each by itself.
    given_up
        Asked again and again while the model is built; raises `GivenUp` when it says yes.
    """

    def __init__(
        self,
        instance: Instance,
        free: Iterable[int],
        fixed: Mapping[int, Placement],
        domains: Domains | None = None,
        *,
        named_rooms: bool = False,
        partial: bool = False,
        guarded: bool = False,
        separate: bool = False,
        given_up: Callable[[], bool] = never,
    ) -> None:
        self.instance, self.grid, self._given_up = instance, instance.grid, given_up
        self.model = cp_model.CpModel()
        self.domains = domains or Domains(instance)
        self.named_rooms, self.partial, self.guarded = named_rooms, partial, guarded
        self._separate = separate or guarded or self._counts_double_bookings()
        self.fixed = {m: p for m, p in fixed.items() if p.time is not None}
        self.true = self.model.new_constant(1)
        self.false = self.model.new_constant(0)
        self.blocks = tuple(self._block(members) for members in self._blocks_of(sorted(set(free))))
        self.block_of = {m: block for block in self.blocks for m in block.meetings}
        self._occupancies: dict[tuple[int, ...], Occupancy] = {}
        self._held: dict[tuple[int, ...], Occupancy] = {}
        self._or: dict[tuple[int, ...], cp_model.IntVar] = {}
        self._used: dict[tuple[int, tuple[int, ...]], cp_model.IntVar] = {}

    def go_on(self) -> None:
        """Raise `GivenUp` where there is no use in building any more."""
        if self._given_up():
            raise GivenUp

    # --- blocks -------------------------------------------------------------------------------

    def _block(self, members: tuple[int, ...]) -> Block:
        self.go_on()
        first, model = members[0], self.model
        options = tuple(o for o in self.domains.times(first) if self._is_free(first, o.time))
        code = self.instance.meetings[first].code
        literals = tuple(model.new_bool_var(f"{code}@{o.time.start}/{o.time.days}") for o in options)
        missing = model.new_int_var(0, len(members), f"{code} missing") if self.partial else None
        total: list[cp_model.IntVar] = [*literals] if missing is None else [*literals, missing]
        if len(members) == 1 and missing is None:
            model.add_exactly_one(literals)
        else:
            model.add(cp_model.LinearExpr.sum(total) == len(members))
        rooms: tuple[Mapping[int, cp_model.IntVar], ...] = ()
        if self.named_rooms and self.instance.meetings[first].needs_room:
            rooms = tuple(self._rooms(first, o.time, literal) for o, literal in zip(options, literals, strict=True))
        return Block(members, options, literals, rooms, missing)

    def _is_free(self, meeting: int, time: Time) -> bool:
        """Whether nobody of the meeting has to be at one that stays, then."""
        people = self.exclusive.intersection(self.instance.meetings[meeting].resources)
        return not any(self._covered(self._people_taken.get(person), time) for person in people)

    def _covered(self, taken: Mapping[int, int] | None, time: Time) -> bool:
        return taken is not None and any(taken.get(cell, 0) & time.weeks for cell in time.cells(self.grid))

    @cached_property
    def _people_taken(self) -> dict[int, dict[int, int]]:
        """Per exclusive resource, the cells of meetings that stay, with the mask of their weeks."""
        found: dict[int, dict[int, int]] = {}
        for meeting, place in self.fixed.items():
            for person in self.exclusive.intersection(self.instance.meetings[meeting].resources):
                self._take(found.setdefault(person, {}), place.at)
        return found

    @cached_property
    def _rooms_taken(self) -> dict[int, dict[int, int]]:
        """The same per room, where a hard rule gives it to one meeting at a time."""
        found: dict[int, dict[int, int]] = {}
        if not self.guarded and self.rooms_are_exclusive:
            for place in self.fixed.values():
                if place.room is not None:
                    self._take(found.setdefault(place.room, {}), place.at)
        return found

    def _take(self, taken: dict[int, int], time: Time) -> None:
        for cell in time.cells(self.grid):
            taken[cell] = taken.get(cell, 0) | time.weeks

    @cached_property
    def rooms_are_exclusive(self) -> bool:
        """Whether a hard rule gives a room to one meeting at a time."""
        hard = (c.rule for c in self.instance.constraints if c.hard)
        return any(isinstance(rule, ClashRule) and rule.rooms for rule in hard)

    def _rooms(self, meeting: int, time: Time, literal: cp_model.IntVar) -> Mapping[int, cp_model.IntVar]:
        rooms = tuple(
            r for r in self.domains.rooms_at(meeting, time) if not self._covered(self._rooms_taken.get(r), time)
        )
        if len(rooms) == 1:
            return {rooms[0]: literal}
        chosen = {room: self.model.new_bool_var("") for room in rooms}
        self.model.add(cp_model.LinearExpr.sum([*chosen.values()]) == literal)
        return chosen

    def _blocks_of(self, free: list[int]) -> list[tuple[int, ...]]:
        """Group the free meetings: interchangeable ones together where that loses nothing."""
        grouped: dict[int, tuple[int, ...]] = {}
        if not self._separate:
            among = set(free)
            for group in self.instance.interchangeable:
                members = tuple(sorted(m for m in group if m in among))
                if len(members) > 1 and self._alike(members):
                    grouped.update(dict.fromkeys(members, members))
        return list(dict.fromkeys(grouped.get(m, (m,)) for m in free))

    def _counts_double_bookings(self) -> bool:
        """Whether two meetings in one room cost something: then it matters how many they are."""
        soft = (c.rule for c in self.instance.constraints if c.weight)
        return any(isinstance(rule, ClashRule) and rule.rooms for rule in soft)

    def _alike(self, members: tuple[int, ...]) -> bool:
        meetings = [self.instance.meetings[m] for m in members]
        first = meetings[0]
        if not self.exclusive.intersection(first.resources) or self._named_apart.intersection(members):
            return False
        return all(
            other.pin is None
            and set(other.resources) == set(first.resources)
            and (other.times is first.times or other.times == first.times)
            and (other.rooms is first.rooms or other.rooms == first.rooms)
            and (other.size, other.needs_room) == (first.size, first.needs_room)
            for other in meetings
        ) and not self._differ_from_reference(members)

    def _differ_from_reference(self, members: tuple[int, ...]) -> bool:
        """Whether some rule compares these meetings with different places in the reference."""
        reference = self.instance.reference
        if not reference or len({reference[m] for m in members}) == 1:
            return False
        rooms: list[int | None] = [option.room for option in self.instance.meetings[members[0]].rooms]
        for constraint in self.instance.constraints:
            rule = constraint.rule
            if not isinstance(rule, ChoiceRule):
                continue
            for option in self.instance.meetings[members[0]].times:
                for room in rooms or [None]:
                    place = Placement(option.time, room)
                    if len({rule.cost(self.instance, constraint, m, place) for m in members}) > 1:
                        return True
        return False

    @cached_property
    def exclusive(self) -> frozenset[int]:
        """Resources that a hard rule keeps from being in two places at once."""
        if self.guarded:
            return frozenset()
        found: set[int] = set()
        for constraint in self.instance.constraints:
            rule = constraint.rule
            if constraint.hard and isinstance(rule, ClashRule) and not rule.rooms:
                found.update(s.resource for s in subjects_of(self.instance, constraint) if s.resource is not None)
        return frozenset(found)

    @cached_property
    def _named_apart(self) -> frozenset[int]:
        """Meetings that some constraint names without their interchangeable ones, or in an order."""
        group_of = {m: group for group in self.instance.interchangeable for m in group}
        found: set[int] = set()
        for constraint in self.instance.constraints:
            if not constraint.meetings:
                continue
            rule, named = constraint.rule, set(constraint.meetings)
            if isinstance(rule, PairRule) and (rule.ordered or not rule.time_only):
                found |= named
            found.update(m for m in named if m in group_of and not named.issuperset(group_of[m]))
        return frozenset(m for g in self.instance.interchangeable if found.intersection(g) for m in g) | found

    @property
    def missing(self) -> cp_model.LinearExpr:
        """The number of unplaced meetings."""
        return cp_model.LinearExpr.sum([b.missing for b in self.blocks if b.missing is not None])

    # --- questions ----------------------------------------------------------------------------

    @cached_property
    def weeks(self) -> tuple[WeekKind, ...]:
        """Kinds of weeks that differ in what may take place in them."""
        masks = {o.time.weeks for block in self.blocks for o in block.options}
        masks |= {p.time.weeks for p in self.fixed.values() if p.time is not None}
        kinds: dict[tuple[int, ...], list[int]] = {}
        for week in range(self.grid.weeks):
            kinds.setdefault(tuple(mask >> week & 1 for mask in sorted(masks)), []).append(week)
        sizes = self.grid.size_of_week
        return tuple(WeekKind(weeks[0], sum(sizes[week] for week in weeks)) for weeks in kinds.values())

    def keys_of(self, time: Time) -> Iterable[int]:
        """The (kind of week, cell) keys that a time covers."""
        for index, kind in enumerate(self.weeks):
            if time.weeks >> kind.week & 1:
                for cell in time.cells(self.grid):
                    yield index * self.grid.cells + cell

    def blocks_in(self, meetings: Iterable[int]) -> list[Block]:
        """The blocks with one of these meetings in them, each once."""
        found = {id(block): block for m in meetings if (block := self.block_of.get(m)) is not None}
        return list(found.values())

    def touched(self, subject: RuleSubject) -> bool:
        """Whether the subject has a free meeting, so that its rules must be looked at."""
        return any(m in self.block_of for m in subject.meetings)

    def is_exclusive(self, subject: RuleSubject) -> bool:
        """Whether a hard rule keeps the subject's meetings from overlapping."""
        if subject.resource is not None and subject.resource in self.exclusive:
            return True
        shared = self.exclusive
        for meeting in subject.meetings:
            shared = shared.intersection(self.instance.meetings[meeting].resources)
        return bool(shared) and bool(subject.meetings)

    def occupancy(self, meetings: tuple[int, ...]) -> Occupancy:
        """In which cells the meetings take place."""
        if meetings not in self._occupancies:
            self._occupancies[meetings] = self._occupied(meetings, self.keys_of)
        return self._occupancies[meetings]

    def _occupied(self, meetings: tuple[int, ...], keys_of: Callable[[Time], Iterable[int]]) -> Occupancy:
        self.go_on()
        found = Occupancy()
        for block in self.blocks_in(meetings):
            for option, literal in zip(block.options, block.literals, strict=True):
                for key in keys_of(option.time):
                    found.literals.setdefault(key, []).append(literal)
        for meeting in meetings:
            place = self.fixed.get(meeting)
            if place is not None and place.time is not None:
                for key in keys_of(place.time):
                    found.fixed[key] = found.fixed.get(key, 0) + 1
        return found

    def busy(self, subject: RuleSubject, key: int) -> cp_model.IntVar:
        """Whether any of the subject's meetings takes place in the cell."""
        return self._any_in(subject, self.occupancy(subject.meetings), key)

    def _any_in(self, subject: RuleSubject, occupancy: Occupancy, key: int) -> cp_model.IntVar:
        if occupancy.fixed.get(key):
            return self.true
        return self.any_of(occupancy.literals.get(key, []), self.is_exclusive(subject))

    def busy_periods(self, subject: RuleSubject, week: int, day: int) -> list[cp_model.IntVar]:
        """For each period of a day of a kind of week: whether any of the subject's meetings is held in it."""
        if subject.meetings not in self._held:
            own = self.grid.periods is not None
            self._held[subject.meetings] = (
                self._occupied(subject.meetings, self._period_keys) if own else self.occupancy(subject.meetings)
            )
        base, held = (week * self.grid.days + day) * self._width, self._held[subject.meetings]
        return [self._any_in(subject, held, base + index) for index in self.grid.days_periods[day].indices]

    @property
    def _width(self) -> int:
        """How many keys of periods a day has."""
        return len(self.grid.days_periods[0].spans)

    def _period_keys(self, time: Time) -> Iterable[int]:
        """The (kind of week, day, period) keys in which a time is held."""
        for index, kind in enumerate(self.weeks):
            if time.weeks >> kind.week & 1:
                for day in time.day_list():
                    yield from ((index * self.grid.days + day) * self._width + period for period in bits(time.busy))

    def any_of(self, literals: list[cp_model.IntVar], exclusive: bool = False) -> cp_model.IntVar:
        """A literal that is true exactly when one of the given is.

        ``exclusive`` says that at most one can be, which gives a tighter form.
        """
        if not literals:
            return self.false
        if len(literals) == 1:
            return literals[0]
        key = tuple(sorted({literal.index for literal in literals}))
        if key not in self._or:
            either = self.model.new_bool_var("")
            if exclusive:
                self.model.add_exactly_one([*literals, either.negated()])
            else:
                self.model.add_bool_or([*literals, either.negated()])
                for literal in literals:
                    self.model.add_implication(literal, either)
            self._or[key] = either
        return self._or[key]

    def uses_day(self, subject: RuleSubject, week: int, day: int) -> cp_model.IntVar:
        """Whether any of the subject's meetings takes place on a day of a kind of week."""
        memo = (week * self.grid.days + day, subject.meetings)
        if memo not in self._used:
            occupancy = self.occupancy(subject.meetings)
            base = week * self.grid.cells + day * self.grid.slots_per_day
            keys = range(base, base + self.grid.slots_per_day)
            if any(occupancy.fixed.get(key) for key in keys):
                self._used[memo] = self.true
            else:
                literals = {lit.index: lit for key in keys for lit in occupancy.literals.get(key, ())}
                self._used[memo] = self.any_of([*literals.values()])
        return self._used[memo]

    # --- constraints --------------------------------------------------------------------------

    def at_most(self, literals: list[cp_model.IntVar], most: int, guard: cp_model.IntVar | None) -> None:
        """At most so many of the literals are true, if the guard holds."""
        if len(literals) <= most:
            return
        if most <= 0:
            for literal in literals:
                self.forbid(literal, guard)
        elif guard is not None:
            self.model.add(cp_model.LinearExpr.sum(literals) <= most).only_enforce_if(guard)
        elif most == 1:
            self.model.add_at_most_one(literals)
        else:
            self.model.add(cp_model.LinearExpr.sum(literals) <= most)

    def forbid(self, literal: cp_model.IntVar, guard: cp_model.IntVar | None) -> None:
        """The literal is false, if the guard holds."""
        if guard is None:
            self.model.add_bool_and([literal.negated()])
        else:
            self.model.add_implication(guard, literal.negated())

    def averaged(
        self, per_week: list[list[tuple[cp_model.LinearExprT, int]]]
    ) -> list[tuple[cp_model.LinearExprT, int]]:
        """The average of a cost over the kinds of weeks, rounded up, from the terms of each kind."""
        if len(per_week) == 1:
            return per_week[0]
        terms = [(x, c * kind.number) for kind, week in zip(self.weeks, per_week, strict=True) for x, c in week]
        if not terms:
            return []
        average = self.model.new_int_var(0, 1_000_000, "")
        total = cp_model.LinearExpr.weighted_sum([x for x, _ in terms], [c for _, c in terms])
        self.model.add(average * self.grid.calendar_weeks >= total)
        return [(average, 1)]

    def is_zero(self, count: Count, guard: cp_model.IntVar | None) -> None:
        """The count is 0, if the guard holds; what the meetings that stay cause by themselves is let be."""
        if count.constant:
            self.forbid(self.true, guard)
        for variable in count.variables:
            constraint = self.model.add(variable == 0)
            if guard is not None:
                constraint.only_enforce_if(guard)

    def constraints(self) -> Iterable[tuple[int, Constraint]]:
        """The instance's constraints with their index."""
        return enumerate(self.instance.constraints)
