"""A pinned meeting stands at its time and in its room."""

from tests.engine.rules.cases import HALL, LAB, NOWHERE, at, count, meeting, sentences
from webapp.engine.instance import Placement


def test_what_is_not_pinned_may_stand_anywhere():
    assert count("pinned", [at(0, 0)], [meeting("A")]) == 0


def test_a_pin_of_the_time_leaves_the_room_open():
    pinned = [meeting("A", pin=Placement(at(0, 0).at, None))]
    assert count("pinned", [at(0, 0, room=LAB)], pinned) == 0
    assert count("pinned", [at(0, 1, room=LAB)], pinned) == 1


def test_a_pin_of_the_room_leaves_the_time_open():
    pinned = [meeting("A", pin=Placement(None, LAB))]
    assert count("pinned", [at(2, 3, room=LAB)], pinned) == 0
    assert count("pinned", [at(2, 3, room=HALL)], pinned) == 1


def test_wrong_time_and_wrong_room_count_once_and_unplaced_not_at_all():
    pinned = [meeting("A", pin=at(0, 0, room=LAB))]
    assert count("pinned", [at(1, 0, room=HALL)], pinned) == 1
    assert count("pinned", [NOWHERE], pinned) == 0


def test_the_sentence_says_where_it_stands():
    pinned = [meeting("A", pin=at(0, 0, room=LAB))]
    said = "A is fixed elsewhere by the data, not at day 1, slot 2, Hall."
    assert sentences("pinned", [at(0, 1, room=HALL)], pinned) == [said]
