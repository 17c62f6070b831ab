"""Why a meeting found no place: who is busy, which rooms are taken, which rules forbid what is left.

A rule is named only where the truth was asked and it said so. What nothing stands against, and what nobody asked
about, is counted as such.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from webapp.engine.domains import Domains
from webapp.engine.instance import Instance, Placement
from webapp.engine.parts import CountPart
from webapp.engine.result import Unplaced
from webapp.engine.rules.family import ChoiceRule, ClashRule, subjects_of
from webapp.engine.solution import Solution
from webapp.engine.timegrid import Time
from webapp.engine.touched import Touched
from webapp.engine.words import Names, UnplacedCode, subject_label

MOST_ASKED = 5_000
"""So often, over all meetings without a place, the rules are asked about a time and a room; what is left counts as not
looked at. A number and not seconds, so that the same timetable has the same reasons."""
NAMED_AT_MOST = 3
"""So many classes, rooms or rules are named; the others are counted."""


def reasons(instance: Instance, solution: Solution, names: Names | None = None) -> tuple[Unplaced, ...]:
    """Why each unplaced meeting found no place: a code with its numbers and names."""
    if not solution.unplaced:
        return ()
    hard = replace(instance, constraints=tuple(each for each in instance.constraints if each.hard))
    finder = _Obstacles(hard, solution, names or Names.of(instance))
    return tuple(finder.of(meeting) for meeting in solution.unplaced)


class _Obstacles:
    """What is asked about all the meetings of one timetable that have no place; the instance has hard rules alone."""

    def __init__(self, instance: Instance, solution: Solution, names: Names) -> None:
        self.instance, self.domains, self.names = instance, Domains(instance), names
        self.truth = Touched(instance, solution.placements)
        self.left = MOST_ASKED
        exclusive, self.rooms_are_exclusive = _exclusive(instance)
        self.people = [exclusive.intersection(meeting.resources) for meeting in instance.meetings]

    def of(self, meeting: int) -> Unplaced:
        """What stands in the way of one meeting."""
        data = self.instance.meetings[meeting]
        times = [option.time for option in self.domains.times(meeting)]
        about: dict[str, Any] = {"meeting": self.names.meeting(meeting)}
        if not data.times and data.pin is None:
            return Unplaced(meeting, UnplacedCode.NO_TIME, about)
        if not times:
            broken = (self._refusing(meeting, Placement(option.time)) for option in data.times)
            rules = self._rules([part for part in each if not self._is_about_rooms(part)] for each in broken)
            return Unplaced(meeting, UnplacedCode.NO_TIME_LEFT, about | {"times": len(data.times), "rules": rules})
        if data.needs_room and not self.domains.rooms(meeting):
            rules = self._rules(self._refusing(meeting, Placement(times[0], option.room)) for option in data.rooms)
            return Unplaced(meeting, UnplacedCode.NO_ROOM, about | {"rooms": len(data.rooms), "rules": rules})
        return Unplaced(meeting, UnplacedCode.ALL_TAKEN, about | self._taken(meeting, times))

    def _is_about_rooms(self, part: CountPart) -> bool:
        """Whether a rule looks at the room alone, so that it says nothing of a time."""
        rule = self.instance.constraints[part.constraint].rule
        return isinstance(rule, ChoiceRule) and rule.room_only

    def _refusing(self, meeting: int, placement: Placement) -> Sequence[CountPart]:
        """The hard rules about single placements that one breaks, by itself."""
        changes = self.truth.changes(meeting, placement)
        broken = [part for part, change in changes if change > 0]
        return [part for part in broken if isinstance(self.instance.constraints[part.constraint].rule, ChoiceRule)]

    def _taken(self, meeting: int, times: Sequence[Time]) -> dict[str, Any]:
        """Count the possible times by what stands against each: people, rooms, rules, nothing, or not looked at."""
        people: Counter[int] = Counter()
        classes: dict[int, Counter[int]] = defaultdict(Counter)
        rooms: dict[int, None] = {}
        forbidden: list[Sequence[CountPart]] = []
        numbers = Counter(dict.fromkeys(("busy", "roomless", "open", "unseen"), 0))
        for time in times:
            occupied = self._occupied(meeting, time)
            people.update(occupied.keys())
            for resource, others in occupied.items():
                classes[resource].update(others)
            if occupied:
                numbers["busy"] += 1
                continue
            free = self._free_rooms(meeting, time)
            if not free:
                numbers["roomless"] += 1
                rooms |= dict.fromkeys(self.domains.rooms_at(meeting, time))
                continue
            broken = self._broken(meeting, time, free)
            if broken:
                forbidden.append(broken)
            else:
                numbers["unseen" if broken is None else "open"] += 1
        worst, most = people.most_common(1)[0] if people else (None, 0)
        return {
            "times": len(times),
            **numbers,
            "forbidden": len(forbidden),
            "rules": self._rules(forbidden),
            "who": "" if worst is None else self.instance.resources[worst].label,
            "who_busy": most,
            "classes": self._first(
                () if worst is None else (self.names.meeting(other) for other, _ in classes[worst].most_common())
            ),
            "rooms": self._first(map(self.names.room, rooms)),
        }

    def _occupied(self, meeting: int, time: Time) -> dict[int, list[int]]:
        """Who of the meeting's people is busy at a time, and in which meetings."""
        found: dict[int, list[int]] = {}
        own = self.people[meeting]
        for other in sorted(self.truth.overlapping(meeting, Placement(time))):
            for resource in own & self.people[other]:
                found.setdefault(resource, []).append(other)
        return found

    def _free_rooms(self, meeting: int, time: Time) -> list[int | None]:
        if not self.instance.meetings[meeting].needs_room:
            return [None]
        rooms = self.domains.rooms_at(meeting, time)
        if not self.rooms_are_exclusive:
            return list(rooms)
        others = self.truth.overlapping(meeting, Placement(time))
        taken = {self.truth.placements[other].room for other in others}
        return [room for room in rooms if room not in taken]

    def _broken(self, meeting: int, time: Time, rooms: Sequence[int | None]) -> Sequence[CountPart] | None:
        """What hard rules count at a time in the best of some rooms; None where nobody asked."""
        best: Sequence[CountPart] | None = None
        for room in rooms:
            if not self.left:
                return None
            self.left -= 1
            found = [part for part, change in self.truth.changes(meeting, Placement(time, room)) if change > 0]
            if not found:
                return found
            if best is None or len(found) < len(best):
                best = found
        return best

    def _rules(self, broken: Iterable[Sequence[CountPart]]) -> dict[str, Any]:
        """Which rules they are and whom they are about, those that forbid most first, with how often each does."""
        counted: Counter[tuple[str, str]] = Counter()
        for parts in broken:
            counted.update(
                {
                    (
                        self.instance.constraints[part.constraint].rule.name,
                        subject_label(self.instance, part, self.names),
                    ): 1
                    for part in parts
                }
            )
        first = [
            {"rule": rule, "who": who, "times": times} for (rule, who), times in counted.most_common(NAMED_AT_MOST)
        ]
        return {"first": first, "more": len(counted) - len(first)}

    def _first(self, named: Iterable[str]) -> dict[str, Any]:
        distinct = list(dict.fromkeys(named))
        return {"first": distinct[:NAMED_AT_MOST], "more": max(0, len(distinct) - NAMED_AT_MOST)}


def _exclusive(instance: Instance) -> tuple[frozenset[int], bool]:
    """The people who must not be in two places at once, and whether that is so for rooms."""
    people: set[int] = set()
    rooms = False
    for constraint in instance.constraints:
        if isinstance(constraint.rule, ClashRule) and constraint.rule.rooms:
            rooms = True
        elif isinstance(constraint.rule, ClashRule):
            people |= {s.resource for s in subjects_of(instance, constraint) if s.resource is not None}
    return frozenset(people), rooms
