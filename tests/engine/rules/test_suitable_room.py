"""A meeting is held in a room that suits it."""

from tests.engine.rules.cases import HALL, LAB, NOWHERE, at, count, meeting, sentences
from webapp.engine.instance import RoomOption

IN_THE_LAB = meeting("A", rooms=(RoomOption(LAB),))
OUTSIDE = meeting("B", rooms=(), needs_room=False)


def test_a_suitable_room_and_no_place_at_all_count_nothing():
    assert count("suitable_room", [at(0, 0, room=LAB)], [IN_THE_LAB]) == 0
    assert count("suitable_room", [NOWHERE], [IN_THE_LAB]) == 0


def test_an_unsuitable_room_counts_1():
    assert count("suitable_room", [at(0, 0, room=HALL)], [IN_THE_LAB]) == 1


def test_a_missing_room_counts_1_where_one_is_needed():
    assert count("suitable_room", [at(0, 0, room=None), at(0, 0, room=None)], [IN_THE_LAB, OUTSIDE]) == 1


def test_a_room_for_a_meeting_that_has_none_does_not_suit():
    assert count("suitable_room", [at(0, 0, room=HALL)], [OUTSIDE]) == 1


def test_the_sentence_names_meeting_and_room():
    assert sentences("suitable_room", [at(0, 0, room=HALL)], [IN_THE_LAB]) == [
        "A is held in Hall, which does not suit it."
    ]
