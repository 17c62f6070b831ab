"""A meeting is held in a room that is not larger than needed."""

from tests.engine.rules.cases import HALL, LAB, at, count, meeting, sentences


def test_a_full_and_an_overfull_room_have_no_empty_seats():
    two = [meeting("A", size=60), meeting("B", size=60)]
    assert count("empty_seats", [at(0, 0, room=HALL), at(0, 0, room=LAB)], two) == 0


def test_each_empty_seat_counts_in_each_meeting():
    two = [meeting("A", size=50), meeting("B", size=18)]
    assert count("empty_seats", [at(0, 0, room=HALL), at(0, 0, room=LAB)], two) == 12


def test_no_room_has_no_seats():
    assert count("empty_seats", [at(0, 0, room=None)], [meeting("A")]) == 0


def test_the_sentence_has_the_number_of_seats():
    assert sentences("empty_seats", [at(0, 0)], [meeting("A", size=10)]) == ["A in Hall: 50 empty seats."]
