"""At most so many changes of building on a day."""

from tests.engine.rules.cases import RAO, at, count
from webapp.engine.instance import InstanceRoom

CAMPUS = (
    InstanceRoom("A1", 60, building="A"),
    InstanceRoom("B1", 20, building="B"),
    InstanceRoom("A2", 20, building="A"),
)


def test_changes_from_one_meeting_to_the_next_are_counted():
    held = [at(0, 0, room=0), at(0, 1, room=1), at(0, 2, room=2), at(0, 4, room=0), at(1, 0, room=1)]
    assert count("building_changes_a_day", held, resources=(RAO,), rooms=CAMPUS, amount=0) == 2
    assert count("building_changes_a_day", held, resources=(RAO,), rooms=CAMPUS, amount=1) == 1


def test_a_meeting_without_a_building_is_passed_over():
    held = [at(0, 0, room=0), at(0, 1, room=None), at(0, 2, room=2)]
    assert count("building_changes_a_day", held, resources=(RAO,), rooms=CAMPUS) == 0
