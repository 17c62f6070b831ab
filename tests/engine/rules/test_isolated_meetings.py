"""A meeting of a group has another one right before or after it."""

from tests.engine.rules.cases import CS3, EVEN, FORTNIGHT, LUNCH, ODD, at, count, meeting, sentences


def test_neighbours_and_double_periods_are_not_isolated():
    assert count("isolated_meetings", [at(0, 0), at(0, 1), at(1, 3, length=2)]) == 0


def test_a_meeting_alone_on_a_day_and_one_after_a_gap_are_isolated():
    assert count("isolated_meetings", [at(0, 0), at(1, 0), at(1, 2), at(1, 3)]) == 2


def test_a_neighbour_across_a_long_break_is_none():
    assert count("isolated_meetings", [at(0, 2), at(0, 3)]) == 0
    assert count("isolated_meetings", [at(0, 2), at(0, 3)], grid=LUNCH) == 2


def test_a_neighbour_in_other_weeks_is_none():
    assert count("isolated_meetings", [at(0, 0, weeks=ODD), at(0, 1, weeks=EVEN)], grid=FORTNIGHT) == 1
    assert count("isolated_meetings", [at(0, 0, weeks=ODD), at(0, 1, weeks=ODD)], grid=FORTNIGHT) == 0


def test_a_neighbour_of_another_group_is_none():
    assert count("isolated_meetings", [at(0, 0), at(0, 1)], [meeting("A"), meeting("B", resources=())]) == 1


def test_the_sentence_names_group_and_day():
    assert sentences("isolated_meetings", [at(2, 0)], resources=(CS3,)) == ["CS 3: 1 isolated slot on day 3."]
