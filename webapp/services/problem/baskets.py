"""Elective baskets as the engine sees them: which meetings start together, and who sits in which.

A student takes one option, so that those of one basket may overlap for a group, and must not overlap with anything
else that the group attends. The smallest groups that choose are therefore taken apart by what may be chosen: the
students of CSE5-A who take CS501, and those who take CS502. Baskets that share an option are one, since all their
options start together.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from webapp.models import Basket, Component

MOST_CHOICES = 24
"""So many ways to choose are told apart for a group; with more, every option is in one, and not every pair."""

KIND_ORDER = ("lecture", "tutorial", "lab", "practical")
CHOICE_SIGN = "#"
"""Stands between a leaf and the number of a way to choose: "group:12#2"."""

Option = TypeVar("Option")


@dataclass(frozen=True)
class OptionSet:
    """The options of a basket, or of several that share one.

    Parameters
    ----------
    section_ids
        The options, in the order of their courses' codes.
    together
        Whether each student takes one, so that the options start together.
    different_days
        Whether all meetings of an option fall on different days.
    """

    basket_ids: tuple[int, ...]
    name: str
    section_ids: tuple[int, ...]
    group_ids: tuple[int, ...]
    options_each: int
    different_days: bool

    @property
    def together(self) -> bool:
        """Whether the options start together: nobody could attend two of them."""
        return self.options_each == 1


@dataclass(frozen=True, slots=True)
class WeekPosition:
    """The n-th meetings of the options, by section; a section that has none to put there is missing."""

    units: Mapping[int, "Unit"]


@dataclass(frozen=True, slots=True)
class Unit:
    """What of one option starts together: a meeting of the section, or the meetings of its parallel batches."""

    component: Component
    ordinal: int
    batch_id: int | None

    @property
    def shape(self) -> tuple[int, str, int, int]:
        """Kind, length and weeks, in the order in which meetings are paired."""
        kind = self.component.kind
        rank = KIND_ORDER.index(kind) if kind in KIND_ORDER else len(KIND_ORDER)
        return rank, kind, self.component.slots_per_meeting, self.component.week_set_id or 0


def option_sets(
    baskets: Sequence[Basket],
    sections: Mapping[int, Sequence[int]],
    groups: Mapping[int, Sequence[int]],
    order: Mapping[int, object],
) -> tuple[OptionSet, ...]:
    """The baskets, those that share an option together; ``order`` tells how sections are sorted."""
    parts: list[tuple[list[Basket], set[int]]] = []
    for basket in baskets:
        own = set(sections.get(basket.basket_id, ()))
        joined = [part for part in parts if not own.isdisjoint(part[1])]
        parts = [part for part in parts if own.isdisjoint(part[1])]
        members = [member for part in joined for member in part[0]] + [basket]
        parts.append((members, own.union(*(part[1] for part in joined))))
    return tuple(_option_set(members, own, groups, order) for members, own in parts if own)


def _option_set(
    members: Sequence[Basket], own: set[int], groups: Mapping[int, Sequence[int]], order: Mapping[int, object]
) -> OptionSet:
    return OptionSet(
        basket_ids=tuple(basket.basket_id for basket in members),
        name=" + ".join(basket.name for basket in members),
        section_ids=tuple(sorted(own, key=lambda section: order[section])),  # type: ignore[arg-type,return-value]
        group_ids=tuple(dict.fromkeys(g for basket in members for g in groups.get(basket.basket_id, ()))),
        options_each=min(basket.options_each for basket in members),
        different_days=any(basket.different_days for basket in members),
    )


# Which meetings start together


def week_positions(
    options: OptionSet, components: Mapping[int, Sequence[Component]], batches: Mapping[int, Sequence[int]]
) -> list[WeekPosition]:
    """The n-th meetings of the options: first those of one kind, length and weeks, then what is left, in order.

    A position that lacks an option says that it has no meeting to put there.
    """
    by_shape: dict[tuple[int, str, int, int], dict[int, list[Unit]]] = defaultdict(lambda: defaultdict(list))
    for section in options.section_ids:
        for unit in _units(components.get(section, ()), batches):
            by_shape[unit.shape][section].append(unit)
    positions: list[dict[int, Unit]] = []
    for _shape, of_section in sorted(by_shape.items(), key=lambda item: item[0]):
        for number in range(max(len(units) for units in of_section.values())):
            found = {section: units[number] for section, units in of_section.items() if number < len(units)}
            _fill_or_append(positions, found, len(options.section_ids))
    ordered = ({section: found[section] for section in options.section_ids if section in found} for found in positions)
    return [WeekPosition(found) for found in ordered]


def _units(components: Iterable[Component], batches: Mapping[int, Sequence[int]]) -> Iterator[Unit]:
    for component in sorted(components, key=lambda component: component.code):
        own = batches.get(component.component_id, ())
        apart: Sequence[int | None] = [None] if component.parallel or not own else own
        for batch in apart:
            for ordinal in range(1, component.meetings_per_week + 1):
                yield Unit(component, ordinal, batch)


def _fill_or_append(positions: list[dict[int, Unit]], found: dict[int, Unit], options: int) -> None:
    """Put meetings into the first position that lacks these options and has the same weeks, else into a new one."""
    weeks = {unit.component.week_set_id for unit in found.values()}
    for position in positions:
        fits = len(position) < options and position.keys().isdisjoint(found)
        if fits and {unit.component.week_set_id for unit in position.values()} == weeks:
            position.update(found)
            return
    positions.append(found)


# Who sits in which


def ways_to_choose(columns: Sequence[Sequence[Option]]) -> list[tuple[Option, ...]]:
    """Ways to take one option of each basket, such that every two options of different baskets meet in one of them.

    There are far fewer of them than ways in all. Past `MOST_CHOICES` no pair is looked for any more, and every option
    is in one all the same.
    """
    number = max(map(len, columns))
    ways = [tuple(column[row % len(column)] for column in columns) for row in range(number)]
    if len(columns) < 2:
        return ways
    places = [(at, option) for at, column in enumerate(columns) for option in range(len(column))]
    waiting = {pair for pair in combinations(places, 2) if pair[0][0] != pair[1][0]}
    chosen = [tuple(row % len(column) for column in columns) for row in range(number)]
    for row in chosen:
        waiting -= _pairs(row)
    while waiting and len(ways) < MOST_CHOICES:
        row = _covering(columns, waiting)
        waiting -= _pairs(row)
        ways.append(tuple(column[option] for column, option in zip(columns, row, strict=True)))
    return ways


_Pair = tuple[tuple[int, int], tuple[int, int]]


def _pairs(row: Sequence[int]) -> set[_Pair]:
    return set(combinations(enumerate(row), 2))


def _covering(columns: Sequence[Sequence[object]], waiting: set[_Pair]) -> tuple[int, ...]:
    """A row with the first pair that waits, and of every other column what meets most of the pairs with it."""
    row = dict(min(waiting))
    for at, column in enumerate(columns):
        if at not in row:
            others = list(row.items())
            counts = [sum(_both(at, option, other) in waiting for other in others) for option in range(len(column))]
            row[at] = counts.index(max(counts))
    return tuple(row[at] for at in range(len(columns)))


def _both(at: int, option: int, other: tuple[int, int]) -> _Pair:
    return ((at, option), other) if at < other[0] else (other, (at, option))


class ChosenLeaves:
    """The smallest groups, taken apart by what their students may choose.

    Parameters
    ----------
    options
        The baskets.
    attended
        By section, the leaves that attend a meeting of it.
    """

    def __init__(self, options: Sequence[OptionSet], attended: Mapping[int, Iterable[str]]) -> None:
        self._ways: dict[str, list[dict[int, int]]] = {}
        self._set_of = {section: number for number, own in enumerate(options) for section in own.section_ids}
        choices: dict[str, dict[int, list[int]]] = defaultdict(dict)
        for number, own in enumerate(options):
            for section in own.section_ids:
                for leaf in attended.get(section, ()):
                    choices[leaf].setdefault(number, []).append(section)
        for leaf, of_set in choices.items():
            columns = {number: sections for number, sections in of_set.items() if len(sections) > 1}
            if columns:
                ways = ways_to_choose(list(columns.values()))
                self._ways[leaf] = [dict(zip(columns, way, strict=True)) for way in ways]

    def of(self, leaf: str, section_id: int) -> tuple[str, ...]:
        """Those of a leaf's students who attend a section: all of them, or those who have chosen it."""
        ways = self._ways.get(leaf)
        if ways is None:
            return (leaf,)
        number = self._set_of.get(section_id, -1)
        return tuple(
            f"{leaf}{CHOICE_SIGN}{at}"
            for at, way in enumerate(ways, start=1)
            if number not in way or way[number] == section_id
        )

    def chosen(self, leaf: str) -> tuple[int, ...]:
        """The sections that the students of such a part have chosen; nothing for a leaf that is not taken apart."""
        plain, sign, number = leaf.partition(CHOICE_SIGN)
        return tuple(self._ways[plain][int(number) - 1].values()) if sign else ()


def is_first_way(leaf: str) -> bool:
    """Return whether a leaf stands for its group where one student's week is enough, or is not taken apart."""
    _plain, sign, number = leaf.partition(CHOICE_SIGN)
    return not sign or number == "1"


def plain_leaf(leaf: str) -> str:
    """The leaf without what its students have chosen."""
    return leaf.partition(CHOICE_SIGN)[0]
