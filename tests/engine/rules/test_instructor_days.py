"""An instructor has meetings on as few days as possible."""

from tests.engine.rules.cases import EVEN, FORTNIGHT, NOWHERE, ODD, RAO, at, count, meeting, sentences


def test_each_day_with_a_meeting_counts():
    assert count("instructor_days", [at(0, 0), at(0, 5), at(2, 0)]) == 2


def test_no_meetings_need_no_day():
    assert count("instructor_days", [NOWHERE, at(0, 0)], [meeting("A"), meeting("B", resources=())]) == 0


def test_a_meeting_on_two_days_uses_both():
    assert count("instructor_days", [at(0, 0, also=2)]) == 2


def test_weeks_are_averaged_upwards():
    assert count("instructor_days", [at(0, 0, weeks=ODD), at(1, 0, weeks=EVEN)], grid=FORTNIGHT) == 1
    assert count("instructor_days", [at(0, 0, weeks=ODD), at(1, 0, weeks=ODD), at(2, 0, weeks=3)], grid=FORTNIGHT) == 2


def test_the_sentence_has_the_number_of_days():
    assert sentences("instructor_days", [at(0, 0), at(1, 0)], resources=(RAO,)) == ["Dr Rao: 2 days with classes."]
