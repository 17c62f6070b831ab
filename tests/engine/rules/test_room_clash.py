"""A room holds at most one meeting at a time."""

from tests.engine.rules.cases import BOTH, EVEN, FORTNIGHT, HALL, LAB, NOWHERE, ODD, at, count, sentences


def test_two_rooms_or_two_times_do_not_clash():
    assert count("room_clash", [at(0, 0, room=HALL), at(0, 0, room=LAB), at(0, 1, room=HALL), NOWHERE]) == 0


def test_three_meetings_in_one_room_are_three_pairs():
    assert count("room_clash", [at(0, 0), at(0, 0), at(0, 0)]) == 3


def test_a_double_period_clashes_with_what_begins_in_its_second_slot():
    assert count("room_clash", [at(0, 0, length=2), at(0, 1), at(0, 2)]) == 1


def test_odd_and_even_weeks_share_a_room():
    held = [at(0, 0, weeks=ODD), at(0, 0, weeks=EVEN), at(0, 0, weeks=BOTH)]
    assert count("room_clash", held[:2], grid=FORTNIGHT) == 0
    assert count("room_clash", held, grid=FORTNIGHT) == 2


def test_meetings_without_a_room_do_not_clash():
    assert count("room_clash", [at(0, 0, room=None), at(0, 0, room=None)]) == 0


def test_the_sentence_names_room_meetings_and_time():
    assert sentences("room_clash", [at(1, 2), at(1, 2)]) == [
        "Hall is booked twice: M1 and M2 overlap at day 2, slot 3."
    ]
