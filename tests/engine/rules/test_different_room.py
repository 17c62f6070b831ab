"""Meetings are in different rooms."""

from tests.engine.rules.cases import HALL, LAB, at, count, sentences


def test_each_pair_in_one_room_counts_at_whatever_time():
    held = [at(0, 1, room=HALL), at(1, 2, room=HALL), at(2, 3, room=LAB)]
    assert count("different_room", held, only=(0, 1, 2)) == 1


def test_two_without_a_room_are_in_the_same():
    assert count("different_room", [at(0, 1, room=None), at(1, 2, room=None), at(1, 1)], only=(0, 1, 2)) == 1


def test_the_sentence_names_the_room():
    assert sentences("different_room", [at(0, 1), at(1, 2)], only=(0, 1)) == ["M1 and M2 are both in Hall."]
