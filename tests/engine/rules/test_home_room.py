"""Meetings are held in the room named for them."""

from tests.engine.rules.cases import CS3, HALL, LAB, at, count, sentences


def test_each_meeting_elsewhere_counts():
    held = [at(0, 0, room=HALL), at(1, 0, room=LAB), at(2, 0, room=None)]
    assert count("home_room", held, only=(0, 1, 2), rooms_named=(HALL,)) == 1
    assert count("home_room", held, only=(0, 1, 2), rooms_named=(HALL, LAB)) == 0


def test_it_may_be_about_a_group():
    assert count("home_room", [at(0, 0, room=LAB), at(1, 0, room=LAB)], resources=(CS3,), rooms_named=(HALL,)) == 2


def test_the_sentence_names_the_other_room():
    found = sentences("home_room", [at(0, 0, room=LAB)], only=(0,), rooms_named=(HALL,))
    assert found == ["M1 is held elsewhere, in Lab."]
