"""Taking meetings out of a timetable until nothing clashes that must not; `obstacles` says why one stays out."""

from collections import defaultdict
from collections.abc import Iterator

from webapp.engine.instance import UNPLACED, Instance
from webapp.engine.rules.family import ClashRule, subjects_of
from webapp.engine.solution import Solution


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
