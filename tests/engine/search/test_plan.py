"""A search is laid out by the moves that it has, and the pace is what was measured."""

import pytest

from tests.engine.drawn import drawn
from webapp.engine.params import SearchParams
from webapp.engine.search.compile import compile_instance
from webapp.engine.search.plan import COOLER, ENOUGH_MOVES, measured_pace, moves_enough, planned
from webapp.engine.search.warmup import tiny
from webapp.engine.solution import Solution

PLAIN = SearchParams()


@pytest.mark.parametrize(
    ("rounds", "workers", "expected"),
    [
        (0.01, 2, [(1.0,), (1.0,)]),
        (2, 1, [(1.0, COOLER)]),
        (2, 3, [(1.0,), (COOLER,), (1.0,)]),
        (100, 2, [(1.0,), (1.0,)]),
    ],
)
def test_short_runs_begin_warm_and_cool_and_long_ones_warm(
    rounds: float, workers: int, expected: list[tuple[float, ...]]
) -> None:
    """What is short depends on the number of meetings; the shortest have one chain."""
    problem = compile_instance(drawn(150))
    moves = rounds * ENOUGH_MOVES * len(problem.instance.meetings)
    assert [planned(problem, PLAIN, moves, worker, workers).cooler for worker in range(workers)] == expected


def test_more_moves_never_begin_cooler_nor_make_fewer_rounds() -> None:
    """And with enough of them all is as it was asked."""
    problem = compile_instance(drawn(150))
    found = [planned(problem, PLAIN, moves, 0, 2) for moves in (0, 1e4, 1e6, 1e7, 1e9)]
    warmth = [each.start_temperature for each in found]
    rounds = [each.chains + each.reheats for each in found]
    assert warmth == sorted(warmth)
    assert rounds == sorted(rounds)
    assert found[-1] == PLAIN


def test_the_pace_is_that_of_the_clock() -> None:
    """On a machine that is twice as slow it is half; where no time is left nothing is tried."""
    problem, start = compile_instance(tiny(1)), Solution.empty(tiny(1))

    def clock_of(step: float):  # type: ignore[no-untyped-def]
        ticks = iter(range(10_000))
        return lambda: next(ticks) * step

    fast, slow = (measured_pace(problem, start, PLAIN, clock_of(step), 1.0) for step in (0.006, 0.012))
    assert fast > slow > 0
    assert measured_pace(problem, start, PLAIN, clock_of(1.0), 0.0) == 0


def test_few_classes_have_enough_soon_and_many_never() -> None:
    """Two within a second of any machine, three hundred not within an hour."""
    assert moves_enough(2) <= 2_000_000
    assert moves_enough(300) >= 1_000_000 * 3_600
