"""Blocks of one day side by side: which overlap, and in which lane each has room."""

from collections.abc import Sequence
from typing import Protocol, TypeVar


class Spanned(Protocol):
    """What takes columns from a first one to before a last one."""

    @property
    def first(self) -> int: ...

    @property
    def last(self) -> int: ...


Block = TypeVar("Block", bound=Spanned)


def overlapping(blocks: Sequence[Block]) -> list[list[Block]]:
    """Group blocks that overlap, directly or through others."""
    found: list[list[Block]] = []
    reached = 0
    for block in sorted(blocks, key=lambda block: (block.first, -block.last)):
        if not found or block.first >= reached:
            found.append([])
        found[-1].append(block)
        reached = max(reached, block.last)
    return found


def in_lanes(cluster: Sequence[Block]) -> list[list[Block]]:
    """Give each block the first lane that is free when it begins."""
    found: list[list[Block]] = []
    for block in cluster:
        lane = next((lane for lane in found if lane[-1].last <= block.first), None)
        if lane is None:
            found.append([block])
        else:
            lane.append(block)
    return found
