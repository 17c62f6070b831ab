"""At most so many changes of building in a week."""

from tests.engine.rules.cases import RAO, at, count
from webapp.engine.instance import InstanceRoom

CAMPUS = (
    InstanceRoom("A1", 60, building="A"),
    InstanceRoom("B1", 20, building="B"),
    InstanceRoom("A2", 20, building="A"),
)


def test_changes_of_all_days_are_added_up():
    held = [at(0, 0, room=0), at(0, 1, room=1), at(1, 2, room=2), at(1, 4, room=1)]
    assert count("building_changes_a_week", held, resources=(RAO,), rooms=CAMPUS, amount=0) == 2
    assert count("building_changes_a_week", held, resources=(RAO,), rooms=CAMPUS, amount=1) == 1
