"""Most free slots between meetings on a day."""

from tests.engine.rules.cases import RAO, WEEK, at, count, sentences


def test_free_slots_of_each_day_beyond_the_amount_are_counted():
    held = [at(0, 0), at(0, 3), at(1, 2), at(1, 4), at(2, 5)]
    assert count("gaps_a_day", held, resources=(RAO,)) == 3
    assert count("gaps_a_day", held, resources=(RAO,), amount=1) == 1
    assert count("gaps_a_day", held, resources=(RAO,), amount=2) == 0


def test_slots_named_are_no_gaps():
    away = frozenset({WEEK.cell(0, 1)})
    assert count("gaps_a_day", [at(0, 0), at(0, 3)], resources=(RAO,), cells=away) == 1


def test_the_sentence_says_the_day():
    found = sentences("gaps_a_day", [at(1, 0), at(1, 4)], resources=(RAO,), amount=1)
    assert len(found) == 1
    assert found[0].startswith("Dr Rao: 2 free slots too many between classes on ")
