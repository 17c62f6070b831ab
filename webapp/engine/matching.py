"""Bipartite matching by augmenting paths, and the sets that stand in its way.

Hall (1935): everyone can be served if and only if no set of askers wants fewer places than it has
members. What can't be matched therefore has a reason that can be named.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Asker = TypeVar("Asker", bound=Hashable)
Place = TypeVar("Place", bound=Hashable)


@dataclass(frozen=True)
class Violator(Generic[Asker, Place]):
    """Askers who, together, want fewer places than they need: all their places are listed."""

    askers: tuple[Asker, ...]
    places: tuple[Place, ...]


def match(wants: Mapping[Asker, Iterable[Place]]) -> dict[Place, Asker]:
    """A largest matching: which asker has each place. Earlier askers and places come first."""
    choices = {asker: tuple(places) for asker, places in wants.items()}
    owner: dict[Place, Asker] = {}
    for asker in choices:
        _augment(asker, choices, owner)
    return owner


def _augment(asker: Asker, wants: Mapping[Asker, tuple[Place, ...]], owner: dict[Place, Asker]) -> bool:
    """Find a place for the asker, breadth first, moving others along the way back."""
    came_from: dict[Place, Asker] = {}
    queue = [asker]
    for current in queue:
        for place in wants[current]:
            if place in came_from:
                continue
            came_from[place] = current
            if place not in owner:
                _shift(place, came_from, owner, asker)
                return True
            queue.append(owner[place])
    return False


def _shift(place: Place, came_from: dict[Place, Asker], owner: dict[Place, Asker], asker: Asker) -> None:
    held = {person: kept for kept, person in owner.items()}
    while True:
        person = came_from[place]
        owner[place] = person
        if person == asker:
            return
        place = held[person]


def violator(wants: Mapping[Asker, Iterable[Place]]) -> Violator[Asker, Place] | None:
    """The smallest set found that wants fewer places than it has members, or None.

    From each asker that a largest matching leaves out, everybody who could make room for it, and
    everybody for those, wants only places that are taken by one of them.
    """
    choices = {asker: tuple(places) for asker, places in wants.items()}
    owner = match(choices)
    served = set(owner.values())
    best: Violator[Asker, Place] | None = None
    for asker in choices:
        if asker in served:
            continue
        askers, places = [asker], dict[Place, None]()
        for current in askers:
            for place in choices[current]:
                if place not in places:
                    places[place] = None
                    askers.append(owner[place])
        if best is None or len(askers) < len(best.askers):
            best = Violator(tuple(askers), tuple(places))
    return best
