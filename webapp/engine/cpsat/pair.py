"""Pair rules: a function of two placements, summed over pairs of meetings."""

from collections.abc import Iterator

from ortools.sat.python import cp_model

from webapp.engine.cpsat.variables import Block, Count, Variables
from webapp.engine.instance import Constraint, Placement
from webapp.engine.rules.family import PairRule

Place = tuple[Placement, cp_model.IntVar]


def count(variables: Variables, constraint: Constraint, rule: PairRule) -> Count | None:
    """The rule's count; None where it needs rooms and the model does not name them."""
    if not rule.time_only and not variables.named_rooms:
        return None
    total = Count()
    for first, second in _pairs(variables, constraint, rule):
        ours, theirs = _places(variables, rule, first), _places(variables, rule, second)
        if first is second:
            _inside(variables, constraint, rule, ours, total)
        elif _number(first) == _number(second) == 1:
            _of_two(variables, constraint, rule, (ours, theirs), total)
        else:
            _of_many(variables, constraint, rule, (ours, theirs), total)
    return total


def forbid(variables: Variables, constraint: Constraint, rule: PairRule, guard: cp_model.IntVar | None) -> bool:
    """No pair may have a cost; False where the rule needs rooms and the model does not name them."""
    if not rule.time_only and not variables.named_rooms:
        return False
    for first, second in _pairs(variables, constraint, rule):
        ours, theirs = _places(variables, rule, first), _places(variables, rule, second)
        if first is second or _number(first) > 1 or _number(second) > 1:
            wrong = Count()
            if first is second:
                _inside(variables, constraint, rule, ours, wrong)
            else:
                _of_many(variables, constraint, rule, (ours, theirs), wrong)
            variables.is_zero(wrong, guard)
            continue
        for xs, ys, _ in _rectangles(variables, constraint, rule, (ours, theirs)):
            variables.at_most([*xs, *ys], 1, guard)
    return True


Side = Block | int
"""A block, or a meeting that stays where it is."""


def _number(side: Side) -> int:
    return side.size if isinstance(side, Block) else 1


def _pairs(variables: Variables, constraint: Constraint, rule: PairRule) -> Iterator[tuple[Side, Side]]:
    """Yield the pairs with something free in them, blocks in place of meetings, each once."""
    seen = set()
    for one, other in rule.pairs(constraint):
        sides: list[Side] = []
        for meeting in (one, other):
            block = variables.block_of.get(meeting)
            if block is not None:
                sides.append(block)
            elif meeting in variables.fixed:
                sides.append(meeting)
        if len(sides) < 2 or not any(isinstance(side, Block) for side in sides):
            continue
        names = tuple(side.meetings[0] if isinstance(side, Block) else side for side in sides)
        key = names if rule.ordered else tuple(sorted(names))
        if key not in seen:
            seen.add(key)
            yield sides[0], sides[1]


def _places(variables: Variables, rule: PairRule, side: Side) -> list[Place]:
    if not isinstance(side, Block):
        return [(variables.fixed[side], variables.true)]
    if rule.time_only or not side.rooms:
        return [(Placement(o.time), x) for o, x in zip(side.options, side.literals, strict=True)]
    return [
        (Placement(option.time, room), literal)
        for option, rooms in zip(side.options, side.rooms, strict=True)
        for room, literal in rooms.items()
    ]


def _rectangles(
    variables: Variables, constraint: Constraint, rule: PairRule, sides: tuple[list[Place], list[Place]]
) -> Iterator[tuple[list[cp_model.IntVar], list[cp_model.IntVar], int]]:
    """Yield sets of places of either side between which every pair has the same cost."""
    ours, theirs = sides
    rows: dict[tuple[int, ...], list[cp_model.IntVar]] = {}
    for place, literal in ours:
        row = tuple(rule.cost(variables.instance, constraint, place, other) for other, _ in theirs)
        rows.setdefault(row, []).append(literal)
    for row, xs in rows.items():
        for cost in sorted(set(row) - {0}):
            yield xs, [y for (_, y), c in zip(theirs, row, strict=True) if c == cost], cost


def _of_two(
    variables: Variables, constraint: Constraint, rule: PairRule, sides: tuple[list[Place], list[Place]], total: Count
) -> None:
    """Two single meetings: one literal per cost, forced by each rectangle that has it."""
    terms: dict[int, cp_model.IntVar] = {}
    for xs, ys, cost in _rectangles(variables, constraint, rule, sides):
        if cost not in terms:
            terms[cost] = variables.model.new_bool_var("")
            total.add(terms[cost], cost)
        variables.model.add(cp_model.LinearExpr.sum([*xs, *ys]) <= 1 + terms[cost])


def _of_many(
    variables: Variables, constraint: Constraint, rule: PairRule, sides: tuple[list[Place], list[Place]], total: Count
) -> None:
    """Blocks of several meetings: a literal per pair of places."""
    for place, x in sides[0]:
        for other, y in sides[1]:
            _product(variables, x, y, rule.cost(variables.instance, constraint, place, other), total)


def _inside(variables: Variables, constraint: Constraint, rule: PairRule, places: list[Place], total: Count) -> None:
    """Pairs within one block, whose meetings stand in the order of their times."""
    ordered = sorted(places, key=lambda place: place[0].at)
    for index, (place, x) in enumerate(ordered):
        for other, y in ordered[index + 1 :]:
            _product(variables, x, y, rule.cost(variables.instance, constraint, place, other), total)


def _product(variables: Variables, x: cp_model.IntVar, y: cp_model.IntVar, cost: int, total: Count) -> None:
    if cost:
        both = variables.model.new_bool_var("")
        variables.model.add_bool_or([both, x.negated(), y.negated()])
        total.add(both, cost)
