"""Rooms as numbers: at every time, no set of meetings may need more rooms than suit them.

The first of the two stages of Lach and Luebbecke (2012): for each slot and each set of rooms,
the meetings that have no room outside the set are at most as many as the set's open rooms (Hall's
condition). With meetings of one slot, and all sets taken, rooms can be found for whatever the
counts allow; here the sets that occur and their unions are taken, and sets that the second stage
finds to be violated are added as cuts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from ortools.sat.python import cp_model

from webapp.engine.cpsat.clash import cliques
from webapp.engine.cpsat.variables import Block, Count, Occupancy, Variables
from webapp.engine.instance import Constraint, Placement
from webapp.engine.rules.family import ChoiceRule

MOST_UNIONS = 60
"""Unions of overlapping room sets that are added beside the sets themselves."""


@dataclass(frozen=True)
class RoomKind:
    """A set of rooms and the meetings that have no suitable room outside it."""

    rooms: frozenset[int]
    meetings: tuple[int, ...]


def kinds(variables: Variables, extra: Iterable[frozenset[int]] = ()) -> list[RoomKind]:
    """The sets of rooms to count, smallest first."""
    of_set: dict[frozenset[int], list[int]] = {}
    for meeting in sorted([*variables.block_of, *variables.fixed]):
        if variables.instance.meetings[meeting].needs_room:
            of_set.setdefault(frozenset(_rooms(variables, meeting)), []).append(meeting)
    sets = set(of_set) | set(extra)
    for first in sorted(of_set, key=lambda s: (len(s), sorted(s)))[:MOST_UNIONS]:
        for second in list(of_set):
            if len(sets) < len(of_set) + MOST_UNIONS and first & second:
                sets.add(first | second)
    sets.add(frozenset().union(*of_set) if of_set else frozenset())
    found = []
    for rooms in sorted(sets, key=lambda s: (len(s), sorted(s))):
        members = tuple(m for own, meetings in of_set.items() if own <= rooms for m in meetings)
        found.append(RoomKind(rooms, tuple(sorted(members))))
    return found


def _rooms(variables: Variables, meeting: int) -> tuple[int, ...]:
    place = variables.fixed.get(meeting)
    if place is not None and place.room is not None:
        return (place.room,)
    return variables.domains.rooms(meeting)


def limit(variables: Variables, kind: RoomKind, guard: cp_model.IntVar | None = None) -> None:
    """At no time more meetings of the kind than open rooms."""
    cells, closed = variables.grid.cells, variables.domains.closed_cells
    occupancy = variables.occupancy(kind.meetings)
    starts = set(cliques(variables, occupancy))
    shut = frozenset().union(*(closed[room] for room in kind.rooms)) if kind.rooms else frozenset()
    for key in sorted(k for k in occupancy.literals if k in starts or k % cells in shut):
        supply = sum(1 for room in kind.rooms if key % cells not in closed[room])
        variables.at_most(occupancy.literals[key], max(0, supply - occupancy.fixed.get(key, 0)), guard)


def seats(variables: Variables, constraint: Constraint, rule: ChoiceRule) -> Count | None:
    """Students without a seat, exactly, without naming rooms (Burke, Marecek, Parkes and Rudova 2010).

    With every room open to every meeting, the best that a slot's meetings can do is to sit by size,
    the largest in the largest room; so for each number of seats the meetings that need more, less the rooms that
    have more, pay one each. Counted where meetings start, it never exceeds the truth.

    None when the rule is not about seats.
    """
    instance = variables.instance
    members = [b for b in variables.blocks if instance.meetings[b.meetings[0]].needs_room]
    if constraint.meetings or constraint.resources or variables.fixed or not _is_seats(variables, constraint, rule):
        return None
    total = Count()
    capacities = sorted({room.capacity for room in instance.rooms})
    sizes = sorted({instance.meetings[block.meetings[0]].size for block in members})
    levels = sorted({0, *capacities, *sizes})
    starts = {size: _starts(variables, members, size) for size in sizes}
    for low, high in pairwise(levels):
        larger = [size for size in sizes if size >= high]
        _level(variables, (low, high), [starts[size] for size in larger], total)
    return total


def _level(variables: Variables, step: tuple[int, int], starts: list[Occupancy], total: Count) -> None:
    """What the meetings with more students than a number pay for the seats between it and the next."""
    low, high = step
    cells, closed = variables.grid.cells, variables.domains.closed_cells
    enough = [r for r, room in enumerate(variables.instance.rooms) if room.capacity >= high]
    for key in sorted({key for occupancy in starts for key in occupancy.literals}):
        literals = [literal for occupancy in starts for literal in occupancy.literals.get(key, ())]
        supply = sum(1 for room in enough if key % cells not in closed[room])
        if supply == 0:
            for literal in literals:
                total.add(literal, high - low)
        elif len(literals) > supply:
            over = variables.model.new_int_var(0, len(literals) - supply, "")
            variables.model.add(over >= cp_model.LinearExpr.sum(literals) - supply)
            total.add(over, high - low)


def _starts(variables: Variables, blocks: list[Block], size: int) -> Occupancy:
    found = Occupancy()
    for block in blocks:
        if variables.instance.meetings[block.meetings[0]].size == size:
            for option, literal in zip(block.options, block.literals, strict=True):
                key = next(iter(variables.keys_of(option.time)))
                found.literals.setdefault(key, []).append(literal)
    return found


def _is_seats(variables: Variables, constraint: Constraint, rule: ChoiceRule) -> bool:
    """Whether the rule counts, for every size and room, the students without a seat."""
    instance = variables.instance
    if not rule.room_only:
        return False
    by_size = {instance.meetings[b.meetings[0]].size: b for b in variables.blocks if b.options}
    return all(
        rule.cost(instance, constraint, block.meetings[0], Placement(block.options[0].time, room))
        == max(0, size - instance.rooms[room].capacity)
        for size, block in by_size.items()
        for room in range(len(instance.rooms))
    )
