"""No group has two meetings at a time."""

from tests.engine.rules.cases import CS3, EVEN, FORTNIGHT, LAB, NOWHERE, ODD, at, count, meeting, sentences


def test_one_after_the_other_is_no_clash():
    assert count("group_clash", [at(0, 0), at(0, 1), at(1, 0), NOWHERE]) == 0


def test_a_pair_counts_once_however_many_slots_and_days_it_overlaps():
    assert count("group_clash", [at(0, 0, length=2, also=1), at(0, 0, length=2, also=1, room=LAB)]) == 1


def test_only_those_who_are_in_both_meetings_clash():
    apart = [meeting("A", resources=(CS3,)), meeting("B", resources=())]
    together = [meeting("A", resources=(CS3,)), meeting("B", resources=(CS3,))]
    held = [at(0, 0), at(0, 0)]
    assert count("group_clash", held, apart) == 0
    assert count("group_clash", held, together) == 1


def test_odd_and_even_weeks_do_not_clash():
    assert count("group_clash", [at(0, 0, weeks=ODD), at(0, 0, weeks=EVEN)], grid=FORTNIGHT) == 0


def test_the_sentence_names_who_and_when():
    assert sentences("group_clash", [at(0, 0, length=2), at(0, 1)]) == [
        "CS 3 attends M1 and M2, which overlap at day 1, slot 1 to slot 2."
    ]
