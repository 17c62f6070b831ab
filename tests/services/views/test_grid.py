"""Where every meeting stands in the week table, to the cell."""

from datetime import time
from itertools import pairwise

import pytest

from webapp.services.views.grid import TONES, Cell, EntryView, Grid, SlotView, build_grid, build_slot_grid

MON, TUE, SAT = 0, 1, 5


def at(text: str) -> time:
    return time.fromisoformat(text)


def slot(number: int, day: int, start: str, end: str, label: str = "") -> SlotView:
    return SlotView(number, day, at(start), at(end), label or str(number))


def entry(number: int, day: int | None, start: str, end: str, code: str = "CS1", **changes: object) -> EntryView:
    fields: dict[str, object] = {
        "course_title": "Title",
        "section": "A",
        "kind": "lecture",
        "faculty": ("Rao",),
        "groups": ("3A",),
        "room_code": "R1",
        "room_name": None,
        "weeks": "",
        "department_code": "CSE",
        "time_slot_id": None,
    }
    hours = {"start": at(start) if start else None, "end": at(end) if end else None}
    return EntryView(entry_id=number, course_code=code, day=day, **hours, **{**fields, **changes})  # type: ignore[arg-type]


def morning(day: int, first: int = 1) -> list[SlotView]:
    """Three slots with a break after the second: 9 to 10, 10 to 11, 11:15 to 12:15."""
    hours = [("09:00", "10:00"), ("10:00", "11:00"), ("11:15", "12:15")]
    return [slot(first + index, day, start, end, f"P{index + 1}") for index, (start, end) in enumerate(hours)]


def sketch(cell: Cell) -> tuple[object, ...]:
    """A cell as (kind, colspan, rowspan, ids of its entries, ids of its slots)."""
    entries = tuple(view.entry_id for view in cell.entries)
    return cell.kind, cell.colspan, cell.rowspan, entries, tuple(view.time_slot_id for view in cell.slots)


def sketches(grid: Grid, day: int) -> list[list[tuple[object, ...]]]:
    rows = next(rows for rows in grid.days if rows.day == day)
    return [[sketch(cell) for cell in row] for row in rows.rows]


def covered(grid: Grid) -> bool:
    """Says whether every column of every lane is covered exactly once, as a browser lays the table out."""
    for day in grid.days:
        taken = [[0] * len(grid.columns) for _ in day.rows]
        for lane, row in enumerate(day.rows):
            for cell in row:
                for down in range(cell.rowspan):
                    for across in range(cell.colspan):
                        taken[lane + down][cell.column + across] += 1
        if any(count != 1 for lane in taken for count in lane):
            return False
    return True


def test_no_slots_and_no_entries_give_an_empty_grid() -> None:
    grid = build_grid([], [])
    assert grid.empty
    assert (grid.columns, grid.days, grid.unplaced, grid.legend) == ((), (), (), [])
    assert build_slot_grid([]).empty


def test_slots_alone_give_free_cells_and_the_common_gap_a_break_column() -> None:
    grid = build_grid(morning(MON) + morning(TUE, 4), [])
    assert [(column.start, column.end, column.label, column.is_break) for column in grid.columns] == [
        (at("09:00"), at("10:00"), "P1", False),
        (at("10:00"), at("11:00"), "P2", False),
        (at("11:00"), at("11:15"), "", True),
        (at("11:15"), at("12:15"), "P3", False),
    ]
    assert sketches(grid, TUE) == [
        [("free", 1, 1, (), (4,)), ("free", 1, 1, (), (5,)), ("break", 1, 1, (), ()), ("free", 1, 1, (), (6,))]
    ]


def test_a_double_period_is_one_cell_over_both_slots_and_the_break_between() -> None:
    grid = build_grid(morning(MON), [entry(7, MON, "10:00", "12:15")])
    assert sketches(grid, MON) == [[("free", 1, 1, (), (1,)), ("entries", 3, 1, (7,), (2, 3))]]


def test_entries_with_the_same_hours_stack_in_one_cell_in_order_of_code() -> None:
    entries = [entry(number, MON, "09:00", "10:00", code=f"CS{99 - number}") for number in range(30)]
    grid = build_grid(morning(MON), entries)
    assert sketches(grid, MON)[0][0] == ("entries", 1, 1, tuple(range(29, -1, -1)), (1,))
    assert [day.lanes for day in grid.days] == [1]


def test_a_partial_overlap_makes_lanes_and_all_else_reaches_over_both() -> None:
    lab, first, second = (
        entry(1, MON, "09:00", "11:00", "LAB"),
        entry(2, MON, "09:00", "10:00", "TUT"),
        entry(3, MON, "10:00", "11:00", "TUT"),
    )
    grid = build_grid(morning(MON), [second, lab, first])
    assert sketches(grid, MON) == [
        [("entries", 2, 1, (1,), (1, 2)), ("break", 1, 2, (), ()), ("free", 1, 2, (), (3,))],
        [("entries", 1, 1, (2,), ()), ("entries", 1, 1, (3,), ())],
    ]


def test_the_rest_of_a_lane_is_filler_and_the_last_lane_takes_the_height_that_is_left() -> None:
    slots = [*morning(MON), slot(4, MON, "12:15", "13:15"), slot(5, MON, "13:15", "14:15")]
    three = [entry(n, MON, "09:00", end) for n, end in ((1, "12:15"), (2, "11:00"), (3, "10:00"))]
    two = [entry(4, MON, "12:15", "14:15"), entry(5, MON, "13:15", "14:15")]
    grid = build_grid(slots, three + two)
    assert sketches(grid, MON) == [
        [("entries", 4, 1, (1,), (1, 2, 3)), ("entries", 2, 1, (4,), (4, 5))],
        [("entries", 2, 1, (2,), ()), ("filler", 2, 1, (), ()), ("filler", 1, 2, (), ()), ("entries", 1, 2, (5,), ())],
        [("entries", 1, 1, (3,), ()), ("filler", 3, 1, (), ())],
    ]


def test_a_half_day_is_one_cell_outside_the_slots() -> None:
    slots = [*morning(MON), slot(4, MON, "13:00", "14:00"), *morning(SAT, 5)]
    assert sketches(build_grid(slots, []), SAT)[0][-1] == ("off", 2, 1, (), ())


def test_a_day_without_slots_shows_only_if_it_has_entries() -> None:
    grid = build_grid(morning(MON), [entry(1, SAT, "10:00", "11:00")])
    assert [day.day for day in grid.days] == [MON, SAT]
    assert sketches(grid, SAT) == [[("off", 1, 1, (), ()), ("entries", 1, 1, (1,), ()), ("off", 2, 1, (), ())]]


def test_two_shifts_cut_the_columns_where_either_starts() -> None:
    early, late = slot(1, MON, "09:00", "10:00"), slot(2, TUE, "09:30", "10:30")
    grid = build_grid([early, late], [])
    assert [(column.start, column.label) for column in grid.columns] == [
        (at("09:00"), ""),
        (at("09:30"), ""),
        (at("10:00"), ""),
    ]
    assert sketches(grid, MON) == [[("free", 2, 1, (), (1,)), ("off", 1, 1, (), ())]]
    assert sketches(grid, TUE) == [[("off", 1, 1, (), ()), ("free", 2, 1, (), (2,))]]


def test_a_free_slot_that_a_meeting_of_another_shift_overlaps_is_not_offered_as_free() -> None:
    slots = [slot(1, MON, "09:00", "10:00"), slot(2, MON, "09:30", "10:30")]
    grid = build_grid(slots, [entry(1, MON, "09:30", "10:30")])
    assert sketches(grid, MON) == [[("filler", 1, 1, (), (1,)), ("entries", 2, 1, (1,), (2,))]]


def test_slot_grid_gives_overlapping_slots_a_lane_each() -> None:
    slots = [slot(1, MON, "09:00", "10:00"), slot(2, MON, "09:30", "10:30"), slot(3, MON, "10:30", "11:30")]
    assert sketches(build_slot_grid(slots), MON) == [
        [("free", 2, 1, (), (1,)), ("filler", 1, 1, (), ()), ("free", 1, 2, (), (3,))],
        [("filler", 1, 1, (), ()), ("free", 2, 1, (), (2,))],
    ]


def test_a_column_much_shorter_than_the_longest_is_narrow() -> None:
    grid = build_grid([slot(1, MON, "09:00", "10:00"), slot(2, MON, "10:00", "10:30")], [])
    assert [column.narrow for column in grid.columns] == [False, True]


def test_unplaced_entries_stay_out_of_the_table_and_in_the_legend() -> None:
    grid = build_grid(morning(MON), [entry(1, None, "", "", code="ZZ9", reason="no free lab")])
    assert [view.entry_id for view in grid.unplaced] == [1]
    assert grid.entry_count == 0
    assert grid.legend == [("ZZ9", "Title", "Rao")]


def test_legend_names_each_course_once_with_all_its_teachers_and_no_foreign_one() -> None:
    entries = [
        entry(1, MON, "09:00", "10:00", "B", faculty=("Rao",)),
        entry(2, MON, "10:00", "11:00", "B", faculty=("Iyer", "Rao")),
        entry(3, MON, "10:00", "11:00", "A"),
        entry(4, MON, "11:15", "12:15", "X", foreign=True, note="Prof. Bose"),
    ]
    assert build_grid(morning(MON), entries).legend == [("A", "Title", "Rao"), ("B", "Title", "Iyer, Rao")]


def test_a_course_keeps_its_colour_and_pattern_in_every_process() -> None:
    views = [entry(number, MON, "09:00", "10:00", f"C{number}") for number in range(200)]
    assert (views[1].tone, views[1].pattern) == (entry(9, TUE, "10:00", "11:00", "C1").tone, views[1].pattern)
    assert {view.tone for view in views} == set(range(TONES))
    assert entry(1, MON, "09:00", "10:00", "CS201").tone == 6


@pytest.mark.parametrize("stack", [1, 2, 5, 13])
def test_every_column_of_every_lane_is_covered_exactly_once(stack: int) -> None:
    slots = [*morning(MON), *morning(TUE, 4), *morning(SAT, 7)[:2], slot(20, MON, "09:30", "10:30")]
    spans = [("09:00", "10:00"), ("09:00", "11:00"), ("10:00", "12:15"), ("09:30", "10:30"), ("11:15", "12:15")]
    entries = [
        entry(10 * index + number, number % 3, *spans[(index + number) % 5])
        for index in range(stack)
        for number in range(5)
    ]
    grid = build_grid(slots, entries)
    assert covered(grid)
    assert sum(len(cell.entries) for day in grid.days for row in day.rows for cell in row) == len(entries)
    assert covered(build_slot_grid(slots))


@pytest.mark.parametrize(("stack", "density"), [(1, "airy"), (2, "airy"), (40, "packed")])
def test_paper_is_set_tighter_the_more_meetings_share_a_slot(stack: int, density: str) -> None:
    entries = [entry(number, MON, "09:00", "10:00") for number in range(stack)]
    assert build_grid(morning(MON), entries).density == density


@pytest.mark.parametrize(("stack", "names"), [(1, 1), (20, 1), (60, 5)])
def test_a_day_that_no_sheet_can_hold_says_its_name_on_each(stack: int, names: int) -> None:
    grid = build_grid(morning(MON), [entry(number, MON, "09:00", "10:00") for number in range(stack)])
    assert grid.names_on_paper(grid.days[0]) == names


def test_of_a_days_list_what_runs_what_is_over_and_the_first_to_come_are_marked() -> None:
    made = build_grid(morning(MON), [entry(1, MON, "09:00", "10:00"), entry(2, MON, "10:00", "11:00"),
                                     entry(3, MON, "11:15", "12:15"), entry(4, MON, "11:15", "12:15")])  # fmt: skip
    (day,) = made.days
    assert [state for _entry, state in day.states_at(at("10:30"))] == ["past", "now", "next", ""]
    assert [state for _entry, state in day.states_at(at("11:00"))] == ["past", "past", "next", ""]
    assert {state for _entry, state in day.states_at(None)} == {""}


def test_options_of_a_basket_are_one_cell_and_one_class_with_a_shorter_one_noting_its_hours() -> None:
    options = [
        entry(1, MON, "09:00", "10:00", "AI", basket="Elective 1"),
        entry(2, MON, "09:00", "11:00", "ML", basket="Elective 1"),
        entry(3, MON, "09:00", "10:00", "CS1"),
    ]
    grid = build_grid(morning(MON), options)
    cells = [cell for row in grid.days[0].rows for cell in row if cell.entries]
    assert [[view.entry_id for view in cell.entries] for cell in cells] == [[1, 2], [3]]
    ((basket, own),) = cells[0].parts
    assert (basket, [view.note for view in own]) == ("Elective 1", ["09:00–10:00", ""])
    assert grid.days[0].class_count == 2
    assert [name for name, _items in grid.days[0].items_at(None)] == ["", "Elective 1"]
    alone = build_grid(morning(MON), options[:1])
    assert [name for cell in alone.days[0].rows[0] for name, _own in cell.parts] == [""], "who chose sees a class"


@pytest.mark.parametrize(("columns", "is_fine"), [(12, False), (13, True), (20, True)])
def test_a_day_of_many_slots_is_headed_by_when_each_begins(columns: int, is_fine: bool) -> None:
    halves = [f"{8 + number // 2:02}:{30 * (number % 2):02}" for number in range(columns + 1)]
    slots = [slot(i, MON, begins, ends) for i, (begins, ends) in enumerate(pairwise(halves))]
    assert build_slot_grid(slots).is_fine is is_fine
