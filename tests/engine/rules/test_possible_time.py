"""A meeting is held at one of its possible times."""

from tests.engine.rules.cases import FORTNIGHT, ODD, at, count, meeting, sentences

FIRST, SECOND = at(0, 0).at, at(0, 1).at


def test_a_possible_time_counts_nothing():
    assert count("possible_time", [at(0, 1)], [meeting("A", [FIRST, SECOND])]) == 0


def test_another_slot_or_another_length_is_not_possible():
    two = [meeting("A", [FIRST]), meeting("B", [FIRST])]
    assert count("possible_time", [at(0, 2), at(0, 0, length=2)], two) == 2


def test_the_weeks_belong_to_the_time():
    assert count("possible_time", [at(0, 0, weeks=ODD)], [meeting("A", [at(0, 0, weeks=3).at])], grid=FORTNIGHT) == 1


def test_the_sentence_names_meeting_and_time():
    assert sentences("possible_time", [at(2, 5)], [meeting("A", [FIRST])]) == ["A can't be held at day 3, slot 6."]
