"""Nobody comes for less than so many slots."""

from tests.engine.rules.cases import RAO, at, count, sentences


def test_missing_slots_of_used_days_are_counted():
    assert count("min_per_day", [at(0, 0), at(0, 3), at(1, 0)], resources=(RAO,), amount=3) == 1 + 2


def test_slots_at_once_count_once():
    assert count("min_per_day", [at(0, 0), at(0, 0)], resources=(RAO,), amount=2) == 1


def test_the_sentence_names_day_and_amount():
    found = sentences("min_per_day", [at(1, 0)], resources=(RAO,), amount=2)
    assert found == ["Dr Rao: 1 missing slot on day 2, at least 2 asked for."]
