"""As few rooms as possible are used."""

from tests.engine.rules.cases import HALL, LAB, NOWHERE, at, count, sentences


def test_each_room_with_a_meeting_counts_once():
    assert count("rooms_in_use", [at(0, 0, room=LAB), at(1, 0, room=HALL), at(2, 0, room=LAB)]) == 2


def test_nothing_placed_uses_no_room():
    assert count("rooms_in_use", [NOWHERE, at(0, 0, room=None)]) == 0


def test_it_may_be_about_some_meetings():
    assert count("rooms_in_use", [at(0, 0, room=LAB), at(1, 0, room=HALL)], only=(1,)) == 1


def test_the_sentence_has_the_number_of_rooms():
    held = [at(day, 0, room=room) for day in range(3) for room in (HALL, LAB)]
    assert sentences("rooms_in_use", held) == ["The whole timetable: 2 rooms in use."]
