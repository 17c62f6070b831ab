"""The leaves of the tree of student groups: the smallest sets of students who are always together.

A group may be split several times over, into lab batches and independently into tutorial groups. Its leaves are then
the products: those of batch 1 who are in tutorial group 2. A group stands for all its leaves.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import product

from webapp.models import StudentGroup


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
        """What people call a leaf: the codes of its groups."""
        return self._labels[leaf]

    def with_ancestors(self, group_ids: Iterable[int]) -> frozenset[int]:
        """The groups and all that they belong to."""
        found: set[int] = set()
        for group_id in group_ids:
            above: int | None = group_id
            while above is not None and above not in found and above in self._groups:
                found.add(above)
                above = self._groups[above].parent_id
        return frozenset(found)

    def _note(self, root: int) -> None:
        for smallest, members in self._products(root):
            leaf = "group:" + "+".join(str(group) for group in smallest)
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
