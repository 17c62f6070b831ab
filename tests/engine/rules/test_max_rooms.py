"""Meetings use at most so many rooms."""

from tests.engine.rules.cases import HALL, LAB, at, count, sentences


def test_rooms_beyond_the_amount_are_counted():
    held = [at(0, 0, room=HALL), at(1, 0, room=LAB), at(2, 0, room=LAB), at(2, 1, room=None)]
    assert count("max_rooms", held, only=(0, 1, 2, 3), amount=1) == 1
    assert count("max_rooms", held, only=(0, 1, 2, 3), amount=2) == 0


def test_the_sentence_says_how_many_are_allowed():
    found = sentences("max_rooms", [at(0, 0, room=HALL), at(1, 0, room=LAB)], only=(0, 1), amount=1)
    assert found == ["M1, M2: 1 room too many, at most 1 allowed."]
