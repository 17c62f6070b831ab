"""No meeting is held in a room while it is closed."""

from tests.engine.rules.cases import EVEN, FORTNIGHT, HALL, LAB, ODD, at, count, sentences
from webapp.engine.instance import InstanceRoom

ROOMS = (InstanceRoom("Hall", 60, closed=(at(0, 0, length=2).at,)), InstanceRoom("Lab", 20))


def test_another_room_or_another_time_is_open():
    assert count("room_closed", [at(0, 0, room=LAB), at(0, 2, room=HALL), at(1, 0, room=HALL)], rooms=ROOMS) == 0


def test_a_meeting_that_begins_while_it_is_closed_counts():
    assert count("room_closed", [at(0, 1, length=3, room=HALL)], rooms=ROOMS) == 1


def test_it_may_be_closed_in_some_weeks_only():
    rooms = (InstanceRoom("Hall", 60, closed=(at(0, 0, weeks=ODD).at,)),)
    assert count("room_closed", [at(0, 0, weeks=EVEN), at(0, 0, weeks=ODD)], rooms=rooms, grid=FORTNIGHT) == 1


def test_a_meeting_without_a_room_counts_nothing():
    assert count("room_closed", [at(0, 0, room=None)], rooms=ROOMS) == 0


def test_the_sentence_names_the_room():
    assert sentences("room_closed", [at(0, 0)], rooms=ROOMS) == ["M1: Hall is closed at day 1, slot 1."]
