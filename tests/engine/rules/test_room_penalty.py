"""A meeting takes the best of its suitable rooms."""

from tests.engine.rules.cases import HALL, LAB, at, count, meeting, sentences
from webapp.engine.instance import RoomOption

CHOOSY = meeting("A", rooms=(RoomOption(HALL), RoomOption(LAB, penalty=4)))


def test_the_best_room_counts_nothing():
    assert count("room_penalty", [at(0, 0, room=HALL)], [CHOOSY]) == 0


def test_the_penalty_of_the_room_counts():
    assert count("room_penalty", [at(0, 0, room=LAB)], [CHOOSY]) == 4


def test_no_room_has_no_penalty():
    assert count("room_penalty", [at(0, 0, room=None)], [CHOOSY]) == 0


def test_the_sentence_has_the_points():
    assert sentences("room_penalty", [at(0, 0, room=LAB)], [CHOOSY]) == ["A in Lab: 4 points."]
