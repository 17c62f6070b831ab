"""Nobody is busy for more slots on a day than the given number."""

from tests.engine.rules.cases import CS3, EVEN, FORTNIGHT, ODD, RAO, at, count, sentences


def test_as_many_slots_as_allowed_count_nothing():
    assert count("max_per_day", [at(0, 0), at(0, 3), at(1, 0, length=2)], resources=(RAO,), amount=2) == 0


def test_each_slot_beyond_counts_on_each_day():
    assert count("max_per_day", [at(0, 0, length=3), at(1, 0, length=4)], resources=(RAO,), amount=2) == 3


def test_everybody_is_counted_where_nobody_is_named():
    assert count("max_per_day", [at(0, 0, length=3)], amount=2) == 2


def test_two_meetings_in_one_slot_make_one_busy_slot():
    assert count("max_per_day", [at(0, 0), at(0, 0)], resources=(CS3,), amount=1) == 0


def test_a_slot_too_many_in_one_of_two_weeks_is_not_lost():
    held = [at(0, 0, weeks=ODD), at(0, 1, weeks=ODD), at(0, 2, weeks=EVEN)]
    assert count("max_per_day", held, resources=(RAO,), amount=1, grid=FORTNIGHT) == 1


def test_the_sentence_has_both_numbers():
    assert sentences("max_per_day", [at(1, 0, length=4)], resources=(RAO,), amount=2) == [
        "Dr Rao: 2 slots too many on day 2, at most 2 allowed."
    ]
