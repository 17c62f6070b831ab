"""The rounds of an annealing share the budget out, and a round goes on from the best there is."""

from itertools import pairwise

import pytest

from tests.engine.drawn import drawn
from webapp.engine.instance import Placement
from webapp.engine.params import SearchParams
from webapp.engine.search.annealing import (
    LEAST_MOVES,
    AnnealingResult,
    Round,
    anneal_rounds,
    find_feasible,
    rounds,
)
from webapp.engine.search.budget import TimeBudget, WorkBudget
from webapp.engine.search.compile import compile_instance
from webapp.engine.search.warmup import tiny
from webapp.engine.solution import Solution


@pytest.mark.parametrize(("chains", "reheats"), [(1, 0), (1, 4), (4, 4), (3, 0), (2, 1)])
def test_rounds_follow_each_other_and_use_the_whole_budget(chains: int, reheats: int) -> None:
    """From 0 to 1 without a gap, chains first; without reheats the chains have it all."""
    found = rounds(SearchParams(chains=chains, reheats=reheats))
    assert [each.anew for each in found] == [True] * chains + [False] * reheats
    assert all(one.end == pytest.approx(two.begin) for one, two in pairwise(found))
    assert (found[0].begin, found[-1].end) == (0, pytest.approx(1))


def test_a_round_cools_from_its_warmth_to_nothing() -> None:
    """A reheat begins lower than a chain, and both end at the end temperature."""
    chain, reheat = rounds(SearchParams(chains=1, reheats=1, reheat=0.4, chains_share=0.5))
    assert (chain.warmth_at(0.0), chain.warmth_at(0.25), chain.warmth_at(0.5)) == (1.0, 0.5, 0.0)
    assert (reheat.warmth_at(0.5), reheat.warmth_at(1.0)) == (0.4, 0.0)


def test_chains_take_their_start_temperatures_in_turn() -> None:
    """Reheats go back to the warmth of the run."""
    found = rounds(SearchParams(chains=3, reheats=1, cooler=(1.0, 0.25)))
    assert [each.cooler for each in found] == [1.0, 0.25, 1.0, 1.0]


def test_after_trials_the_chains_begin_where_the_best_of_them_began(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each start is tried for its share, and the rest goes from the one that came lowest."""
    begun = []

    def cooled(_problem: object, start: Solution, _params: object, stretch: Round, *_: object) -> AnnealingResult:
        begun.append(stretch.cooler)
        return AnnealingResult(start, 0, 5 if stretch.cooler == 0.25 else 9, 1)

    monkeypatch.setattr("webapp.engine.search.annealing._cool", cooled)
    params = SearchParams(chains=2, reheats=1, cooler=(1.0, 0.25, 0.5), trial_share=0.1)
    found = rounds(params)
    assert all(one.end == pytest.approx(two.begin) for one, two in pairwise(found))
    assert (found[0].begin, found[-1].end) == (0, pytest.approx(1))
    problem, start = compile_instance(tiny(1)), Solution.empty(tiny(1))
    anneal_rounds(problem, start, params, 1, WorkBudget(9, 1, lambda: None), lambda: False, lambda *_: None)
    assert begun == [1.0, 0.25, 0.5, 0.25, 0.25, 1.0]


def test_a_chain_goes_on_from_what_others_found_where_that_is_better(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked before each round but the first, and what is warmed again is the better one."""
    begun, shown = [], []
    theirs = Solution((Placement(), *Solution.empty(tiny(1)).placements[1:]), ((1,),))

    def cooled(_problem: object, start: Solution, *_: object) -> AnnealingResult:
        begun.append(start)
        return AnnealingResult(start, 0, 9, 1)

    def share(number: int, best: AnnealingResult) -> AnnealingResult:
        shown.append((number, best.cost))
        return AnnealingResult(theirs, 0, 7, 5) if number == 2 else best

    monkeypatch.setattr("webapp.engine.search.annealing._cool", cooled)
    problem, start = compile_instance(tiny(1)), Solution.empty(tiny(1))
    params, budget = SearchParams(chains=2, reheats=2), WorkBudget(9, 1, lambda: None)
    found = anneal_rounds(problem, start, params, 1, budget, lambda: False, lambda *_: None, share=share)
    assert begun == [start, start, theirs, theirs]
    assert shown == [(1, 9), (2, 9), (3, 7)]
    assert (found.solution, found.cost, found.moves) == (theirs, 7, 4)


def test_the_best_of_all_rounds_is_kept_and_every_move_is_counted() -> None:
    """What was told last is what is found, and it never got worse."""
    problem, told = compile_instance(tiny(1)), []
    start = Solution.empty(tiny(1))
    budget = WorkBudget(9_000, 30, lambda: None)
    found = anneal_rounds(
        problem, start, SearchParams(chains=3, reheats=3), 1, budget, lambda: False, lambda *cost: told.append(cost)
    )
    assert (found.hard, found.cost) == min(told)
    assert found.moves == 9_000 or (found.hard, found.cost) == (0, 0)


def test_a_first_timetable_is_sought_though_the_time_is_over() -> None:
    """A process that had to compile the search first has none left, and places all the same."""
    instance = drawn(100)
    problem, budget = compile_instance(instance), TimeBudget(lambda: 9.0, 0.0, 2.0, 300)
    found = find_feasible(problem, Solution.empty(instance), SearchParams(), 1, budget, lambda: False, lambda *_: None)
    assert 0 < found.moves <= LEAST_MOVES + 2_000
    assert all(place.time is not None for place in found.solution.placements)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ejections": -0.1},
        {"ejections": 1.0},
        {"cooler": ()},
        {"cooler": (0.0,)},
        {"cooler": (2.0,)},
        {"chains": 0},
        {"reheats": -1},
        {"reheat": 0.0},
        {"reheat": 1.5},
        {"chains_share": 0.0},
        {"trial_share": -0.1},
        {"trial_share": 0.5, "cooler": (1.0, 0.5)},
    ],
)
def test_rounds_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    """When the parameters are built."""
    with pytest.raises(ValueError, match=r"chain|reheat|cooler|ejections"):
        SearchParams(**wrong)
