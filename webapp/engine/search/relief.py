"""What a move can save at most in what is not looked up for it alone: most moves are refused without the look."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from webapp.engine.search.arrays import SHIFT, Ints

BOUNDLESS = 1 << 60
"""A relief that nothing exceeds."""


def relief(arrays: Mapping[str, Ints], joint: Mapping[str, Any], kinds: int, weeks: int, *, in_runs: bool) -> Ints:
    """The most that moving one meeting of a kind saves in what is not looked up for it alone.

    No bound is drawn where patterns are hard, pairs are compared, or weeks differ. ``in_runs``: the periods of a
    meeting follow each other in the masks.
    """
    paired = np.diff(joint["pairs_at"]) > 0
    if weeks > 1 or (np.diff(arrays["parts_at"]) != 1).any() or paired.any():
        return np.full(kinds, BOUNDLESS, np.int64)
    gaps = np.array([_gaps(table, in_runs) for table in arrays["day_tables"]] or [(0, 0)], np.int64)
    day = gaps[arrays["day_table"]].max(axis=1).sum(axis=1)  # out of one day of the week, into another
    week = np.array([sum(_gaps(table, True)) for table in arrays["week_tables"]] or [0], np.int64)
    found = np.zeros(kinds, np.int64)
    for kind in range(kinds):
        for subject in arrays["subjects"][arrays["subjects_at"][kind] : arrays["subjects_at"][kind + 1]]:
            found[kind] += day[arrays["day_at"][subject] : arrays["day_at"][subject + 1]].sum()
            rows = arrays["week_table"][arrays["week_at"][subject] : arrays["week_at"][subject + 1]]
            found[kind] += week[rows].sum()
        for place in arrays["places"][arrays["places_at"][kind] : arrays["places_at"][kind + 1]]:
            found[kind] += np.abs(np.diff(arrays["place_cost"][place])).max(initial=0)
    found[np.flatnonzero(np.diff(joint["sets"].kind_at))] = BOUNDLESS
    return np.where(found >> (SHIFT - 2) > 0, BOUNDLESS, found)


def _gaps(table: Ints, in_runs: bool) -> tuple[int, int]:
    """The most that taking one slot (or a run of them) out can save in a table of masks, and taking one in."""
    if len(table) > 4096 or not in_runs:
        return int(table.max() - table.min()), int(table.max() - table.min())
    return _gap(table, out=True), _gap(table)


def _gap(table: Ints, out: bool = False) -> int:
    """The most that setting bits saves, or with ``out`` clearing them: any run of bits."""
    masks = np.arange(len(table))
    slots, most = len(table).bit_length() - 1, 0
    for first in range(slots):
        for last in range(first, slots):
            run = ((1 << (last - first + 1)) - 1) << first
            changed = table[masks & ~run] if out else table[masks | run]
            most = max(most, int((table - changed).max()))
    return most
