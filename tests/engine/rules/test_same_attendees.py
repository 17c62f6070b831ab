"""Somebody can attend all the meetings, and walk between their rooms."""

from tests.engine.rules.cases import EVEN, FORTNIGHT, HALL, LAB, ODD, at, count
from webapp.engine.instance import InstanceRoom
from webapp.engine.timegrid import TimeGrid

FAR = (InstanceRoom("Hall", 60, travel={1: 2}), InstanceRoom("Lab", 20))


def test_the_way_counts_from_the_end_to_the_start_in_both_directions():
    held = [at(0, 0, room=HALL), at(0, 3, room=LAB), at(0, 4, room=HALL), at(1, 1, room=LAB)]
    assert count("same_attendees", held, only=(0, 1, 2, 3), rooms=FAR) == 1


def test_an_overlap_counts_in_the_same_room_too_and_no_way_where_weeks_differ():
    assert count("same_attendees", [at(0, 1, length=2), at(0, 2)], only=(0, 1)) == 1
    held = [at(0, 1, room=HALL, weeks=ODD), at(0, 2, room=LAB, weeks=EVEN)]
    assert count("same_attendees", held, only=(0, 1), rooms=FAR, grid=FORTNIGHT) == 0


def test_a_way_may_be_told_in_minutes():
    """Ten minutes of break between the first two slots, none between the next two."""
    hours = TimeGrid(3, 3, minutes=((540, 590), (600, 650), (650, 700)))
    walk = (InstanceRoom("Hall", 60, travel={1: 10}), InstanceRoom("Lab", 20))
    held = [at(0, 0, room=HALL), at(0, 1, room=LAB), at(0, 2, room=HALL)]
    assert count("same_attendees", held, only=(0, 1, 2), rooms=walk, grid=hours) == 1
