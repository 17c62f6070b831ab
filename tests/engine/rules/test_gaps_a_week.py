"""Most free slots between meetings in a week."""

from tests.engine.rules.cases import LUNCH, RAO, WEEK, at, count, sentences


def test_free_slots_of_a_week_beyond_the_amount_are_counted():
    held = [at(0, 0), at(0, 3), at(1, 2), at(1, 4), at(2, 5)]
    assert count("gaps_a_week", held, resources=(RAO,)) == 3
    assert count("gaps_a_week", held, resources=(RAO,), amount=2) == 1
    assert count("gaps_a_week", held, resources=(RAO,), amount=3) == 0


def test_slots_named_are_no_gaps():
    held = [at(0, 0), at(0, 3), at(1, 2), at(1, 4)]
    away = frozenset({WEEK.cell(0, 1), WEEK.cell(1, 3), WEEK.cell(2, 2)})
    assert count("gaps_a_week", held, resources=(RAO,), cells=away) == 1


def test_meetings_at_once_leave_no_gap_and_a_long_break_is_none():
    assert count("gaps_a_week", [at(0, 0, 4), at(0, 1), at(0, 4)], resources=(RAO,)) == 0
    assert count("gaps_a_week", [at(0, 2), at(0, 3)], grid=LUNCH, resources=(RAO,)) == 0


def test_the_sentence_says_what_is_allowed():
    found = sentences("gaps_a_week", [at(0, 0), at(0, 4)], resources=(RAO,), amount=1)
    assert found == ["Dr Rao: 2 free slots too many between classes in a week, at most 1 allowed."]
