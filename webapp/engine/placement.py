"""Meetings that could not be placed: taking out what clashes, and saying why each stayed out."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from webapp.engine.domains import Domains
from webapp.engine.instance import UNPLACED, Instance
from webapp.engine.result import Unplaced
from webapp.engine.rules.family import ClashRule, subjects_of
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time
from webapp.engine.words import UnplacedCode


def without_clashes(instance: Instance, solution: Solution) -> Solution:
    """The solution less the meetings that would have to go so that nothing clashes that must not."""
    pairs: dict[int, set[int]] = defaultdict(set)
    for first, second in _hard_clashes(instance, solution):
        pairs[first].add(second)
        pairs[second].add(first)
    out: list[int] = []
    while any(pairs.values()):
        pinned = {m for m in pairs if instance.meetings[m].pin is not None}
        worst = max(sorted(pairs), key=lambda m: (len(pairs[m]), m not in pinned, m))
        for other in pairs.pop(worst):
            pairs[other].discard(worst)
        out.append(worst)
    return solution.moved((meeting, UNPLACED) for meeting in out)


def _hard_clashes(instance: Instance, solution: Solution) -> Iterator[tuple[int, int]]:
    placed = [(m, p.time, p.room) for m, p in enumerate(solution.placements) if p.time is not None]
    sets: list[list[int]] = []
    for constraint in instance.constraints:
        rule = constraint.rule
        if constraint.hard and isinstance(rule, ClashRule):
            if rule.rooms:
                by_room: dict[int, list[int]] = defaultdict(list)
                for meeting, _, room in placed:
                    if room is not None:
                        by_room[room].append(meeting)
                sets += by_room.values()
            else:
                sets += [list(subject.meetings) for subject in subjects_of(instance, constraint)]
    times = {meeting: time for meeting, time, _ in placed}
    for members in sets:
        here = sorted(m for m in members if m in times)
        for position, first in enumerate(here):
            for second in here[position + 1 :]:
                if times[first].overlaps(times[second]):
                    yield first, second


def reasons(instance: Instance, solution: Solution) -> tuple[Unplaced, ...]:
    """Why each unplaced meeting found no place: a code with its numbers."""
    if not solution.unplaced:
        return ()
    finder = _Reasons(instance, solution)
    return tuple(finder.of(meeting) for meeting in solution.unplaced)


class _Reasons:
    def __init__(self, instance: Instance, solution: Solution) -> None:
        self.instance, self.domains = instance, Domains(instance)
        self.held: dict[int, list[Time]] = defaultdict(list)
        self.busy: dict[int, list[Time]] = defaultdict(list)
        for meeting, placement in zip(instance.meetings, solution.placements, strict=True):
            if placement.time is not None:
                for resource in meeting.resources:
                    self.busy[resource].append(placement.time)
                if placement.room is not None:
                    self.held[placement.room].append(placement.time)

    def of(self, meeting: int) -> Unplaced:
        """What stands in the way of one meeting."""
        data = self.instance.meetings[meeting]
        times = [option.time for option in self.domains.times(meeting)]
        name: dict[str, int | str] = {"meeting": data.code}
        if not data.times and data.pin is None:
            return Unplaced(meeting, UnplacedCode.NO_TIME, name)
        if not times:
            return Unplaced(meeting, UnplacedCode.NO_TIME_LEFT, name | {"times": len(data.times)})
        if data.needs_room and not self.domains.rooms(meeting):
            return Unplaced(meeting, UnplacedCode.NO_ROOM, name)
        people: Counter[int] = Counter()
        busy = roomless = 0
        for time in times:
            occupied = [r for r in data.resources if any(time.overlaps(t) for t in self.busy[r])]
            people.update(occupied)
            if occupied:
                busy += 1
            elif data.needs_room and not self._room_free(meeting, time):
                roomless += 1
        numbers = {"times": len(times), "busy": busy, "roomless": roomless, "forbidden": len(times) - busy - roomless}
        worst, most = people.most_common(1)[0] if busy else (None, 0)
        who = "" if worst is None else self.instance.resources[worst].label
        return Unplaced(meeting, UnplacedCode.ALL_TAKEN, {**name, **numbers, "who": who, "who_busy": most})

    def _room_free(self, meeting: int, time: Time) -> bool:
        rooms = self.domains.rooms_at(meeting, time)
        return any(not any(time.overlaps(t) for t in self.held[room]) for room in rooms)
