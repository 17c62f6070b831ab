"""Each meeting is directly followed by the next one."""

from tests.engine.rules.cases import LUNCH, at, count


def test_directly_after_in_the_order_named_counts_nothing():
    assert count("consecutive", [at(0, 0, length=2), at(0, 2), at(0, 3)], only=(0, 1, 2)) == 0


def test_the_other_order_a_gap_another_day_or_an_overlap_counts():
    assert count("consecutive", [at(0, 1), at(0, 0)], only=(0, 1)) == 1
    assert count("consecutive", [at(0, 0), at(0, 2)], only=(0, 1)) == 1
    assert count("consecutive", [at(0, 0), at(1, 1)], only=(0, 1)) == 1
    assert count("consecutive", [at(0, 0, length=2), at(0, 1)], only=(0, 1)) == 1


def test_no_slot_fits_into_a_long_break():
    assert count("consecutive", [at(0, 2), at(0, 3)], only=(0, 1), grid=LUNCH) == 0


def test_only_neighbours_in_the_order_are_compared():
    assert count("consecutive", [at(0, 0), at(0, 1), at(0, 3)], only=(0, 1, 2)) == 1
