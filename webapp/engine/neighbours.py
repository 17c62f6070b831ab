"""Which meetings to move first for others that must: those that alone stand where one of them could go."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from webapp.engine.domains import Domains
from webapp.engine.instance import Instance, Placement
from webapp.engine.rules.family import ClashRule, subjects_of
from webapp.engine.timegrid import Time

MOST_ASKED = 100
"""Of so many that must move every possible place is looked at; of the others nothing is."""


def exclusive_people(instance: Instance) -> frozenset[int]:
    """The resources (indices) that a hard rule keeps from being in two places at once."""
    found: set[int] = set()
    for constraint in instance.constraints:
        rule = constraint.rule
        if constraint.hard and isinstance(rule, ClashRule) and not rule.rooms:
            found |= {s.resource for s in subjects_of(instance, constraint) if s.resource is not None}
    return frozenset(found)


def by_nearness(domains: Domains, placements: Sequence[Placement], must: Collection[int]) -> list[int]:
    """All meetings that have a place or must get one: those that must first, then who would make room for them.

    In front are meetings that are the only one in the way at most of the places (time and room) that those which must
    move could have; then come those that share people with them, then those that stand in a room that they could have.
    """
    meetings, first = domains.instance.meetings, frozenset(must)
    people = {person for m in first for person in meetings[m].resources}
    rooms = {option.room for m in first for option in meetings[m].rooms}
    alone = _alone_in_the_way(domains, placements, sorted(first)[:MOST_ASKED])

    def distance(meeting: int) -> tuple[bool, int, int, int]:
        """The sort key."""
        shared = len(people.intersection(meetings[meeting].resources))
        return meeting not in first, -alone[meeting], -shared - (placements[meeting].room in rooms), meeting

    standing = {meeting for meeting, place in enumerate(placements) if place.time is not None}
    return sorted(standing | first, key=distance)


def _alone_in_the_way(domains: Domains, placements: Sequence[Placement], must: Sequence[int]) -> Counter[int]:
    """Per meeting, at how many places of those that must move it is the only one in the way."""
    instance, gone = domains.instance, frozenset(must)
    exclusive = exclusive_people(instance)
    of_person: Mapping[int, list[int]] = {
        person: [m for m in instance.meetings_of[person] if m not in gone and placements[m].time is not None]
        for person in exclusive.intersection(person for m in must for person in instance.meetings[m].resources)
    }
    in_room: dict[int, list[int]] = defaultdict(list)
    for meeting, place in enumerate(placements):
        if place.time is not None and place.room is not None and meeting not in gone:
            in_room[place.room].append(meeting)

    def then(others: Collection[int], time: Time) -> set[int]:
        """Those of them that are held at some moment of the time."""
        return {other for other in others if placements[other].at.overlaps(time)}

    there: dict[tuple[int, Time], set[int]] = {}
    found: Counter[int] = Counter()
    for meeting in must:
        who = exclusive.intersection(instance.meetings[meeting].resources)
        near = {other for person in who for other in of_person[person]}
        for option in domains.times(meeting):
            busy = then(near, option.time)
            if len(busy) > 1:
                continue
            for room in domains.rooms_at(meeting, option.time):
                key = (room, option.time)
                if key not in there:
                    there[key] = then(in_room[room], option.time)
                held = there[key]
                if len(held) <= 1 and (held or busy) and (not held or not busy or held == busy):
                    found[next(iter(held or busy))] += 1
    return found
