"""Slots of a term as the engine's grid."""

import pytest

from webapp.engine.timegrid import Time
from webapp.services.problem.calendar import NoTimeSlots, Slot, build_calendar
from webapp.services.problem.words.labels import time_in_words

HOUR = 60


def slots(*hours: tuple[int, int], days: int = 1, shift: str = "", first_key: int = 1) -> list[Slot]:
    keys = iter(range(first_key, 1000))
    return [Slot(next(keys), shift, day, start, end) for day in range(days) for start, end in hours]


def hours(first: int, number: int, minutes: int = 60, pause: int = 0) -> list[tuple[int, int]]:
    length = minutes + pause
    return [(first * HOUR + i * length, first * HOUR + i * length + minutes) for i in range(number)]


def test_a_term_without_slots_is_refused_in_words() -> None:
    with pytest.raises(NoTimeSlots, match="no time slots"):
        build_calendar([], 15, 16, [])


def test_slots_that_never_overlap_are_the_grids_slots() -> None:
    calendar = build_calendar(slots(*hours(8, 6), days=5), 15, 16, [])
    assert (calendar.grid.days, calendar.grid.slots_per_day, calendar.grid.weeks) == (5, 6, 1)
    assert calendar.cells_of(1) == {0}
    assert calendar.cells_of(8) == {7}
    assert calendar.grid.periods is None


def test_a_day_may_lack_a_slot_that_others_have() -> None:
    rows = slots(*hours(8, 4), days=2)
    calendar = build_calendar([slot for slot in rows if slot.time_slot_id != 6], 15, 16, [])
    assert calendar.grid.slots_per_day == 4
    assert [o.time.start for o in calendar.options(1, 1) if o.time.days == 2] == [0, 2, 3]


def test_double_periods_need_adjacent_slots_of_one_shift_and_day() -> None:
    morning = slots(*hours(8, 2), *hours(12, 2), days=1)
    calendar = build_calendar(morning, 15, 16, [])
    assert calendar.grid.breaks == {1}
    assert [(o.time.start, o.time.length) for o in calendar.options(2, 1)] == [(0, 2), (2, 2)]
    assert calendar.options(3, 1) == ()


def test_a_short_break_does_not_part_two_slots() -> None:
    calendar = build_calendar(slots(*hours(8, 3, minutes=50, pause=10)), 10, 16, [])
    assert calendar.grid.breaks == frozenset()
    assert len(calendar.options(2, 1)) == 2


def test_overlapping_shifts_become_one_finer_grid() -> None:
    early = slots((480, 540), (540, 600), shift="early")
    late = slots((510, 570), (570, 630), shift="late", first_key=10)
    calendar = build_calendar(early + late, 15, 16, [])
    assert calendar.pieces == ((480, 510), (510, 540), (540, 570), (570, 600), (600, 630))
    assert calendar.reach[1] == (0, 2)
    assert calendar.reach[10] == (1, 3)
    times = [o.time for o in calendar.options(1, 1)]
    assert times == [Time(0, 2, 1, 1, 1), Time(1, 2, 1, 1, 2), Time(2, 2, 1, 1, 4), Time(3, 2, 1, 1, 8)]
    assert calendar.chain_of(times[1], 1).first.time_slot_id == 10
    assert [o.time for o in calendar.options(2, 1)] == [Time(0, 4, 1, 1, 0b101), Time(1, 4, 1, 1, 0b1010)]
    assert [o.time.load for o in calendar.options(2, 1)] == [2, 2]


def test_a_short_break_of_one_shift_is_no_idle_hour_in_a_finer_grid() -> None:
    early = slots((480, 530), (540, 590), shift="early")
    late = slots((485, 545), shift="late", first_key=10)
    [day] = build_calendar(early + late, 15, 16, []).grid.days_periods
    first, _late, second = range(3)
    assert (day.runs(1 << first | 1 << second), day.free_between(1 << first | 1 << second)) == ((2,), 0)


def test_a_day_with_other_hours_changes_nothing_on_the_others() -> None:
    saturday = [Slot(90, "", 5, 570, 630), Slot(91, "", 5, 630, 690)]
    calendar = build_calendar(slots(*hours(8, 6), days=5) + saturday, 15, 16, [])
    week = calendar.grid.days_periods
    assert [len(day.indices) for day in week] == [6, 6, 6, 6, 6, 2]
    monday = [o.time for o in calendar.options(1, 1) if o.time.days == 1]
    assert [time.load for time in monday] == [1] * 6
    assert week[0].free_between(monday[0].busy | monday[3].busy) == 2
    assert week[0].runs(monday[0].busy | monday[1].busy | monday[3].busy) == (2, 1)


def test_a_slot_that_a_day_lacks_is_no_gap_on_it() -> None:
    rows = [slot for slot in slots(*hours(8, 4), days=2) if slot.time_slot_id != 6]
    calendar = build_calendar(rows, 15, 16, [])
    [first, last] = [o.time.busy for o in calendar.options(1, 1) if o.time.days == 2 and o.time.start != 2]
    assert [day.free_between(first | last) for day in calendar.grid.days_periods] == [2, 1]


def test_weeks_that_no_set_tells_apart_are_one_week() -> None:
    odd = frozenset(range(1, 17, 2))
    calendar = build_calendar(slots(*hours(8, 2)), 15, 16, [odd])
    assert calendar.grid.weeks == 2
    assert calendar.weeks_mask(odd) == 1
    assert calendar.grid.size_of_week == (8, 8)
    assert calendar.weeks_mask(range(1, 17)) == 3
    assert calendar.weeks_mask(frozenset(range(1, 17)) - odd) == 2


def test_a_time_that_no_chain_starts_in_goes_up_to_the_stored_end() -> None:
    calendar = build_calendar(slots(*hours(8, 2), *hours(12, 2)), 15, 16, [])
    assert calendar.time_from(2, 2, 1, end=13 * HOUR) == Time(1, 2, 1)
    assert calendar.grid.periods is None
    assert calendar.time_from(2, 1, 1) == Time(1, 1, 1)


def test_times_are_said_with_day_and_hours() -> None:
    calendar = build_calendar(slots(*hours(8, 3), days=2), 15, 16, [])
    assert time_in_words(calendar, Time(1, 2, 2)) == "Tuesday 09:00 to 11:00"
