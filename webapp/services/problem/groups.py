"""The tree of student groups: who is above and below whom, and its leaves, the smallest sets of students who are
always together.

A group may be split several times over, into lab batches and independently into tutorial groups. Its leaves are then
the products: those of batch 1 who are in tutorial group 2. A group stands for all its leaves.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from enum import StrEnum
from functools import cached_property
from itertools import product
from typing import Generic, TypeVar

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import StudentGroup
from webapp.services.problem.baskets import plain_leaf

Key = TypeVar("Key", bound=Hashable)
"""What names a group: the key of its row, or its code in a file."""


class GroupTree(Generic[Key]):
    """Who is above and below whom.

    ``parents`` gives the parent of every group, None where it has none. A circle, which only a file can have, is
    walked once.
    """

    def __init__(self, parents: Mapping[Key, Key | None]) -> None:
        self._parents = parents
        self._roots: dict[Key, Key] = {}

    @cached_property
    def _children(self) -> dict[Key, list[Key]]:
        children: dict[Key, list[Key]] = defaultdict(list)
        for key, parent in self._parents.items():
            if parent is not None:
                children[parent].append(key)
        return children

    def line(self, key: Key) -> list[Key]:
        """The group and those that it belongs to, the smallest first."""
        line: list[Key] = []
        above: Key | None = key
        while above is not None and above not in line:
            line.append(above)
            above = self._parents.get(above)
        return line

    def root(self, key: Key) -> Key:
        """The largest group that it belongs to, which may be itself."""
        if key not in self._roots:
            self._roots[key] = self.line(key)[-1]
        return self._roots[key]

    def with_ancestors(self, keys: Iterable[Key]) -> frozenset[Key]:
        """The groups and all that they belong to."""
        return frozenset(above for key in keys for above in self.line(key))

    def with_descendants(self, keys: Iterable[Key]) -> frozenset[Key]:
        """The groups and all their parts."""
        waiting, reached = list(keys), set[Key]()
        while waiting:
            key = waiting.pop()
            if key not in reached:
                reached.add(key)
                waiting += self._children.get(key, ())
        return frozenset(reached)

    def related(self, keys: Iterable[Key]) -> frozenset[Key]:
        """The groups whose classes concern these: themselves, those above and all their parts."""
        own = list(keys)
        return self.with_ancestors(own) | self.with_descendants(own)

    def circle(self, key: Key) -> list[Key]:
        """The way from a group upwards to itself again; empty where it is not part of itself."""
        line = self.line(key)
        return [*line, key] if self._parents.get(line[-1]) == key else []


def tree_of(groups: Mapping[int, StudentGroup]) -> GroupTree[int]:
    """The tree of rows that were read already."""
    return GroupTree({key: group.parent_id for key, group in groups.items()})


def read_tree(term_id: int) -> GroupTree[int]:
    """The tree of a term's groups; one query."""
    query = sa.select(StudentGroup.student_group_id, StudentGroup.parent_id).filter_by(term_id=term_id)
    return GroupTree(dict(iter(db.session.execute(query))))


class Direction(StrEnum):
    """Which way `closure` goes."""

    UP = "up"
    DOWN = "down"


def closure(condition: sa.ColumnElement[bool], direction: Direction) -> sa.CTE:
    """The groups that meet a condition, with all above or all below them, for the queries that PostgreSQL must answer.

    Columns: ``student_group_id``, and ``root_id``, the group of the condition from which it was reached.
    """
    group = StudentGroup
    columns = (group.student_group_id, group.parent_id)
    reached = (
        sa.select(group.student_group_id.label("root_id"), *columns)
        .where(condition)
        .cte(f"groups_{direction.value}", recursive=True)
    )
    upwards = reached.c.parent_id == group.student_group_id
    downwards = reached.c.student_group_id == group.parent_id
    step = sa.select(reached.c.root_id, *columns).join(reached, upwards if direction is Direction.UP else downwards)
    return reached.union(step)


def leaf_of(groups: Iterable[int]) -> str:
    """The key of a leaf: its smallest groups, such as "group:12+15"."""
    return "group:" + "+".join(str(group) for group in groups)


def groups_of_leaf(leaf: str) -> list[int]:
    """The smallest groups of a leaf, as `leaf_of` wrote them, whatever its students have chosen."""
    return [int(group) for group in plain_leaf(leaf).removeprefix("group:").split("+")]


class LeafGroups:
    """The leaves of every group of a term, by the keys that resources and claims carry ("group:12+15")."""

    def __init__(self, groups: Mapping[int, StudentGroup]) -> None:
        self._groups = groups
        self._children: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for key, group in groups.items():
            if group.parent_id is not None:
                self._children[group.parent_id][group.split].append(key)
        self._leaves: dict[int, list[str]] = defaultdict(list)
        self._labels: dict[str, str] = {}
        for key, group in groups.items():
            if group.parent_id is None:
                self._note(key)

    def of(self, group_id: int) -> tuple[str, ...]:
        """The leaves of a group."""
        return tuple(self._leaves[group_id])

    def label(self, leaf: str) -> str:
        """The name of a leaf: the codes of its groups."""
        return self._labels[leaf]

    def _note(self, root: int) -> None:
        for smallest, members in self._products(root):
            leaf = leaf_of(smallest)
            self._labels[leaf] = " + ".join(self._groups[group].code for group in smallest)
            for group in members:
                self._leaves[group].append(leaf)

    def _products(self, group_id: int) -> list[tuple[tuple[int, ...], frozenset[int]]]:
        """Per leaf: its smallest groups in order, and all groups that it belongs to."""
        splits = self._children.get(group_id)
        if not splits:
            return [((group_id,), frozenset({group_id}))]
        parts = [[leaf for child in children for leaf in self._products(child)] for children in splits.values()]
        return [
            (
                tuple(sorted(group for smallest, _ in chosen for group in smallest)),
                frozenset({group_id}).union(*(members for _, members in chosen)),
            )
            for chosen in product(*parts)
        ]
