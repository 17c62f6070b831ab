"""So many days lie from one meeting to another."""

from tests.engine.rules.cases import EVEN, FORTNIGHT, ODD, at, count, sentences


def test_missing_days_are_counted():
    assert count("days_between", [at(0, 0), at(2, 3)], only=(0, 1), amount=2) == 0
    assert count("days_between", [at(0, 0), at(1, 3), at(0, 5)], only=(0, 1, 2), amount=2) == 1 + 2 + 1


def test_the_nearest_days_count_and_other_weeks_do_not():
    assert count("days_between", [at(0, 0, also=2), at(1, 3)], only=(0, 1), amount=2) == 1
    assert (
        count("days_between", [at(0, 0, weeks=ODD), at(0, 3, weeks=EVEN)], only=(0, 1), amount=2, grid=FORTNIGHT) == 0
    )


def test_the_sentence_says_how_many_are_missing():
    found = sentences("days_between", [at(0, 0), at(1, 0)], only=(0, 1), amount=2)
    assert found == ["M1 and M2: 1 missing day between, 2 asked for."]
