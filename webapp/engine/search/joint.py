"""Pair and set rules as arrays: which meetings they join, and the number of the function that counts them."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np

from webapp.engine.instance import Constraint, Instance
from webapp.engine.rule import Rule
from webapp.engine.rules.family import DaySetRule, PairRule, SetRule, WeekSetRule, subjects_of
from webapp.engine.rules.operations import SetOp
from webapp.engine.search.arrays import Ints
from webapp.engine.search.dates import MOST_BITS
from webapp.engine.search.lists import Numbered, flattened

BY_DAY, BY_WEEK, WHOLE = range(3)
"""What a set rule looks at: a day, a week, or everything."""


OP, AMOUNT, SECOND, ALLOWED, LEVEL, COST, IS_HARD, IS_MEAN, TIME_ONLY, CELLS, FACTOR = range(11)
"""Columns of `SetModel.what`: function, its numbers, what is free in a week, what it looks at (`BY_DAY`, `BY_WEEK` or
`WHOLE`), packed cost of one that is counted, how it is added up, whether rooms make no difference, row of cells, and
what a mean is multiplied by."""


class FormModel(NamedTuple):
    """The functions that pairs are counted with."""

    op: Ints
    amount: Ints
    cost: Ints
    """packed cost of one that is counted"""
    flipped: Ints
    """1 where the other meeting is the first"""


class SetModel(NamedTuple):
    """Sets of meetings and the functions that they are counted with."""

    kind_at: Ints
    kind_sets: Ints
    """kind -> sets, ascending"""
    member_at: Ints
    members: Ints
    """set -> meetings"""
    what: Ints
    """set -> a row of the columns above"""
    week_at: Ints
    week: Ints
    week_size: Ints
    """set -> weeks that differ for it, and for how many of the calendar each stands"""
    next_cell: Ints
    """row x day x slot -> the first slot from there on that is named; beyond the day where none is"""
    cells_up_to: Ints
    """row x day x slot -> how many slots before it are named"""
    period_cells: Ints
    """row x day -> mask of the periods of the day that lie within slots named"""


class Joint:
    """The pair and set rules of an instance.

    Attributes
    ----------
    left_out
        Names of rules that have no compiled form on this grid.
    """

    def __init__(
        self,
        instance: Instance,
        rules: Sequence[tuple[Rule, Constraint]],
        kind: Ints,
        weight: Callable[[Constraint], int],
    ) -> None:
        self.instance, self.grid, self.kind, self.weight = instance, instance.grid, kind, weight
        self.left_out: set[str] = set()
        self.pairs: list[tuple[PairRule, Constraint]] = []
        self.sets: list[tuple[SetRule, Constraint, tuple[int, ...]]] = []
        for rule, constraint in rules:
            if isinstance(rule, PairRule | SetRule) and not self._is_seen(rule):
                self.left_out.add(rule.name)
            elif isinstance(rule, PairRule):
                self.pairs.append((rule, constraint))
            elif isinstance(rule, SetRule):
                found = (tuple(subject.meetings) for subject in subjects_of(instance, constraint))
                self.sets += [(rule, constraint, members) for members in found if members]

    def _is_seen(self, rule: PairRule | SetRule) -> bool:
        periods = 0 if self.grid.periods is None else len(self.grid.periods.spans)
        return self.grid.weeks <= MOST_BITS and (rule.op is not SetOp.MOST_SLOTS_OF or periods <= MOST_BITS)

    def arrays(self) -> dict[str, Any]:
        """All of them, by the names of the model's fields."""
        return self._pair_arrays() | {"sets": self._set_model()}

    def _pair_arrays(self) -> dict[str, Any]:
        lists: list[list[tuple[int, int]]] = [[] for _ in self.instance.meetings]
        forms: dict[tuple[int, int, int], int] = {}
        for rule, constraint in self.pairs:
            form = 2 * forms.setdefault((int(rule.op), constraint.amount, self.weight(constraint)), len(forms))
            for first, second in rule.pairs(constraint):
                lists[first].append((second, form))
                lists[second].append((first, form + 1))
        rows = np.array([[*form, flipped] for form in forms for flipped in (0, 1)], np.int64).reshape(-1, 4)
        at, other = flattened([[item[0] for item in row] for row in lists])
        return {
            "pairs_at": at,
            "pair_other": other,
            "pair_form": flattened([[item[1] for item in row] for row in lists])[1],
            "forms": FormModel(*(np.ascontiguousarray(column) for column in rows.T)),
        }

    def _set_model(self) -> SetModel:
        kinds: list[list[int]] = [[] for _ in range(int(self.kind.max(initial=-1)) + 1)]
        cells: dict[frozenset[int] | None, int] = {}
        for number, (rule, constraint, members) in enumerate(self.sets):
            cells.setdefault(_named(rule, constraint), len(cells))
            for kind in sorted(set(self.kind[list(members)].tolist())):
                kinds[kind].append(number)
        kind_at, kind_sets = flattened(kinds)
        member_at, members_flat = flattened([members for _, _, members in self.sets])
        numbered = Numbered()
        known: dict[Hashable, list[tuple[int, int]]] = {}
        weeks = [self._weeks(members, numbered, known) for _, _, members in self.sets]
        week_at, week = flattened([[item[0] for item in row] for row in weeks])
        return SetModel(
            kind_at=kind_at, kind_sets=kind_sets, member_at=member_at, members=members_flat,
            what=np.array([self._row(*each, cells) for each in self.sets], np.int64).reshape(-1, 11),
            week_at=week_at, week=week, week_size=flattened([[item[1] for item in row] for row in weeks])[1],
            **self._cells(cells),
        )  # fmt: skip

    def _row(
        self, rule: SetRule, constraint: Constraint, _members: tuple[int, ...], cells: dict[frozenset[int] | None, int]
    ) -> list[int]:
        """The columns of a set."""
        second = 0 if rule.op is SetOp.GROUPED else constraint.second_amount
        allowed = rule.allowed(constraint) if isinstance(rule, WeekSetRule) else 0
        how = [constraint.hard, rule.is_mean, rule.time_only, cells[_named(rule, constraint)], constraint.factor]
        return [rule.op, constraint.amount, second, allowed, _level(rule), self.weight(constraint), *how]

    def _weeks(
        self, members: tuple[int, ...], numbered: Numbered, known: dict[Hashable, list[tuple[int, int]]]
    ) -> list[tuple[int, int]]:
        """A week of each kind that differs for some meetings, and how many of the calendar it stands for."""
        meetings = [self.instance.meetings[member] for member in members]
        key = tuple(sorted({numbered(m.times) for m in meetings} | {-1 - m for m in members if self._pin(m)}))
        if key not in known:
            masks = {option.time.weeks for m in meetings for option in m.times}
            masks |= {pin.weeks for m in members if (pin := self._pin(m))}
            alike: dict[tuple[int, ...], list[int]] = {}
            for week, size in enumerate(self.grid.size_of_week):
                found = alike.setdefault(tuple(mask >> week & 1 for mask in sorted(masks)), [week, 0])
                found[1] += size
            known[key] = [(week, size) for week, size in alike.values()]
        return known[key]

    def _pin(self, meeting: int) -> Any:
        pin = self.instance.meetings[meeting].pin
        return None if pin is None else pin.time

    def _cells(self, known: dict[frozenset[int] | None, int]) -> dict[str, Ints]:
        grid = self.grid
        named = np.zeros((len(known), grid.days, grid.slots_per_day), np.int64)
        for cells, row in known.items():
            named[row].reshape(-1)[slice(None) if cells is None else sorted(cells)] = 1
        slots = grid.slots_per_day
        after = np.full((len(known), grid.days, slots + 1), slots + 1, np.int32)
        for slot in range(slots - 1, -1, -1):
            after[:, :, slot] = np.where(named[:, :, slot], slot, after[:, :, slot + 1])
        up_to = np.zeros((len(known), grid.days, slots + 1), np.int32)
        up_to[:, :, 1:] = named.cumsum(axis=2)
        masks = np.zeros((len(known), grid.days), np.int64)
        for day, periods in enumerate(grid.days_periods if grid.periods is not None else ()):
            for index in (index for index in periods.indices if index < MOST_BITS):
                start, end = periods.spans[index]
                within = up_to[:, day, end] - up_to[:, day, start] == end - start
                masks[:, day] |= within.astype(np.int64) << index
        return {"next_cell": after, "cells_up_to": up_to, "period_cells": masks}


def _named(rule: SetRule, constraint: Constraint) -> frozenset[int] | None:
    """The cells that a rule looks at; None for all."""
    return None if rule.op is SetOp.MOST_AT_ONCE and not constraint.cells else constraint.cells


def _level(rule: SetRule) -> int:
    if isinstance(rule, DaySetRule):
        return BY_DAY
    return BY_WEEK if isinstance(rule, WeekSetRule) else WHOLE
