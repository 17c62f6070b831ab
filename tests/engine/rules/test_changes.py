"""A meeting stays where the earlier timetable has it."""

from tests.engine.rules.cases import HALL, LAB, NOWHERE, at, count, problem, sentences
from webapp.engine.rules import rule_named

BEFORE = [at(0, 0, room=HALL), at(1, 1, room=HALL), NOWHERE]


def test_the_earlier_timetable_itself_has_no_changes():
    assert count("changes", BEFORE, reference=BEFORE) == 0


def test_another_time_or_another_room_is_a_change():
    assert count("changes", [at(0, 1, room=LAB), at(1, 1, room=LAB), NOWHERE], reference=BEFORE) == 2


def test_a_meeting_that_had_no_place_may_go_anywhere():
    assert count("changes", [*BEFORE[:2], at(2, 2)], reference=BEFORE) == 0


def test_without_an_earlier_timetable_nothing_changes():
    assert count("changes", [at(0, 0)]) == 0


def test_the_sentence_says_where_it_stands_now():
    assert sentences("changes", [at(0, 1, room=LAB)], reference=BEFORE[:1]) == ["M1 has moved to day 1, slot 2, Lab."]


def test_what_is_said_to_be_free_is_what_costs_nothing():
    rule, instance = rule_named("changes"), problem("changes", 3, reference=BEFORE)
    (constraint,) = instance.constraints
    for meeting in (0, 1):
        free = rule.free(instance, constraint, meeting)
        places = [at(day, slot, room=room) for day in range(3) for slot in range(6) for room in (HALL, LAB)]
        assert [place for place in places if not rule.cost(instance, constraint, meeting, place)] == [free]
    assert rule.free(instance, constraint, 2) is None
