"""Nobody has a meeting while unavailable."""

from tests.engine.rules.cases import CS3, RAO, WEEK, at, count, meeting, sentences

MONDAY_THIRD, MONDAY_FOURTH = WEEK.cell(0, 2), WEEK.cell(0, 3)
CELLS = frozenset({MONDAY_THIRD, MONDAY_FOURTH})


def test_meetings_beside_the_cells_count_nothing():
    assert count("unavailable", [at(0, 0, length=2), at(1, 2)], resources=(RAO,), cells=CELLS) == 0


def test_a_meeting_counts_once_however_many_cells_it_overlaps():
    assert count("unavailable", [at(0, 1, length=4), at(0, 3)], resources=(RAO,), cells=CELLS) == 2


def test_a_meeting_counts_for_each_person_named():
    assert count("unavailable", [at(0, 2)], resources=(RAO, CS3), cells=CELLS) == 2


def test_meetings_of_others_do_not_count():
    assert count("unavailable", [at(0, 2)], [meeting("A", resources=(CS3,))], resources=(RAO,), cells=CELLS) == 0


def test_it_may_be_about_meetings_themselves():
    assert count("unavailable", [at(0, 2), at(0, 2)], only=(1,), cells=CELLS) == 1


def test_the_sentence_names_who_what_and_when():
    assert sentences("unavailable", [at(0, 2)], resources=(RAO,), cells=CELLS) == [
        "Dr Rao is not available for M1 at day 1, slot 3."
    ]
