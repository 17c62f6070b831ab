"""Nobody is busy for more slots in a week than the given number."""

from tests.engine.rules.cases import EVEN, FORTNIGHT, ODD, RAO, at, count, sentences


def test_as_many_slots_as_allowed_count_nothing():
    assert count("max_per_week", [at(0, 0, length=2), at(1, 0), at(2, 0)], amount=4) == 0


def test_each_slot_beyond_counts():
    assert count("max_per_week", [at(0, 0, length=3), at(1, 0, length=3)], amount=4) == 2


def test_weeks_are_counted_apart_and_averaged_upwards():
    held = [at(0, 0, length=3, weeks=ODD), at(0, 3, length=2, weeks=EVEN)]
    assert count("max_per_week", held, amount=2, grid=FORTNIGHT) == 1


def test_the_sentence_has_both_numbers():
    assert sentences("max_per_week", [at(0, 0, length=3)], resources=(RAO,), amount=2) == [
        "Dr Rao: 1 slot too many in a week, at most 2 allowed."
    ]
