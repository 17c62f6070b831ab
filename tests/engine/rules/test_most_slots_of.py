"""At most so many of the slots named are used."""

from tests.engine.rules.cases import at, count


def test_busy_slots_among_those_named_are_counted_once():
    held = [at(0, 0, length=2), at(0, 0), at(1, 3), at(2, 5)]
    named = frozenset({0, 1, 2, 6 + 3})
    assert count("most_slots_of", held, only=(0, 1, 2, 3), amount=1, cells=named) == 2
    assert count("most_slots_of", held, only=(0, 1, 2, 3), amount=3, cells=named) == 0
