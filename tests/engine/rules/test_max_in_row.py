"""Nobody is busy for more slots in a row than the given number."""

from tests.engine.rules.cases import LUNCH, RAO, at, count, sentences


def test_a_free_slot_ends_the_row():
    assert count("max_in_row", [at(0, 0, length=2), at(0, 3, length=2)], resources=(RAO,), amount=2) == 0


def test_each_slot_beyond_counts_in_each_row():
    held = [at(0, 0, length=3), at(1, 0), at(1, 1), at(1, 2, length=2)]
    assert count("max_in_row", held, resources=(RAO,), amount=2) == 3


def test_a_long_break_ends_the_row():
    held = [at(0, 1, length=2), at(0, 3, length=2)]
    assert count("max_in_row", held, resources=(RAO,), amount=3) == 1
    assert count("max_in_row", held, resources=(RAO,), amount=3, grid=LUNCH) == 0


def test_the_sentence_has_both_numbers():
    assert sentences("max_in_row", [at(0, 0, length=4)], resources=(RAO,), amount=3) == [
        "Dr Rao: 1 slot too many in a row on day 1, at most 3 allowed."
    ]
