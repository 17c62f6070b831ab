"""The chart of a number that falls in steps: a run's cost over time, a repair's cost over the classes moved."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.services.charts.axes import LogScale, Scale, Tick, scale_of

WIDTH, HEIGHT = 360, 216
LEFT, RIGHT, TOP, BOTTOM = 52, 344, 22, 172


@dataclass(frozen=True)
class Curve:
    """Steps from point to point, with the ticks of both axes.

    Attributes
    ----------
    points
        Where the points stand.
    values
        What they stand for, in the same order.
    line
        The steps as the path of a line: straight on, then down.
    is_logarithmic
        Whether equal ratios of the upright axis are equally long.
    """

    points: tuple[tuple[float, float], ...]
    values: tuple[tuple[float, float], ...]
    line: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    is_logarithmic: bool


def curve_of(values: Sequence[Sequence[float]], inset: float = 0) -> Curve:
    """The chart of at least one pair, in the order of its first number; marks need an inset from the axes."""
    across = Scale([x for x, _y in values], LEFT, RIGHT, inset)
    up = scale_of([y for _x, y in values], BOTTOM, TOP, inset)
    points = tuple((across.at(x), up.at(y)) for x, y in values)
    first, *later = points
    line = f"M{first[0]} {first[1]}" + "".join(f"H{x}V{y}" for x, y in later)
    pairs = tuple((x, y) for x, y in values)
    return Curve(points, pairs, line, across.ticks, up.ticks, isinstance(up, LogScale))
