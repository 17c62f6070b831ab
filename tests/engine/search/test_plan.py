"""A search is laid out by the moves that it has, and the pace is what was measured."""

import pytest

from tests.engine.drawn import drawn
from webapp.engine.params import SearchParams
from webapp.engine.search.annealing import rounds as rounds_of
from webapp.engine.search.compile import compile_instance
from webapp.engine.search.plan import ENOUGH_MOVES, MANY_ROUNDS, STARTS, measured_pace, moves_enough, planned
from webapp.engine.search.warmup import tiny
from webapp.engine.solution import Solution

PLAIN = SearchParams()


@pytest.mark.parametrize(
    ("rounds", "cooler", "trials"), [(0.01, STARTS[:1], 0), (0.1, STARTS, 3), (2, STARTS, 3), (100, (1.0,), 0)]
)
def test_short_runs_try_where_to_begin_and_long_ones_begin_warm(
    rounds: float, cooler: tuple[float, ...], trials: int
) -> None:
    """What is short depends on the number of meetings; the shortest have no moves to try with."""
    problem = compile_instance(drawn(150))
    found = planned(problem, PLAIN, rounds * ENOUGH_MOVES * len(problem.instance.meetings))
    assert found.cooler == cooler
    assert (found.ejections > 0) == (rounds < MANY_ROUNDS)
    assert sum(each.is_trial for each in rounds_of(found)) == trials


def test_more_moves_never_make_fewer_chains_or_reheats() -> None:
    """And with enough of them all is as it was asked."""
    problem = compile_instance(drawn(150))
    found = [planned(problem, PLAIN, moves) for moves in (0, 1e4, 1e6, 1e7, 1e9)]
    rounds = [each.chains + each.reheats for each in found]
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
