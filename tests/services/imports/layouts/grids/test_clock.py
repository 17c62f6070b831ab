"""Periods of the day are read however an office writes them, and only where there is one reading."""

from datetime import time

import pytest

from webapp.services.imports.layouts.grids.clock import range_between, range_of


def test_a_day_without_am_and_pm_goes_on_through_noon() -> None:
    texts = [
        "09.00-09.50",
        "9.50 to 10.40",
        "11-12",
        "12.15 – 1.15",
        "1:15 till 2:00",
        "2-3",
        "15:00-16:00",
        "4.00-4.50 PM",
    ]
    ends, starts = None, []
    for text in texts:
        found = range_of(text, ends)
        assert found is not None
        ends = found.end
        starts.append(f"{found.times[0]:%H:%M}")
    assert starts == ["09:00", "09:50", "11:00", "12:15", "13:15", "14:00", "15:00", "16:00"]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("9:00 AM - 10:00 AM", (9, 0), (10, 0)), ("11-12 PM", (11, 0), (12, 0)), ("0900-0950", (9, 0), (9, 50)),
        ("11:30 - 12:30 PM", (11, 30), (12, 30)), ("P1 (9:00-9:50)", (9, 0), (9, 50)), ("1-2", (13, 0), (14, 0)),
        ("0900 hrs to 0950 hrs", (9, 0), (9, 50)), ("12 noon - 1 pm", (12, 0), (13, 0)), ("7am–8am", (7, 0), (8, 0)),
    ],
)  # fmt: skip
def test_a_range_is_read(text: str, start: tuple[int, int], end: tuple[int, int]) -> None:
    found = range_of(text)
    assert found is not None
    assert found.times == (time(*start), time(*end))


@pytest.mark.parametrize(
    "text", ["Hour 1", "Lunch", "CSE1-A", "3-1-2", "LH-101", "9:75-10:00", "9-9", "2026-11-10", ""]
)
def test_what_is_no_range_is_none(text: str) -> None:
    assert range_of(text) is None


def test_two_cells_make_a_range_whatever_they_hold() -> None:
    pairs = [(time(9), time(9, 50)), (0.375, 0.4097222), ("9.00 AM", "9:50"), ("0900", "0950")]
    found = [range_between(*pair) for pair in pairs]
    assert {period.times for period in found if period is not None} == {(time(9), time(9, 50))}
    assert range_between(9, 9.5) is None  # 9:30 or 9:50
