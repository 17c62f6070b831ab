"""What a move would change, and changing it: the compiled form of every family.

A move takes one meeting from ``(t0, r0)`` to ``(t1, r1)``; -1 means unplaced or without a room. In
a swap the other meeting goes the opposite way, so that whatever both belong to does not change.
"""

from webapp.engine.search.arrays import (
    N_CALENDAR_WEEKS,
    N_DAYS,
    N_PERIODS,
    N_ROOMS,
    N_WEEKS,
    Model,
    SearchState,
)
from webapp.engine.search.compiled import inlined
from webapp.engine.search.day_lists import list_change, list_stakes, mean_change, shift_lists
from webapp.engine.search.pair_counts import pair_count
from webapp.engine.search.set_counts import sets_change


@inlined
def clash_between(model: Model, one: int, two: int) -> int:
    """Packed cost of an overlapping pair of two kinds."""
    low, high = model.clash_at[one], model.clash_at[one + 1]
    while low < high:
        middle = (low + high) >> 1
        if model.clash[middle] < two:
            low = middle + 1
        else:
            high = middle
    if low < model.clash_at[one + 1] and model.clash[low] == two:
        return int(model.clash_cost[low])
    return 0


@inlined
def clash_change(model: Model, state: SearchState, kind: int, t0: int, t1: int) -> int:
    """Change in clashes when a meeting of the kind moves and nothing else does."""
    found = 0
    own = model.clash_self[kind]
    if t1 >= 0:
        found += state.clashes[kind, t1]
        if t0 >= 0 and model.overlap[t0, t1]:
            found -= own
    if t0 >= 0:
        found -= state.clashes[kind, t0] - own
    return int(found)


@inlined
def load_of(mask: int) -> int:
    """The number of periods in a busy mask of at most 16."""
    mask -= mask >> 1 & 0x5555
    mask = (mask & 0x3333) + (mask >> 2 & 0x3333)
    mask = mask + (mask >> 4) & 0x0F0F
    return mask + (mask >> 8) & 0x1F


@inlined
def day_change(model: Model, state: SearchState, subject: int, t0: int, t1: int) -> int:
    """Change in a subject's patterns where there is one week and a time lies on one day."""
    day0 = model.parts[model.parts_at[t0]] if t0 >= 0 else -1
    day1 = model.parts[model.parts_at[t1]] if t1 >= 0 else -1
    found = 0
    days = state.used[subject, 0]
    kept = days
    has_table = model.day_at[subject + 1] > model.day_at[subject]
    entry = model.day_at[subject]
    if day0 >= 0:
        old = state.busy[subject, day0]
        new = old & ~(model.first_mask[t0] & ~state.twice[subject, day0])
        if day0 == day1:
            new |= model.first_mask[t1]
        if has_table:
            table = model.day_table[entry, day0]
            found += model.day_tables[table, new] - model.day_tables[table, old]
        if new == 0:
            kept &= ~(1 << day0)
    if day1 >= 0 and day0 != day1:
        old = state.busy[subject, day1]
        if has_table:
            table = model.day_table[entry, day1]
            found += model.day_tables[table, old | model.first_mask[t1]] - model.day_tables[table, old]
        kept |= 1 << day1
    if kept != days and model.week_at[subject + 1] > model.week_at[subject]:
        table = model.week_table[model.week_at[subject]]
        found += model.week_tables[table, kept] - model.week_tables[table, days]
    return int(found)


@inlined
def total_change(model: Model, state: SearchState, subject: int, t0: int, t1: int) -> int:
    """Change in a subject's patterns of a week's load where there is one week and a time lies on one day."""
    if model.total_at[subject + 1] == model.total_at[subject]:
        return 0
    day0 = model.parts[model.parts_at[t0]] if t0 >= 0 else -1
    day1 = model.parts[model.parts_at[t1]] if t1 >= 0 else -1
    hours = 0
    for side in range(2):
        day = day0 if side == 0 else day1
        if day < 0 or (side == 1 and day0 == day1):
            continue
        old = state.busy[subject, day]
        new = old
        if day == day0:
            new &= ~(model.first_mask[t0] & ~state.twice[subject, day])
        if day == day1:
            new |= model.first_mask[t1]
        hours += load_of(new) - load_of(old)
    table, total = model.total_table[model.total_at[subject]], state.hours[subject, 0]
    return int(model.total_tables[table, total + hours] - model.total_tables[table, total])


@inlined
def _busy_after(model: Model, state: SearchState, subject: int, part: int, day: int, t0: int, t1: int) -> int:
    mask = state.busy[subject, part]
    if t0 >= 0 and model.touches[t0, part]:
        mask &= ~(model.period_mask[t0, day] & ~state.twice[subject, part])
    if t1 >= 0 and model.touches[t1, part]:
        mask |= model.period_mask[t1, day]
    return int(mask)


@inlined
def weeks_change(model: Model, state: SearchState, subject: int, t0: int, t1: int) -> int:
    """Change in a subject's patterns over several weeks: means, rounded up as the truth does."""
    days, weeks = model.size[N_DAYS], model.size[N_WEEKS]
    touched = (model.days_of[t0] if t0 >= 0 else 0) | (model.days_of[t1] if t1 >= 0 else 0)
    found = 0
    for day in range(days):
        if not touched >> day & 1:
            continue
        for entry in range(model.day_at[subject], model.day_at[subject + 1]):
            table, old, new = model.day_table[entry, day], 0, 0
            for week in range(weeks):
                part, size = week * days + day, model.week_size[week]
                old += size * model.day_tables[table, state.busy[subject, part]]
                new += size * model.day_tables[table, _busy_after(model, state, subject, part, day, t0, t1)]
            if new != old:
                found += model.day_weight[entry] * mean_change(model, old, new)
    for entry in range(model.week_at[subject], model.week_at[subject + 1]):
        table, old, new = model.week_table[entry], 0, 0
        for week in range(weeks):
            used = state.used[subject, week]
            after = used
            for day in range(days):
                if not touched >> day & 1:
                    continue
                if _busy_after(model, state, subject, week * days + day, day, t0, t1):
                    after |= 1 << day
                else:
                    after &= ~(1 << day)
            old += model.week_size[week] * model.week_tables[table, used]
            new += model.week_size[week] * model.week_tables[table, after]
        if new != old:
            found += model.week_weight[entry] * mean_change(model, old, new)
    for entry in range(model.total_at[subject], model.total_at[subject + 1]):
        table, old, new = model.total_table[entry], 0, 0
        for week in range(weeks):
            hours = state.hours[subject, week]
            old += model.week_size[week] * model.total_tables[table, hours]
            for day in range(days):
                if touched >> day & 1:
                    part = week * days + day
                    hours += load_of(_busy_after(model, state, subject, part, day, t0, t1))
                    hours -= load_of(state.busy[subject, part])
            new += model.week_size[week] * model.total_tables[table, hours]
        if new != old:
            found += model.total_weight[entry] * mean_change(model, old, new)
    return int(found)


@inlined
def pattern_change(model: Model, state: SearchState, kind: int, t0: int, t1: int, other: int, simple: bool) -> int:
    """Change in day and week patterns of the kind's subjects, but for those of the other kind."""
    found = 0
    at, end = 0, 0
    if other >= 0:
        at, end = model.subjects_at[other], model.subjects_at[other + 1]
    for item in range(model.subjects_at[kind], model.subjects_at[kind + 1]):
        subject = model.subjects[item]
        while at < end and model.subjects[at] < subject:
            at += 1
        if at < end and model.subjects[at] == subject:
            continue
        if model.listed is not None:
            found += list_change(model, state, subject, t0, t1)
        elif simple:
            found += day_change(model, state, subject, t0, t1)
            if model.total_table.shape[0] > 0:
                found += total_change(model, state, subject, t0, t1)
        else:
            found += weeks_change(model, state, subject, t0, t1)
    return int(found)


@inlined
def place_change(model: Model, state: SearchState, kind: int, r0: int, r1: int, other: int) -> int:
    """Change in same-place rules of the kind's subjects, but for those of the other kind."""
    found = 0
    if r0 == r1:
        return int(found)
    at, end = 0, 0
    if other >= 0:
        at, end = model.places_at[other], model.places_at[other + 1]
    for item in range(model.places_at[kind], model.places_at[kind + 1]):
        place = model.places[item]
        while at < end and model.places[at] < place:
            at += 1
        if at < end and model.places[at] == place:
            continue
        old = state.distinct[place]
        new = old
        if r0 >= 0 and state.in_room[place, r0] == 1:
            new -= 1
        if r1 >= 0 and state.in_room[place, r1] == 0:
            new += 1
        if new != old:
            found += model.place_cost[place, new] - model.place_cost[place, old]
    return int(found)


@inlined
def choice_change(model: Model, kind: int, t0: int, r0: int, t1: int, r1: int) -> int:
    """Change in what single placements cost, unplaced ones included."""
    found = 0
    row = model.both_row[kind]
    rooms = model.size[N_ROOMS]
    if t1 >= 0:
        found += model.time_cost[kind, t1]
        if r1 >= 0:
            found += model.room_cost[kind, r1]
        if row >= 0:
            found += model.both_cost[row, t1 * (rooms + 1) + (r1 if r1 >= 0 else rooms)]
    else:
        found += model.unplaced_cost[kind]
    if t0 >= 0:
        found -= model.time_cost[kind, t0]
        if r0 >= 0:
            found -= model.room_cost[kind, r0]
        if row >= 0:
            found -= model.both_cost[row, t0 * (rooms + 1) + (r0 if r0 >= 0 else rooms)]
    else:
        found -= model.unplaced_cost[kind]
    return int(found)


@inlined
def pair_change(
    model: Model,
    state: SearchState,
    meeting: int,
    t1: int,
    r1: int,
    swapped: int,
    its_time: int,
    its_room: int,
    both: bool,
) -> int:
    """Change in a meeting's pairs when it moves to ``(t1, r1)`` and another to ``(its_time, its_room)``.

    The pairs of the two with each other count only with ``both``.
    """
    found = 0
    t0, r0 = state.time[meeting], state.room[meeting]
    dates, forms, none = model.dates, model.forms, model.size[N_ROOMS]
    r0, r1 = (r0 if r0 >= 0 else none), (r1 if r1 >= 0 else none)
    for item in range(model.pairs_at[meeting], model.pairs_at[meeting + 1]):
        other, form = model.pair_other[item], model.pair_form[item]
        before, room_before = state.time[other], state.room[other]
        after, room_after = before, room_before
        if other == swapped:
            if not both:
                continue
            after, room_after = its_time, its_room
        room_before, room_after = (
            room_before if room_before >= 0 else none,
            room_after if room_after >= 0 else none,
        )
        op, amount, change = forms.op[form], forms.amount[form], 0
        for now in range(2):
            mine, my_room, theirs, their_room = t0, r0, before, room_before
            if now == 1:
                mine, my_room, theirs, their_room = t1, r1, after, room_after
            if mine < 0 or theirs < 0:
                continue
            if forms.flipped[form]:
                mine, my_room, theirs, their_room = theirs, their_room, mine, my_room
            count = pair_count(dates, op, amount, mine, my_room, theirs, their_room)
            change += count if now == 1 else -count
        found += forms.cost[form] * change
    return int(found)


@inlined
def joint_change(
    model: Model, state: SearchState, meeting: int, kind: int, t1: int, r1: int, other: int, keep: bool
) -> int:
    """Change in the kind's sets when a meeting moves, but for those of the other kind; ``keep`` writes it down."""
    found = 0
    if model.sets.kind_at[kind + 1] > model.sets.kind_at[kind]:
        found = sets_change(
            model.dates, model.sets, state.time, state.room, state.set_count, state.order,
            meeting, kind, t1, r1, other, model.size[N_CALENDAR_WEEKS], keep,
        )  # fmt: skip
    return int(found)


@inlined
def shift_time(model: Model, state: SearchState, meeting: int, time: int, sign: int) -> None:
    """Enter a meeting at a time (sign 1) or take it out (-1), but for its room."""
    kind = model.kind[meeting]
    for item in range(model.clash_at[kind], model.clash_at[kind + 1]):
        other, cost = model.clash[item], sign * model.clash_cost[item]
        for position in range(model.overlaps_at[time], model.overlaps_at[time + 1]):
            state.clashes[other, model.overlaps[position]] += cost
    days, periods = model.size[N_DAYS], model.size[N_PERIODS]
    for item in range(model.subjects_at[kind], model.subjects_at[kind + 1]):
        subject = model.subjects[item]
        if model.listed is not None:
            shift_lists(model, state, subject, time, sign)
            continue
        for position in range(model.marks_at[time], model.marks_at[time + 1]):
            mark = model.marks[position]
            state.load[subject, mark] += sign
            now = state.load[subject, mark]
            if now == (1 if sign > 0 else 0):
                state.hours[subject, mark // periods // days] += sign
            part, bit = mark // periods, 1 << (mark % periods)
            if now >= 1:
                state.busy[subject, part] |= bit
            else:
                state.busy[subject, part] &= ~bit
            if now >= 2:
                state.twice[subject, part] |= bit
            else:
                state.twice[subject, part] &= ~bit
            week, day = part // days, part % days
            if state.busy[subject, part]:
                state.used[subject, week] |= 1 << day
            else:
                state.used[subject, week] &= ~(1 << day)


@inlined
def shift_room(model: Model, state: SearchState, meeting: int, time: int, room: int, sign: int) -> None:
    """Enter a meeting in a room at a time (sign 1) or take it out (-1)."""
    kind = model.kind[meeting]
    for position in range(model.units_at[time], model.units_at[time + 1]):
        state.at[room, model.units[position]] = meeting if sign > 0 else -1
    for item in range(model.places_at[kind], model.places_at[kind + 1]):
        place = model.places[item]
        state.in_room[place, room] += sign
        if sign > 0 and state.in_room[place, room] == 1:
            state.distinct[place] += 1
        if sign < 0 and state.in_room[place, room] == 0:
            state.distinct[place] -= 1


@inlined
def may_clash(model: Model, one: int, two: int) -> bool:
    """Whether meetings of two kinds clash when they overlap: one bit, where the cost is a search."""
    return bool(model.clash_bits[one, two >> 6] >> (two & 63) & 1)


@inlined
def sure_change(model: Model, state: SearchState, meeting: int, t1: int, r1: int, other: int, alone: int) -> int:
    """Packed change of placements and clashes when a meeting goes to ``(t1, r1)``: single look-ups.

    ``other`` is -1 or a meeting of another kind that stands at exactly ``t1`` in ``r1``, and takes the
    meeting's place; the two times are equal or do not overlap. ``alone`` is what the clashes of the meeting
    change when nothing else moves.
    """
    t0, r0 = state.time[meeting], state.room[meeting]
    kind = model.kind[meeting]
    found = alone + choice_change(model, kind, t0, r0, t1, r1)
    if other >= 0:
        kind2 = model.kind[other]
        found += choice_change(model, kind2, t1, r1, t0, r0)
        if t0 != t1:
            found += clash_change(model, state, kind2, t1, t0)
            if may_clash(model, kind, kind2):
                # Each would still see the other where it no longer is.
                found -= clash_between(model, kind, kind2) * (2 if t0 >= 0 else 1)
    return int(found)


@inlined
def stakes(model: Model, state: SearchState, meeting: int, t1: int, other: int) -> int:
    """Packed bound of what a move saves in the rest, from what long days cost now, hard and soft apart."""
    t0, kind = state.time[meeting], model.kind[meeting]
    found = model.rest_relief[kind]
    its_kind = model.kind[other] if other >= 0 else -1
    if t0 != t1:
        found += list_stakes(model, state, kind, t0, t1, its_kind)
    if other >= 0:
        found += model.rest_relief[its_kind]
        if t0 != t1:
            found += list_stakes(model, state, its_kind, t0, t1, kind)
    return int(found)


@inlined
def other_change(model: Model, state: SearchState, meeting: int, t1: int, r1: int, other: int, simple: bool) -> int:
    """Packed change of the rest: patterns, places and pairs."""
    t0, r0 = state.time[meeting], state.room[meeting]
    found = 0
    mover, its_kind, against = meeting, model.kind[meeting], -1
    if other >= 0:
        against = model.kind[other]
    for side in range(2):
        if side == 1:
            if other < 0:
                break
            mover, its_kind, against = other, against, its_kind
            t0, r0, t1, r1 = t1, r1, t0, r0
        if t0 != t1:
            found += pattern_change(model, state, its_kind, t0, t1, against, simple)
        found += place_change(model, state, its_kind, r0, r1, against)
        found += joint_change(model, state, mover, its_kind, t1, r1, against, False)
        if model.pairs_at[mover + 1] > model.pairs_at[mover]:
            swapped = other if side == 0 else meeting
            found += pair_change(model, state, mover, t1, r1, swapped, t0, r0, side == 0)
    return int(found)


@inlined
def swap(model: Model, state: SearchState, meeting: int, t1: int, r1: int, other: int) -> None:
    """Carry out what `sure_change` and `other_change` weigh together."""
    t0, r0 = state.time[meeting], state.room[meeting]
    kind, its_kind = model.kind[meeting], -1
    if other >= 0:
        its_kind = model.kind[other]
        joint_change(model, state, other, its_kind, t0, r0, kind, True)
    joint_change(model, state, meeting, kind, t1, r1, its_kind, True)
    for step in range(4):
        sign = -1 if step < 2 else 1
        mover = meeting if step % 2 == 0 else other
        if mover < 0:
            continue
        here = (step == 0) or (step == 3)
        time, room = (t0, r0) if here else (t1, r1)
        if time >= 0:
            if t0 != t1:
                shift_time(model, state, mover, time, sign)
            if room >= 0:
                shift_room(model, state, mover, time, room, sign)
        if sign > 0:
            state.time[mover], state.room[mover] = time, room
