"""An instructor has no free slots between two meetings of a day."""

from tests.engine.rules.cases import EVEN, FORTNIGHT, LUNCH, ODD, RAO, at, count, meeting, sentences


def test_a_day_without_a_pause_has_no_gaps():
    assert count("instructor_gaps", [at(0, 1), at(0, 2, length=2), at(1, 5)]) == 0


def test_each_free_slot_between_counts():
    assert count("instructor_gaps", [at(0, 0), at(0, 3), at(0, 5), at(1, 0), at(2, 5)]) == 3


def test_a_long_break_alone_is_no_gap():
    assert count("instructor_gaps", [at(0, 2), at(0, 3)], grid=LUNCH) == 0


def test_a_meeting_in_some_weeks_leaves_a_gap_in_the_others():
    held = [at(0, 0, weeks=3), at(0, 1, weeks=ODD), at(0, 2, weeks=3)]
    assert count("instructor_gaps", held, grid=FORTNIGHT) == 1
    assert count("instructor_gaps", [*held, at(0, 1, weeks=EVEN)], grid=FORTNIGHT) == 0


def test_meetings_of_others_do_not_fill_a_gap():
    three = [meeting("A"), meeting("B", resources=()), meeting("C")]
    assert count("instructor_gaps", [at(0, 0), at(0, 1), at(0, 2)], three) == 1


def test_the_sentence_has_the_number_of_slots():
    assert sentences("instructor_gaps", [at(2, 0), at(2, 3)], resources=(RAO,)) == [
        "Dr Rao: 2 free slots between classes on day 3."
    ]
