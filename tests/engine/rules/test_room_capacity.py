"""Every student has a seat."""

from tests.engine.rules.cases import HALL, LAB, NOWHERE, at, count, meeting, sentences

CROWD = meeting("A", size=65)


def test_as_many_seats_as_students_are_enough():
    assert count("room_capacity", [at(0, 0, room=LAB)], [meeting("A", size=20)]) == 0


def test_each_student_without_a_seat_counts():
    assert count("room_capacity", [at(0, 0, room=HALL)], [CROWD]) == 5
    assert count("room_capacity", [at(0, 0, room=LAB)], [CROWD]) == 45


def test_no_room_and_no_time_count_nothing():
    assert count("room_capacity", [at(0, 0, room=None), NOWHERE], [CROWD, meeting("B", size=99)]) == 0


def test_the_sentence_has_the_number_of_students():
    assert sentences("room_capacity", [at(0, 0)], [meeting("A", size=61)]) == ["A in Hall: 1 student without a seat."]
