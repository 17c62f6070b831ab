"""A meeting is held at a time that is preferred."""

from tests.engine.rules.cases import RAO, WEEK, at, count, sentences

MORNING = frozenset(WEEK.cell(day, slot) for day in range(3) for slot in range(3))


def test_meetings_wholly_inside_count_nothing():
    assert count("preferred_times", [at(0, 1, length=2), at(2, 0)], resources=(RAO,), cells=MORNING) == 0


def test_a_meeting_partly_outside_counts_once():
    assert count("preferred_times", [at(0, 2, length=3)], resources=(RAO,), cells=MORNING) == 1


def test_each_meeting_outside_counts():
    assert count("preferred_times", [at(0, 3), at(1, 5), at(2, 0)], resources=(RAO,), cells=MORNING) == 2


def test_the_sentence_names_who_what_and_when():
    assert sentences("preferred_times", [at(0, 5)], resources=(RAO,), cells=MORNING) == [
        "Dr Rao would prefer another time for M1 than day 1, slot 6."
    ]
