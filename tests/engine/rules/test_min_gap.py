"""So many slots lie between meetings of a day."""

from tests.engine.rules.cases import EVEN, FORTNIGHT, ODD, at, count


def test_free_slots_between_are_counted():
    assert count("min_gap", [at(0, 0), at(0, 3)], only=(0, 1), amount=2) == 0
    assert count("min_gap", [at(0, 0), at(0, 3)], only=(0, 1), amount=3) == 1
    assert count("min_gap", [at(0, 3), at(0, 0), at(1, 0)], only=(0, 1, 2), amount=3) == 1


def test_an_overlap_has_no_gap_and_other_weeks_need_none():
    assert count("min_gap", [at(0, 0, length=2), at(0, 1)], only=(0, 1), amount=0) == 1
    assert count("min_gap", [at(0, 0, weeks=ODD), at(0, 0, weeks=EVEN)], only=(0, 1), amount=1, grid=FORTNIGHT) == 0
