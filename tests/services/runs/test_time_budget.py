"""A run's time is shared out fairly, whatever the machine makes of it."""

import pytest

from webapp.services.runs.time_budget import SAVING_SHARE, Shares


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _run(shares: Shares, clock: Clock, *, prepare: float, overrun: float, store: float) -> list[float]:
    """The seconds that five variants searched, each prepared and stored in so many, its search late by so many."""
    searched = []
    for todo in (5, 4, 3, 2, 1):
        shares.of_variant(todo)
        clock.now += prepare
        searched.append(shares.of_search())
        clock.now += searched[-1] + overrun + store
        shares.stored()
    return searched


def test_what_a_variant_takes_beside_its_search_is_not_paid_for_by_the_last_ones() -> None:
    clock = Clock()
    shares = Shares(30, 5, clock=clock)
    clock.now += 4  # clustering and the first timetable
    searched = _run(shares, clock, prepare=0.3, overrun=1.0, store=0.7)
    assert searched[0] == pytest.approx((26 - 0.03 * 30) / 5 - 0.3)
    assert max(searched[1:]) - min(searched[1:]) < 0.01
    assert min(searched) > 0.5 * max(searched)
    assert shares.left == pytest.approx(SAVING_SHARE * 30)


def test_time_that_one_leaves_goes_to_all_that_are_still_to_come() -> None:
    clock = Clock()
    shares = Shares(100, 5, clock=clock)
    assert shares.of_variant(5) == pytest.approx(19.4)
    shares.of_search()
    clock.now += 5  # proven optimal: it ended early
    shares.stored()
    assert shares.of_variant(4) == pytest.approx((95 - 3) / 4)


def test_a_variant_searches_a_little_even_where_storing_takes_all_there_is() -> None:
    clock = Clock()
    shares = Shares(10, 5, clock=clock)
    searched = _run(shares, clock, prepare=0, overrun=0, store=20)
    assert min(searched) > 0
    assert shares.left == 0


def test_a_run_that_shall_be_repeatable_shares_by_plan_alone() -> None:
    clock = Clock()
    shares = Shares(60, 5, by_work=True, clock=clock)
    before = shares.of_scheduling()
    searched = _run(shares, clock, prepare=3, overrun=9, store=5)
    assert shares.of_scheduling() == before
    assert len(set(searched)) == 1
