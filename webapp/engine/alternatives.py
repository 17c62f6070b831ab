"""Where else a meeting could go: every possible time, the best room there, and what it would cost.

From the truth alone. Rules about times are asked once for each time and rules about rooms once for
each room; only what depends on both is asked for each pair.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from webapp.engine.evaluate import ScoredTimetable
from webapp.engine.instance import Instance, Placement
from webapp.engine.parts import CountPart
from webapp.engine.timegrid import Time
from webapp.engine.touched import Aspect
from webapp.engine.words import Names, sentence

_Changes = list[tuple[CountPart, int]]


@dataclass(frozen=True)
class Alternative:
    """A place where a meeting could go, and what that would mean.

    Attributes
    ----------
    hard, cost
        By how much the hard violations and the weighted cost would change; negative is better.
    counts
        Raw counts that would change, per rule.
    breaks
        What would be worse than now, one sentence each, hard rules first.
    displaced
        The meetings that could not stay where they are: they share the room or, under a hard rule,
        people with this one.
    worse_for, better_for
        Resources (indices) for whom it would be worse or better than now: hard rules first, then cost.
    free_rooms
        The meeting's possible rooms that are free and open at that time.
    is_current
        Whether it stands there now.
    """

    placement: Placement
    hard: int
    cost: int
    counts: Mapping[str, int]
    breaks: tuple[str, ...]
    displaced: tuple[int, ...]
    worse_for: tuple[int, ...]
    better_for: tuple[int, ...]
    free_rooms: tuple[int, ...]
    is_current: bool

    @property
    def feasible(self) -> bool:
        """Whether it breaks no hard rule that is not broken already."""
        return self.hard <= 0


def alternatives(
    instance: Instance, timetable: ScoredTimetable, meeting: int, names: Names | None = None
) -> list[Alternative]:
    """Every possible time of a meeting with the best room there, in the order of its times.

    The best room breaks the fewest hard rules, then costs least; among equals the present room, then
    the smallest.
    """
    return _Search(instance, timetable, meeting, names or Names.of(instance)).all()


class _Search:
    """What is asked once for all the times of one meeting."""

    def __init__(self, instance: Instance, timetable: ScoredTimetable, meeting: int, names: Names) -> None:
        self.instance, self.timetable, self.meeting, self.names = instance, timetable, meeting, names
        self.what = instance.meetings[meeting]
        self.now = timetable.placements[meeting]
        self.rooms: list[int | None] = [option.room for option in self.what.rooms]
        if not self.what.needs_room or not self.rooms:
            self.rooms = [None]
        any_time = self.now.time or (self.what.times[0].time if self.what.times else None)
        self.of_room = {
            room: list(timetable.changes(meeting, Placement(any_time, room), Aspect.ROOM)) for room in self.rooms
        }

    def all(self) -> list[Alternative]:
        """The alternatives, in the order of the meeting's times."""
        return [self.at(option.time) for option in self.what.times]

    def at(self, time: Time) -> Alternative:
        """The best place at a time."""
        of_time = list(self.timetable.changes(self.meeting, Placement(time, self.rooms[0]), Aspect.TIME))
        of_both = {
            room: list(self.timetable.changes(self.meeting, Placement(time, room), Aspect.BOTH)) for room in self.rooms
        }
        best = min(self.rooms, key=lambda room: (self._worth(self.of_room[room], of_both[room]), *self._liking(room)))
        changes = [*of_time, *self.of_room[best], *of_both[best]]
        changes.sort(key=lambda found: not self.instance.constraints[found[0].constraint].hard)
        return self._alternative(Placement(time, best), changes)

    def _liking(self, room: int | None) -> tuple[bool, int, int]:
        return (room != self.now.room, 0 if room is None else self.instance.rooms[room].capacity, room or 0)

    def _worth(self, *found: _Changes) -> tuple[int, int]:
        """Hard violations and cost that the changes add."""
        summed: Counter[int] = Counter()
        for changes in found:
            for part, change in changes:
                summed[part.constraint] += change
        return self.timetable.worth(summed)

    def _free_rooms(self, time: Time) -> tuple[int, ...]:
        others = self.timetable.overlapping(self.meeting, Placement(time))
        taken = {self.timetable.placements[other].room for other in others}
        return tuple(
            room
            for room in self.rooms
            if room is not None
            and room not in taken
            and not any(time.overlaps(closed) for closed in self.instance.rooms[room].closed)
        )

    def _alternative(self, placement: Placement, changes: _Changes) -> Alternative:
        hard, cost = self._worth(changes)
        counts: Counter[str] = Counter()
        people: dict[int, _Changes] = defaultdict(list)
        for part, change in changes:
            counts[self.instance.constraints[part.constraint].rule.name] += change
            if part.subject.resource is not None:
                people[part.subject.resource].append((part, change))
        worth = {who: self._worth(theirs) for who, theirs in sorted(people.items())}
        return Alternative(
            placement=placement,
            hard=hard,
            cost=cost,
            counts={rule: change for rule, change in counts.items() if change},
            breaks=self._breaks(placement, changes),
            displaced=tuple(sorted(self.timetable.excluded(self.meeting, placement))),
            worse_for=tuple(who for who, change in worth.items() if change > (0, 0)),
            better_for=tuple(who for who, change in worth.items() if change < (0, 0)),
            free_rooms=self._free_rooms(placement.at),
            is_current=placement == self.now,
        )

    def _breaks(self, placement: Placement, changes: _Changes) -> tuple[str, ...]:
        placements = list(self.timetable.placements)
        placements[self.meeting] = placement
        constraints = self.instance.constraints
        return tuple(
            sentence(self.instance, placements, part, self.names)
            for part, change in changes
            if change > 0 and constraints[part.constraint].weight != 0
        )
