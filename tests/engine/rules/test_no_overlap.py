"""Meetings do not overlap in time."""

from tests.engine.rules.cases import EVEN, FORTNIGHT, ODD, at, count


def test_one_after_the_other_counts_nothing():
    assert count("no_overlap", [at(0, 1, length=2), at(0, 3), at(1, 1)], only=(0, 1, 2)) == 0


def test_an_overlap_counts_once_for_a_pair_and_not_in_other_weeks():
    held = [at(0, 1, length=2), at(0, 1, length=2, also=1), at(0, 2, weeks=EVEN)]
    assert count("no_overlap", held[:2], only=(0, 1)) == 1
    assert count("no_overlap", [at(0, 1, weeks=ODD), held[2], at(0, 1)], only=(0, 1, 2), grid=FORTNIGHT) == 1
