"""Why no timetable can exist, as far as counting tells: more asked for than there is.

Arithmetic first (a person with more slots than the week has, a kind of room with more meetings
than it can hold), then matching (meetings that, together, have too few possible slots). Plain
Python without a solver: the web's check step and `explain` both begin here. What is found is
proof; finding nothing proves nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from webapp.engine.domains import ANY_TIME, Domains, meetings_of
from webapp.engine.instance import Constraint, Instance, Placement
from webapp.engine.matching import violator
from webapp.engine.periods import bits
from webapp.engine.rule import Rule
from webapp.engine.rules.different_days import DifferentDays
from webapp.engine.rules.family import ChoiceRule, ClashRule, RuleSubject, subjects_of
from webapp.engine.rules.max_per_day import MaxPerDay
from webapp.engine.rules.max_per_week import MaxPerWeek
from webapp.engine.rules.pinned import Pinned
from webapp.engine.rules.possible_time import PossibleTime
from webapp.engine.rules.room_closed import RoomClosed
from webapp.engine.rules.same_time import SameTime
from webapp.engine.rules.suitable_room import SuitableRoom
from webapp.engine.timegrid import Time, TimeGrid
from webapp.engine.words import Names, ShortageCode, shortage_in_words

MOST_EDGES = 400_000
"""Matching of rooms is left out where it would have to look at more pairs than this."""


Hard = tuple[int, Constraint, Rule]
"""A hard constraint with its index, and the rule that it puts to work."""


class ShortageKind(StrEnum):
    """What there is too little of."""

    TIMES = "times"
    """A meeting has no possible time."""
    SUITABLE_ROOMS = "suitable rooms"
    """A meeting has no suitable room."""
    SLOTS = "slots"
    """A person or group has more slots of meetings than possible ones."""
    DAYS = "days"
    """Meetings on different days are more than the days they may be on."""
    ROOMS = "rooms"
    """A kind of room (a set of suitable rooms) has more meetings than it can hold, in the week or at once."""


@dataclass(frozen=True)
class Shortage:
    """More asked for than there is.

    Attributes
    ----------
    label
        Who or what is short, for a table's first column.
    demand, supply
        Teaching periods asked for and possible in one week; days for `ShortageKind.DAYS`, and rooms where meetings
        start together.
    code, values
        The same for words, with the numbers: see `webapp.engine.words.shortage_in_words`.
    meetings, resources, rooms
        Indices of what it is about.
    constraints
        Indices of the hard constraints without which the count would not hold.
    weeks
        Mask of the grid's weeks in which it is so, 0 where it is so in all of them.
    """

    kind: ShortageKind
    label: str
    demand: int
    supply: int
    code: ShortageCode
    values: Mapping[str, Any] = field(hash=False)
    meetings: tuple[int, ...] = ()
    resources: tuple[int, ...] = ()
    rooms: tuple[int, ...] = ()
    constraints: tuple[int, ...] = ()
    weeks: int = 0

    @property
    def sentence(self) -> str:
        """What is short, in words with the numbers."""
        return shortage_in_words(self.code, self.values)


def shortages(
    instance: Instance, domains: Domains | None = None, names: Names | None = None, *, thorough: bool = False
) -> list[Shortage]:
    """Everything that counting finds: empty domains, then arithmetic, then matching.

    Matching is asked only about those in whom arithmetic finds nothing.

    Parameters
    ----------
    names
        How days, slots, meetings and rooms are called in the sentences; numbers and codes if None.
    thorough
        Look at rooms even where something was found before.
    """
    counter = _Counter(instance, domains or Domains(instance), names or Names.of(instance))
    found = list(counter.lonely_meetings())
    found += counter.people(exclude=found)
    found += counter.days()
    found += counter.rooms_at_once()
    if thorough or not found:
        found += counter.rooms()
    return found


@dataclass(frozen=True)
class _Held:
    """What a meeting needs and may have in a week.

    ``need`` is the fewest periods that it holds; ``possible`` has per day the mask of those that it may hold.
    """

    need: int
    possible: tuple[int, ...]

    @classmethod
    def of(cls, times: Sequence[Time], week: int, grid: TimeGrid) -> "_Held":
        """Read it off the possible times."""
        possible = [0] * grid.days
        needs = []
        for time in times:
            is_then = time.weeks >> week & 1
            needs.append(time.load * time.days.bit_count() if is_then else 0)
            for day in time.day_list() if is_then else ():
                possible[day] |= time.busy
        return cls(min(needs, default=0), tuple(possible))


class _Counter:
    """Holds what the counts share: domains, the cells of each meeting, the rules at work."""

    def __init__(self, instance: Instance, domains: Domains, names: Names) -> None:
        self.names = names
        self.instance, self.grid, self.domains = instance, instance.grid, domains
        self.hard: list[Hard] = [
            (index, constraint, constraint.rule)
            for index, constraint in enumerate(instance.constraints)
            if constraint.hard
        ]
        self._held: dict[int, tuple[_Held, ...]] = {}
        self._closed_periods: dict[int, tuple[int, ...]] = {}
        self._choices: dict[int, list[int]] = {}
        self._limits: dict[RuleSubject, list[Hard]] = {}
        for index, constraint, rule in self.hard:
            if isinstance(rule, ChoiceRule):
                for meeting in meetings_of(instance, constraint):
                    self._choices.setdefault(meeting, []).append(index)
            elif isinstance(rule, MaxPerDay | MaxPerWeek):
                for subject in subjects_of(instance, constraint):
                    self._limits.setdefault(subject, []).append((index, constraint, rule))

    # --- what a meeting needs and may have ------------------------------------------------------

    def held(self, meeting: int) -> tuple["_Held", ...]:
        """What a meeting needs and may have, in each week of the grid."""
        if meeting not in self._held:
            times = [option.time for option in self.domains.times(meeting)]
            self._held[meeting] = tuple(_Held.of(times, week, self.grid) for week in range(self.grid.weeks))
        return self._held[meeting]

    def weeks(self, meetings: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield a week of each sort and the mask of all of that sort: in them the meetings need and may have the same.

        The mask is 0 where there is one sort only.
        """
        sorts: dict[tuple[_Held, ...], int] = {}
        for week in range(self.grid.weeks):
            key = tuple(self.held(m)[week] for m in meetings) if self.grid.weeks > 1 else ()
            sorts[key] = sorts.get(key, 0) | 1 << week
        for mask in sorts.values():
            yield (mask & -mask).bit_length() - 1, 0 if len(sorts) == 1 else mask

    def need(self, meetings: Iterable[int], week: int) -> int:
        """The fewest periods of a week that the meetings hold wherever they stand."""
        return sum(self.held(m)[week].need for m in meetings)

    def possible(self, meetings: Iterable[int], week: int) -> list[int]:
        """Per day of a week, the mask of the periods that any of the meetings may hold."""
        found = [0] * self.grid.days
        for meeting in meetings:
            for day, mask in enumerate(self.held(meeting)[week].possible):
                found[day] |= mask
        return found

    def fit(self, day: int, among: int) -> int:
        """The most of some periods of a day that can be held one after the other."""
        return self.grid.days_periods[day].most(among)

    def keys(self, meeting: int, week: int) -> list[int]:
        """The periods of a week that a meeting may hold, as ``day * periods + period``."""
        width = len(self.grid.days_periods[0].spans)
        possible = self.held(meeting)[week].possible
        return [day * width + period for day, mask in enumerate(possible) for period in bits(mask)]

    def label(self, meetings: Iterable[int]) -> str:
        """The meetings' codes, the first few by name."""
        codes = [self.names.meeting(m) for m in meetings]
        return ", ".join(codes) if len(codes) <= 4 else f"{', '.join(codes[:3])} and {len(codes) - 3} more"

    def in_weeks(self, weeks: int) -> str:
        """In which weeks something is so; empty for all."""
        return self.names.weeks(weeks) if weeks else ""

    def choices(self, meetings: Iterable[int]) -> tuple[int, ...]:
        """Hard constraints about single placements that refuse some of these meetings' times or rooms."""
        pairs = ((index, m) for m in meetings for index in self._choices.get(m, ()))
        return tuple(sorted({index for index, meeting in pairs if self._narrows(index, meeting)}))

    def _narrows(self, index: int, meeting: int) -> bool:
        constraint, what = self.instance.constraints[index], self.instance.meetings[meeting]
        rule = constraint.rule
        places: Iterable[Placement] = ()
        if not isinstance(rule, ChoiceRule) or isinstance(rule, Pinned):
            return what.pin is not None
        if isinstance(rule, PossibleTime | SuitableRoom):
            return what.pin is not None  # a meeting's own times and rooms are never refused
        if isinstance(rule, RoomClosed) and not any(room.closed for room in self.instance.rooms):
            return False
        if rule.time_only:
            places = (Placement(option.time) for option in what.times)
        elif rule.room_only:
            places = (Placement(ANY_TIME, option.room) for option in what.rooms)
        else:
            places = (Placement(time.time, room.room) for time in what.times for room in what.rooms)
        return any(rule.cost(self.instance, constraint, meeting, place) for place in places)

    # --- empty domains --------------------------------------------------------------------------

    def lonely_meetings(self) -> Iterator[Shortage]:
        """Meetings that have no possible time, or no suitable room, all by themselves."""
        for index, meeting in enumerate(self.instance.meetings):
            if not self.domains.times(index):
                had = len(meeting.times)
                yield Shortage(
                    ShortageKind.TIMES,
                    self.names.meeting(index),
                    1,
                    0,
                    ShortageCode.NO_TIME,
                    {"name": self.names.meeting(index), "had": had},
                    (index,),
                    constraints=self.choices((index,)),
                )
            elif meeting.needs_room and not self.domains.rooms(index):
                had = len(meeting.rooms)
                yield Shortage(
                    ShortageKind.SUITABLE_ROOMS,
                    self.names.meeting(index),
                    1,
                    0,
                    ShortageCode.NO_ROOM,
                    {"name": self.names.meeting(index), "had": had},
                    (index,),
                    constraints=self.choices((index,)),
                )

    # --- people ---------------------------------------------------------------------------------

    def people(self, exclude: list[Shortage]) -> Iterator[Shortage]:
        """Persons and groups with more slots of meetings than they have slots."""
        lonely = {m for shortage in exclude for m in shortage.meetings}
        for index, constraint, rule in self.hard:
            if not isinstance(rule, ClashRule) or rule.rooms:
                continue
            for subject in subjects_of(self.instance, constraint):
                meetings = tuple(m for m in subject.meetings if m not in lonely)
                found = self._person(subject, meetings, constraint, index)
                if found is not None:
                    yield found

    def _person(
        self, subject: RuleSubject, meetings: tuple[int, ...], constraint: Constraint, index: int
    ) -> Shortage | None:
        name, limits = self._name(subject, constraint), self._limits.get(subject, [])
        where = (subject.resource,) if subject.resource is not None else ()
        for week, weeks in self.weeks(meetings):
            demand, possible = self.need(meetings, week), self.possible(meetings, week)
            supply = self._supply(possible, limits)
            if demand > supply:
                rules = tuple(sorted({index, *self._behind(limits, meetings, week)}))
                code, values = ShortageCode.SLOTS, self._values(name, demand, supply, weeks)
                return Shortage(
                    ShortageKind.SLOTS, name, demand, supply, code, values, meetings, where, (), rules, weeks
                )
            keys = {m: self.keys(m, week) for m in meetings}
            found = violator({(m, n): keys[m] for m in meetings for n in range(self.held(m)[week].need)})
            if found is None:
                continue
            few = tuple(sorted({m for m, _ in found.askers}))
            asked, there = len(found.askers), len(found.places)
            about = {"meetings": self.label(few), "when": self._when(found.places)}
            code, values = ShortageCode.SLOTS_OF, self._values(name, asked, there, weeks) | about
            rules = tuple(sorted({index, *self.choices(few)}))
            return Shortage(ShortageKind.SLOTS, name, asked, there, code, values, few, where, (), rules, weeks)
        return None

    def _values(self, name: str, asked: int, possible: int, weeks: int = 0) -> dict[str, Any]:
        return {"name": name, "asked": asked, "possible": possible, "weeks": self.in_weeks(weeks)}

    def _name(self, subject: RuleSubject, constraint: Constraint) -> str:
        if subject.resource is not None:
            return self.instance.resources[subject.resource].label
        return constraint.label or self.label(subject.meetings)

    def _when(self, keys: Iterable[int]) -> str:
        """Periods in words, the first few by name."""
        spans = self.grid.days_periods[0].spans
        places = [divmod(key, len(spans)) for key in sorted(keys)]
        words = [f"{self.names.day(day)}, {self.names.slot(spans[period][0])}" for day, period in places]
        return "; ".join(words) if len(words) <= 4 else f"{'; '.join(words[:3])} and {len(words) - 3} more"

    def _supply(self, possible: Sequence[int], limits: Sequence[Hard]) -> int:
        """Periods of a week out of the possible ones that somebody with these limits can be busy in."""
        most = self.grid.days * len(self.grid.days_periods[0].spans)
        per_day = min((c.amount for _, c, rule in limits if isinstance(rule, MaxPerDay)), default=most)
        per_week = min((c.amount for _, c, rule in limits if isinstance(rule, MaxPerWeek)), default=most)
        return min(per_week, sum(min(per_day, self.fit(day, among)) for day, among in enumerate(possible)))

    def _behind(self, limits: Sequence[Hard], meetings: tuple[int, ...], week: int) -> Iterator[int]:
        """The constraints that make a week's supply as small as it is; those that lower it no further are left out."""
        possible = self.possible(meetings, week)
        supply = self._supply(possible, limits)
        for limit in list(limits):
            others = [one for one in limits if one is not limit]
            if self._supply(possible, others) == supply:
                limits = others
        yield from (index for index, _, _ in limits)
        own = [_Held.of([o.time for o in self.instance.meetings[m].times], week, self.grid) for m in meetings]
        unhindered = [0] * self.grid.days
        for held in own:
            unhindered = [known | mask for known, mask in zip(unhindered, held.possible, strict=True)]
        asked = sum(held.need for held in own)
        if (asked, self._supply(unhindered, limits)) != (self.need(meetings, week), supply):
            yield from self.choices(meetings)

    # --- days -----------------------------------------------------------------------------------

    def days(self) -> Iterator[Shortage]:
        """Meetings that must be on different days and have too few days."""
        for index, constraint, rule in self.hard:
            if not isinstance(rule, DifferentDays):
                continue
            wants = {m: self._days_of(m) for m in constraint.meetings if self.domains.times(m)}
            if any(o.time.weeks != self.grid.all_weeks for m in wants for o in self.domains.times(m)):
                continue
            found = violator({(m, n): days for m, (days, need) in wants.items() for n in range(need)})
            if found is None:
                continue
            few = tuple(sorted({m for m, _ in found.askers}))
            demand, supply = len(found.askers), len(found.places)
            name = constraint.label or self.label(few)
            values = self._values(name, demand, supply) | {"meetings": self.label(few)}
            rules = tuple(sorted({index, *self.choices(few)}))
            yield Shortage(ShortageKind.DAYS, name, demand, supply, ShortageCode.DAYS, values, few, (), (), rules)

    def _days_of(self, meeting: int) -> tuple[list[int], int]:
        masks = [o.time.days for o in self.domains.times(meeting)]
        days = [day for day in range(self.grid.days) if any(mask >> day & 1 for mask in masks)]
        return days, min(mask.bit_count() for mask in masks)

    # --- rooms ----------------------------------------------------------------------------------

    def rooms(self) -> Iterator[Shortage]:
        """Kinds of rooms with more meetings than they can hold; matching where counting is not enough."""
        clash = self._room_clash()
        if clash is None:
            return
        of_set: dict[frozenset[int], list[int]] = {}
        for index, meeting in enumerate(self.instance.meetings):
            if meeting.needs_room and self.domains.rooms(index) and self.domains.times(index):
                of_set.setdefault(frozenset(self.domains.rooms(index)), []).append(index)
        found = [short for kind in sorted(_closed(of_set), key=sorted) if (short := self._kind(kind, of_set, clash))]
        found.sort(key=lambda short: len(short.rooms))
        covered: set[int] = set()
        for short in found:
            if not covered.issuperset(short.meetings):
                covered.update(short.meetings)
                yield short
        if not found:
            yield from self._rooms_by_matching(of_set, clash)

    def rooms_at_once(self) -> Iterator[Shortage]:
        """Meetings that must start together and have too few rooms between them; one for each set of rooms."""
        clash = self._room_clash()
        if clash is None:
            return
        of_rooms: dict[tuple[int, ...], list[tuple[tuple[int, ...], int]]] = {}
        for index, constraint, rule in self.hard:
            if isinstance(rule, SameTime):
                found = violator({m: own for m in constraint.meetings if (own := self._rooms_of(m))})
                if found is not None:
                    few = tuple(sorted(found.askers))
                    of_rooms.setdefault(tuple(sorted(found.places)), []).append((few, index))
        for rooms, sets in of_rooms.items():
            few, index = max(sets, key=lambda one: len(one[0]))
            meetings = tuple(sorted({m for own, _ in sets for m in own}))
            name, more = self._name_of_rooms(rooms), len(sets) - 1
            code = ShortageCode.ROOMS_AT_ONCE
            values = self._values(name, len(few), len(rooms)) | {"meetings": self.label(few), "more": more}
            rules = tuple(sorted({clash, index, *self.choices(few)}))
            yield Shortage(ShortageKind.ROOMS, name, len(few), len(rooms), code, values, meetings, (), rooms, rules)

    def _rooms_of(self, meeting: int) -> list[int]:
        return sorted(self.domains.rooms(meeting)) if self.instance.meetings[meeting].needs_room else []

    def _room_clash(self) -> int | None:
        """The hard constraint by which a room holds one meeting at a time."""
        return next((i for i, _, rule in self.hard if isinstance(rule, ClashRule) and rule.rooms), None)

    def _name_of_rooms(self, rooms: Iterable[int]) -> str:
        codes = [self.names.room(room) for room in rooms]
        return ", ".join(codes) if len(codes) <= 4 else f"{', '.join(codes[:3])} and {len(codes) - 3} more rooms"

    def _kind(self, rooms: frozenset[int], of_set: Mapping[frozenset[int], list[int]], clash: int) -> Shortage | None:
        meetings = tuple(sorted(m for own, members in of_set.items() if own <= rooms for m in members))
        for week, weeks in self.weeks(meetings):
            demand, possible = self.need(meetings, week), self.possible(meetings, week)
            supply = sum(self._open(room, possible) for room in rooms)
            if demand > supply:
                return self._room_shortage(tuple(sorted(rooms)), meetings, (demand, supply), clash, weeks)
        return None

    def _room_shortage(
        self, rooms: tuple[int, ...], meetings: tuple[int, ...], numbers: tuple[int, int], clash: int, weeks: int
    ) -> Shortage:
        name, (asked, there) = self._name_of_rooms(rooms), numbers
        code, values = ShortageCode.ROOMS, self._values(name, asked, there, weeks) | {"number": len(meetings)}
        rules = tuple(sorted({clash, *self.choices(meetings)}))
        return Shortage(ShortageKind.ROOMS, name, asked, there, code, values, meetings, (), rooms, rules, weeks)

    def _open(self, room: int, possible: Sequence[int]) -> int:
        """Periods out of the possible ones of a week that can be held in a room."""
        shut = self._shut(room)
        return sum(self.fit(day, among & ~shut[day]) for day, among in enumerate(possible))

    def _shut(self, room: int) -> tuple[int, ...]:
        """Per day, the mask of the periods in some part of which a room is closed."""
        if room not in self._closed_periods:
            cells, grid = self.domains.closed_cells[room], self.grid
            self._closed_periods[room] = tuple(
                sum(
                    1 << index
                    for index in periods.indices
                    if not cells.isdisjoint(grid.cell(day, slot) for slot in range(*periods.spans[index]))
                )
                if cells
                else 0
                for day, periods in enumerate(grid.days_periods)
            )
        return self._closed_periods[room]

    def _rooms_by_matching(self, of_set: Mapping[frozenset[int], list[int]], clash: int) -> Iterator[Shortage]:
        members = [m for meetings in of_set.values() for m in meetings]
        width = len(self.grid.days_periods[0].spans)
        for week, weeks in self.weeks(members):
            keys = {m: self.keys(m, week) for m in members}
            if sum(len(rooms) * len(keys[m]) for rooms, meetings in of_set.items() for m in meetings) > MOST_EDGES:
                return
            wants = {
                (m, n): [
                    (room, key)
                    for key in keys[m]
                    for room in sorted(rooms)
                    if not self._shut(room)[key // width] >> key % width & 1
                ]
                for rooms, meetings in of_set.items()
                for m in meetings
                for n in range(self.held(m)[week].need)
            }
            found = violator(wants)
            if found is not None:
                few = tuple(sorted({m for m, _ in found.askers}))
                rooms = tuple(sorted({room for room, _ in found.places}))
                numbers = (len(found.askers), len(found.places))
                yield self._room_shortage(rooms, few, numbers, clash, weeks)
                return


def _closed(sets: Iterable[frozenset[int]]) -> set[frozenset[int]]:
    """The sets, the unions of two that overlap, and the union of all."""
    own = list(sets)
    found = set(own)
    for first in own[:100]:
        found.update(first | second for second in own[:100] if first & second)
    if own:
        found.add(frozenset().union(*own))
    return found
