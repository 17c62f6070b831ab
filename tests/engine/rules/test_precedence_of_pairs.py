"""Each meeting ends before every later one starts."""

from tests.engine.rules.cases import at, count


def test_in_order_counts_nothing():
    assert count("precedence_of_pairs", [at(0, 0, length=2), at(0, 2), at(1, 0)], only=(0, 1, 2)) == 0


def test_every_pair_out_of_order_counts_where_precedence_counts_neighbours():
    held = [at(2, 0), at(1, 0), at(0, 0)]
    assert count("precedence_of_pairs", held, only=(0, 1, 2)) == 3
    assert count("precedence", held, only=(0, 1, 2)) == 2
