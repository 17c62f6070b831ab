"""What moving one class can save at most: below that price of a hard violation, a violation is worth buying."""

import numpy as np

from webapp.engine.search.arrays import SHIFT, Ints, Model

SOFT = (1 << SHIFT) - 1


def dearest(model: Model) -> int:
    """The most soft cost that moving or placing one meeting can save, whatever stands where, in units of the search.

    A class is dear that many single students attend: each clash of theirs counts, and one place can save them all.
    """
    return int(max((_choices(model) + _clashes(model) + _patterns(model) + _places(model)).max(initial=0), 0)) + int(
        _pairs(model).max(initial=0)
    )


def _choices(model: Model) -> Ints:
    """By kind: what its places differ by, or not to be placed costs."""
    found = _spread(model.time_cost, model.time_ok) + _spread(model.room_cost, model.room_ok)
    rows = _spread(model.both_cost, np.ones_like(model.both_cost, np.int8))
    found[model.both_row >= 0] += rows[model.both_row[model.both_row >= 0]]
    return found + (model.unplaced_cost & SOFT)


def _clashes(model: Model) -> Ints:
    """By kind: a clash with everybody with whom there can be one."""
    members = np.bincount(model.kind, minlength=len(model.unplaced_cost))
    return _summed(model.clash_at, (model.clash_cost & SOFT) * members[model.clash])


def _patterns(model: Model) -> Ints:
    """By kind: a day with it against one without, on the day that it leaves and the one that it joins, and the week."""
    days = np.ptp(model.day_tables & SOFT, axis=1) if model.day_tables.size else np.zeros(1, np.int64)
    weeks = np.ptp(model.week_tables & SOFT, axis=1) if model.week_tables.size else np.zeros(1, np.int64)
    day = days[model.day_table].max(axis=1, initial=0) * (model.day_weight & SOFT)
    week = weeks[model.week_table] * (model.week_weight & SOFT)
    by_subject = 2 * _summed(model.day_at, day) * _most_days(model) + _summed(model.week_at, week)
    return _summed(model.subjects_at, by_subject[model.subjects])


def _most_days(model: Model) -> int:
    """Days of a week on which one meeting may be held."""
    return max((int(days).bit_count() for days in model.days_of), default=1)


def _places(model: Model) -> Ints:
    """By kind: a room more or less of each set that it belongs to."""
    steps = np.abs(np.diff(model.place_cost & SOFT, axis=1)).max(axis=1, initial=0)
    return _summed(model.places_at, steps[model.places])


def _pairs(model: Model) -> Ints:
    """By meeting: the worst of each pair."""
    times, rooms = ((table & SOFT).max(axis=1, initial=0) for table in (model.pair_tables, model.room_pair_tables))
    return _summed(model.pairs_at, times[model.pair_table]) + _summed(model.room_pairs_at, rooms[model.room_pair_table])


def _spread(costs: Ints, is_ok: Ints) -> Ints:
    """Of each row, the highest soft cost of what is possible less the lowest."""
    soft = costs & SOFT
    highest = np.where(is_ok, soft, 0).max(axis=1, initial=0)
    lowest = np.where(is_ok, soft, SOFT).min(axis=1, initial=SOFT)
    return np.asarray(np.maximum(0, highest - lowest), np.int64)


def _summed(at: Ints, values: Ints) -> Ints:
    """The sum of each row's values."""
    total = np.concatenate(([0], np.cumsum(values, dtype=np.int64)))
    return np.diff(total[at])
