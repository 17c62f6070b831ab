"""The first meeting of a day is early enough."""

from tests.engine.rules.cases import RAO, WEEK, at, count, sentences


def test_days_that_begin_after_the_slot_are_counted():
    held = [at(0, 1), at(0, 4), at(1, 2), at(2, 5)]
    assert count("begins_by", held, resources=(RAO,), amount=2) == 2
    assert count("begins_by", held, resources=(RAO,), amount=2, second_amount=1) == 1
    assert count("begins_by", held, resources=(RAO,), amount=3) == 1


def test_slots_named_before_the_first_class_are_not_counted():
    away = frozenset({WEEK.cell(0, 0), WEEK.cell(1, 3)})
    assert count("begins_by", [at(0, 1), at(1, 1)], resources=(RAO,), amount=1, cells=away) == 1


def test_nobody_named_means_each_teacher_and_each_group():
    assert count("begins_by", [at(0, 3)], amount=1) == 2


def test_the_sentence_says_what_is_allowed():
    found = sentences("begins_by", [at(0, 3), at(1, 3)], resources=(RAO,), amount=2, second_amount=1)
    assert found == ["Dr Rao: 1 late day on which the first class comes after slot 2, at most 1 allowed."]
