"""Where the points and ticks of a chart stand."""

import pytest

from webapp.services.charts.axes import LogScale, Scale
from webapp.services.charts.curves import BOTTOM, LEFT, RIGHT, TOP, curve_of


def test_a_curve_falls_in_steps_between_the_ends_of_its_axes():
    curve = curve_of([(0, 40), (5, 30), (10, 20)])
    assert curve.points == ((LEFT, TOP), ((LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2), (RIGHT, BOTTOM))
    assert curve.line == f"M{LEFT}.0 {TOP}.0H198.0V97.0H{RIGHT}.0V{BOTTOM}.0"
    assert not curve.is_logarithmic


def test_costs_that_lie_far_apart_are_drawn_by_their_ratio():
    curve = curve_of([(0, 26_715), (9.3, 900), (22.9, 66)])
    assert curve.is_logarithmic
    heights = [y for _x, y in curve.points]
    assert heights[1] - heights[0] > (BOTTOM - TOP) / 3, "the first fall does not take the whole height"
    assert heights[2] - heights[1] > (BOTTOM - TOP) / 4
    assert [tick.value for tick in curve.y_ticks] == [50, 1_000, 10_000, 50_000]


@pytest.mark.parametrize("values", [[0, 41], [0, 0.5, 9_000_000], [3, 100], [70, 70_000]])
def test_few_ticks_of_a_logarithmic_axis_enclose_the_values(values):
    scale = LogScale(values, BOTTOM, TOP)
    ticks = [tick.value for tick in scale.ticks]
    assert ticks[0] <= min(values) <= max(values) <= ticks[-1]
    assert 2 <= len(ticks) <= 9
    assert [tick.at for tick in scale.ticks] == sorted((tick.at for tick in scale.ticks), reverse=True)
    assert (scale.ticks[0].at, scale.ticks[-1].at) == (BOTTOM, TOP)


def test_equal_values_stand_between_two_ticks():
    scale = Scale([7, 7], LEFT, RIGHT)
    assert [tick.value for tick in scale.ticks] == [7, 8]
    assert LEFT < scale.at(7) < RIGHT
