"""What the hard rules about single placements leave of each meeting's possible times and rooms.

Plain Python, no solver: the counting arguments, the models and the search all start from it.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from webapp.engine.instance import UNPLACED, Constraint, Instance, Placement, TimeOption
from webapp.engine.rules.family import ChoiceRule, ClashRule, PairRule, subjects_of
from webapp.engine.rules.pinned import Pinned
from webapp.engine.rules.possible_time import PossibleTime
from webapp.engine.rules.room_closed import RoomClosed
from webapp.engine.rules.suitable_room import SuitableRoom
from webapp.engine.timegrid import Time

ANY_TIME = Time(0, 1, 1)
"""Stands for the time where a rule about rooms alone is asked."""


def meetings_of(instance: Instance, constraint: Constraint) -> Counter[int]:
    """The meetings that a constraint is about, and for how many of its subjects each counts."""
    found: Counter[int] = Counter()
    for subject in subjects_of(instance, constraint):
        found.update(subject.meetings)
    return found


def traits_of(instance: Instance, meeting: int) -> Hashable:
    """All of a meeting that a rule about one placement may look at, beside its constraint.

    Domains are shared objects, so those with equal ones may look different; never the other way round.
    """
    what = instance.meetings[meeting]
    reference = instance.reference[meeting] if instance.reference else None
    return id(what.times), id(what.rooms), what.size, what.needs_room, what.pin, reference


def pieces(instance: Instance, constraint: Constraint) -> Iterator[Constraint]:
    """Yield a constraint in parts: one per person, group, pinned meeting or set of meetings."""
    rule = constraint.rule
    if isinstance(rule, PairRule) or (isinstance(rule, ClashRule) and rule.rooms):
        yield constraint
    elif isinstance(rule, Pinned):
        for meeting in meetings_of(instance, constraint):
            if instance.meetings[meeting].pin is not None:
                yield replace(constraint, resources=(), meetings=(meeting,))
    elif isinstance(rule, ChoiceRule) and not constraint.resources:
        yield constraint
    else:
        for subject in subjects_of(instance, constraint):
            if subject.resource is not None:
                yield replace(constraint, resources=(subject.resource,), meetings=())
            elif subject.meetings:
                yield replace(constraint, resources=(), meetings=subject.meetings)


class Domains:
    """The times and rooms that remain for each meeting.

    Parameters
    ----------
    without
        Indices of constraints that are left out of account, to ask what they forbid.
    """

    def __init__(self, instance: Instance, without: frozenset[int] = frozenset()) -> None:
        self.instance = instance
        self._rules: list[list[tuple[ChoiceRule, Constraint]]] = [[] for _ in instance.meetings]
        for index, constraint in enumerate(instance.constraints):
            rule = constraint.rule
            if constraint.hard and index not in without and isinstance(rule, ChoiceRule):
                for meeting in meetings_of(instance, constraint):
                    self._rules[meeting].append((rule, constraint))
        self._any_closed = any(room.closed for room in instance.rooms)
        self._times: dict[Hashable, tuple[TimeOption, ...]] = {}
        self._rooms: dict[Hashable, tuple[int, ...]] = {}
        self._rooms_then: dict[Hashable, tuple[int, ...]] = {}

    def pin(self, meeting: int) -> Placement:
        """Where a hard rule pins the meeting; None in the parts that it leaves open."""
        pin = self.instance.meetings[meeting].pin
        if pin is None or not any(isinstance(rule, Pinned) for rule, _ in self._rules[meeting]):
            return UNPLACED
        return pin

    def times(self, meeting: int) -> tuple[TimeOption, ...]:
        """The time options that the pin and the hard rules leave, with a room where one is needed."""
        key = self._alike(meeting, self._rules[meeting])
        if key not in self._times:
            self._times[key] = self._times_left(meeting)
        return self._times[key]

    def rooms(self, meeting: int) -> tuple[int, ...]:
        """The rooms that the pin and the hard rules about rooms leave, at whatever time."""
        rules = [(rule, c) for rule, c in self._rules[meeting] if rule.room_only or isinstance(rule, Pinned)]
        key = self._alike(meeting, rules)
        if key not in self._rooms:
            self._rooms[key] = self._rooms_left(meeting)
        return self._rooms[key]

    def _alike(self, meeting: int, rules: Iterable[tuple[ChoiceRule, Constraint]]) -> Hashable:
        """What meetings have in common that are left the same: as many share a teacher or a kind of room."""
        return traits_of(self.instance, meeting), tuple(id(c) for _, c in rules)

    def _times_left(self, meeting: int) -> tuple[TimeOption, ...]:
        what = self.instance.meetings[meeting]
        options, pinned = what.times, self.pin(meeting).time
        if pinned is not None:
            options = tuple(o for o in options if o.time == pinned) or (TimeOption(pinned),)
        own = PossibleTime if pinned is None else ()  # a meeting's own times are possible
        rules = [(rule, c) for rule, c in self._rules[meeting] if rule.time_only and not isinstance(rule, own)]
        options = tuple(o for o in options if not any(self._cost(r, c, meeting, Placement(o.time)) for r, c in rules))
        if self._both(meeting):
            options = tuple(o for o in options if self._has_place(meeting, o.time))
        return options

    def _rooms_left(self, meeting: int) -> tuple[int, ...]:
        what = self.instance.meetings[meeting]
        rooms, pinned = tuple(option.room for option in what.rooms), self.pin(meeting).room
        if pinned is not None:
            rooms = (pinned,)
        own = SuitableRoom if pinned is None else ()  # a meeting's own rooms are suitable
        rules = [(rule, c) for rule, c in self._rules[meeting] if rule.room_only and not isinstance(rule, own)]
        return tuple(r for r in rooms if not any(self._cost(u, c, meeting, Placement(ANY_TIME, r)) for u, c in rules))

    def allows(self, meeting: int, place: Placement) -> bool:
        """Whether `times` has the time of a placement and `rooms_at` its room, asked about this one place alone."""
        what, pin = self.instance.meetings[meeting], self.pin(meeting)
        if place.time is None or (what.needs_room and place.room is None):
            return False
        times = [pin.time] if pin.time is not None else [option.time for option in what.times]
        rooms = [pin.room] if pin.room is not None else [option.room for option in what.rooms]
        if place.time not in times or (what.needs_room and place.room not in rooms):
            return False
        own = (PossibleTime,) * (pin.time is None) + (SuitableRoom,) * (pin.room is None) + (Pinned,)
        here = Placement(place.time, place.room if what.needs_room else None)
        return not any(
            self._cost(rule, constraint, meeting, here)
            for rule, constraint in self._rules[meeting]
            if not isinstance(rule, own)
            and (what.needs_room or not rule.room_only)
            and (self._any_closed or not isinstance(rule, RoomClosed))
        )

    def rooms_at(self, meeting: int, time: Time) -> tuple[int, ...]:
        """The rooms that remain at a time: open then, and refused by no rule about both."""
        rules = self._both(meeting)
        if not rules:
            return self.rooms(meeting)
        if self.instance.reference:
            return self._rooms_left_at(meeting, time, rules)  # each has one of its own: nothing to remember
        key = self._alike(meeting, self._rules[meeting]), time
        if key not in self._rooms_then:
            self._rooms_then[key] = self._rooms_left_at(meeting, time, rules)
        return self._rooms_then[key]

    def _rooms_left_at(
        self, meeting: int, time: Time, rules: Iterable[tuple[ChoiceRule, Constraint]]
    ) -> tuple[int, ...]:
        return tuple(
            room
            for room in self.rooms(meeting)
            if not any(self._cost(rule, c, meeting, Placement(time, room)) for rule, c in rules)
        )

    def _has_place(self, meeting: int, time: Time) -> bool:
        rules = self._both(meeting)
        rooms: tuple[int | None, ...] = (None,)
        if self.instance.meetings[meeting].needs_room:
            rooms = self.rooms(meeting)
            if not rooms:
                return True  # a lack of rooms is reported as such, and not as a lack of times
        return any(not any(self._cost(rule, c, meeting, Placement(time, room)) for rule, c in rules) for room in rooms)

    def _both(self, meeting: int) -> list[tuple[ChoiceRule, Constraint]]:
        """The hard rules about time and room together that can refuse something."""
        return [
            (rule, c)
            for rule, c in self._rules[meeting]
            if not rule.room_only
            and not rule.time_only
            and not isinstance(rule, Pinned)
            and (self._any_closed or not isinstance(rule, RoomClosed))
        ]

    def _cost(self, rule: ChoiceRule, constraint: Constraint, meeting: int, placement: Placement) -> int:
        return rule.cost(self.instance, constraint, meeting, placement)

    @cached_property
    def closed_cells(self) -> tuple[frozenset[int], ...]:
        """Per room, the cells in which a hard rule closes it in every week."""
        grid, found = self.instance.grid, []
        if not any(isinstance(rule, RoomClosed) for rules in self._rules for rule, _ in rules):
            return (frozenset(),) * len(self.instance.rooms)
        for room in self.instance.rooms:
            weeks = [0] * grid.cells
            for time in room.closed:
                for cell in time.cells(grid):
                    weeks[cell] |= time.weeks
            found.append(frozenset(c for c in range(grid.cells) if weeks[c] == grid.all_weeks))
        return tuple(found)
