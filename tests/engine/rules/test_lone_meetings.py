"""Nobody comes for a single slot on a day."""

from tests.engine.rules.cases import EXCHANGE, at, count, meeting, sentences


def test_two_slots_on_a_day_and_none_at_all_count_nothing():
    assert count("lone_meetings", [at(0, 0), at(0, 5), at(1, 2, length=2)]) == 0


def test_each_day_with_a_single_slot_counts():
    assert count("lone_meetings", [at(0, 0), at(1, 5), at(2, 0), at(2, 1)]) == 2


def test_meetings_of_others_are_no_company():
    assert count("lone_meetings", [at(0, 0), at(0, 1)], [meeting("A"), meeting("B", resources=())]) == 1


def test_the_sentence_names_who_and_the_day():
    assert sentences("lone_meetings", [at(1, 0)], resources=(EXCHANGE,)) == [
        "Exchange students: a single slot on day 2."
    ]
