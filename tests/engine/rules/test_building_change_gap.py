"""Free slots where the building changes."""

from tests.engine.rules.cases import RAO, at, count
from webapp.engine.instance import InstanceRoom

CAMPUS = (
    InstanceRoom("A1", 60, building="A"),
    InstanceRoom("B1", 20, building="B"),
    InstanceRoom("A2", 20, building="A"),
)


def test_a_change_with_less_between_counts():
    held = [at(0, 0, room=0), at(0, 2, room=1), at(0, 3, room=1), at(0, 4, room=0)]
    assert count("building_change_gap", held, resources=(RAO,), rooms=CAMPUS, amount=1) == 1
    assert count("building_change_gap", held, resources=(RAO,), rooms=CAMPUS, amount=2) == 2
