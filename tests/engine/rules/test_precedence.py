"""Each meeting ends before the next one starts, in the given order."""

from tests.engine.rules.cases import EVEN, FORTNIGHT, ODD, at, count, sentences


def test_one_after_the_other_counts_nothing():
    assert count("precedence", [at(0, 0, length=2), at(0, 2), at(1, 0)], only=(0, 1, 2)) == 0


def test_the_order_is_that_of_the_constraint():
    assert count("precedence", [at(0, 0), at(1, 0)], only=(1, 0)) == 1


def test_only_neighbours_in_the_order_are_compared():
    assert count("precedence", [at(2, 0), at(1, 0), at(0, 0)], only=(0, 1, 2)) == 2


def test_an_overlap_is_not_before():
    assert count("precedence", [at(0, 0, length=2), at(0, 1)], only=(0, 1)) == 1


def test_the_first_week_comes_first():
    assert count("precedence", [at(2, 0, weeks=ODD), at(0, 0, weeks=EVEN)], only=(0, 1), grid=FORTNIGHT) == 0


def test_the_sentence_names_both():
    assert sentences("precedence", [at(0, 1), at(0, 0)], only=(0, 1)) == ["M1 does not end before M2 starts."]
