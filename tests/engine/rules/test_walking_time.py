"""Time to walk from one meeting to the next."""

from tests.engine.rules.cases import BOTH, CS3, FORTNIGHT, HALL, LAB, ODD, RAO, at, count, sentences
from webapp.engine.instance import InstanceRoom
from webapp.engine.timegrid import TimeGrid

FAR = (InstanceRoom("Hall", 60, travel={1: 2}), InstanceRoom("Lab", 20))


def test_meetings_in_a_row_with_less_time_than_the_way_are_counted():
    held = [at(0, 0, room=HALL), at(0, 2, room=LAB), at(0, 5, room=HALL), at(1, 0, room=LAB)]
    assert count("walking_time", held, resources=(RAO,), rooms=FAR) == 1


def test_only_the_next_meeting_counts():
    held = [at(0, 0, room=HALL), at(0, 1, room=HALL), at(0, 2, room=LAB)]
    assert count("walking_time", held, resources=(RAO,), rooms=FAR) == 1


def test_where_no_way_is_known_none_is_too_long_and_a_week_in_two_rounds_up():
    assert count("walking_time", [at(0, 0, room=HALL), at(0, 1, room=LAB)], resources=(RAO,)) == 0
    held = [at(0, 0, room=HALL, weeks=ODD), at(0, 1, room=LAB, weeks=BOTH)]
    assert count("walking_time", held, resources=(RAO,), rooms=FAR, grid=FORTNIGHT) == 1


def test_a_way_may_be_told_in_minutes():
    hours = TimeGrid(3, 3, minutes=((540, 590), (600, 650), (650, 700)))
    walk = (InstanceRoom("Hall", 60, travel={1: 10}), InstanceRoom("Lab", 20))
    held = [at(0, 0, room=HALL), at(0, 1, room=LAB), at(0, 2, room=HALL)]
    assert count("walking_time", held, resources=(CS3,), rooms=walk, grid=hours) == 1


def test_the_sentence_names_who_and_when_and_the_way_that_lacks_most_time():
    held = [at(0, 0, room=HALL), at(0, 1, room=LAB)]
    assert sentences("walking_time", held, resources=(RAO,), rooms=FAR) == [
        "Dr Rao: 1 way too short of time on day 1, from Hall to Lab: 2 slots on foot, 0 slots between M1 and M2."
    ]
    hours = TimeGrid(3, 3, minutes=((540, 590), (600, 650), (650, 700)))
    walk = (InstanceRoom("Hall", 60, travel={1: 12}), InstanceRoom("Lab", 20))
    held = [at(0, 0, room=HALL), at(0, 1, room=LAB), at(0, 2, room=HALL)]
    assert sentences("walking_time", held, resources=(CS3,), rooms=walk, grid=hours) == [
        "CS 3: 2 ways too short of time on day 1, the worst from Lab to Hall: "
        "12 minutes on foot, 0 minutes between M2 and M3."
    ]
