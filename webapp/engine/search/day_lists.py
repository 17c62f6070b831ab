"""Day and week patterns on long days: over the short ordered list of what a subject has on a day.

People have few meetings a day, however finely it is cut. Each subject keeps, for each day of each week, its times there
in ascending order, and a walk through their pieces (`webapp.engine.search.days`) finds load, runs and free periods.
Where two of them overlap, which is rare, the walk is over single periods instead.

What the walk finds stands in `SearchState.found`: load, free periods, number of runs, whether times overlap, and the
runs.
"""

from webapp.engine.search.arrays import (
    N_CALENDAR_WEEKS,
    N_DAYS,
    N_LAYOUTS,
    N_PARTS,
    N_PERIODS,
    N_WEEKS,
    Ints,
    Model,
    SearchState,
    Walk,
)
from webapp.engine.search.compiled import compiled, inlined

LOAD, FREE, RUNS, TANGLED, FIRST_RUN = range(5)
"""Positions in `SearchState.found`."""


@inlined
def first_item(model: Model, subject: int, part: int) -> int:
    """Where the list of a subject for a day of a week begins."""
    at = model.item_at[subject]
    return int(at * model.size[N_PARTS] + part * (model.item_at[subject + 1] - at))


@inlined
def day_of(model: Model, part: int) -> int:
    """The day of a day of a week; divisions are slow, and there is mostly one week."""
    return int(part if model.size[N_WEEKS] == 1 else part % model.size[N_DAYS])


@inlined
def week_of(model: Model, part: int) -> int:
    """The week of a day of a week."""
    return int(0 if model.size[N_WEEKS] == 1 else part // model.size[N_DAYS])


@inlined
def walk_pieces(
    walk: Walk, items: Ints, line: Ints, found: Ints, start: int, count: int, layout: int, less: int, more: int
) -> bool:
    """Find what a day comes to from the pieces of its times; False as soon as two times overlap."""
    layouts = len(walk.follow)
    load, free, runs, length, last, end = 0, 0, 0, 0, -1, -1
    place, out, new = 0, less, more
    while place < count or new >= 0:
        time = new
        if place < count:
            item = items[start + place]
            if item == out:
                out = -1
                place += 1
                continue
            if new < 0 or item < new:
                time = item
                place += 1
            else:
                new = -1
        else:
            new = -1
        row = time * layouts + layout
        for piece in range(walk.piece_at[row], walk.piece_at[row + 1]):
            begin = walk.piece[piece, 0]
            if begin < end:
                return False
            held = walk.piece[piece, 2]
            load += held
            if last >= 0 and walk.follow[layout, last, walk.piece[piece, 3]]:
                length += held
            else:
                if last >= 0:
                    free += walk.fit[layout, end, begin]
                    found[FIRST_RUN + runs] = length
                    runs += 1
                length = held
            end, last = walk.piece[piece, 1], walk.piece[piece, 4]
    if last >= 0:
        found[FIRST_RUN + runs] = length
        runs += 1
    found[LOAD], found[FREE], found[RUNS], found[TANGLED] = load, free, runs, 0
    return True


@inlined
def line_up(walk: Walk, items: Ints, line: Ints, start: int, count: int, layout: int, less: int, more: int) -> int:
    """Put the periods of a day into ``line``, ascending, each once; how many there are."""
    layouts, out, known = len(walk.follow), less, 0
    for place in range(count + 1):
        time = more
        if place < count:
            time = items[start + place]
            if time == out:
                out = -1
                continue
        if time < 0:
            continue
        row = time * layouts + layout
        for item in range(walk.held_at[row], walk.held_at[row + 1]):
            period, at = walk.held[item], known
            while at > 0 and line[at - 1] > period:
                at -= 1
            if at > 0 and line[at - 1] == period:
                continue
            for moved in range(known, at, -1):
                line[moved] = line[moved - 1]
            line[at] = period
            known += 1
    return known


@inlined
def walk_periods(walk: Walk, line: Ints, found: Ints, layout: int, load: int) -> None:
    """Find what a day comes to from the first periods in ``line``, as the truth does."""
    free, runs, length, last, end = 0, 0, 0, -1, -1
    for place in range(load):
        period = line[place]
        begin, until = walk.span[layout, period, 0], walk.span[layout, period, 1]
        if last >= 0 and (begin < end or walk.follow[layout, last, period]):
            length += 1
        else:
            if last >= 0:
                free += walk.fit[layout, end, begin]
                found[FIRST_RUN + runs] = length
                runs += 1
            length = 1
        if until >= end:
            last, end = period, until
    if last >= 0:
        found[FIRST_RUN + runs] = length
        runs += 1
    found[LOAD], found[FREE], found[RUNS], found[TANGLED] = load, free, runs, 1


@compiled
def measure(
    walk: Walk, items: Ints, line: Ints, found: Ints, start: int, count: int, layout: int, less: int, more: int
) -> None:
    """Find what a list comes to without one time (-1: none) and with another: into ``found``.

    Called, not made part of the loop: it is long, and its few arrays are handed over quickly.
    """
    if not walk_pieces(walk, items, line, found, start, count, layout, less, more):
        walk_periods(walk, line, found, layout, line_up(walk, items, line, start, count, layout, less, more))


@inlined
def load_known(model: Model, state: SearchState, subject: int, part: int, less: int, more: int) -> bool:
    """Find the load alone, from what is known; False where times overlap, or more than the load matters."""
    if model.walks[subject] or state.tangled[subject, part]:
        return False
    layout, layouts = model.layout_of_day[day_of(model, part)], model.size[N_LAYOUTS]
    load, tangled = state.loads[subject, part], False
    if less >= 0:
        load -= model.reach[less * layouts + layout, 2]
    if more >= 0:
        row = more * layouts + layout
        begin, end = model.reach[row, 0], model.reach[row, 1]
        load += model.reach[row, 2]
        start = first_item(model, subject, part)
        for place in range(start, start + state.many[subject, part]):
            item = state.items[place]
            row = item * layouts + layout
            tangled |= (item != less) & (model.reach[row, 0] < end) & (begin < model.reach[row, 1])
    state.found[LOAD], state.found[FREE], state.found[RUNS] = load, 0, 0
    return not tangled


@inlined
def price(model: Model, state: SearchState, entry: int, day: int) -> int:
    """What an entry of a subject counts for the day that was measured last."""
    if state.found[LOAD] == 0:
        return 0
    table, width = model.day_table[entry, day], model.size[N_PERIODS] + 1
    found = model.day_tables[table, state.found[LOAD]] + model.day_tables[table, 2 * width + state.found[FREE]]
    for run in range(state.found[RUNS]):
        found += model.day_tables[table, width + state.found[FIRST_RUN + run]]
    return int(found)


@inlined
def mean_change(model: Model, old: int, new: int) -> int:
    """Change of a mean over the weeks of the calendar, from sums; means are rounded up as the truth does."""
    of_calendar = model.size[N_CALENDAR_WEEKS]
    if of_calendar == 1:
        return new - old
    return int((new + of_calendar - 1) // of_calendar - (old + of_calendar - 1) // of_calendar)


@inlined
def list_stakes(model: Model, state: SearchState, kind: int, t0: int, t1: int, other: int) -> int:
    """More than day patterns of the kind's subjects can save, but for the other kind's: all that the days cost."""
    found, days = 0, model.size[N_DAYS]
    touched = (model.days_of[t0] if t0 >= 0 else 0) | (model.days_of[t1] if t1 >= 0 else 0)
    at, end = 0, 0
    if other >= 0:
        at, end = model.subjects_at[other], model.subjects_at[other + 1]
    for item in range(model.subjects_at[kind], model.subjects_at[kind + 1]):
        subject = model.subjects[item]
        while at < end and model.subjects[at] < subject:
            at += 1
        if at < end and model.subjects[at] == subject:
            continue
        for entry in range(model.day_at[subject], model.day_at[subject + 1]):
            for day in range(days):
                if touched >> day & 1 and state.summed[entry, day]:
                    found += model.day_weight[entry] * mean_change(model, 0, state.summed[entry, day])
    return int(found)


@inlined
def list_change(model: Model, state: SearchState, subject: int, t0: int, t1: int) -> int:
    """Change in a subject's patterns when one of its meetings goes from ``t0`` to ``t1`` (-1: unplaced)."""
    days, weeks = model.size[N_DAYS], model.size[N_WEEKS]
    first, entries = model.day_at[subject], model.day_at[subject + 1] - model.day_at[subject]
    has_weeks = model.week_at[subject + 1] > model.week_at[subject]
    has_totals = model.total_at[subject + 1] > model.total_at[subject]
    if has_weeks or has_totals:
        for week in range(weeks):
            state.used_then[week], state.hours_then[week] = state.used[subject, week], state.hours[subject, week]
    touched = 0
    before = model.parts_at[t0 + 1] - model.parts_at[t0] if t0 >= 0 else 0
    after = model.parts_at[t1 + 1] - model.parts_at[t1] if t1 >= 0 else 0
    for position in range(before + after):
        if position < before:
            part = model.parts[model.parts_at[t0] + position]
        else:
            part = model.parts[model.parts_at[t1] + position - before]
            if t0 >= 0 and model.touches[t0, part]:
                continue
        week, day = week_of(model, part), day_of(model, part)
        less = t0 if t0 >= 0 and model.touches[t0, part] else -1
        more = t1 if t1 >= 0 and model.touches[t1, part] else -1
        left = state.many[subject, part] - (1 if less >= 0 else 0) + (1 if more >= 0 else 0)
        if left:
            state.used_then[week] |= 1 << day
        else:
            state.used_then[week] &= ~(1 << day)
        if entries == 0 and not has_totals:
            continue
        if not load_known(model, state, subject, part, less, more):
            start, count, layout = first_item(model, subject, part), state.many[subject, part], model.layout_of_day[day]
            measure(model.walk, state.items, state.line, state.found, start, count, layout, less, more)
        state.hours_then[week] += state.found[LOAD] - state.loads[subject, part]
        if not touched >> day & 1:
            touched |= 1 << day
            for entry in range(entries):
                state.gained[entry, day] = 0
        for entry in range(entries):
            gain = price(model, state, first + entry, day) - state.counted[first + entry, part]
            state.gained[entry, day] += model.week_size[week] * gain
    found = 0
    for day in range(days):
        if touched >> day & 1:
            for entry in range(entries):
                gain = state.gained[entry, day]
                if gain:
                    old = state.summed[first + entry, day]
                    found += model.day_weight[first + entry] * mean_change(model, old, old + gain)
    if has_weeks or has_totals:
        found += weeks_of_lists(model, state, subject)
    return int(found)


@inlined
def weeks_of_lists(model: Model, state: SearchState, subject: int) -> int:
    """Change in a subject's week patterns when its weeks become those of ``used_then`` and ``hours_then``."""
    found, weeks = 0, model.size[N_WEEKS]
    for entry in range(model.week_at[subject], model.week_at[subject + 1]):
        table, old, new = model.week_table[entry], 0, 0
        for week in range(weeks):
            old += model.week_size[week] * model.week_tables[table, state.used[subject, week]]
            new += model.week_size[week] * model.week_tables[table, state.used_then[week]]
        if new != old:
            found += model.week_weight[entry] * mean_change(model, old, new)
    for entry in range(model.total_at[subject], model.total_at[subject + 1]):
        table, old, new = model.total_table[entry], 0, 0
        for week in range(weeks):
            old += model.week_size[week] * model.total_tables[table, state.hours[subject, week]]
            new += model.week_size[week] * model.total_tables[table, state.hours_then[week]]
        if new != old:
            found += model.total_weight[entry] * mean_change(model, old, new)
    return int(found)


@inlined
def shift_lists(model: Model, state: SearchState, subject: int, time: int, sign: int) -> None:
    """Enter a time in a subject's lists (sign 1) or take it out (-1), and count its days anew."""
    first, last = model.day_at[subject], model.day_at[subject + 1]
    for position in range(model.parts_at[time], model.parts_at[time + 1]):
        part = model.parts[position]
        week, day = week_of(model, part), day_of(model, part)
        start, count = first_item(model, subject, part), state.many[subject, part]
        if sign > 0:
            place = count
            while place > 0 and state.items[start + place - 1] > time:
                state.items[start + place] = state.items[start + place - 1]
                place -= 1
            state.items[start + place] = time
        else:
            place = 0
            while state.items[start + place] != time:
                place += 1
            for item in range(place, count - 1):
                state.items[start + item] = state.items[start + item + 1]
        state.many[subject, part] = count + sign
        if count + sign:
            state.used[subject, week] |= 1 << day
        else:
            state.used[subject, week] &= ~(1 << day)
        if last == first and model.total_at[subject + 1] == model.total_at[subject]:
            continue
        layout = model.layout_of_day[day]
        measure(model.walk, state.items, state.line, state.found, start, count + sign, layout, -1, -1)
        state.hours[subject, week] += state.found[LOAD] - state.loads[subject, part]
        state.loads[subject, part], state.tangled[subject, part] = state.found[LOAD], state.found[TANGLED]
        for entry in range(first, last):
            counted = price(model, state, entry, day)
            state.summed[entry, day] += model.week_size[week] * (counted - state.counted[entry, part])
            state.counted[entry, part] = counted
