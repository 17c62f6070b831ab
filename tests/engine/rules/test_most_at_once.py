"""At most so many of some meetings at the same time."""

from tests.engine.rules.cases import BOTH, FORTNIGHT, ODD, at, count


def test_the_fullest_moment_of_each_day_counts():
    held = [at(0, 0, length=2), at(0, 0), at(0, 1), at(0, 1), at(1, 3), at(1, 3)]
    assert count("most_at_once", held, only=tuple(range(6)), amount=1) == 2 + 1


def test_only_the_cells_named_count_where_any_is():
    held = [at(0, 0), at(0, 0), at(1, 3), at(1, 3)]
    assert count("most_at_once", held, only=(0, 1, 2, 3), amount=1, cells=frozenset({6 + 3})) == 1


def test_a_week_in_two_counts_rounded_up():
    held = [at(0, 0, weeks=ODD), at(0, 0, weeks=BOTH)]
    assert count("most_at_once", held, only=(0, 1), amount=1, grid=FORTNIGHT) == 1
