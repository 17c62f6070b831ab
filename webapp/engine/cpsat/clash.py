"""Clash rules: a subject can't be in two places at once, or each overlapping pair costs its weight."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations

from ortools.sat.python import cp_model

from webapp.engine.cpsat.variables import Block, Count, Occupancy, Variables
from webapp.engine.instance import Constraint, Placement
from webapp.engine.rules.family import ClashRule, RuleSubject, subjects_of
from webapp.engine.timegrid import Time


def forbid(variables: Variables, constraint: Constraint, rule: ClashRule, guard: cp_model.IntVar | None) -> None:
    """At most one meeting at a time, for every subject."""
    for occupancy in _occupancies(variables, constraint, rule):
        for key in cliques(variables, occupancy):
            most = 1 - min(1, occupancy.fixed.get(key, 0))
            variables.at_most(occupancy.literals[key], most, guard)


def cliques(variables: Variables, occupancy: Occupancy) -> Iterator[int]:
    """Yield the cells whose literals are not among those of the cell before or after, on one day."""
    slots = variables.grid.slots_per_day
    sets = {key: frozenset(lit.index for lit in found) for key, found in occupancy.literals.items()}
    nothing: frozenset[int] = frozenset()
    for key in sorted(sets):
        here, fixed = sets[key], occupancy.fixed.get(key, 0)
        slot = key % slots
        before = sets.get(key - 1, nothing) if slot else nothing
        after = sets.get(key + 1, nothing) if slot + 1 < slots else nothing
        covered = here <= before and fixed <= occupancy.fixed.get(key - 1, 0)
        if not covered and not (here < after and fixed <= occupancy.fixed.get(key + 1, 0)):
            yield key


def _occupancies(variables: Variables, constraint: Constraint, rule: ClashRule) -> Iterator[Occupancy]:
    if rule.rooms:
        yield from room_occupancies(variables)
        return
    touched = [s for s in subjects_of(variables.instance, constraint) if variables.touched(s)]
    for meetings in largest({subject.meetings for subject in touched}):
        yield variables.occupancy(meetings)


def largest(sets: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The sets that lie in no other: what holds for those holds for all."""
    kept: list[tuple[int, ...]] = []
    within: dict[int, list[set[int]]] = {}
    for candidate in sorted(sets, key=lambda s: (-len(s), s)):
        rarest = min(candidate, key=lambda m: len(within.get(m, ())))
        if not any(other.issuperset(candidate) for other in within.get(rarest, ())):
            kept.append(candidate)
            for meeting in candidate:
                within.setdefault(meeting, []).append(set(candidate))
    return kept


def room_occupancies(variables: Variables) -> list[Occupancy]:
    """Per room, which literals put a meeting there; for models that name rooms."""
    found = [Occupancy() for _ in variables.instance.rooms]
    for block in variables.blocks:
        for option, rooms in zip(block.options, block.rooms, strict=False):
            keys = list(variables.keys_of(option.time))
            for room, literal in rooms.items():
                for key in keys:
                    found[room].literals.setdefault(key, []).append(literal)
    for place in variables.fixed.values():
        if place.room is not None and place.time is not None:
            for key in variables.keys_of(place.time):
                fixed = found[place.room].fixed
                fixed[key] = fixed.get(key, 0) + 1
    return found


def count(variables: Variables, constraint: Constraint, rule: ClashRule) -> Count:
    """The number of overlapping pairs, each times what the subject weighs."""
    total = Count()
    if rule.rooms:
        if variables.named_rooms:
            _room_pairs(variables, total)
        return total
    shared: Counter[tuple[int, int]] = Counter()
    for subject in subjects_of(variables.instance, constraint):
        if variables.touched(subject) and not variables.is_exclusive(subject):
            shared.update(_weighted_pairs(variables, subject, rule))
    blocks = {block.meetings[0]: block for block in variables.blocks}
    for (first, second), weight in shared.items():
        if first in blocks and second in blocks:
            _both_free(variables, blocks[first], blocks[second], weight, total)
        else:
            free, fixed = (first, second) if first in blocks else (second, first)
            _one_fixed(variables, blocks[free], variables.fixed[fixed], weight, total)
    return total


def _weighted_pairs(variables: Variables, subject: RuleSubject, rule: ClashRule) -> dict[tuple[int, int], int]:
    """Pairs of blocks (by their first meeting) and of blocks with fixed meetings, with the weight of each."""
    weight = 1
    if rule.weighted and subject.resource is not None:
        weight = variables.instance.resources[subject.resource].weight
    blocks = sorted(block.meetings[0] for block in variables.blocks_in(subject.meetings))
    fixed = [m for m in subject.meetings if m in variables.fixed and m not in variables.block_of]
    found = dict.fromkeys(combinations(blocks, 2), weight)
    found.update({(block, meeting): weight for block in blocks for meeting in fixed})
    return found


def _one_fixed(variables: Variables, block: Block, place: Placement, weight: int, total: Count) -> None:
    for option, literal in zip(block.options, block.literals, strict=True):
        if option.time.overlaps(place.at):
            total.add(literal, weight)


def _both_free(variables: Variables, first: Block, second: Block, weight: int, total: Count) -> None:
    resources = variables.instance.meetings
    both = set(resources[first.meetings[0]].resources) & set(resources[second.meetings[0]].resources)
    if both & variables.exclusive:
        return  # a hard rule keeps them apart
    here, there = variables.occupancy(first.meetings), variables.occupancy(second.meetings)
    if first.size == second.size == 1:
        common = [(here.literals[k], there.literals[k]) for k in sorted(here.literals.keys() & there.literals.keys())]
        overlap_of_two(variables, common, weight, total)
        return
    for one, x in zip(first.options, first.literals, strict=True):
        for other, y in zip(second.options, second.literals, strict=True):
            if one.time.overlaps(other.time):
                both_there = variables.model.new_bool_var("")
                variables.model.add_bool_or([both_there, x.negated(), y.negated()])
                total.add(both_there, weight)


def overlap_of_two(
    variables: Variables,
    common: list[tuple[list[cp_model.IntVar], list[cp_model.IntVar]]],
    weight: int,
    total: Count,
) -> None:
    """One literal for "the two are somewhere together", from what would put each of them in the same cells."""
    if not common:
        return
    overlap, seen = variables.model.new_bool_var(""), set()
    for xs, ys in common:
        what = (frozenset(x.index for x in xs), frozenset(y.index for y in ys))
        if what not in seen:
            seen.add(what)
            variables.model.add(cp_model.LinearExpr.sum([*xs, *ys]) <= 1 + overlap)
    total.add(overlap, weight)


def _room_pairs(variables: Variables, total: Count) -> None:
    """Pairs of meetings in one room at one time, where that is soft."""
    singles: dict[tuple[int, int], list[tuple[list[cp_model.IntVar], list[cp_model.IntVar]]]] = {}
    held: dict[int, list[Time]] = {}
    for place in variables.fixed.values():
        if place.room is not None:
            held.setdefault(place.room, []).append(place.at)
    for block in variables.blocks:
        for option, rooms in zip(block.options, block.rooms, strict=False):
            for room, literal in rooms.items():
                total.add(literal, sum(option.time.overlaps(time) for time in held.get(room, ())))
    for room in range(len(variables.instance.rooms)):
        users: dict[int, dict[int, list[cp_model.IntVar]]] = {}
        for index, block in enumerate(variables.blocks):
            for option, rooms in zip(block.options, block.rooms, strict=False):
                if room in rooms:
                    for key in variables.keys_of(option.time):
                        users.setdefault(key, {}).setdefault(index, []).append(rooms[room])
        for by_block in users.values():
            for (one, xs), (other, ys) in combinations(sorted(by_block.items()), 2):
                singles.setdefault((one, other), []).append((xs, ys))
    for common in singles.values():
        overlap_of_two(variables, common, 1, total)
