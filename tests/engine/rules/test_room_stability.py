"""The meetings of a course are all held in the same room."""

from tests.engine.rules.cases import HALL, LAB, NOWHERE, at, count, sentences


def test_one_room_counts_nothing():
    assert count("room_stability", [at(0, 0, room=LAB), at(1, 0, room=LAB)], only=(0, 1)) == 0


def test_each_room_beyond_the_first_counts_once():
    held = [at(0, 0, room=LAB), at(1, 0, room=HALL), at(2, 0, room=LAB)]
    assert count("room_stability", held, only=(0, 1, 2)) == 1


def test_no_room_and_no_time_are_no_further_room():
    held = [at(0, 0, room=LAB), at(1, 0, room=None), NOWHERE]
    assert count("room_stability", held, only=(0, 1, 2)) == 0


def test_other_courses_may_be_elsewhere():
    assert count("room_stability", [at(0, 0, room=LAB), at(0, 0, room=HALL)], only=(0,)) == 0


def test_the_sentence_names_the_course():
    assert sentences("room_stability", [at(0, 0), at(1, 0, room=LAB)], only=(0, 1), label="Algebra") == [
        "Algebra: 1 room beyond the first."
    ]
