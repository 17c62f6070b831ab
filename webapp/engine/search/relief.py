"""What a move can save at most in what is not looked up for it alone: most moves are refused without the look."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from webapp.engine.rules.operations import PairOp
from webapp.engine.search.arrays import SHIFT, Ints
from webapp.engine.search.days import SearchDays
from webapp.engine.search.scale import MOST_SOFT

MOST_HARD = 1 << 20
"""More hard violations than a move can end."""


def relief(
    arrays: Mapping[str, Ints],
    joint: Mapping[str, Any],
    kind: Ints,
    days: SearchDays,
    subjects: Sequence[Sequence[int]],
) -> tuple[Ints, Ints]:
    """The most that moving one meeting of a kind saves in what is not looked up for it alone, packed.

    The second is the same without day patterns.

    Hard violations and soft cost are bounded apart. A mean over weeks falls by no more than the count of a week. No
    bound is drawn for the meetings of set rules.

    Parameters
    ----------
    kind
        Kind of each meeting.
    subjects
        The meetings of each subject of patterns.
    """
    longest, spread = _longest(arrays, days)
    hours = [int((longest * spread)[kind[list(meetings)]].sum()) for meetings in subjects]
    found = np.zeros((2, len(longest)), np.int64)
    forms = joint["forms"]
    most_counted = np.where(forms.op == int(PairOp.DAYS_BETWEEN), np.maximum(1, forms.amount), 1)
    for place, side in enumerate(_sides(arrays, forms.cost * most_counted, days.grid.weeks == 1)):
        of_day = _of_days(side, days, hours)
        of_week = _of_weeks(side, hours, int(longest.max(initial=0)), int(spread.max(initial=0)))
        rest = _of_pairs(side["pair_cost"], joint, kind, len(longest))
        of_days = np.zeros(len(longest), np.int64)
        for each in range(len(longest)):
            mine = arrays["subjects"][_row(arrays["subjects_at"], each)]
            of_days[each] = of_day[mine].sum() * spread[each]
            rest[each] += of_week[mine].sum()
            for number in arrays["places"][_row(arrays["places_at"], each)]:
                rest[each] += np.abs(np.diff(side["place_cost"][number])).max(initial=0)
        most = MOST_HARD if place == 0 else MOST_SOFT // 2
        rest[np.flatnonzero(np.diff(joint["sets"].kind_at))] = most
        found += np.minimum(np.stack([rest + of_days, rest]), most) << (SHIFT if place == 0 else 0)
    return found[0], found[1]


def _sides(arrays: Mapping[str, Ints], pair_cost: Ints, one_week: bool) -> Iterator[dict[str, Ints]]:
    """The arrays and the most that each form of pairs costs, with hard violations alone, and with soft cost alone."""
    # With one week the tables are packed, with several the weights.
    forms = ("day_tables", "week_tables", "total_tables") if one_week else ("day_weight", "week_weight", "total_weight")
    for place in range(2):
        found = dict(arrays) | {"pair_cost": pair_cost}
        for name in (*forms, "place_cost", "pair_cost"):
            soft = (found[name] << (64 - SHIFT)) >> (64 - SHIFT)
            found[name] = soft if place else (found[name] - soft) >> SHIFT
        yield found


def _row(offsets: Ints, index: int) -> slice:
    return slice(int(offsets[index]), int(offsets[index + 1]))


def _longest(arrays: Mapping[str, Ints], days: SearchDays) -> tuple[Ints, Ints]:
    """Kind -> the most periods a day of one of its times; kind -> the most days."""
    if days.have_tables:
        loads = np.bitwise_count(arrays["period_mask"]).max(axis=1, initial=0)
    else:
        loads = np.diff(arrays["held_at"]).reshape(-1, len(days.layouts)).max(axis=1, initial=0)
    spread, at = np.bitwise_count(arrays["days_of"]), arrays["times_at"]
    own = [arrays["times"][_row(at, kind)] for kind in range(len(at) - 1)]
    longest, most_days = ([part[times].max(initial=0) for times in own] for part in (loads, spread))
    return np.array(longest, np.int64), np.array(most_days, np.int64)


def _of_days(arrays: Mapping[str, Ints], days: SearchDays, hours: Sequence[int]) -> Ints:
    """Subject -> the most that a move out of one day and into another saves in its day patterns."""
    tables, most = arrays["day_tables"], 1
    if not days.have_tables:
        pieces = arrays["piece"]
        # However short the periods of other shifts are, no more of them lie within a meeting than fit there.
        within = [arrays["fit"][:, first, last].max() for first, last in set(map(tuple, pieces[:, :2].tolist()))]
        most = int(max([1, *pieces[:, 2].tolist(), *within]))
    known: dict[tuple[int, int], int] = {}
    found = np.zeros(len(hours), np.int64)
    for subject, together in enumerate(hours):
        for entry in range(arrays["day_at"][subject], arrays["day_at"][subject + 1]):
            for table in set(arrays["day_table"][entry].tolist()):
                key = table, 0 if days.have_tables else min(together, days.most)
                if key not in known and days.have_tables:
                    known[key] = sum(_gaps(tables[table], days.are_disjoint))
                elif key not in known:
                    known[key] = _of_prices(tables[table], int(arrays["fit"].max(initial=0)), most, key[1])
            most_of = max(known[table, key[1]] for table in arrays["day_table"][entry].tolist())
            found[subject] += most_of * arrays["day_weight"][entry]
    return found


def _of_weeks(arrays: Mapping[str, Ints], hours: Sequence[int], longest: int, spread: int) -> Ints:
    """Subject -> the most that a move saves in its week patterns."""
    used = [sum(_gaps(table, True)) if spread <= 1 else int(np.ptp(table)) for table in arrays["week_tables"]]
    known: dict[tuple[int, int], int] = {}
    found = np.zeros(len(hours), np.int64)
    for subject, together in enumerate(hours):
        for entry in range(arrays["week_at"][subject], arrays["week_at"][subject + 1]):
            found[subject] += used[arrays["week_table"][entry]] * arrays["week_weight"][entry]
        for entry in range(arrays["total_at"][subject], arrays["total_at"][subject + 1]):
            key = int(arrays["total_table"][entry]), together
            if key not in known:
                known[key] = max(_fall(arrays["total_tables"][key[0]][: together + 1], longest * spread))
            found[subject] += known[key] * arrays["total_weight"][entry]
    return found


def _of_pairs(costs: Ints, joint: Mapping[str, Any], kind: Ints, kinds: int) -> Ints:
    """Kind -> the most that a move of one of its meetings saves in pairs, from the most that each form costs."""
    found, at = np.zeros(kinds, np.int64), joint["pairs_at"]
    for meeting in np.flatnonzero(np.diff(at)).tolist():
        mine = costs[joint["pair_form"][_row(at, meeting)]].sum()
        found[kind[meeting]] = max(found[kind[meeting]], mine)
    return found


def _of_prices(table: Ints, fit: int, most: int, load: int) -> int:
    """The most that taking some periods out of a day and as many into another saves.

    ``load``: the most periods that a day has busy; ``most``: that a meeting has, or lie within it; ``fit``: that a day
    has one after the other.
    """
    loads, runs, free = table.reshape(3, -1).copy()
    loads[0] = runs[0] = 0
    loads, runs = loads[: load + 1], runs[: load + 1]
    out, into = _fall(loads, most)
    joined, cut, swallowed = 0, 0, 0
    for held in range(most + 1):
        together = np.add.outer(np.arange(load + 1), np.arange(load + 1)) + held
        inside = together <= load
        apart, whole = np.add.outer(runs, runs), runs[np.minimum(together, load)]
        joined = max(joined, int((apart - whole)[inside].max(initial=0)))
        cut = max(cut, int((whole - apart)[inside].max(initial=0)))
        swallowed = joined if held == 0 else swallowed
    return out + into + joined + cut + most * swallowed + 2 * int(np.ptp(free[: fit + 1]))


def _fall(prices: Ints, most: int) -> tuple[int, int]:
    """The most that a number's price falls when it becomes less, and more, by at most ``most``."""
    steps = range(1, min(most, len(prices) - 1) + 1)
    less = max((int((prices[step:] - prices[:-step]).max()) for step in steps), default=0)
    more = max((int((prices[:-step] - prices[step:]).max()) for step in steps), default=0)
    return max(0, less), max(0, more)


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
