"""The meetings are held in the same room."""

from tests.engine.rules.cases import HALL, LAB, at, count, sentences


def test_one_room_counts_nothing():
    assert count("same_room", [at(0, 0, room=LAB), at(1, 0, room=LAB)], only=(0, 1)) == 0


def test_each_pair_in_two_rooms_counts():
    assert count("same_room", [at(0, 0, room=LAB), at(1, 0, room=HALL), at(2, 0, room=HALL)], only=(0, 1, 2)) == 2


def test_no_room_is_not_the_same_as_a_room():
    assert count("same_room", [at(0, 0, room=None), at(1, 0, room=HALL)], only=(0, 1)) == 1


def test_the_sentence_names_both():
    assert sentences("same_room", [at(0, 0, room=LAB), at(1, 0, room=HALL)], only=(0, 1)) == [
        "M1 and M2 are in different rooms."
    ]
