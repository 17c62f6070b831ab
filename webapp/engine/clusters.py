"""Clustering: which meetings share people, and so have to be thought about together."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from webapp.engine.instance import Instance

ROUNDS = 12
"""Rounds of label propagation; it settles in fewer on real terms."""


@dataclass(frozen=True)
class Clusters:
    """Sets of meetings (indices), the largest first.

    Attributes
    ----------
    components
        Parts that share nobody with each other: only rooms couple them.
    communities
        Groups that share more people among themselves than with others; they refine the components.
    """

    components: tuple[tuple[int, ...], ...]
    communities: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        """How many communities there are."""
        return len(self.communities)

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        """Yield the communities."""
        return iter(self.communities)


def cluster(instance: Instance) -> Clusters:
    """Find the components and communities of the conflict graph.

    Communities by label propagation in a fixed order, so that the same instance gives the same ones.

    References
    ----------
    U. N. Raghavan, R. Albert, S. Kumara, "Near linear time algorithm to detect community structures
    in large-scale networks", Physical Review E 76 (2007).
    """
    return Clusters(_grouped(_components(instance)), _grouped(_communities(instance)))


def _grouped(labels: list[int]) -> tuple[tuple[int, ...], ...]:
    members: dict[int, list[int]] = defaultdict(list)
    for meeting, label in enumerate(labels):
        members[label].append(meeting)
    return tuple(tuple(group) for group in sorted(members.values(), key=lambda group: (-len(group), group)))


def _components(instance: Instance) -> list[int]:
    parent = list(range(len(instance.meetings)))

    def root(meeting: int) -> int:
        """The meeting that stands for the component so far."""
        while parent[meeting] != meeting:
            parent[meeting] = parent[parent[meeting]]
            meeting = parent[meeting]
        return meeting

    for meetings in instance.meetings_of:
        for meeting in meetings[1:]:
            parent[root(meeting)] = root(meetings[0])
    return [root(meeting) for meeting in range(len(parent))]


def _communities(instance: Instance) -> list[int]:
    labels = list(range(len(instance.meetings)))
    counts: list[dict[int, int]] = [defaultdict(int) for _ in instance.resources]
    for resource, meetings in enumerate(instance.meetings_of):
        for meeting in meetings:
            counts[resource][labels[meeting]] += 1
    for _ in range(ROUNDS):
        changed = False
        for meeting, data in enumerate(instance.meetings):
            pull: dict[int, float] = defaultdict(float)
            for resource in data.resources:
                others = len(instance.meetings_of[resource]) - 1
                for label, count in counts[resource].items():
                    known = count - (label == labels[meeting])
                    if known > 0:
                        pull[label] += known / others
            best = max(pull, key=lambda label: (pull[label], -label), default=labels[meeting])
            if best != labels[meeting] and pull[best] > pull.get(labels[meeting], 0.0):
                for resource in data.resources:
                    _relabel(counts[resource], labels[meeting], best)
                labels[meeting] = best
                changed = True
        if not changed:
            break
    return labels


def _relabel(counts: dict[int, int], old: int, new: int) -> None:
    counts[old] -= 1
    if not counts[old]:
        del counts[old]
    counts[new] += 1
